package opik_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/leaktest"
)

// TestPrecedence sets one value in more and more places; the later ones win.
func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	project := func(opts ...opik.Option) string {
		t.Helper()
		c, err := opik.New(append([]opik.Option{opik.WithURL("http://localhost:5173")}, opts...)...)
		if err != nil {
			t.Fatal(err)
		}
		return c.ProjectName()
	}
	if got := project(); got != "Default Project" {
		t.Errorf("default: %q", got)
	}
	if err := os.WriteFile(file, []byte("[opik]\nproject_name = from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := project(opik.WithConfigFile(file)); got != "from file" {
		t.Errorf("file: %q", got)
	}
	t.Setenv("OPIK_CONFIG_PATH", file)
	if got := project(); got != "from file" {
		t.Errorf("file of the environment: %q", got)
	}
	t.Setenv("OPIK_PROJECT_NAME", "from environment")
	if got := project(); got != "from environment" {
		t.Errorf("environment: %q", got)
	}
	if got := project(opik.WithProject("from option")); got != "from option" {
		t.Errorf("option: %q", got)
	}
	if got := project(opik.WithProject("")); got != "from environment" {
		t.Errorf("empty option: %q", got)
	}
}

func TestMisconfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		opts []opik.Option
		want []string // of the text
		is   error
	}{
		{"nothing is set", nil, []string{"needs an API key", "OPIK_API_KEY", "WithAPIKey"}, opik.ErrNoAPIKey},
		{"no URL", []opik.Option{opik.WithURL("localhost:5173")}, []string{"option WithURL", "http://localhost:5173"}, nil},
		{"two mistakes", []opik.Option{opik.WithURL("ftp://x"), opik.WithWorkspace("a\x00b")}, []string{"WithURL", "ftp", "; ", "WithWorkspace"}, nil},
		{"no such file", []opik.Option{opik.WithConfigFile("/does/not/exist")}, []string{"/does/not/exist", "WithConfigFile"}, nil},
		{"nil client", []opik.Option{opik.WithHTTPClient(nil)}, []string{"WithHTTPClient"}, nil},
		{"nil logger", []opik.Option{opik.WithLogger(nil)}, []string{"WithLogger"}, nil},
		{"small queue", []opik.Option{opik.WithQueueBytes(1)}, []string{"WithQueueBytes"}, nil},
		{"no overflow policy", []opik.Option{opik.WithOverflow(0)}, []string{"WithOverflow", "none"}, nil},
		{"unknown overflow policy", []opik.Option{opik.WithOverflow(-77)}, []string{"WithOverflow", "-77"}, nil},
		{"blocking for no time", []opik.Option{opik.WithOverflow(opik.OverflowBlock(0))}, []string{"WithOverflow", "not positive"}, nil},
		{"overflow to a spool that is not there", []opik.Option{opik.WithOverflow(opik.OverflowSpool)}, []string{"OverflowSpool", "WithSpool"}, nil},
		{"spool without a folder", []opik.Option{opik.WithSpool("")}, []string{"WithSpool", "no name"}, nil},
		{"spool in a file", []opik.Option{opik.WithSpool(file)}, []string{"WithSpool", file}, nil},
		{"spool below a file", []opik.Option{opik.WithSpool(filepath.Join(file, "x"))}, []string{"WithSpool", file}, nil},
		{"small spool", []opik.Option{opik.WithSpool(t.TempDir(), opik.SpoolMaxBytes(-1), opik.SpoolMaxAge(-1))}, []string{"WithSpool", "SpoolMaxBytes", "; ", "SpoolMaxAge"}, nil},
		{"no interval", []opik.Option{opik.WithSpool(t.TempDir(), opik.SpoolSync(opik.SyncInterval(0)))}, []string{"WithSpool", "SpoolSync"}, nil},
		{"no batch", []opik.Option{opik.WithBatch(0, 1)}, []string{"WithBatch"}, nil},
		{"negative flush timeout", []opik.Option{opik.WithFlushTimeout(-1)}, []string{"WithFlushTimeout"}, nil},
		{"no idle timeout", []opik.Option{opik.WithIdleTimeout(0)}, []string{"WithIdleTimeout"}, nil},
		{"two wrong options", []opik.Option{opik.WithBatch(0, 1), opik.WithIdleTimeout(0)}, []string{"WithBatch", "; ", "WithIdleTimeout"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := opik.New(tt.opts...)
			if c != nil {
				t.Error("a client was returned")
			}
			var config *opik.ConfigError
			if !errors.As(err, &config) || len(config.Problems) == 0 {
				t.Fatalf("error %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the text has several lines: %v", err)
			}
		})
	}
}

