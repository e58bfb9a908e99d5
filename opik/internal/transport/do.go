package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// Do sends r and returns the server's answer, whatever its status is. The
// answer's body must be closed. r is not modified, but its body is consumed.
//
// A failed attempt is repeated if that is harmless and likely to help: after a
// connection could not be made, after 429, and, for idempotent methods and
// calls that CallInfo declares repeatable, after any broken connection,
// timeout, 408, 425 or 5xx. The body must be replayable (Request.GetBody).
// Waits follow the server's hints or grow exponentially with full jitter. Do
// gives up when the attempts or the shared budget are used up, or when ctx
// would end before the next attempt; then it returns the last answer or error.
//
// Errors hold neither the address nor headers. They wrap ctx's error if ctx
// ended, [ErrTimeout] for an attempt without progress, and [*RedirectError] for
// a refused redirect.
func (t *Transport) Do(r *http.Request) (*http.Response, error) {
	first := r.Clone(r.Context())
	t.prepare(first)
	if err := t.compressBody(first); err != nil {
		closeBody(r)
		return nil, err
	}
	return t.repeat(first)
}

// DoBare is Do for a request whose address says all that is needed, such as one of
// a storage that the server has signed: it is sent without the headers of this
// transport and without compression, whichever host it goes to. A storage that is
// reached through the same proxy as the server would refuse two authentications.
func (t *Transport) DoBare(r *http.Request) (*http.Response, error) {
	first := r.Clone(r.Context())
	if first.Header == nil {
		first.Header = make(http.Header)
	}
	return t.repeat(first)
}

// repeat sends a request that is ready to be sent, until it succeeds or it is of
// no use to go on.
func (t *Transport) repeat(first *http.Request) (*http.Response, error) {
	ctx := first.Context()
	info := t.callInfo(ctx)
	operation := orDefault(info.Operation, first.Method+" "+first.URL.Path)
	harmless := info.Repeatable
	if info.Operation == "" {
		harmless = idempotent(first.Method)
	}

	for n := 1; ; n++ {
		try, err := nextTry(first, n)
		if err != nil {
			return nil, err
		}
		resp, err := t.attempt(try)
		if err == nil {
			t.deprecation.notice(operation, resp.Header)
		}
		again := worthRepeating(ctx, resp, err, harmless)
		if !again {
			if err == nil && resp.StatusCode < 400 {
				t.budget.Succeeded(n - 1)
			}
			return resp, err
		}
		wait, ok := t.waitBefore(ctx, n, first, resp)
		if !ok {
			return resp, err
		}
		if resp != nil {
			drain(resp.Body)
			resp.Body.Close()
		}
		t.log.DebugContext(ctx, "opik: repeating a request", "operation", operation, "attempt", n+1, "wait", wait, "cause", cause(resp, err))
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// nextTry returns the request for attempt n. The header is copied because
// net/http keeps the right to look at it after an attempt has returned.
func nextTry(first *http.Request, n int) (*http.Request, error) {
	try := *first
	try.Header = first.Header.Clone()
	if n > 1 && first.Body != nil && first.Body != http.NoBody {
		body, err := first.GetBody()
		if err != nil {
			return nil, err
		}
		try.Body = body
	}
	return &try, nil
}

func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

func worthRepeating(ctx context.Context, resp *http.Response, err error, harmless bool) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		return permanent(err) == nil && (harmless || neverSent(err))
	}
	// A 429 is sent before any work is done.
	return resp.StatusCode == http.StatusTooManyRequests || harmless && retry.Transient(resp.StatusCode)
}

// permanent returns the part of err that another attempt cannot change.
func permanent(err error) error {
	var redirect *RedirectError
	if errors.As(err, &redirect) {
		return redirect
	}
	return certificateError(err)
}

// waitBefore returns the time to wait after attempt n, and false if there is
// to be no other attempt.
func (t *Transport) waitBefore(ctx context.Context, n int, r *http.Request, resp *http.Response) (time.Duration, bool) {
	replayable := r.Body == nil || r.Body == http.NoBody || r.GetBody != nil
	if n >= t.maxAttempts || !replayable {
		return 0, false
	}
	var header http.Header
	if resp != nil {
		header = resp.Header
	}
	now := time.Now()
	wait, _, ok := t.policy.Wait(n, header, now, retry.Random())
	if !ok {
		return 0, false
	}
	// The answer that we have says more than "deadline exceeded" would.
	if deadline, set := ctx.Deadline(); set && now.Add(wait).After(deadline) {
		return 0, false
	}
	return wait, t.budget.Take()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func cause(resp *http.Response, err error) any {
	if err != nil {
		return err
	}
	return resp.StatusCode
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}
