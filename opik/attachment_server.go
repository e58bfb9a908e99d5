package opik

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/upload"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// attachmentServer makes the requests for attachments that are queued. Each of them
// is one attempt; the uploader repeats them.
type attachmentServer struct {
	client *Client
	rest   *rest.Client
}

// doOnce makes requests without repetition.
type doOnce struct{ client *Client }

func (d doOnce) Do(r *http.Request) (*http.Response, error) { return d.client.transport.Once(r) }

// Start implements [uploader.Server].
func (s attachmentServer) Start(ctx context.Context, f uploader.File, parts int) (uploader.Upload, error) {
	started, err := s.rest.StartMultiPartUpload(ctx, rest.StartMultipartUploadRequest{
		EntityID: f.EntityID, EntityType: AttachmentEntityType(f.EntityType),
		FileName: f.Name, MimeType: f.MIMEType, NumOfFileParts: parts,
		Path: s.client.attachmentPath(), ProjectName: f.Project,
	})
	if err != nil {
		return uploader.Upload{}, err
	}
	return uploader.Upload{ID: started.UploadID, Whole: started.UploadID == localUpload, Addresses: started.PreSignUrls}, nil
}

// PutWhole implements [uploader.Server].
func (s attachmentServer) PutWhole(ctx context.Context, address string, content *upload.Source) error {
	req, err := s.client.requestTo(ctx, http.MethodPut, address)
	if err != nil {
		return fmt.Errorf("%w: %w", uploader.ErrPermanent, err)
	}
	return s.client.sendWhole(req, content, s.client.transport.Once)
}

// PutPart implements [uploader.Server].
func (s attachmentServer) PutPart(ctx context.Context, address string, content *upload.Source, part upload.Part) (string, error) {
	req, err := s.client.requestTo(ctx, http.MethodPut, address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", uploader.ErrPermanent, err)
	}
	return s.client.sendPart(req, fmt.Sprintf("part %d", part.Number), content, part, s.client.transport.OnceBare)
}

// Complete implements [uploader.Server].
func (s attachmentServer) Complete(ctx context.Context, f uploader.File, size int64, id string, parts []uploader.Stored) error {
	stored := make([]rest.MultipartUploadPart, len(parts))
	for i, p := range parts {
		stored[i] = rest.MultipartUploadPart{ETag: p.Tag, PartNumber: p.Number}
	}
	return s.rest.CompleteMultiPartUpload(ctx, rest.CompleteMultipartUploadRequest{
		EntityID: f.EntityID, EntityType: AttachmentEntityType(f.EntityType),
		FileName: f.Name, FileSize: size, MimeType: f.MIMEType, ProjectName: f.Project,
		UploadID: id, UploadedFileParts: stored,
	})
}

// What attachments may take of the memory for records.
const (
	attachmentShare     = 8 // an eighth
	minAttachmentMemory = 4 << 10
)

// newUploads makes the queue of attachments. The pipeline must be there already.
func (c *Client) newUploads(o uploader.Options, queueBytes int64) error {
	once, err := rest.NewClient(c.rest.BaseURL(), doOnce{c})
	if err != nil {
		return err
	}
	o.Server = attachmentServer{c, once}
	o.Logger = c.logger
	o.MaxMemory = min(uploader.DefaultMaxMemory, max(queueBytes/attachmentShare, minAttachmentMemory))
	o.Reserve, o.Occupy, o.Release = c.pipeline.Reserve, c.pipeline.Occupy, c.pipeline.Release
	if o.Dir != "" {
		// The workspace cannot hold a line break, since it is a header.
		target := sha256.Sum256([]byte(c.rest.BaseURL() + "\n" + c.workspace))
		o.Destination = hex.EncodeToString(target[:8])
	}
	if c.uploads, err = uploader.New(o); err != nil {
		return err
	}
	c.uploads.Adopt()
	return nil
}

// keepAttachment queues an attachment of a method.
func (c *Client) keepAttachment(method string, f uploader.File, content uploader.Content) error {
	err := c.uploads.Add(f, content)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, uploader.ErrContent):
		return &ValidationError{Method: method, Field: "content", Reason: "cannot be stored", Err: err}
	}
	return fmt.Errorf("opik: %s: %w", method, err)
}