func TestMisconfigurationOfTheEnvironment(t *testing.T) {
	t.Setenv("OPIK_TRACK_DISABLE", "perhaps")
	t.Setenv("OPIK_URL_OVERRIDE", "http://user:secret@localhost")
	_, err := opik.New()
	var config *opik.ConfigError
	if !errors.As(err, &config) || len(config.Problems) != 2 {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"OPIK_TRACK_DISABLE", "OPIK_URL_OVERRIDE"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is in: %v", err)
	}
}

func TestNoOptionIsNoProblem(t *testing.T) {
	if _, err := opik.New(nil, opik.WithURL("http://localhost")); err != nil {
		t.Error(err)
	}
}

func TestTrackDisable(t *testing.T) {
	t.Setenv("OPIK_TRACK_DISABLE", "true")
	c, err := opik.New() // needs no key, since it sends nothing by itself
	if err != nil {
		t.Fatal(err)
	}
	checkNoTracing(t, c)
	on, _, _ := newClient(t, opik.WithTracking(true))
	if _, trace := on.StartTrace(t.Context(), "t"); trace == nil {
		t.Error("the option does not win over the environment")
	}
}

func TestDoubtfulSettingsAreLogged(t *testing.T) {
	_, _, l := newClient(t, opik.WithURL("http://localhost"), opik.WithWorkspace("team"))
	if !strings.Contains(l.String(), `level=WARN`) || !strings.Contains(l.String(), "team") {
		t.Errorf("logged: %s", l)
	}
}

func TestHeaders(t *testing.T) {
	c, w, l := newClient(t, opik.WithAPIKey("KEY"), opik.WithWorkspace("team"), opik.WithCompression(false))
	_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(strings.Repeat("x", 5000)))
	trace.End()
	flush(t, c)
	if _, err := c.REST().GetTraceByID(t.Context(), trace.ID(), nil); err == nil {
		t.Error("an empty answer is no error")
	}
	if len(w.requests) != 2 {
		t.Fatalf("%d requests", len(w.requests))
	}
	for _, r := range w.requests {
		for name, want := range map[string]string{
			"Authorization": "KEY", "Comet-Workspace": "team", "Content-Encoding": "",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", r.Path, name, got, want)
			}
		}
		if agent := r.Header.Get("User-Agent"); !strings.HasPrefix(agent, "opik-go/") {
			t.Errorf("User-Agent %q", agent)
		}
	}
	if strings.Contains(l.String(), "KEY") {
		t.Errorf("logged: %s", l)
	}
}

func TestCompression(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts []opik.Option
		want string
	}{
		{"by default for other machines", nil, "gzip"},
		{"by default for this machine", []opik.Option{opik.WithURL("http://127.0.0.1:1/api")}, ""},
		{"on", []opik.Option{opik.WithURL("http://127.0.0.1:1/api"), opik.WithCompression(true)}, "gzip"},
		{"off", []opik.Option{opik.WithCompression(false)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, w, _ := newClient(t, tt.opts...)
			_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(strings.Repeat("x", 5000)))
			trace.End()
			flush(t, c)
			if got := w.requests[0].Header.Get("Content-Encoding"); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := latest(t, w.traces(), trace.ID())["input"]; got != strings.Repeat("x", 5000) {
				t.Errorf("input %v", got)
			}
		})
	}
}

func TestNilClient(t *testing.T) {
	var c *opik.Client
	checkNoTracing(t, c)
	if r, err := c.Flush(t.Context()); err != nil || !reflect.ValueOf(r).IsZero() {
		t.Errorf("flush: %v, %v", r, err)
	}
	if r, err := c.Close(t.Context()); err != nil || !reflect.ValueOf(r).IsZero() {
		t.Errorf("close: %v, %v", r, err)
	}
	if s := c.Stats(); !reflect.ValueOf(s).IsZero() {
		t.Errorf("stats: %v", s)
	}
	if c.ProjectName() != "" || c.REST() != nil {
		t.Error("it has a project or a REST client")
	}
	if _, err := c.REST().GetTraceByID(t.Context(), "x", nil); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("REST: %v", err)
	}
	if _, err := c.GetProject(t.Context(), "x"); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("GetProject: %v", err)
	}
	if err := c.LogTracesFeedbackScores(opik.TraceScore{}); err != nil {
		t.Errorf("scores: %v", err)
	}
}

