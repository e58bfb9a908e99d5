package opik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/upload"
)

// localUpload is the id of an upload to a server that keeps attachments itself.
const localUpload = "BEMinIO"

// sniffed is how much of the content tells its media type.
const sniffed = 512

// attachmentUpload is one upload on its way.
type attachmentUpload struct {
	AttachmentUpload
	client *Client
	source *upload.Source
	opts   []CallOption
}

// run carries out the upload: it asks the server where the parts go, puts them
// there, and tells the server that they are complete.
func (u *attachmentUpload) run(ctx context.Context) error {
	parts, err := upload.Split(u.source.Size())
	if err != nil {
		return &ValidationError{Method: "Client.UploadAttachment", Field: "content", Reason: "cannot be stored", Err: err}
	}
	if err := u.findType(); err != nil {
		return err
	}
	u.ProjectName = u.client.projectName(u.ProjectName, "")
	started, err := u.client.REST().StartMultiPartUpload(ctx, rest.StartMultipartUploadRequest{
		EntityID: u.EntityID, EntityType: u.EntityType,
		FileName: u.FileName, MimeType: u.MIMEType, NumOfFileParts: len(parts),
		Path: u.client.attachmentPath(), ProjectName: u.ProjectName,
	}, u.opts...)
	if err != nil {
		return err
	}
	if started.UploadID == localUpload {
		return u.putWhole(ctx, started.PreSignUrls)
	}
	stored, err := u.putParts(ctx, parts, started.PreSignUrls)
	if err != nil {
		return err
	}
	return u.client.REST().CompleteMultiPartUpload(ctx, rest.CompleteMultipartUploadRequest{
		EntityID: u.EntityID, EntityType: u.EntityType,
		FileName: u.FileName, FileSize: u.source.Size(), MimeType: u.MIMEType, ProjectName: u.ProjectName,
		UploadID: started.UploadID, UploadedFileParts: stored,
	}, u.opts...)
}

// findType finds the media type out if the caller does not know it.
func (u *attachmentUpload) findType() error {
	if u.MIMEType != "" {
		return nil
	}
	head := make([]byte, min(sniffed, u.source.Size()))
	if _, err := io.ReadFull(u.source.Section(0, u.source.Size()), head); err != nil {
		return fmt.Errorf("upload attachment: read: %w", err)
	}
	u.MIMEType = upload.MediaType(u.FileName, head)
	return nil
}

// putWhole sends the whole content to the server itself, which needs no completion.
func (u *attachmentUpload) putWhole(ctx context.Context, urls []string) error {
	if len(urls) == 0 {
		return errors.New("upload attachment: the server names no address")
	}
	req, err := u.client.requestTo(ctx, http.MethodPut, urls[0])
	if err != nil {
		return fmt.Errorf("upload attachment: %w", err)
	}
	return u.client.sendWhole(req, u.source, u.client.transport.Do)
}

// putParts sends the parts to a storage, one after the other, and returns how it
// identifies them.
func (u *attachmentUpload) putParts(ctx context.Context, parts []upload.Part, urls []string) ([]rest.MultipartUploadPart, error) {
	if len(urls) != len(parts) {
		return nil, fmt.Errorf("upload attachment: the server names %d addresses for %d parts", len(urls), len(parts))
	}
	stored := make([]rest.MultipartUploadPart, 0, len(parts))
	for i, part := range parts {
		what := fmt.Sprintf("part %d of %d", part.Number, len(parts))
		req, err := u.client.requestTo(ctx, http.MethodPut, urls[i])
		if err != nil {
			return nil, fmt.Errorf("upload attachment: %s: %w", what, err)
		}
		tag, err := u.client.sendPart(req, what, u.source, part, u.client.transport.DoBare)
		if err != nil {
			return nil, err
		}
		stored = append(stored, rest.MultipartUploadPart{ETag: tag, PartNumber: part.Number})
	}
	return stored, nil
}

// doer makes a request.
type doer func(*http.Request) (*http.Response, error)

// sendWhole sends all of the content to the server. The credentials go along if the
// address is the server's.
func (c *Client) sendWhole(req *http.Request, content *upload.Source, do doer) error {
	// Not the type of the content: JSON would be compressed on the way.
	req.Header.Set("Content-Type", "application/octet-stream")
	header, err := c.put(req, "upload attachment", content, upload.Part{Number: 1, Size: content.Size()}, do)
	if err != nil {
		return err
	}
	// The page of a proxy would look like success otherwise.
	if strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		return fmt.Errorf("upload attachment: %w: a page in HTML", rest.ErrUnexpectedContent)
	}
	return nil
}

// sendPart sends a part to a storage, and returns how that identifies it.
func (c *Client) sendPart(req *http.Request, what string, content *upload.Source, part upload.Part, do doer) (tag string, err error) {
	what = "upload attachment: " + what
	header, err := c.put(req, what, content, part, do)
	if err != nil {
		return "", err
	}
	// The storage compares the tag with its quotation marks.
	if tag = header.Get("ETag"); tag == "" {
		return "", fmt.Errorf("%s: the storage sent no ETag", what)
	}
	return tag, nil
}

// put sends one part and returns the headers of the answer.
func (c *Client) put(req *http.Request, what string, content *upload.Source, part upload.Part, do doer) (http.Header, error) {
	req.ContentLength = part.Size
	req.GetBody = func() (io.ReadCloser, error) {
		return io.NopCloser(content.Section(part.Offset, part.Size)), nil
	}
	req.Body = io.NopCloser(content.Section(part.Offset, part.Size))
	res, err := do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if res.StatusCode/100 != 2 {
		return nil, storageError(what, res)
	}
	// What a storage says beside the tag does not matter.
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	return res.Header, res.Body.Close()
}

// requestTo makes a request to an address that the server named. Errors do not show
// it: who has it, has access.
func (c *Client) requestTo(ctx context.Context, method, address string) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the server names an address that is none")
	}
	own, err := url.Parse(c.REST().BaseURL())
	switch {
	case err != nil:
		return nil, err
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.User != nil:
		return nil, errors.New("the server names an address that is no plain HTTP address")
	case own.Scheme == "https" && u.Scheme == "http":
		return nil, errors.New("the server names an address without encryption, though it is reached with encryption itself")
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, errors.New("the server names an address that is none")
	}
	return req, nil
}
