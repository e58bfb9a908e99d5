package opik_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
)

// TestNilContext starts and finds everything with a context that is nil, as a
// program has it that did not expect to need one.
func TestNilContext(t *testing.T) {
	var none context.Context
	c, w, _ := newClient(t)
	ctx, trace := c.StartTrace(none, "t")
	if opik.TraceFromContext(ctx) != trace {
		t.Error("the context does not carry the trace")
	}
	ctx, span := trace.StartSpan(none, "s")
	if opik.SpanFromContext(ctx) != span {
		t.Error("the context does not carry the span")
	}
	span.StartSpan(none, "child")
	c.StartSpan(none, "alone")
	if _, orphan := opik.StartSpan(none, "orphan"); orphan != nil {
		t.Error("a span was started without a trace")
	}
	if ctx := opik.ContextWithSpan(none, span); opik.SpanFromContext(ctx) != span {
		t.Error("ContextWithSpan loses the span")
	}
	if ctx := opik.ContextWithTrace(none, trace); opik.TraceFromContext(ctx) != trace {
		t.Error("ContextWithTrace loses the trace")
	}
	if opik.SpanFromContext(none) != nil || opik.TraceFromContext(none) != nil {
		t.Error("a nil context carries something")
	}
	if ctx := c.ContinueTrace(none, trace.DistributedHeaders()); opik.TraceFromContext(ctx).ID() != trace.ID() {
		t.Error("ContinueTrace loses the trace")
	}
	if _, err := c.Flush(none); err != nil {
		t.Errorf("flush: %v", err)
	}
	if _, err := c.Close(none); err != nil {
		t.Errorf("close: %v", err)
	}
	if n := len(w.traces()); n != 2 {
		t.Errorf("%d traces arrived", n)
	}
	if n := len(w.spans()); n != 3 {
		t.Errorf("%d spans arrived", n)
	}
}

// handler is a logger's handler that calls the given function.
type handler func(slog.Record)

func (handler) Enabled(context.Context, slog.Level) bool        { return true }
func (h handler) Handle(_ context.Context, r slog.Record) error { h(r); return nil }
func (h handler) WithAttrs([]slog.Attr) slog.Handler            { return h }
func (h handler) WithGroup(string) slog.Handler                 { return h }
func logTo(h func(slog.Record)) opik.Option                     { return opik.WithLogger(slog.New(handler(h))) }

// TestLoggerMayUseHandles has a handler that notes on traces and spans what is
// logged. It must not meet a lock that the one who logs still holds.
func TestLoggerMayUseHandles(t *testing.T) {
	for _, test := range []struct {
		name string
		lose func(c *opik.Client, trace *opik.Trace, span *opik.Span)
	}{
		{"after close", func(c *opik.Client, _ *opik.Trace, span *opik.Span) {
			close(t, c)
			span.SetName("later")
		}},
		{"at the end", func(_ *opik.Client, _ *opik.Trace, span *opik.Span) {
			span.SetOutput(kilobyte)
			span.End()
		}},
		{"at the end with the trace", func(_ *opik.Client, trace *opik.Trace, span *opik.Span) {
			trace.SetOutput(kilobyte)
			span.End()
		}},
		{"when a running one is queued", func(c *opik.Client, trace *opik.Trace, _ *opik.Span) {
			trace.SetInput(kilobyte)
			if _, err := c.Flush(t.Context()); err == nil {
				t.Error("nothing was lost")
			}
		}},
		{"after a second", func(_ *opik.Client, _ *opik.Trace, span *opik.Span) {
			span.SetInput(kilobyte) // the test waits for what is logged
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var trace *opik.Trace
			var span *opik.Span
			logged := make(chan struct{}, 100)
			c, _, _ := newClient(t, opik.WithQueueBytes(1<<10), logTo(func(r slog.Record) {
				trace.SetMetadata(map[string]string{"log": r.Message})
				span.SetMetadata(map[string]string{"log": r.Message})
				logged <- struct{}{}
			}))
			ctx, s := c.StartSpan(t.Context(), "s")
			trace, span = opik.TraceFromContext(ctx), s
			done := make(chan struct{})
			go func() {
				test.lose(c, trace, span)
				done <- struct{}{}
			}()
			for _, event := range []<-chan struct{}{logged, done} {
				select {
				case <-event:
				case <-time.After(10 * time.Second):
					t.Fatal("deadlock")
				}
			}
		})
	}
}

func TestLoggerThatPanics(t *testing.T) {
	c, _, _ := newClient(t, logTo(func(slog.Record) { panic("no disk") }))
	ctx, span := c.StartSpan(t.Context(), "s", opik.WithID("not an id"))
	span.SetCost(-1)
	span.SetTTFT(-1)
	span.Score("", 1)
	c.ContinueTrace(ctx, map[string]string{opik.HeaderTraceID: "x"})
	close(t, c)
	span.End()
	if n := c.Stats().Invalid; n != 5 {
		t.Errorf("%d values count as invalid", n)
	}
}