func TestRejections(t *testing.T) {
	c, w, l := newClient(t)
	_, good := c.StartTrace(t.Context(), "good")
	_, bad := c.StartTrace(t.Context(), "bad")
	w.answer = func(r request) (int, string) {
		for _, record := range r.Body["traces"].([]any) {
			if record.(object)["name"] == "bad" {
				return http.StatusUnprocessableEntity, `{"errors":["name must be good"]}`
			}
		}
		return http.StatusNoContent, ""
	}
	good.End()
	bad.End()
	receipt, err := c.Flush(t.Context())
	if !errors.Is(err, opik.ErrNotDelivered) || !strings.Contains(err.Error(), "name must be good") || !strings.Contains(err.Error(), bad.ID()) {
		t.Errorf("error %v", err)
	}
	var rejection opik.Rejection
	if !errors.Is(err, opik.ErrInvalid) || errors.Is(err, opik.ErrUnauthorized) || !errors.As(err, &rejection) || rejection.Key != bad.ID() {
		t.Errorf("the error does not wrap the rejection: %v", err)
	}
	if want := (opik.Counts{Accepted: 2, Delivered: 1, Rejected: 1}); receipt.Total() != want || receipt.Complete() {
		t.Errorf("receipt %+v, want %+v", receipt.Total(), want)
	}
	if len(receipt.Rejections) != 1 || receipt.Rejections[0].Key != bad.ID() || receipt.Rejections[0].Status != 422 ||
		receipt.Rejections[0].Kind != "trace" || receipt.Rejections[0].Message != "name must be good" {
		t.Errorf("rejections %+v", receipt.Rejections)
	}
	if text := receipt.String(); !strings.HasPrefix(text, "2 records: 1 delivered, 1 rejected; ") {
		t.Errorf("text %q", text)
	}
	if !strings.Contains(l.String(), "level=ERROR") {
		t.Errorf("logged: %s", l)
	}
	if receipt, err := c.Flush(t.Context()); err != nil || len(receipt.Rejections) != 0 {
		t.Errorf("the next receipt repeats it: %v, %v", receipt, err)
	}
}

func TestFlushEndsWithItsContext(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts []opik.Option
		ctx  func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"deadline of the context", nil, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 5*time.Second)
		}},
		{"deadline of the client", []opik.Option{opik.WithFlushTimeout(5 * time.Second)}, context.WithCancel},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, w, _ := newClient(t, tt.opts...)
				w.answer = func(request) (int, string) { return http.StatusServiceUnavailable, `{"code":503,"message":"busy"}` }
				_, trace := c.StartTrace(t.Context(), "t")
				trace.End()
				ctx, cancel := tt.ctx(t.Context())
				defer cancel()
				start := time.Now()
				receipt, err := c.Flush(ctx)
				if took := time.Since(start); took < 5*time.Second || took > 6*time.Second {
					t.Errorf("it took %v", took)
				}
				if !errors.Is(err, opik.ErrNotDelivered) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 still queued") {
					t.Errorf("error %v", err)
				}
				if !errors.Is(err, opik.ErrUnavailable) || !errors.Is(receipt.LastFailure, opik.ErrUnavailable) || errors.Is(err, opik.ErrRateLimited) {
					t.Errorf("the cause %v is of another class", receipt.LastFailure)
				}
				if receipt.Total().Queued != 1 || receipt.LastFailure == nil || !strings.Contains(err.Error(), "busy") {
					t.Errorf("receipt %v, error %v", receipt, err)
				}

				w.mu.Lock()
				w.answer = nil
				w.mu.Unlock()
				receipt, err = c.Flush(t.Context())
				if err != nil || receipt.Total() != (opik.Counts{Accepted: 1, Delivered: 1}) {
					t.Errorf("when the server is back: %v, %v", receipt, err)
				}
			})
		})
	}
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w, _ := newClient(t)
		w.answer = func(request) (int, string) { return http.StatusServiceUnavailable, "" }
		_, trace := c.StartTrace(t.Context(), "t")
		trace.End()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		receipt, err := c.Close(ctx)
		if !errors.Is(err, opik.ErrNotDelivered) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if receipt.Total() != (opik.Counts{Accepted: 1, Dropped: 1}) || c.Stats().Drops[opik.DropDeadline] != 1 {
			t.Errorf("receipt %v, drops %v", receipt, c.Stats().Drops)
		}
	})
}

