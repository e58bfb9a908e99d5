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
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

const attachedTrace = "01942ab4-7a2e-7000-8000-0000000000a1"

func toTrace(name string) opik.AttachmentUpload {
	return opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: attachedTrace, FileName: name}
}

// attaching returns a client with an API key, and a server of one of the two kinds.
func attaching(t *testing.T, opts ...opiktest.Option) (*opik.Client, *opiktest.Server) {
	t.Helper()
	opts = append(opts, opiktest.WithAccount(opiktest.Account{APIKey: "secret-key", Workspaces: []string{"team"}}))
	srv := opiktest.NewServer(t, opts...)
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithAPIKey("secret-key"), opik.WithWorkspace("team"), opik.WithProject("P"),
		opik.WithHeader("X-Proxy-Token", "secret-token"), opik.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, c) })
	return c, srv
}

// attachments lists those of the trace.
func attachments(t *testing.T, c *opik.Client) (all []rest.Attachment) {
	t.Helper()
	project, err := c.REST().RetrieveProject(t.Context(), rest.ProjectRetrieve{Name: "P"})
	if err != nil {
		t.Fatal(err)
	}
	for a, err := range c.Attachments.List(t.Context(), project.ID, opik.AttachToTrace, attachedTrace, opik.AttachmentListParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func read(t *testing.T, c *opik.Client, a rest.Attachment) []byte {
	t.Helper()
	content, err := c.OpenAttachment(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	data, err := io.ReadAll(content.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pattern is content that shows where a piece of it was put.
func pattern(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i>>16) ^ byte(i)
	}
	return data
}

// seeker can seek and not read at a place.
type seeker struct{ io.ReadSeeker }

// TestAttachments sends contents of several sizes through several readers to both
// kinds of servers, and reads them back.
func TestAttachments(t *testing.T) {
	file := func(data []byte) io.Reader {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, append([]byte("skipped"), data...), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if _, err := f.Seek(int64(len("skipped")), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		return f
	}
	readers := map[string]func([]byte) io.Reader{
		"bytes":    func(b []byte) io.Reader { return bytes.NewReader(b) },
		"seeker":   func(b []byte) io.Reader { return seeker{bytes.NewReader(b)} },
		"once":     func(b []byte) io.Reader { return iotest.HalfReader(bytes.NewReader(b)) },
		"the file": file,
	}
	for _, mode := range []struct {
		name string
		opts []opiktest.Option
	}{{"server", nil}, {"storage", []opiktest.Option{opiktest.WithObjectStorage()}}} {
		t.Run(mode.name, func(t *testing.T) {
			c, srv := attaching(t, mode.opts...)
			for name, reader := range readers {
				sizes := []int{1, 5<<20 + 1}
				if name == "the file" {
					sizes = append(sizes, 5<<20, 12<<20)
				}
				for _, size := range sizes {
					srv.ClearRequests()
					want := pattern(size)
					if err := c.UploadAttachment(t.Context(), toTrace("data.bin"), reader(want)); err != nil {
						t.Fatalf("%s of %d bytes: %v", name, size, err)
					}
					list := attachments(t, c)
					if len(list) != 1 || list[0].FileName != "data.bin" || list[0].FileSize != int64(size) || list[0].MimeType != "application/octet-stream" {
						t.Fatalf("%s of %d bytes: %+v", name, size, list)
					}
					if got := read(t, c, list[0]); !bytes.Equal(got, want) {
						t.Errorf("%s of %d bytes: %d bytes came back, or others", name, size, len(got))
					}
					parts := srv.RequestsTo("PUT /storage/...")
					if want := (size + 5<<20 - 1) / (5 << 20); mode.opts != nil && len(parts) != want {
						t.Errorf("%d bytes: %d parts, want %d", size, len(parts), want)
					}
					for _, r := range parts {
						for header := range r.Header {
							if !slices.Contains([]string{"Accept-Encoding", "Content-Length", "User-Agent"}, header) {
								t.Errorf("the storage got the header %s", header)
							}
						}
					}
				}
			}
		})
	}
}

// TestAttachmentParts checks what is sent about the parts.
func TestAttachmentParts(t *testing.T) {
	c, srv := attaching(t, opiktest.WithObjectStorage())
	a := toTrace("a b.png")
	a.ProjectName = "Other"
	if err := c.UploadAttachment(t.Context(), a, bytes.NewReader(pattern(6<<20))); err != nil {
		t.Fatal(err)
	}
	start := srv.RequestsTo("startMultiPartUpload")[0].Body.(object)
	if fmt.Sprint(start["num_of_file_parts"]) != "2" || start["project_name"] != "Other" || start["mime_type"] != "image/png" {
		t.Errorf("start %v", start)
	}
	complete := srv.RequestsTo("completeMultiPartUpload")[0].Body.(object)
	parts := complete["uploaded_file_parts"].([]any)
	if fmt.Sprint(complete["file_size"]) != fmt.Sprint(6<<20) || len(parts) != 2 {
		t.Fatalf("complete %v", complete)
	}
	for i, p := range parts {
		p := p.(object)
		if tag := p["e_tag"].(string); fmt.Sprint(p["part_number"]) != fmt.Sprint(i+1) || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			t.Errorf("part %v", p)
		}
	}
}

func TestAttachmentTypes(t *testing.T) {
	c, _ := attaching(t)
	for name, want := range map[string]string{
		"a.txt": "text/plain", "b.JSON": "application/json", "c.csv": "text/csv", "d.unknown-extension": "image/png", "e": "image/png",
	} {
		if err := c.UploadAttachment(t.Context(), toTrace(name), strings.NewReader("\x89PNG\x0D\x0A\x1A\x0A")); err != nil {
			t.Fatal(err)
		}
		for _, a := range attachments(t, c) {
			if a.FileName == name && a.MimeType != want {
				t.Errorf("%s: %s, want %s", name, a.MimeType, want)
			}
		}
	}
	given := toTrace("f.txt")
	given.MIMEType = "application/x-own"
	if err := c.UploadAttachment(t.Context(), given, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	list := attachments(t, c)
	if a := list[len(list)-1]; a.MimeType != "application/x-own" {
		t.Errorf("%+v", a)
	}
}

// TestAttachmentFaults repeats what fails for now, part by part.
func TestAttachmentFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		opts  []opiktest.Option
		route string
		fault opiktest.Fault
	}{
		{"start", nil, "startMultiPartUpload", opiktest.FailWith(503)},
		{"server", nil, "uploadAttachment", opiktest.FailWith(500)},
		{"lost answer", nil, "uploadAttachment", opiktest.Reset(0)},
		{"part", []opiktest.Option{opiktest.WithObjectStorage()}, "PUT /storage/...", opiktest.FailWith(503).After(1)},
		{"dropped part", []opiktest.Option{opiktest.WithObjectStorage()}, "PUT /storage/...", opiktest.DropRequest().After(1)},
		{"complete", []opiktest.Option{opiktest.WithObjectStorage()}, "completeMultiPartUpload", opiktest.FailWith(502)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, srv := attaching(t, tt.opts...)
			injected := srv.Inject(tt.fault.On(tt.route).Times(1))
			want := pattern(11 << 20)
			if err := c.UploadAttachment(t.Context(), toTrace("a.bin"), iotest.DataErrReader(bytes.NewReader(want))); err != nil {
				t.Fatal(err)
			}
			if injected.Hits() != 1 {
				t.Error("nothing failed")
			}
			if got := read(t, c, attachments(t, c)[0]); !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back, or others", len(got))
			}
		})
	}
}

