package transport

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// watchdog cancels an attempt that makes no progress. The one timer covers
// connecting, sending, waiting for the answer and reading it.
type watchdog struct {
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	limit   time.Duration
	stopped atomic.Bool
}

func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{cancel: cancel, limit: limit}
	w.timer = time.AfterFunc(limit, func() { cancel(&timeoutError{limit}) })
	return ctx, w
}

func (w *watchdog) progress() {
	if !w.stopped.Load() {
		w.timer.Reset(w.limit)
	}
}

// stop ends the watch and releases the context.
func (w *watchdog) stop() {
	w.stopped.Store(true)
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// watchedBody reports each successful read of a request body as progress.
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

// answerBody reports reads as progress, translates the watchdog's verdict, and
// ends the watch when it is closed.
type answerBody struct {
	io.ReadCloser
	ctx context.Context
	w   *watchdog
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.w.progress()
	}
	if err != nil && err != io.EOF {
		err = attemptError(b.ctx, err)
	}
	return n, err
}

func (b *answerBody) Close() error {
	err := b.ReadCloser.Close()
	b.w.stop()
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
		w.stop()
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		return nil, err
	}
	w.progress()
	resp.Body = &answerBody{resp.Body, ctx, w}
	return resp, nil
}
