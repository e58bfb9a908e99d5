package opik_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// storage is a server whose addresses for parts a test chooses.
type storage struct {
	*httptest.Server
	answer   rest.StartMultipartUploadResponse // without addresses: its own
	received atomic.Int64                      // bytes of parts
}

// newStorage starts one that takes parts below /put, behind the same address as the
// API.
func newStorage(t *testing.T) *storage {
	t.Helper()
	s := &storage{answer: rest.StartMultipartUploadResponse{UploadID: "u"}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/private/attachment/upload-start", func(w http.ResponseWriter, r *http.Request) {
		var started rest.StartMultipartUploadRequest
		if err := json.NewDecoder(r.Body).Decode(&started); err != nil {
			t.Error(err)
		}
		answer := s.answer
		if answer.PreSignUrls == nil {
			for range started.NumOfFileParts {
				answer.PreSignUrls = append(answer.PreSignUrls, s.URL+"/put?signature=secret-signature")
			}
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /api/v1/private/attachment/upload-complete", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/put", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		s.received.Add(n)
		noSecrets(t, r)
		w.Header().Set("ETag", `"tag"`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// noSecrets checks that a request has nothing that only the server may know.
func noSecrets(t *testing.T, r *http.Request) {
	t.Helper()
	for _, name := range []string{"Authorization", "Comet-Workspace", "Cookie", "Referer", "X-Proxy-Token", "X-Call"} {
		if v := r.Header.Get(name); v != "" {
			t.Errorf("%s %s got the header %s: %s", r.Method, r.URL.Path, name, v)
		}
	}
}

// elsewhere is another host, which must get no secrets.
func elsewhere(t *testing.T, handle http.HandlerFunc) (url string, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		noSecrets(t, r)
		handle(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, hits
}

func secretive(t *testing.T, url string) *opik.Client {
	t.Helper()
	c, err := opik.New(opik.WithURL(url), opik.WithAPIKey("secret-key"), opik.WithWorkspace("team"),
		opik.WithHeader("X-Proxy-Token", "secret-token"), opik.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, c) })
	return c
}

// A storage behind the address of the server gets none of the server's headers, for
// it would refuse them, and no header of the call.
func TestStorageBesideTheServer(t *testing.T) {
	s := newStorage(t)
	err := secretive(t, s.URL+"/api").UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("hello"), rest.WithHeader("X-Call", "secret"))
	if err != nil || s.received.Load() != 5 {
		t.Errorf("%d bytes, error %v", s.received.Load(), err)
	}
}

// An address elsewhere gets the content and no credentials, also if the upload is
// said to be one to the server itself.
func TestAddressElsewhere(t *testing.T) {
	s := newStorage(t)
	url, hits := elsewhere(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"x"`) })
	for _, id := range []string{"BEMinIO", "u"} {
		s.answer = rest.StartMultipartUploadResponse{UploadID: id, PreSignUrls: []string{url + "/x"}}
		if err := secretive(t, s.URL+"/api").UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("hello")); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if hits.Load() != 2 {
		t.Errorf("%d requests", hits.Load())
	}
}

// Redirects of parts and of downloads do not lead to other hosts.
func TestAttachmentRedirects(t *testing.T) {
	target, hits := elsewhere(t, func(http.ResponseWriter, *http.Request) {})
	hop, _ := elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	})
	s := newStorage(t)
	c := secretive(t, s.URL+"/api")
	for _, id := range []string{"BEMinIO", "u"} {
		s.answer = rest.StartMultipartUploadResponse{UploadID: id, PreSignUrls: []string{hop}}
		if err := c.UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("hello")); err == nil || !strings.Contains(err.Error(), "was not followed") {
			t.Errorf("%s: error %v", id, err)
		}
	}
	if _, err := c.OpenAttachment(t.Context(), rest.Attachment{FileName: "a", Link: hop}); err == nil || !strings.Contains(err.Error(), "was not followed") {
		t.Errorf("error %v", err)
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests to another host", hits.Load())
	}
}

func TestOpenAttachmentElsewhere(t *testing.T) {
	url, _ := elsewhere(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "hello") //nolint:errcheck // the reader notices
	})
	// The path of a link does not make its host the server.
	c := secretive(t, "http://127.0.0.1:1/api")
	content, err := c.OpenAttachment(t.Context(), rest.Attachment{Link: url + "/api/v1/private/attachment/download?x=1"})
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if data, err := io.ReadAll(content.Body); err != nil || string(data) != "hello" || content.ContentType != "text/plain" {
		t.Errorf("%q, %v, %s", data, err, content.ContentType)
	}
}

// TestBadAddresses refuses what no server should name, and does not show it.
func TestBadAddresses(t *testing.T) {
	s := newStorage(t)
	c := secretive(t, s.URL+"/api")
	for _, address := range []string{
		"", "/put?s=secret-signature", "://secret-signature", "file:///etc/secret-signature", "ftp://host/secret-signature",
		"http://user:secret-signature@host/", "http://host:bad/secret-signature", "http://[::1/secret-signature", "http:secret-signature",
	} {
		for _, id := range []string{"BEMinIO", "u"} {
			s.answer = rest.StartMultipartUploadResponse{UploadID: id, PreSignUrls: []string{address}}
			err := c.UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("hello"))
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: error %v", address, err)
			}
		}
		if _, err := c.OpenAttachment(t.Context(), rest.Attachment{Link: address}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v", address, err)
		}
	}
	for _, answer := range []rest.StartMultipartUploadResponse{
		{UploadID: "BEMinIO", PreSignUrls: []string{}},
		{UploadID: "u", PreSignUrls: []string{}},
		{UploadID: "u", PreSignUrls: []string{s.URL, s.URL}},
	} {
		s.answer = answer
		if err := c.UploadAttachment(t.Context(), toTrace("a"), strings.NewReader("hello")); err == nil || !strings.Contains(err.Error(), "address") {
			t.Errorf("%+v: error %v", answer, err)
		}
	}
	// Whoever encrypts what goes to the server does not send it in the clear elsewhere.
	secure, err := opik.New(opik.WithURL("https://opik.example/api"), opik.WithLogger(quiet), opik.WithAPIKey("k"), opik.WithWorkspace("w"))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, secure)
	if _, err := secure.OpenAttachment(t.Context(), rest.Attachment{Link: "http://opik.example/x"}); err == nil || !strings.Contains(err.Error(), "without encryption") {
		t.Errorf("error %v", err)
	}
	var none *opik.Client
	if _, err := none.OpenAttachment(t.Context(), rest.Attachment{Link: s.URL}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
}
