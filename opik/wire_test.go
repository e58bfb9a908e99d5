package opik_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/leaktest"
)

// TestMain keeps the settings of whoever runs the tests away from them.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(strings.ToUpper(name), "OPIK_") {
			os.Unsetenv(name)
		}
	}
	home, err := os.MkdirTemp("", "opik")
	if err != nil {
		panic(err)
	}
	os.Setenv("HOME", home)
	os.Setenv("USERPROFILE", home)
	leaktest.Main(cleaning{m, home})
}

// cleaning removes the home directory after the tests.
type cleaning struct {
	*testing.M
	home string
}

func (c cleaning) Run() int {
	defer os.RemoveAll(c.home)
	return c.M.Run()
}

// object is decoded JSON.
type object = map[string]any

// wire stands for the network and the server: it keeps what was sent and answers as
// it is told. It runs inside synctest bubbles too.
type wire struct {
	mu       sync.Mutex
	requests []request
	// answer decides on the status and the body; nil means 204.
	answer func(request) (int, string)
}

type request struct {
	Method, Path string
	Header       http.Header
	Body         object
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	got := request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone()}
	if r.Body != nil {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(body)
			if err != nil {
				return nil, err
			}
			body = unzipped
		}
		data, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &got.Body); err != nil {
			return nil, fmt.Errorf("%s %s: %w in %s", r.Method, r.URL.Path, err, data)
		}
	}
	w.mu.Lock()
	w.requests = append(w.requests, got)
	answer := w.answer
	w.mu.Unlock()
	status, body := http.StatusNoContent, ""
	if answer != nil {
		status, body = answer(got)
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// sent returns the records that were sent in requests to paths that end in suffix,
// in the order of sending.
func (w *wire) sent(suffix, member string) (records []object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.requests {
		if !strings.HasSuffix(r.Path, suffix) {
			continue
		}
		for _, record := range r.Body[member].([]any) {
			records = append(records, record.(object))
		}
	}
	return records
}

func (w *wire) traces() []object      { return w.sent("/traces/batch", "traces") }
func (w *wire) spans() []object       { return w.sent("/spans/batch", "spans") }
func (w *wire) traceScores() []object { return w.sent("/traces/feedback-scores", "scores") }
func (w *wire) spanScores() []object  { return w.sent("/spans/feedback-scores", "scores") }

// latest returns the record of an id that the server would keep.
func latest(t *testing.T, records []object, id string) object {
	t.Helper()
	var best object
	for _, r := range records {
		if r["id"] == id && (best == nil || instant(t, r, "last_updated_at").After(instant(t, best, "last_updated_at"))) {
			best = r
		}
	}
	if best == nil {
		t.Fatalf("no record of %q among %d", id, len(records))
	}
	return best
}

func instant(t *testing.T, record object, member string) time.Time {
	t.Helper()
	text, _ := record[member].(string)
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatalf("%s is %v: %v", member, record[member], err)
	}
	return v
}

// logs is what a client told its logger.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newClient returns a client that talks to a wire, and is closed at the end of the test.
func newClient(t testing.TB, opts ...opik.Option) (*opik.Client, *wire, *logs) {
	t.Helper()
	w, l := &wire{}, &logs{}
	opts = append([]opik.Option{
		opik.WithURL("http://opik.test/api"),
		opik.WithProject("P"),
		opik.WithHTTPClient(&http.Client{Transport: w}),
		opik.WithLogger(slog.New(slog.NewTextHandler(l, nil))),
	}, opts...)
	c, err := opik.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, c) })
	return c, w, l
}

// close closes a client of which the test does not care what was delivered.
func close(t testing.TB, c *opik.Client) {
	t.Helper()
	// The context of the test has ended by now.
	if r, err := c.Close(context.Background()); err != nil {
		t.Logf("close: %v; %v", err, r)
	}
}

// flush sends everything, and fails the test if anything is lost.
func flush(t testing.TB, c *opik.Client) opik.Receipt {
	t.Helper()
	r, err := c.Flush(t.Context())
	if err != nil {
		t.Fatalf("flush: %v", err)
	}
	return r
}
