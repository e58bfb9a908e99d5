package opik_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// attachedTo lists the attachments of an entity in project P.
func attachedTo(t *testing.T, c *opik.Client, what opik.AttachmentEntityType, id string) (all []rest.Attachment) {
	t.Helper()
	project, err := c.REST().RetrieveProject(t.Context(), rest.ProjectRetrieve{Name: "P"})
	if err != nil {
		t.Fatal(err)
	}
	for a, err := range c.Attachments.List(t.Context(), project.ID, what, id, opik.AttachmentListParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// attachmentsOf returns what the client counts of attachments.
func attachmentsOf(c *opik.Client) opik.Counts { return c.Stats().Kinds["attachment"] }

// modes are the kinds of servers.
var modes = map[string][]opiktest.Option{"server": nil, "storage": {opiktest.WithObjectStorage()}}

// TestAttach attaches files of several sizes and origins to traces and spans.
func TestAttach(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			c, _ := attaching(t, opts...)
			ctx, trace := c.StartTrace(t.Context(), "t", opik.WithAttachments(opik.Attachment{FileName: "first.txt", Data: []byte("at the start")}))
			_, span := c.StartSpan(ctx, "s", opik.WithAttachments(opik.Attachment{FileName: "first.txt", Data: []byte("of the span")}))
			small, large := pattern(1000), pattern(5<<20+1)
			path := filepath.Join(t.TempDir(), "large.bin")
			if err := os.WriteFile(path, large, 0o600); err != nil {
				t.Fatal(err)
			}
			span.Attach(opik.Attachment{FileName: "small.bin", Data: small})
			span.Attach(opik.Attachment{Path: path})
			span.Attach(opik.Attachment{FileName: "in place", MIMEType: "application/x-own", Path: path, InPlace: true})
			span.End()
			trace.End()
			trace.Attach(opik.Attachment{FileName: "late.bin", Reader: iotest.HalfReader(bytes.NewReader(large))})
			r := flush(t, c)
			if got := r.Kinds["attachment"]; got.Accepted != 6 || got.Delivered != 6 {
				t.Errorf("receipt %+v", r)
			}
			contents := map[string]string{}
			types := map[string]string{}
			for what, id := range map[opik.AttachmentEntityType]string{opik.AttachToTrace: trace.ID(), opik.AttachToSpan: span.ID()} {
				for _, a := range attachedTo(t, c, what, id) {
					contents[string(what)+" "+a.FileName] = string(read(t, c, a))
					types[a.FileName] = a.MimeType
				}
			}
			for name, want := range map[string]string{
				"trace first.txt": "at the start", "span first.txt": "of the span", "span small.bin": string(small),
				"span large.bin": string(large), "span in place": string(large), "trace late.bin": string(large),
			} {
				if contents[name] != want {
					t.Errorf("%s: %d bytes, or others, want %d", name, len(contents[name]), len(want))
				}
			}
			if len(contents) != 6 || types["first.txt"] != "text/plain" || types["in place"] != "application/x-own" {
				t.Errorf("%d attachments of types %v", len(contents), types)
			}
		})
	}
}

// TestAttachToNewTrace attaches to the span, not to the trace that is started with it.
func TestAttachToNewTrace(t *testing.T) {
	c, _ := attaching(t)
	_, span := c.StartSpan(t.Context(), "s", opik.WithAttachments(opik.Attachment{FileName: "a", Data: []byte("x")}))
	span.End()
	flush(t, c)
	if n := len(attachedTo(t, c, opik.AttachToTrace, span.TraceID())); n != 0 {
		t.Errorf("the trace has %d attachments", n)
	}
	if n := len(attachedTo(t, c, opik.AttachToSpan, span.ID())); n != 1 {
		t.Errorf("the span has %d attachments", n)
	}
}

