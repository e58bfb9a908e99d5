package rest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
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

func TestMultipartBodies(t *testing.T) {
	b := serve(t, noContent)
	err := b.CreateDatasetItemsFromJSON(t.Context(), rest.CreateDatasetItemsFromJSONForm{
		DatasetID: "d-1",
		Format:    rest.CreateDatasetItemsFromJSONFormFormatJsonl,
		File:      &rest.File{Name: `my "items".jsonl`, ContentType: "application/jsonl", Content: strings.NewReader("{}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := b.last(t)
	want := []part{
		{"dataset_id", "", "", "d-1"},
		{"file", `my "items".jsonl`, "application/jsonl", "{}\n"},
		{"format", "", "", "jsonl"},
	}
	if have := parts(t, got); !reflect.DeepEqual(have, want) {
		t.Errorf("parts are %+v", have)
	}
	if got.header.Get("Content-Length") == "" {
		t.Error("the length is not sent, though the file can seek")
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
		"form":      func(c *rest.Client) error { return second(c.Token(t.Context(), rest.TokenForm{Code: "a"})) },
		"raw":       func(c *rest.Client) error { return c.ReplaceOllieState(t.Context(), "", strings.NewReader("state")) },
		"raw empty": func(c *rest.Client) error { return c.ReplaceOllieState(t.Context(), "", strings.NewReader("")) },
		"multipart": func(c *rest.Client) error {
			return c.CreateDatasetItemsFromCSV(t.Context(), rest.CreateDatasetItemsFromCSVForm{DatasetID: "1", File: &rest.File{Content: f}})
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
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
			if len(bodies) != 2 || bodies[0] != bodies[1] || strings.Contains(bodies[0], "skipped") {
				t.Errorf("bodies are %q", bodies)
			}
		})
	}
}

func TestFormBodies(t *testing.T) {
	b := serve(t, answerJSON(200, `{"access_token":"t"}`))
	answer, err := b.Token(t.Context(), rest.TokenForm{GrantType: "authorization_code", Code: "a+b c&d", RedirectURI: "https://app.example/?x=1"})
	if err != nil || answer.AccessToken != "t" {
		t.Fatalf("got %+v, %v", answer, err)
	}
	got := b.last(t)
	if got.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("content type is %q", got.header.Get("Content-Type"))
	}
	values, err := url.ParseQuery(string(got.body))
	want := url.Values{"grant_type": {"authorization_code"}, "code": {"a+b c&d"}, "redirect_uri": {"https://app.example/?x=1"}}
	if err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("sent %s", got.body)
	}
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

func TestOpaqueAndListBodies(t *testing.T) {
	b := serve(t, noContent)
	if err := b.PatchChecklist(t.Context(), "1", json.RawMessage(`{"a":[1,2]}`)); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{"a":[1,2]}` {
		t.Errorf("opaque: sent %s", got)
	}
	if err := b.PatchChecklist(t.Context(), "1", nil); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{}` {
		t.Errorf("opaque without a value: sent %s", got)
	}
	if err := b.AppendJobLogs(t.Context(), "1", []rest.LocalRunnerLogEntry{}); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `[]` {
		t.Errorf("list: sent %s", got)
	}
}
