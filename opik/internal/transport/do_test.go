package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// dialError is what a connection that cannot be made ends with.
var dialError = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}

// replies answers each attempt with the next reply, and the last one for ever.
func replies(t *testing.T, bodies *[]string, list ...any) *http.Client {
	n := 0
	return through(func(r *http.Request) (*http.Response, error) {
		if bodies != nil {
			*bodies = append(*bodies, readBody(t, r))
		}
		reply := list[min(n, len(list)-1)]
		n++
		switch reply := reply.(type) {
		case error:
			return nil, reply
		case int:
			return respond(reply, "body"), nil
		case *http.Response:
			reply.Body = io.NopCloser(strings.NewReader("body"))
			return reply, nil
		}
		panic("unknown reply")
	})
}

func TestWhatIsRepeated(t *testing.T) {
	timeout := error(&net.OpError{Op: "read", Err: errors.New("i/o timeout")})
	for _, c := range []struct {
		method     string
		first      any
		repeatable bool // CallInfo's word; without it, nothing is known
		again      bool
	}{
		{"GET", 200, false, false},
		{"GET", 404, false, false},
		{"GET", 409, false, false},
		{"GET", 400, true, false},
		{"GET", 503, false, true},
		{"GET", 500, false, true},
		{"GET", 408, false, true},
		{"GET", 425, false, true},
		{"GET", 429, false, true},
		{"GET", errReset, false, true},
		{"GET", timeout, false, true},
		{"PUT", 503, false, true},
		{"DELETE", errReset, false, true},
		{"POST", 503, false, false},
		{"POST", 500, false, false},
		{"POST", errReset, false, false},
		{"POST", timeout, false, false},
		{"POST", 429, false, true},       // it was not executed
		{"POST", dialError, false, true}, // it was not sent
		{"POST", &net.DNSError{Err: "no such host"}, false, true},
		{"POST", 503, true, true},
		{"POST", errReset, true, true},
		{"PATCH", 503, false, false},
		{"PATCH", 503, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			var bodies []string
			tr := newTransport(t, Options{
				HTTPClient: replies(t, &bodies, c.first, 201),
				CallInfo: func(context.Context) CallInfo {
					if !c.repeatable {
						return CallInfo{}
					}
					return CallInfo{Operation: "operation", Repeatable: true}
				},
			})
			body := ""
			if c.method != "GET" && c.method != "DELETE" {
				body = strings.Repeat(`{"a":1} `, 400)
			}
			resp, err := tr.Do(request(t, c.method, "https://opik.example/api/x", body))
			want := 1
			if c.again {
				want = 2
			}
			if len(bodies) != want {
				t.Errorf("%s %v, repeatable %v: %d attempts, want %d", c.method, c.first, c.repeatable, len(bodies), want)
			}
			for i, b := range bodies {
				if b != body {
					t.Errorf("%s %v: attempt %d had another body", c.method, c.first, i+1)
				}
			}
			switch {
			case c.again && (err != nil || resp.StatusCode != 201):
				t.Errorf("%s %v: got %v", c.method, c.first, err)
			case !c.again && err == nil && resp.StatusCode != c.first:
				t.Errorf("%s %v: got %d", c.method, c.first, resp.StatusCode)
			}
			if resp != nil {
				if b, err := io.ReadAll(resp.Body); string(b) != "body" || err != nil {
					t.Errorf("%s %v: the answer's body is %q, %v", c.method, c.first, b, err)
				}
				resp.Body.Close()
			}
		})
	}
}

func TestWhatMustNotBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for status, want := range map[int]int{503: 1, 429: 2} { // a 429 was not executed
			var bodies []string
			tr := newTransport(t, Options{
				HTTPClient: replies(t, &bodies, status, 204),
				CallInfo:   func(context.Context) CallInfo { return CallInfo{Operation: "operation"} },
			})
			resp, err := tr.Do(request(t, "PUT", "https://opik.example/api/x", "{}"))
			if err != nil || len(bodies) != want {
				t.Errorf("%d attempts after status %d, want %d; %v", len(bodies), status, want, err)
			}
			if resp != nil {
				resp.Body.Close()
			}
		}
	})
}

func TestAttemptsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		tr := newTransport(t, Options{
			Retry: retry.Policy{Base: time.Second, Max: 3 * time.Second, MaxHint: time.Minute},
			HTTPClient: through(func(*http.Request) (*http.Response, error) {
				at = append(at, time.Now())
				return respond(503, "last words"), nil
			}),
			MaxAttempts: 6,
		})
		resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
		if err != nil || resp.StatusCode != 503 || len(at) != 6 {
			t.Fatalf("%d attempts, %v", len(at), err)
		}
		if b, _ := io.ReadAll(resp.Body); string(b) != "last words" {
			t.Errorf("the last answer is %q", b)
		}
		resp.Body.Close()
		for i, limit := range []time.Duration{1, 2, 3, 3, 3} {
			if wait := at[i+1].Sub(at[i]); wait > limit*time.Second {
				t.Errorf("wait %d was %v", i+1, wait)
			}
		}
	})
}

func TestHintsOfTheServer(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        time.Duration
		attempts    int
	}{
		{"Retry-After", "5", 5 * time.Second, 2},
		{"Retry-After", "60", time.Minute, 2},
		{"RateLimit-Reset", "9", 9 * time.Second, 2},
		{"Opik-User-Remaining-Limit-TTL-Millis", "1500", 1500 * time.Millisecond, 2},
		{"Retry-After", "61", 0, 1}, // longer than anybody should have to wait
	} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
				if attempts++; attempts == 1 {
					return respond(429, "", c.name, c.value, "Opik-User-Remaining-Limit", "0"), nil
				}
				return respond(200, ""), nil
			})})
			start := time.Now()
			resp, err := tr.Do(request(t, "POST", "https://opik.example/api", "{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if took := time.Since(start); attempts != c.attempts || took < c.want || took > c.want+time.Second {
				t.Errorf("%s %s: %d attempts in %v", c.name, c.value, attempts, took)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // a date
		tr := newTransport(t, Options{HTTPClient: replies(t, nil,
			respond(503, "", "Retry-After", time.Now().Add(30*time.Second).UTC().Format(http.TimeFormat)), 200)})
		start := time.Now()
		resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if took := time.Since(start); took < 29*time.Second || took > 32*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestContextEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(t, Options{HTTPClient: replies(t, nil, respond(429, "", "Retry-After", "50"))})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		start := time.Now()
		_, err := tr.Do(request(t, "GET", "https://opik.example/api", "").WithContext(ctx))
		if !errors.Is(err, context.Canceled) || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
	// If the deadline is before the next attempt, the answer is worth more now.
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(t, Options{HTTPClient: replies(t, nil, respond(429, "", "Retry-After", "50"))})
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		defer cancel()
		start := time.Now()
		resp, err := tr.Do(request(t, "GET", "https://opik.example/api", "").WithContext(ctx))
		if err != nil || resp.StatusCode != 429 || time.Since(start) != 0 {
			t.Fatalf("%v after %v", err, time.Since(start))
		}
		resp.Body.Close()
	})
}

func TestBodyThatCannotBeReplayed(t *testing.T) {
	attempts := 0
	tr := newTransport(t, Options{Compression: CompressOn, CompressMin: 1, HTTPClient: through(func(r *http.Request) (*http.Response, error) {
		attempts++
		b, _ := io.ReadAll(r.Body)
		if string(b) != `{"a":1}` {
			t.Errorf("the body arrived as %q", b)
		}
		return respond(503, ""), nil
	})})
	r := request(t, "PUT", "https://opik.example/api", "")
	r.Body = io.NopCloser(strings.NewReader(`{"a":1}`))
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = -1
	resp, err := tr.Do(r)
	if err != nil || attempts != 1 {
		t.Fatalf("%d attempts, %v", attempts, err)
	}
	resp.Body.Close()
}

func TestBudgetIsSharedByAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
			attempts++
			return respond(503, ""), nil
		})})
		for range 1000 {
			resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		if attempts != 1100 {
			t.Errorf("1000 calls made %d attempts, want 100 repetitions", attempts)
		}
	})
}

func TestIdleTimeout(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	synctest.Test(t, func(t *testing.T) { // waiting for the answer
		tr := newTransport(t, Options{HTTPClient: through(hang), MaxAttempts: 1})
		start := time.Now()
		_, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
		var timeout net.Error
		if !errors.Is(err, ErrTimeout) || !errors.As(err, &timeout) || !timeout.Timeout() || time.Since(start) != 100*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) { // the sender's requests too
		tr := newTransport(t, Options{HTTPClient: through(hang), IdleTimeout: 7 * time.Second})
		start := time.Now()
		_, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x", Body: [][]byte{[]byte("{}")}})
		if !errors.Is(err, ErrTimeout) || time.Since(start) != 7*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) { // the caller's own deadline is reported as such
		tr := newTransport(t, Options{HTTPClient: through(hang)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := tr.Do(request(t, "GET", "https://opik.example/api", "").WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrTimeout) {
			t.Errorf("got %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a stream may take as long as it moves
		tr := newTransport(t, Options{HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(&slowReader{ctx: r.Context(), pieces: 50, pause: 90 * time.Second, last: 200 * time.Second})
			return resp, nil
		}), MaxAttempts: 1})
		resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		start := time.Now()
		b, err := io.ReadAll(resp.Body)
		if len(b) != 50 || !errors.Is(err, ErrTimeout) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if took := time.Since(start); took != 50*90*time.Second+100*time.Second {
			t.Errorf("took %v", took)
		}
	})
	synctest.Test(t, func(t *testing.T) { // and its reader may take its time
		tr := newTransport(t, Options{HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(&slowReader{ctx: r.Context(), pieces: 5, pause: time.Second})
			return resp, nil
		})})
		resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for range 5 {
			time.Sleep(time.Hour)
			if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) { // so may a slow upload
		tr := newTransport(t, Options{HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			buf := make([]byte, 1)
			for n := 0; ; n++ {
				select {
				case <-r.Context().Done():
					return nil, r.Context().Err()
				case <-time.After(90 * time.Second):
				}
				if _, err := r.Body.Read(buf); err == io.EOF {
					return respond(200, ""), nil
				}
			}
		}), MaxAttempts: 1})
		resp, err := tr.Do(request(t, "PUT", "https://opik.example/api", "0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
}

// slowReader yields one byte per pause, and then nothing for a while.
type slowReader struct {
	ctx         context.Context
	pieces      int
	pause, last time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	pause := r.pause
	if r.pieces == 0 {
		pause = r.last
	}
	select {
	case <-time.After(pause):
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
	if r.pieces == 0 {
		return 0, io.EOF
	}
	r.pieces--
	p[0] = 'x'
	return 1, nil
}

func TestBodyThatCannotBeReadAgain(t *testing.T) {
	broken := errors.New("the file is gone")
	for name, o := range map[string]Options{
		"before compressing":      {Compression: CompressOn, CompressMin: 1},
		"before the next attempt": {Compression: CompressOff},
	} {
		synctest.Test(t, func(t *testing.T) {
			o.HTTPClient = replies(t, nil, 503)
			r := request(t, "PUT", "https://opik.example/api", `{"a":1}`)
			r.GetBody = func() (io.ReadCloser, error) { return nil, broken }
			body := &closing{ReadCloser: r.Body}
			r.Body = body
			if _, err := newTransport(t, o).Do(r); !errors.Is(err, broken) {
				t.Errorf("%s: got %v", name, err)
			}
			if !body.closed {
				t.Errorf("%s: the body was not closed", name)
			}
		})
	}
}

type closing struct {
	io.ReadCloser
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return c.ReadCloser.Close()
}

func TestTimeoutError(t *testing.T) {
	err := error(&timeoutError{7 * time.Second})
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() || err.Error() != "the request made no progress for 7s" {
		t.Errorf("got %v", err)
	}
}
