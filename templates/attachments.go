package templates

import (
	"context"
	"io"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Attachments reads and deletes the files that are attached to traces and spans.
// [Client.UploadAttachment] attaches one, and [Client.OpenAttachment] reads what
// List returns.
//
//opik:service tag=Attachments
type Attachments interface {
	// List returns the attachments of a trace or span, as far as they have arrived.
	// Their links work for an hour or so.
	//
	//opik:op attachmentList
	//opik:field path from=attachmentPath
	List(ctx context.Context, projectID string, entityType rest.AttachmentEntityType, entityID string) iter.Seq2[rest.Attachment, error]

	// Download returns the content of an attachment that the server itself keeps;
	// containerID is the id of the project. It fails with [ErrForbidden] if the server
	// keeps attachments elsewhere: [Client.OpenAttachment] reads them all.
	//
	//opik:op downloadAttachment
	Download(ctx context.Context, containerID string, entityType rest.AttachmentEntityType, entityID, fileName, mimeType string) (*rest.Content, error)

	// DeleteBatch deletes attachments of a trace or span by their names; containerID
	// is the id of the project. Names that do not exist are no error.
	//
	//opik:op deleteAttachments
	DeleteBatch(ctx context.Context, containerID string, entityType rest.AttachmentEntityType, entityID string, fileNames []string) error

	// StartUpload begins an upload, and returns where its parts have to be put. It is a
	// step of [Client.UploadAttachment], for programs that let others put the parts:
	// the addresses need no API key unless the id of the upload is "BEMinIO". Then
	// there is one address only, for the whole content, and nothing to complete.
	//
	//opik:op startMultiPartUpload
	//opik:field path from=attachmentPath
	StartUpload(ctx context.Context, entityType rest.AttachmentEntityType, entityID, fileName string, numOfFileParts int) (*rest.StartMultipartUploadResponse, error)

	// CompleteUpload makes an attachment of the parts of an upload, which are given
	// with the ETag that each was answered with, quotation marks included. It is a
	// step of [Client.UploadAttachment].
	//
	//opik:op completeMultiPartUpload
	CompleteUpload(ctx context.Context, entityType rest.AttachmentEntityType, entityID, fileName string, fileSize int64, uploadID string, uploadedFileParts []rest.MultipartUploadPart) error

	// UploadContent attaches content that the server itself keeps, in one request. It
	// is a step of [Client.UploadAttachment], and fails with [ErrForbidden] if the
	// server keeps attachments elsewhere.
	//
	//opik:op uploadAttachment
	UploadContent(ctx context.Context, entityType rest.AttachmentEntityType, entityID, fileName string, content io.Reader) error
}
