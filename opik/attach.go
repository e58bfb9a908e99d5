package opik

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opik-go/sdk/opik/internal/uploader"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Attachment is a file that [Trace.Attach] or [Span.Attach] attaches. Its content is
// the one of Data, Path and Reader that is set. It has at least one byte and at most
// 5 TiB.
type Attachment struct {
	// FileName is the name under which the file is shown; a later file of that name
	// replaces it. It is one element of a path, and at most 255 bytes long. Without
	// it, the name of the file that is read is taken, if it has one.
	FileName string
	// MIMEType is the media type, such as image/png. Without it, it is found out by
	// FileName's extension, or else by the beginning of the content.
	MIMEType string

	// Data is the content itself. It is copied, and may be changed afterwards.
	Data []byte
	// Path names a regular file with the content. It is copied, and may be changed or
	// removed afterwards, unless InPlace is set.
	Path string
	// Reader has the content, up to its end. It is read, in the caller's goroutine,
	// before the attachment is queued: that takes as long as the reader takes. It is
	// not closed.
	Reader io.Reader
	// InPlace makes the file at Path be read where it is when it is sent, without a
	// copy. If it is removed or changed before, nothing is attached, and the
	// attachment counts as dropped.
	InPlace bool
}

// Attach attaches a file to the trace. It is queued, as records are, and Attach does
// not wait for the network; it may be called at any time, also after End. Content of
// up to 256 KiB is kept in memory; what is larger is copied to a private temporary
// file or, with [WithSpool], to a file that the next process sends if this one cannot.
// Content that cannot be read, and a name that is none, is reported (see
// [WithLogger]) and ignored. An attachment that is handed over after [Client.Close]
// counts as dropped.
//
// [Client.Stats] and receipts count attachments as records of the kind "attachment".
// [Client.UploadAttachment] attaches a file and waits for the server.
func (t *Trace) Attach(a Attachment) {
	if t.none() {
		return
	}
	t.client.attach("Trace.Attach", a, uploader.File{EntityType: string(AttachToTrace), EntityID: t.rec.ID, Project: t.rec.ProjectName})
}

// Attach attaches a file to the span. The rules are those of [Trace.Attach].
func (s *Span) Attach(a Attachment) {
	if s.none() {
		return
	}
	s.client.attach("Span.Attach", a, uploader.File{EntityType: string(AttachToSpan), EntityID: s.rec.ID, Project: s.rec.ProjectName})
}

// attach queues an attachment for a handle, which returns no error.
func (c *Client) attach(method string, a Attachment, f uploader.File) {
	if invalid := a.check(method); invalid != nil {
		c.report(invalid)
		return
	}
	f.Name, f.MIMEType = a.FileName, a.MIMEType
	err := c.keepAttachment(method, f, uploader.Content{Data: a.Data, Path: a.Path, Reader: a.Reader, InPlace: a.InPlace})
	if invalid, ok := err.(*ValidationError); ok {
		c.report(invalid)
	}
	// The queue counts and reports what it refuses.
}

// check completes the name and says what is wrong; nil if nothing is.
func (a *Attachment) check(method string) *ValidationError {
	sources := 0
	for _, set := range []bool{a.Data != nil, a.Path != "", a.Reader != nil} {
		if set {
			sources++
		}
	}
	fail := func(field, reason string) *ValidationError {
		return &ValidationError{Method: method, Field: field, Reason: reason}
	}
	switch {
	case sources != 1:
		return fail("a", fmt.Sprintf("has %d of Data, Path and Reader instead of one", sources))
	case a.InPlace && a.Path == "":
		return fail("InPlace", "is set without Path")
	case a.FileName != "":
	case a.Path != "":
		a.FileName = filepath.Base(a.Path)
	default:
		a.FileName = nameOf(a.Reader)
	}
	if reason := badFileName(a.FileName); reason != "" {
		return fail("FileName", reason)
	}
	return nil
}

// nameOf returns the name of the file that a reader reads, if it is one.
func nameOf(r io.Reader) string {
	if file, ok := r.(*os.File); ok && file != nil {
		return filepath.Base(file.Name())
	}
	return ""
}

// LogAttachment queues a file for a trace or span, which need not be of this process.
// The content is read to its end before it returns, in the caller's goroutine, and
// kept as [Trace.Attach] keeps it; LogAttachment does not wait for the network.
//
// The error is a [*ValidationError] if an argument makes no sense or the content
// cannot be read; then nothing was queued. Otherwise the attachment counts: the
// error wraps [ErrClosed] after [Client.Close], [ErrQueueFull] if there is no room
// for it, or the error of the file system if the content cannot be kept. With
// [SpoolDurable] the attachment is on disk when LogAttachment returns, or the error
// wraps [ErrNotDurable]. A nil client ignores it.
func (c *Client) LogAttachment(a AttachmentUpload, content io.Reader) error {
	if c == nil {
		return nil
	}
	if a.FileName == "" {
		a.FileName = nameOf(content)
	}
	if content == nil {
		return &ValidationError{Method: "Client.LogAttachment", Field: "content", Reason: "is nil"}
	}
	return c.logAttachment("Client.LogAttachment", a, uploader.Content{Reader: content})
}

// LogAttachmentFile is [Client.LogAttachment] for the file at a path, which is copied.
func (c *Client) LogAttachmentFile(a AttachmentUpload, path string) error {
	if c == nil {
		return nil
	}
	if a.FileName == "" {
		a.FileName = filepath.Base(path)
	}
	if path == "" {
		return &ValidationError{Method: "Client.LogAttachmentFile", Field: "path", Reason: "is missing"}
	}
	return c.logAttachment("Client.LogAttachmentFile", a, uploader.Content{Path: path})
}

func (c *Client) logAttachment(method string, a AttachmentUpload, content uploader.Content) error {
	if err := a.checkTarget(method); err != nil {
		return err
	}
	return c.keepAttachment(method, uploader.File{
		EntityType: string(a.EntityType), EntityID: a.EntityID, Name: a.FileName, MIMEType: a.MIMEType,
		Project: c.projectName(a.ProjectName, ""),
	}, content)
}

// checkTarget refuses what says not where the content belongs.
func (a *AttachmentUpload) checkTarget(method string) error {
	fail := func(field, reason string, err error) error {
		return &ValidationError{Method: method, Field: field, Reason: reason, Err: err}
	}
	if a.EntityType == "" {
		return fail("EntityType", "is missing", nil)
	}
	if err := uuid7.Check(a.EntityID); err != nil {
		return fail("EntityID", "is no id of a trace or span", err)
	}
	if reason := badFileName(a.FileName); reason != "" {
		return fail("FileName", reason, nil)
	}
	return nil
}

// WithAttachments attaches files, as [Trace.Attach] and [Span.Attach] do, to what is
// started. The default is none.
func WithAttachments(attachments ...Attachment) StartOption {
	return StartOption{field: startAttachments, value: attachments}
}

// WithUploaders bounds how many attachments are sent at the same time in the
// background, overriding the default of 2. The parts of one are sent one after the
// other. The goroutines exist only as long as there is something to send. A number
// that is not positive is an error.
func WithUploaders(n int) Option {
	return func(s *settings) error {
		if n <= 0 {
			return fmt.Errorf("WithUploaders: %d is not positive", n)
		}
		s.uploads.Workers = n
		return nil
	}
}