// TestAttachFaults repeats what fails for now, and goes on where it failed.
func TestAttachFaults(t *testing.T) {
	expired := opiktest.FailWith(403).WithBody("application/xml", `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`)
	for _, tt := range []struct {
		name  string
		mode  string
		route string
		fault opiktest.Fault
		parts int // requests for parts
	}{
		{"start", "server", "startMultiPartUpload", opiktest.FailWith(503), 0},
		{"start behind a login", "server", "startMultiPartUpload", opiktest.HTMLPage(), 0},
		{"server", "server", "uploadAttachment", opiktest.FailWith(500), 0},
		{"server behind a login", "server", "uploadAttachment", opiktest.HTMLPage(), 0},
		{"lost answer", "server", "uploadAttachment", opiktest.Reset(0), 0},
		{"part", "storage", "PUT /storage/...", opiktest.FailWith(503).After(1), 4},
		{"dropped part", "storage", "PUT /storage/...", opiktest.DropRequest().After(1), 3},
		{"expired address", "storage", "PUT /storage/...", expired.After(2), 6},
		{"slow answer", "storage", "PUT /storage/...", opiktest.Delay(20e6), 3},
		{"complete", "storage", "completeMultiPartUpload", opiktest.FailWith(502), 3},
		{"known already", "storage", "completeMultiPartUpload", opiktest.RetryAfter(429, 1e9), 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, srv := attaching(t, modes[tt.mode]...)
			injected := srv.Inject(tt.fault.On(tt.route).Times(1))
			want := pattern(1000)
			if tt.parts > 0 {
				want = pattern(11 << 20)
			}
			if err := c.LogAttachment(toTrace("a.bin"), bytes.NewReader(want)); err != nil {
				t.Fatal(err)
			}
			flush(t, c)
			if injected.Hits() != 1 {
				t.Error("nothing failed")
			}
			if got := read(t, c, attachments(t, c)[0]); !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back, or others", len(got))
			}
			if n := len(srv.RequestsTo("PUT /storage/...")); tt.mode == "storage" && n != tt.parts {
				t.Errorf("%d requests for parts, want %d", n, tt.parts)
			}
		})
	}
}

// TestAttachRejected names what the server, or the storage, says.
func TestAttachRejected(t *testing.T) {
	for _, tt := range []struct {
		mode, route string
		status      int
		is          error
	}{
		{"server", "startMultiPartUpload", 400, nil},
		{"server", "uploadAttachment", 404, opik.ErrNotFound},
		{"storage", "PUT /storage/...", 403, opik.ErrForbidden},
		{"storage", "completeMultiPartUpload", 422, nil},
	} {
		t.Run(fmt.Sprint(tt.route, tt.status), func(t *testing.T) {
			t.Parallel()
			c, srv := attaching(t, modes[tt.mode]...)
			srv.Inject(opiktest.FailWith(tt.status).On(tt.route))
			if err := c.LogAttachment(toTrace("a.bin"), strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
			r, err := c.Flush(t.Context())
			if !errors.Is(err, opik.ErrNotDelivered) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v", err)
			}
			if len(r.Rejections) != 1 || r.Rejections[0].Kind != "attachment" || r.Rejections[0].Status != tt.status ||
				r.Rejections[0].Key != attachedTrace+"/a.bin" || r.Rejections[0].Message == "" {
				t.Errorf("rejections %+v", r.Rejections)
			}
		})
	}
}

// TestAttachBadArguments reports them and counts nothing.
func TestAttachBadArguments(t *testing.T) {
	c, srv := attaching(t)
	_, trace := c.StartTrace(t.Context(), "t")
	for name, a := range map[string]opik.Attachment{
		"nothing": {}, "no content": {FileName: "a"}, "empty": {FileName: "a", Data: []byte{}},
		"two contents": {FileName: "a", Data: []byte("x"), Path: "x"}, "no name": {Data: []byte("x")},
		"folder": {FileName: "../a", Data: []byte("x")}, "in place of nothing": {FileName: "a", Data: []byte("x"), InPlace: true},
		"no file": {Path: filepath.Join(t.TempDir(), "none")}, "broken": {FileName: "a", Reader: iotest.ErrReader(io.ErrClosedPipe)},
		"panic": {FileName: "a", Reader: (*bytes.Buffer)(nil)},
	} {
		before := c.Stats().Invalid
		trace.Attach(a)
		if c.Stats().Invalid != before+1 {
			t.Errorf("%s: not reported", name)
		}
	}
	for name, tt := range map[string]struct {
		upload  opik.AttachmentUpload
		content io.Reader
		field   string
	}{
		"no entity type": {opik.AttachmentUpload{EntityID: attachedTrace, FileName: "a"}, strings.NewReader("x"), "EntityType"},
		"no id":          {opik.AttachmentUpload{EntityType: opik.AttachToSpan, FileName: "a"}, strings.NewReader("x"), "EntityID"},
		"no name":        {toTrace(""), strings.NewReader("x"), "FileName"},
		"no content":     {toTrace("a"), nil, "content"},
		"nothing in it":  {toTrace("a"), strings.NewReader(""), "content"},
	} {
		var invalid *opik.ValidationError
		if err := c.LogAttachment(tt.upload, tt.content); !errors.As(err, &invalid) || invalid.Field != tt.field || invalid.Method != "Client.LogAttachment" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.LogAttachmentFile(toTrace("a"), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := c.LogAttachmentFile(toTrace("a"), ""); err == nil {
		t.Error("no path, no error")
	}
	if _, err := opik.New(opik.WithUploaders(0)); err == nil {
		t.Error("no uploaders, no error")
	}
	if got := attachmentsOf(c); got != (opik.Counts{}) || len(srv.RequestsTo("startMultiPartUpload")) != 0 {
		t.Errorf("counted %+v", got)
	}
}

// TestAttachAfterClose counts what comes too late.
func TestAttachAfterClose(t *testing.T) {
	c, _ := attaching(t)
	_, trace := c.StartTrace(t.Context(), "t")
	close(t, c)
	trace.Attach(opik.Attachment{FileName: "a", Data: []byte("x")})
	if err := c.LogAttachment(toTrace("a"), strings.NewReader("x")); !errors.Is(err, opik.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if got := attachmentsOf(c); got.Accepted != 2 || got.Dropped != 2 {
		t.Errorf("%+v", got)
	}
}

// TestCloseDrainsAttachments does not return before everything has arrived.
func TestCloseDrainsAttachments(t *testing.T) {
	srv := opiktest.NewServer(t, opiktest.WithObjectStorage())
	srv.Inject(opiktest.Delay(5e6).On("PUT /storage/..."))
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithProject("P"), opik.WithLogger(quiet), opik.WithUploaders(4))
	if err != nil {
		t.Fatal(err)
	}
	_, trace := c.StartTrace(t.Context(), "t")
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 10 {
				trace.Attach(opik.Attachment{FileName: fmt.Sprint(worker, "-", i), Data: pattern(1 + i%2*(300<<10))})
			}
		})
	}
	all.Wait()
	trace.End()
	r, err := c.Close(t.Context())
	if err != nil || r.Kinds["attachment"].Delivered != 40 {
		t.Errorf("%v, %+v", err, r)
	}
	if n := len(attachedTo(t, c, opik.AttachToTrace, trace.ID())); n != 40 {
		t.Errorf("%d attachments arrived", n)
	}
}