// TestAttachmentFails ends without an attachment when a part fails for good.
func TestAttachmentFails(t *testing.T) {
	c, srv := attaching(t, opiktest.WithObjectStorage())
	expired := opiktest.FailWith(403).WithBody("application/xml", `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`)
	srv.Inject(expired.On("PUT /storage/...").After(1))
	err := c.UploadAttachment(t.Context(), toTrace("a.bin"), bytes.NewReader(pattern(11<<20)))
	if !errors.Is(err, opik.ErrForbidden) || !strings.Contains(err.Error(), "part 2 of 3: 403 Forbidden: AccessDenied; Request has expired") {
		t.Errorf("error %v", err)
	}
	if n := len(srv.RequestsTo("PUT /storage/...")); n != 2 {
		t.Errorf("%d parts were sent", n)
	}
	if n := len(srv.RequestsTo("completeMultiPartUpload")); n != 0 {
		t.Error("the upload was completed")
	}
	srv.ClearFaults()
	srv.Inject(opiktest.FailWith(200).WithBody("", "").On("PUT /storage/..."))
	if err := c.UploadAttachment(t.Context(), toTrace("a.bin"), strings.NewReader("x")); err == nil || !strings.Contains(err.Error(), "no ETag") {
		t.Errorf("error %v", err)
	}
}

// A page of a proxy is no success.
func TestAttachmentBehindALogin(t *testing.T) {
	c, srv := attaching(t)
	srv.Inject(opiktest.HTMLPage().On("uploadAttachment"))
	if err := c.UploadAttachment(t.Context(), toTrace("a.bin"), strings.NewReader("x")); !errors.Is(err, rest.ErrUnexpectedContent) {
		t.Errorf("error %v", err)
	}
}

