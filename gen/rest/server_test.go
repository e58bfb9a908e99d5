package rest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

// received is a request as the server saw it.
type received struct {
	method, path, query string // path and query as on the wire
	header              http.Header
	body                []byte
}

// backend is a server that records requests and answers as told.
type backend struct {
	*rest.Client
	mu       sync.Mutex
	requests []received
}

// serve starts a server that gives the same answer to every request, and a client
// for it.
func serve(t *testing.T, answer http.HandlerFunc) *backend {
	t.Helper()
	b := &backend{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read request: %v", err)
		}
		b.mu.Lock()
		b.requests = append(b.requests, received{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Clone(), body})
		b.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(srv.Close)
	client, err := rest.NewClient(srv.URL+"/api", srv.Client())
	if err != nil {
		t.Fatal(err)
	}
	b.Client = client
	return b
}

// last returns the latest request.
func (b *backend) last(t *testing.T) received {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) == 0 {
		t.Fatal("the server has received nothing")
	}
	return b.requests[len(b.requests)-1]
}

func (b *backend) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.requests)
}

// answerJSON answers with a status and a JSON text.
func answerJSON(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// created answers as a create does.
func created(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(http.StatusCreated)
	}
}