// TestCloseGivesAttachmentsUp returns though the server does not answer, and says what
// is lost.
func TestCloseGivesAttachmentsUp(t *testing.T) {
	c, srv := attaching(t)
	srv.Inject(opiktest.FailWith(503))
	for i := range 3 {
		if err := c.LogAttachment(toTrace(fmt.Sprint(i)), strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := c.Close(ctx)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, opik.ErrNotDelivered) || r.Kinds["attachment"].Dropped != 3 {
		t.Errorf("%v, %+v", err, r)
	}
	if d := c.Stats().Drops[opik.DropDeadline]; d != 3 {
		t.Errorf("%d dropped for the deadline", d)
	}
}

// TestAttachmentsAndRecordsShareMemory stays inside the bound of the client whatever
// is attached.
func TestAttachmentsAndRecordsShareMemory(t *testing.T) {
	srv := opiktest.NewServer(t)
	srv.Inject(opiktest.FailWith(503))
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithLogger(quiet), opik.WithQueueBytes(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	_, trace := c.StartTrace(t.Context(), "t")
	for i := range 300 {
		trace.Attach(opik.Attachment{FileName: fmt.Sprint(i), Data: pattern(20 << 10)})
		if _, span := trace.StartSpan(t.Context(), "s", opik.WithInput(strings.Repeat("x", 20<<10))); span != nil {
			span.End()
		}
		if s := c.Stats(); s.QueuedBytes > s.MaxBytes || s.MaxBytes != 1<<20 {
			t.Fatalf("%d bytes are queued, the bound is %d", s.QueuedBytes, s.MaxBytes)
		}
	}
	if got := attachmentsOf(c); got.Accepted != 300 || got.Queued+got.Dropped != 300 || got.Queued < 50 {
		t.Errorf("%+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := c.Close(ctx)
	if !errors.Is(err, opik.ErrNotDelivered) || r.Total().Queued != 0 || c.Stats().QueuedBytes != 0 {
		t.Errorf("%v, %+v, %d bytes", err, r.Total(), c.Stats().QueuedBytes)
	}
}

// TestAttachToBadAddress gives a file up whose address makes no sense, and does not
// show the address.
func TestAttachToBadAddress(t *testing.T) {
	s := newStorage(t)
	s.answer.PreSignUrls = []string{"ftp://user@storage.example/put?signature=secret-signature"}
	var logged strings.Builder
	var mu sync.Mutex
	c, err := opik.New(opik.WithURL(s.URL+"/api"), opik.WithLogger(slog.New(handler(func(r slog.Record) {
		mu.Lock()
		defer mu.Unlock()
		r.Attrs(func(a slog.Attr) bool { fmt.Fprintln(&logged, r.Message, a); return true })
	}))))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.LogAttachment(toTrace("a"), strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	r, err := c.Close(t.Context())
	if len(r.Rejections) != 1 || r.Rejections[0].Status != 0 || !strings.Contains(r.Rejections[0].Message, "no plain HTTP address") {
		t.Errorf("%+v", r)
	}
	mu.Lock()
	defer mu.Unlock()
	if all := fmt.Sprint(err, r, logged.String()); strings.Contains(all, "secret-signature") || !strings.Contains(all, "rejected") {
		t.Error(all)
	}
}
