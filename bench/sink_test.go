package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// sink takes every request and counts what it carried.
type sink struct {
	status          int // what an SDK takes for success
	requests, bytes atomic.Int64
}

func (s *sink) take(body io.Reader) error {
	n, err := io.Copy(io.Discard, body)
	s.requests.Add(1)
	s.bytes.Add(n)
	return err
}

// RoundTrip takes a request without a network, so that a benchmark measures the
// SDK alone.
func (s *sink) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	return &http.Response{StatusCode: s.status, Body: http.NoBody, Header: http.Header{}, Request: r}, s.take(r.Body)
}

// serve takes requests over HTTP on this machine.
func (s *sink) serve(tb testing.TB) *http.Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.take(r.Body); err != nil {
			tb.Errorf("reading a request: %v", err)
		}
		w.WriteHeader(s.status)
	}))
	tb.Cleanup(server.Close)
	return &http.Client{Transport: rewrite{server}}
}

// rewrite sends every request to a test server, whatever its host.
type rewrite struct{ server *httptest.Server }

func (t rewrite) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = t.server.Listener.Addr().String()
	return t.server.Client().Transport.RoundTrip(r)
}
