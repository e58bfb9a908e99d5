package opik

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/upload"
)

// AttachmentEntityType says what a file is attached to.
type AttachmentEntityType = rest.AttachmentEntityType

// What files can be attached to.
const (
	AttachToTrace AttachmentEntityType = "trace"
	AttachToSpan  AttachmentEntityType = "span"
)

// AttachmentUpload says what [Client.UploadAttachment] attaches to what.
type AttachmentUpload struct {
	// EntityType says whether EntityID is that of a trace or of a span. It is required.
	EntityType AttachmentEntityType
	// EntityID is the id of the trace or span, which need not have arrived yet. It is
	// required.
	EntityID string
	// FileName is the name under which the file is shown; a later file of that name
	// replaces it. It is one element of a path, and at most 255 bytes long. Without
	// it, the name of the file that is read is taken, if it has one.
	FileName string
	// MIMEType is the media type, such as image/png. Without it, it is found out by
	// FileName's extension, or else by the beginning of the content.
	MIMEType string
	// ProjectName is the project of the trace or span, by default the client's.
	ProjectName string
}

// UploadAttachment attaches a file to a trace or span and blocks until the server
// has stored it. The content is sent in parts of 5 MiB, or larger ones beyond 50 GB,
// and is never in memory as a whole. The most that can be stored is 5 TiB; an empty
// file is refused.
//
// Content that can seek, such as an [*os.File] or a [*bytes.Reader], is read from
// where it stands to its end, must not be used meanwhile, and is not closed. Any
// other reader is read to its end first; what exceeds 4 MiB of it goes through a
// temporary file that only the user of the program can read.
//
// Whatever may be repeated is repeated if it fails for now, each part by itself.
// When a part fails for good, or ctx ends, nothing is attached. If the server lets
// a storage keep the parts, they go to the addresses that the server names, without
// API key, workspace, or any header of the client; the addresses are valid for an
// hour. The options concern the requests to the server only.
//
// The error is a [*ValidationError] if an argument makes no sense, and matches
// the class of the refusal, [ErrForbidden] for instance, if the server or the
// storage refuses something.
func (c *Client) UploadAttachment(ctx context.Context, a AttachmentUpload, content io.Reader, opts ...CallOption) error {
	if c == nil {
		return fmt.Errorf("upload attachment: %w", ErrNilClient)
	}
	if a.FileName == "" {
		a.FileName = nameOf(content)
	}
	if err := a.check(ctx, content); err != nil {
		return err
	}
	source, err := upload.Open(ctx, content)
	if err != nil {
		return fmt.Errorf("upload attachment: %w", err)
	}
	u := attachmentUpload{client: c, AttachmentUpload: a, source: source, opts: opts}
	return errors.Join(u.run(ctx), source.Close())
}

// UploadAttachmentFile is [Client.UploadAttachment] for the file at a path.
func (c *Client) UploadAttachmentFile(ctx context.Context, a AttachmentUpload, path string, opts ...CallOption) error {
	if c == nil {
		return fmt.Errorf("upload attachment: %w", ErrNilClient)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("upload attachment: %w", err)
	}
	return errors.Join(c.UploadAttachment(ctx, a, file, opts...), file.Close())
}

// check refuses what cannot be sent.
func (a *AttachmentUpload) check(ctx context.Context, content io.Reader) error {
	fail := func(field string) error {
		return &ValidationError{Method: "Client.UploadAttachment", Field: field, Reason: "is nil"}
	}
	switch {
	case ctx == nil:
		return fail("ctx")
	case content == nil:
		return fail("content")
	}
	return a.checkTarget("Client.UploadAttachment")
}

// attachmentPath is how the server is told below which URL it is reached, for it
// makes links to itself.
func (c *Client) attachmentPath() string {
	return base64.URLEncoding.EncodeToString([]byte(c.REST().BaseURL()))
}
