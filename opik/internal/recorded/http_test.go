package recorded

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// setupHeader marks requests of the test itself.
const setupHeader = "X-Test-Setup"

// plain makes the requests that do not come from the SDK: those of a recording, and
// those that read what a server holds.
var plain = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// call makes a request and returns the answer, whatever its status.
func call(t *testing.T, srv *opiktest.Server, header http.Header, method, path string, body any) (int, []byte) {
	t.Helper()
	status, answer, err := tryCall(t.Context(), srv, header, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func tryCall(ctx context.Context, srv *opiktest.Server, header http.Header, method, path string, body any) (int, []byte, error) {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		payload = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, srv.URL+path, payload)
	if err != nil {
		return 0, nil, err
	}
	req.Header = header.Clone()
	req.Header.Set(setupHeader, "1")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := plain.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return resp.StatusCode, answer, nil
}

// setup is a request that both servers get beside those that are compared.
type setup struct {
	method, path string
	body         any
}

func (s setup) send(t *testing.T, srv *opiktest.Server, header http.Header) {
	t.Helper()
	if err := s.try(srv, header); err != nil {
		t.Fatal(err)
	}
}

func (s setup) try(srv *opiktest.Server, header http.Header) error {
	status, answer, err := tryCall(context.Background(), srv, header, s.method, s.path, s.body)
	if err == nil && status >= 300 {
		err = fmt.Errorf("%s %s: status %d: %s", s.method, s.path, status, answer)
	}
	return err
}

// createTraces is a batch of traces; each is an object without a start time.
func createTraces(traces ...map[string]any) setup {
	for _, trace := range traces {
		trace["start_time"] = "2025-01-02T03:04:05.678Z"
	}
	return setup{http.MethodPost, "/v1/private/traces/batch", map[string]any{"traces": traces}}
}

// createSpans is a batch of spans; each is an object without a start time.
func createSpans(spans ...map[string]any) setup {
	for _, span := range spans {
		span["start_time"] = "2025-01-02T03:04:05.678Z"
	}
	return setup{http.MethodPost, "/v1/private/spans/batch", map[string]any{"spans": spans}}
}

func createProject(name string) setup {
	return setup{http.MethodPost, "/v1/private/projects", map[string]any{"name": name}}
}
