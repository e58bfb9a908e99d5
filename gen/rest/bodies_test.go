package rest_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

type part struct{ name, filename, contentType, content string }

// parts reads a multipart body.
func parts(t *testing.T, r received) []part {
	t.Helper()
	mediaType, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		t.Fatalf("content type is %q, %v", r.header.Get("Content-Type"), err)
	}
	var out []part
	reader := multipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	for {
		p, err := reader.NextPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(content)})
	}
}

func TestMultipartBodiesAreStreamed(t *testing.T) {
	b := serve(t, noContent)
	reader, writer := io.Pipe()
	go func() {
		for range 100 {
			_, _ = io.WriteString(writer, strings.Repeat("x", 1000))
		}
		_ = writer.Close()
	}()
	err := b.CreateDatasetItemsFromCSV(t.Context(), rest.CreateDatasetItemsFromCSVForm{DatasetID: "d-1", File: &rest.File{Content: reader}})
	if err != nil {
		t.Fatal(err)
	}
	got := b.last(t)
	want := []part{{"dataset_id", "", "", "d-1"}, {"file", "file", "application/octet-stream", strings.Repeat("x", 100_000)}}
	if have := parts(t, got); !reflect.DeepEqual(have, want) {
		t.Errorf("got %d parts", len(have))
	}
	if got.header.Get("Content-Length") != "" {
		t.Error("a length is sent for a body that was not read before")
	}
}

// TestBodiesCanBeSentAgain lets the first request fail after its body was read.
func TestBodiesCanBeSentAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "items.csv")
	if err := os.WriteFile(file, []byte("skipped\na,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(int64(len("skipped\n")), io.SeekStart); err != nil {
		t.Fatal(err)
	}
	calls := map[string]func(*rest.Client) error{
		"json":      func(c *rest.Client) error { return second(c.CreateDataset(t.Context(), rest.Dataset{Name: "a"})) },
		"raw":       func(c *rest.Client) error { return c.ReplaceOllieState(t.Context(), "", strings.NewReader("state")) },
		"raw empty": func(c *rest.Client) error { return c.ReplaceOllieState(t.Context(), "", strings.NewReader("")) },
		"multipart": func(c *rest.Client) error {
			return c.CreateDatasetItemsFromCSV(t.Context(), rest.CreateDatasetItemsFromCSVForm{DatasetID: "1", File: &rest.File{Content: f}})
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			bodies := sentTwice(t, call)
			if strings.Contains(bodies[0], "skipped") {
				t.Errorf("bodies are %q", bodies)
			}
		})
	}
}

// sentTwice lets a call send its body again, and returns both bodies, which must be
// equal.
func sentTwice(t *testing.T, call func(*rest.Client) error) []string {
	t.Helper()
	var bodies []string
	client, err := rest.NewClient("http://localhost", doer(func(r *http.Request) (*http.Response, error) {
		for range 2 {
			data, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			if int64(len(data)) != r.ContentLength {
				t.Errorf("length is %d, body has %d bytes", r.ContentLength, len(data))
			}
			bodies = append(bodies, string(data))
			if r.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		header := http.Header{"Location": {"/1"}}
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := call(client); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 || bodies[0] != bodies[1] {
		t.Fatalf("bodies are %q", bodies)
	}
	return bodies
}

func TestRawBodies(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, "state")
	_ = w.Close()

	b := serve(t, noContent)
	if err := b.ReplaceOllieState(t.Context(), "", bytes.NewReader(packed.Bytes())); err != nil {
		t.Fatal(err)
	}
	got := b.last(t)
	if !bytes.Equal(got.body, packed.Bytes()) || got.header.Get("Content-Type") != "application/gzip" || got.header.Get("Content-Length") == "" {
		t.Errorf("sent %d bytes, %v", len(got.body), got.header)
	}
	if got.header.Get("Content-Encoding") != "" {
		t.Error("the content is marked as an encoding, so that the server would unpack it")
	}

	b = serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	params := &rest.ReceiveProtobufTracesParams{ProjectName: "P"}
	if err := b.ReceiveProtobufTraces(t.Context(), params, "application/x-protobuf; v=1", io.LimitReader(strings.NewReader("spans"), 5)); err != nil {
		t.Fatal(err)
	}
	got = b.last(t)
	if string(got.body) != "spans" || got.header.Get("Content-Type") != "application/x-protobuf; v=1" || got.header.Get("projectName") != "P" {
		t.Errorf("sent %q as %q for %q", got.body, got.header.Get("Content-Type"), got.header.Get("projectName"))
	}
}

func TestListBodies(t *testing.T) {
	b := serve(t, noContent)
	if err := b.AppendJobLogs(t.Context(), "1", []rest.LocalRunnerLogEntry{}); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `[]` {
		t.Errorf("list: sent %s", got)
	}
}
