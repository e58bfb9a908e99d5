package opik

import (
	"context"
	"errors"
	"fmt"
)

// currentKey is the key of what a context carries: a *Span or a *Trace.
type currentKey struct{}

func current(ctx context.Context) any {
	switch c := ctx.(type) {
	case nil:
		return nil
	case *carrier: // the usual case: nothing was put around what a Start method returned
		return c.value
	}
	return ctx.Value(currentKey{})
}

// carrier is a context that carries a *Span or a *Trace. It is part of what it
// carries where a Start method makes it, which saves the memory of its own that
// context.WithValue takes.
type carrier struct {
	context.Context
	value any
}

// Value implements [context.Context].
func (c *carrier) Value(key any) any {
	if _, ok := key.(currentKey); ok {
		return c.value
	}
	return c.Context.Value(key)
}

// String keeps packages that print contexts from printing what is carried.
func (c *carrier) String() string { return fmt.Sprint(c.Context) + ".WithValue(opik)" }

// errNilContext is returned by methods that wait before they make a request.
var errNilContext = errors.New("opik: ctx is nil")

// orBackground makes a context of a nil one: to be observed must not end a program.
func orBackground(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// ContextWithSpan returns a context that carries span: [StartSpan] makes children of
// it. The Start methods do this themselves; it is for a span that has to be handed
// to where its context does not reach. A nil span leaves ctx as it is.
func ContextWithSpan(ctx context.Context, span *Span) context.Context {
	if span == nil {
		return ctx
	}
	return &carrier{orBackground(ctx), span}
}

// ContextWithTrace returns a context that carries trace and no span: [StartSpan]
// makes root spans of it. A nil trace leaves ctx as it is.
func ContextWithTrace(ctx context.Context, trace *Trace) context.Context {
	if trace == nil {
		return ctx
	}
	return &carrier{orBackground(ctx), trace}
}

// SpanFromContext returns the span that ctx carries, or nil, which is a span that
// does nothing.
func SpanFromContext(ctx context.Context) *Span {
	span, _ := current(ctx).(*Span)
	return span
}

// TraceFromContext returns the trace that ctx carries, or that of the span that ctx
// carries, or nil, which is a trace that does nothing.
func TraceFromContext(ctx context.Context) *Trace {
	switch v := current(ctx).(type) {
	case *Trace:
		return v
	case *Span:
		return v.trace
	}
	return nil
}