func TestAttachmentEndsWithItsContext(t *testing.T) {
	c, srv := attaching(t)
	ctx, cancel := context.WithCancel(t.Context())
	reader := io.MultiReader(strings.NewReader("x"), readerFunc(func([]byte) (int, error) { cancel(); return 0, nil }))
	if err := c.UploadAttachment(ctx, toTrace("a"), reader); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestBadAttachments(t *testing.T) {
	c, srv := attaching(t)
	for name, tt := range map[string]struct {
		upload  opik.AttachmentUpload
		content io.Reader
		field   string
	}{
		"no entity type":   {opik.AttachmentUpload{EntityID: attachedTrace, FileName: "a"}, strings.NewReader("x"), "EntityType"},
		"no id":            {opik.AttachmentUpload{EntityType: opik.AttachToSpan, EntityID: "x", FileName: "a"}, strings.NewReader("x"), "EntityID"},
		"no name":          {toTrace(""), strings.NewReader("x"), "FileName"},
		"folder":           {toTrace("../a"), strings.NewReader("x"), "FileName"},
		"windows folder":   {toTrace(`..\a`), strings.NewReader("x"), "FileName"},
		"parent":           {toTrace(".."), strings.NewReader("x"), "FileName"},
		"control":          {toTrace("a\nb"), strings.NewReader("x"), "FileName"},
		"not UTF-8":        {toTrace("a\xff"), strings.NewReader("x"), "FileName"},
		"long":             {toTrace(strings.Repeat("x", 256)), strings.NewReader("x"), "FileName"},
		"no content":       {toTrace("a"), nil, "content"},
		"nothing in it":    {toTrace("a"), strings.NewReader(""), "content"},
		"nothing, no seek": {toTrace("a"), iotest.OneByteReader(strings.NewReader("")), "content"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.UploadAttachment(t.Context(), tt.upload, tt.content)
			var invalid *opik.ValidationError
			if !errors.As(err, &invalid) || invalid.Field != tt.field {
				t.Errorf("error %v, want one about %s", err, tt.field)
			}
		})
	}
	broken := errors.New("broken")
	if err := c.UploadAttachment(t.Context(), toTrace("a"), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	var noContext context.Context
	if err := c.UploadAttachment(noContext, toTrace("a"), strings.NewReader("x")); err == nil {
		t.Error("no error without a context")
	}
	if err := c.UploadAttachmentFile(t.Context(), toTrace("a"), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	var none *opik.Client
	if err := none.UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("x")); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestUploadAttachmentFile(t *testing.T) {
	c, _ := attaching(t)
	path := filepath.Join(t.TempDir(), "report.md")
	if err := os.WriteFile(path, []byte("# x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.UploadAttachmentFile(t.Context(), toTrace(""), path); err != nil {
		t.Fatal(err)
	}
	if list := attachments(t, c); len(list) != 1 || list[0].FileName != "report.md" || list[0].MimeType != "text/markdown" {
		t.Errorf("%+v", list)
	}
}

// TestLargeAttachment sends what must not be in memory as a whole.
func TestLargeAttachment(t *testing.T) {
	const size = 96 << 20
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	sink := newStorage(t)
	c, err := opik.New(opik.WithURL(sink.URL+"/api"), opik.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, c)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := c.UploadAttachment(t.Context(), toTrace("a"), io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if sink.received.Load() != size {
		t.Errorf("%d bytes arrived", sink.received.Load())
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 40<<20 {
		t.Errorf("%d MiB were allocated for %d MiB", n>>20, size>>20)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSaveAttachment(t *testing.T) {
	c, srv := attaching(t, opiktest.WithObjectStorage())
	if err := c.UploadAttachment(t.Context(), toTrace("a.txt"), strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	a := attachments(t, c)[0]
	folder := t.TempDir()
	path, err := c.SaveAttachment(t.Context(), a, folder)
	if err != nil || path != filepath.Join(folder, "a.txt") {
		t.Fatalf("%s, %v", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != "hello" {
		t.Errorf("%q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := c.SaveAttachment(t.Context(), a, folder); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	for _, name := range []string{"../x", "..", "/etc/x", `a\b`, "a/b", ""} {
		a := a
		a.FileName = name
		var invalid *opik.ValidationError
		if _, err := c.SaveAttachment(t.Context(), a, folder); !errors.As(err, &invalid) {
			t.Errorf("%q: error %v", name, err)
		}
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink(outside, filepath.Join(folder, "link.txt")); err != nil {
			t.Fatal(err)
		}
		linked := a
		linked.FileName = "link.txt"
		if _, err := c.SaveAttachment(t.Context(), linked, folder); err == nil {
			t.Error("a link was followed")
		}
		if _, err := os.Stat(outside); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was written outside: %v", err)
		}
	}
	if _, err := c.SaveAttachment(t.Context(), a, filepath.Join(folder, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}

	// What breaks off leaves no file.
	srv.Inject(opiktest.Reset(2).On("GET /storage/..."))
	empty := t.TempDir()
	if _, err := c.SaveAttachment(t.Context(), a, empty); err == nil {
		t.Error("no error for a content that broke off")
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	srv.ClearFaults()
	a.Link = strings.Replace(a.Link, "X-Amz-Signature=", "X-Amz-Signature=x", 1)
	if _, err := c.SaveAttachment(t.Context(), a, empty); !errors.Is(err, opik.ErrForbidden) || strings.Contains(err.Error(), "X-Amz") {
		t.Errorf("error %v", err)
	}
}

// quiet is a logger for clients whose settings are worth a warning.
var quiet = slog.New(slog.DiscardHandler)