func TestQueueIsBounded(t *testing.T) {
	c, w, _ := newClient(t, opik.WithQueueBytes(64<<10), opik.WithBatch(time.Hour, 1<<20))
	for range 100 {
		_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(strings.Repeat("x", 4<<10)))
		trace.End()
	}
	stats := c.Stats()
	if stats.QueuedBytes > stats.MaxBytes || stats.MaxBytes != 64<<10 || stats.Drops[opik.DropOverflow] < 80 {
		t.Errorf("%d of %d bytes, drops %v", stats.QueuedBytes, stats.MaxBytes, stats.Drops)
	}
	receipt, err := c.Flush(t.Context())
	if !errors.Is(err, opik.ErrNotDelivered) || !strings.Contains(err.Error(), "dropped") {
		t.Errorf("error %v", err)
	}
	if n := int64(len(w.traces())); n != receipt.Total().Delivered || n == 0 {
		t.Errorf("%d arrived, receipt %v", n, receipt)
	}
}

func TestNoGoroutineBeforeItIsNeeded(t *testing.T) {
	started := leaktest.Watch()
	c, _, _ := newClient(t)
	if s := started(); len(s) > 0 {
		t.Errorf("New started %d goroutines:\n%s", len(s), strings.Join(s, "\n\n"))
	}
	flush(t, c)
	if s := started(); len(s) > 0 {
		t.Errorf("Flush with nothing to send started %d goroutines:\n%s", len(s), strings.Join(s, "\n\n"))
	}
	_, trace := c.StartTrace(t.Context(), "t")
	trace.End()
	if len(started()) == 0 {
		t.Error("no goroutine sends the trace")
	}
}

func TestValidationOfRecords(t *testing.T) {
	const id = "01942ab4-7a2e-7000-8000-0000000000a1"
	c, w, _ := newClient(t)
	err := c.LogTracesFeedbackScores(
		opik.TraceScore{ID: id, Name: "good", Value: 1},
		opik.TraceScore{Name: "no id"},
		opik.TraceScore{ID: id, Name: " ", Value: 1e12},
	)
	var invalid *opik.ValidationError
	if !errors.As(err, &invalid) || invalid.Method != "Client.LogTracesFeedbackScores" || invalid.Field != "records[1].ID" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"records[1].ID is missing", "records[2].Name is blank", "records[2].Value is 1e+12"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if err := c.LogTracesFeedbackScores(opik.TraceScore{ID: id}); err == nil || !strings.Contains(err.Error(), ": Name is missing") {
		t.Errorf("error of a single record: %v", err)
	}
	flush(t, c)
	if scores := w.traceScores(); len(scores) != 1 || scores[0]["name"] != "good" || scores[0]["project_name"] != "P" {
		t.Errorf("scores %v", scores)
	}
	close(t, c)
	if err := c.LogTracesFeedbackScores(opik.TraceScore{ID: id, Name: "late"}); !errors.Is(err, opik.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestDefaultLogger shows that losses do not go unnoticed.
func TestDefaultLogger(t *testing.T) {
	var logged bytes.Buffer
	standard := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	defer slog.SetDefault(standard)
	c, err := opik.New(opik.WithURL("http://localhost"), opik.WithHTTPClient(&http.Client{Transport: refusing{}}))
	if err != nil {
		t.Fatal(err)
	}
	_, trace := c.StartTrace(t.Context(), "t")
	trace.End()
	if _, err := c.Close(t.Context()); err == nil {
		t.Error("no error")
	}
	if !strings.Contains(logged.String(), "API key should be provided") {
		t.Errorf("logged: %s", &logged)
	}
}

// refusing answers as a server that wants a key.
type refusing struct{}

func (refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	r.Body.Close()
	body := `{"code":401,"message":"API key should be provided"}`
	return &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, err
}

func TestCertificates(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Opik-Deprecation", "use something else")
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	var logged logs
	send := func(check bool) error {
		c, err := opik.New(opik.WithURL(srv.URL), opik.WithCheckTLS(check), opik.WithIdleTimeout(time.Minute),
			opik.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
		if err != nil {
			t.Fatal(err)
		}
		defer close(t, c)
		return c.REST().DeleteTraceByID(t.Context(), "01942ab4-7a2e-7000-8000-0000000000a1")
	}
	var unknown x509.UnknownAuthorityError
	if err := send(true); !errors.As(err, &unknown) {
		t.Errorf("error %v", err)
	}
	if err := send(false); err != nil {
		t.Error(err)
	}
	if !strings.Contains(logged.String(), "use something else") || !strings.Contains(logged.String(), "deleteTraceById") {
		t.Errorf("logged: %s", &logged)
	}
}
