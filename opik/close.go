package opik

import (
	"cmp"
	"context"
	"time"
)

// closeGrace is how long after the end of its context Close waits for what it has
// asked to stop. Everything in the SDK stops sooner than that; code of the user, such
// as a round tripper or a log handler, may not.
const closeGrace = 90 * time.Millisecond

// Close sends what Flush sends, refuses everything that is recorded later, stops the
// goroutines of the client and closes its connections. Traces and spans that are
// running arrive without an end. Receipt and error are those of Flush.
//
// It returns when ctx ends, or at most 100 ms later, whatever hangs. What the server
// has not confirmed by then is dropped and counted. With [WithSpool] it is kept on disk
// instead: a quarter of the time, but no more than two seconds, is kept for that.
//
// Close may be called again, and from several goroutines; it has nothing to do when it
// is done. Methods that make requests still work.
func (c *Client) Close(ctx context.Context) (Receipt, error) {
	if c == nil {
		return Receipt{}, nil
	}
	ctx, cancel := c.withFlushTimeout(ctx)
	defer cancel()
	if ctx.Done() == nil {
		return c.close(ctx)
	}
	type answer struct {
		receipt Receipt
		err     error
	}
	done := make(chan answer, 1)
	go func() {
		receipt, err := c.close(ctx)
		done <- answer{receipt, err}
	}()
	select {
	case a := <-done:
		return a.receipt, a.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(closeGrace)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.receipt, a.err
	case <-timer.C:
		return finish("close", c.pipeline.Receipt().Plus(c.uploads.Receipt()), ctx.Err())
	}
}

// close is Close without the guard against code that hangs.
func (c *Client) close(ctx context.Context) (Receipt, error) {
	c.unsent.close()
	c.uploads.Hurry()
	c.uploads.Save(ctx) // there may be no time for that in the end
	// Records may leave attachments behind, so the records come first.
	p, err := c.pipeline.Close(ctx)
	a, attachErr := c.uploads.Close(ctx)
	c.prompts.Close(ctx)
	c.configs.Close(ctx)
	c.transport.Close()
	return finish("close", p.Plus(a), cmp.Or(err, attachErr))
}
