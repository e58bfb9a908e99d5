package transport

import (
	"context"
	"io"
	"net/http"
	"time"
)

// watchdog cancels an attempt that makes no progress. The one timer covers
// connecting, sending, waiting for the answer, and each read of its body.
type watchdog struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
}

func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{cancel: cancel, limit: limit}
	w.timer = time.AfterFunc(limit, func() { cancel(&timeoutError{limit}) })
	return ctx, w
}

// progress starts the time anew.
func (w *watchdog) progress() { w.timer.Reset(w.limit) }

// pause stops the time until the next progress.
func (w *watchdog) pause() { w.timer.Stop() }

// end stops the time and releases the context. A request body that net/http
// still reads may start it again, to no effect.
func (w *watchdog) end() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// watchedBody reports each successful read of a request body as progress. In
// between net/http waits for the network, so the time goes on.
type watchedBody struct {
	io.ReadCloser
	w *watchdog
}

func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.w.progress()
	}
	return n, err
}

// answerBody is the body of an answer. The time runs only during reads: a caller
// may take as long as it likes between them.
type answerBody struct {
	io.ReadCloser
	ctx context.Context
	w   *watchdog
}

func (b *answerBody) Read(p []byte) (int, error) {
	b.w.progress()
	n, err := b.ReadCloser.Read(p)
	b.w.pause()
	if err != nil && err != io.EOF {
		err = attemptError(b.ctx, err)
	}
	return n, err
}

func (b *answerBody) Close() error {
	err := b.ReadCloser.Close()
	b.w.end()
	return err
}

// attempt sends r once. r must not be used by anybody else.
func (t *Transport) attempt(r *http.Request) (*http.Response, error) {
	ctx, w := watch(r.Context(), t.idle)
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = watchedBody{r.Body, w}
	}
	resp, err := t.client.Do(r)
	if err != nil {
		err = attemptError(ctx, err)
		w.end()
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		return nil, err
	}
	w.pause()
	resp.Body = &answerBody{resp.Body, ctx, w}
	return resp, nil
}
