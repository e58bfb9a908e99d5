package sink

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"
)

const (
	first  = "01942ab4-7a2e-7000-8000-0000000000a1"
	second = "01942ab4-7a2e-7000-8000-0000000000a2"
)

func TestSinkCountsDistinctEntities(t *testing.T) {
	s := New()
	post := func(path string, body []byte, header ...string) int {
		r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	batch := []byte(`{"traces":[{"id":"` + first + `","input":"\"id\":\"` + second + `\""},{"id":"` + second + `"}]}`)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(batch)
	z.Close()
	for i, status := range []int{
		post("/api/v1/private/traces/batch", batch),
		post("/api/v1/private/traces/batch", zipped.Bytes(), "Content-Encoding", "gzip"),
		post("/api/v1/private/traces/x", batch), // changes have no entities
	} {
		if status != http.StatusNoContent {
			t.Errorf("request %d: %d", i, status)
		}
	}
	if status := post("/v1/traces", []byte("no protobuf"), "Content-Type", "application/x-protobuf"); status != http.StatusBadRequest {
		t.Errorf("nonsense: %d", status)
	}
	if r := s.Report(); r.Distinct != 2 || r.Repeated != 2 || r.Requests != 4 || r.Bad != 1 || r.Last == 0 {
		t.Errorf("%+v", r)
	}
	s.Reset()
	if r := s.Report(); r.Distinct != 0 || r.Requests != 0 {
		t.Errorf("%+v", r)
	}
}
