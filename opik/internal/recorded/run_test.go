package recorded

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// patience bounds everything that waits for the server.
const patience = 20 * time.Second

// run is one run of a scenario with this SDK.
type run struct {
	*testing.T
	vector *vector
	srv    *opiktest.Server
	// faults are those of the recording, in its order.
	faults []*opiktest.Injection
	client *opik.Client

	ctx    context.Context
	begin  time.Time
	states map[int]state
	counts []int // results of searches

	mu   sync.Mutex
	sent []sentRequest
}

// sentRequest is a request of this SDK as it arrived.
type sentRequest struct {
	method, path string
	query        string // as it was sent
	header       http.Header
	body         any
	raw          []byte
	at           time.Time
}

func newRun(t *testing.T, v *vector, sc *scenario) *run {
	t.Helper()
	r := &run{T: t, vector: v, states: map[int]state{}}
	r.srv = opiktest.NewServer(t, append(accounts(v), opiktest.WithRequestHook(r.note))...)
	if sc.faults == nil {
		r.faults = injectRecorded(t, v, sc, r.srv)
	}
	for _, s := range sc.prepare {
		s.send(t, r.srv, credentials(v))
	}
	for _, f := range sc.faults {
		r.faults = append(r.faults, r.srv.Inject(f))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	r.ctx, r.begin = ctx, time.Now().Add(-time.Millisecond)
	r.client = r.connect()
	return r
}

// note is the server's hook.
func (r *run) note(req *http.Request, body []byte) error {
	if req.Header.Get(setupHeader) != "" {
		return nil
	}
	s := sentRequest{
		method: req.Method, path: strings.TrimPrefix(req.URL.EscapedPath(), "/api"), query: req.URL.RawQuery,
		header: req.Header.Clone(), raw: bytes.Clone(body), at: time.Now(),
	}
	if len(body) > 0 && strings.HasPrefix(s.header.Get("Content-Type"), "application/json") {
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&s.body); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, s)
	return nil
}

// connect returns a client with the settings of the recording, which is closed at
// the end of the test.
func (r *run) connect(opts ...opik.Option) *opik.Client {
	r.Helper()
	config := r.vector.Config
	client, err := opik.New(append([]opik.Option{
		opik.WithURL(r.srv.URL),
		opik.WithAPIKey(config.APIKey),
		opik.WithWorkspace(config.Workspace),
		opik.WithProject(config.ProjectName),
		// Named workspaces of servers on this machine are rare, and warned of.
		opik.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))),
	}, opts...)...)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, err := client.Close(ctx); err != nil {
			r.Errorf("closing the client: %v", err)
		}
	})
	return client
}

// flush flushes the client and expects that everything is delivered.
func (r *run) flush() opik.Receipt {
	r.Helper()
	receipt, err := r.client.Flush(r.ctx)
	if err != nil {
		r.Errorf("flush: %v", err)
	}
	return receipt
}

// check reports an error that should not be.
func (r *run) check(err error) {
	r.Helper()
	if err != nil {
		r.Error(err)
	}
}

// sameAfter notes the state: it has to be that after the first n recorded requests.
func (r *run) sameAfter(n int) {
	r.Helper()
	r.states[n] = readState(r.T, r.srv, credentials(r.vector))
}

// requests returns the requests of this SDK so far, oldest first.
func (r *run) requests() []sentRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// requestsTo returns those with the method and path.
func (r *run) requestsTo(route string) []sentRequest {
	return slices.DeleteFunc(r.requests(), func(s sentRequest) bool { return s.method+" "+s.path != route })
}

// wantRequests checks how many requests were made to each path, and that there were
// no others.
func (r *run) wantRequests(want map[string]int) {
	r.Helper()
	got := map[string]int{}
	for _, s := range r.requests() {
		got[s.method+" "+s.path]++
	}
	if !maps.Equal(got, want) {
		r.Errorf("requests: %v, not %v", got, want)
	}
}

// span starts a span of a trace or of another span.
func startSpan(parent interface {
	StartSpan(context.Context, string, ...opik.StartOption) (context.Context, *opik.Span)
}, name string, opts ...opik.StartOption) *opik.Span {
	_, span := parent.StartSpan(context.Background(), name, opts...)
	return span
}

func (r *run) startTrace(name string, opts ...opik.StartOption) *opik.Trace {
	_, trace := r.client.StartTrace(r.ctx, name, opts...)
	return trace
}

// object is a value of free form.
type object = map[string]any

// date is an instant that a recorded caller chose.
func (r *run) date(text string) time.Time {
	r.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.Fatal(err)
	}
	return at
}
