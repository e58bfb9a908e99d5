package opik

import (
	"context"
	"strings"
)

// Names under which the place in a trace travels from one process to the next. They
// are the same in every Opik SDK.
const (
	HeaderTraceID      = "opik_trace_id"
	HeaderParentSpanID = "opik_parent_span_id"
)

// DistributedHeaders returns what another process needs to continue the trace below
// this span: pass it on in a request, and to [Client.ContinueTrace] there. It
// returns nil for a nil span. The caller may change the map.
func (s *Span) DistributedHeaders() map[string]string {
	if s == nil {
		return nil
	}
	return map[string]string{HeaderTraceID: s.rec.TraceID, HeaderParentSpanID: s.rec.ID}
}

// DistributedHeaders returns what another process needs to add root spans to the
// trace; see [Span.DistributedHeaders].
func (t *Trace) DistributedHeaders() map[string]string {
	if t == nil {
		return nil
	}
	headers := map[string]string{HeaderTraceID: t.rec.ID}
	if t.parentSpan != "" {
		headers[HeaderParentSpanID] = t.parentSpan
	}
	return headers
}

// ContinueTrace returns a context in which spans become part of a trace that another
// process made: children of the span that called
// [Span.DistributedHeaders] there. Names are compared without regard to case, and
// other members of headers are ignored.
//
// Nothing is sent for the trace itself, neither its end nor what is set on it; that
// is up to the process that made it. Options say in which project
// ([InProject]), environment and source the spans are; the project should be that
// of the trace.
//
// It returns ctx if the client is nil or does not trace, or if headers has no trace
// id. Ids that are no version 7 UUIDs are reported (see [WithLogger]), and ctx
// is returned.
func (c *Client) ContinueTrace(ctx context.Context, headers map[string]string, opts ...StartOption) context.Context {
	if !c.tracing() {
		return ctx
	}
	var traceID, spanID string
	for name, value := range headers {
		switch {
		case strings.EqualFold(name, HeaderTraceID):
			traceID = value
		case strings.EqualFold(name, HeaderParentSpanID):
			spanID = value
		}
	}
	if traceID == "" {
		return ctx
	}
	var s start
	s.apply(c, opts)
	s.parentTrace = ""
	if s.setParent(c, traceID, spanID); s.parentTrace == "" {
		return ctx
	}
	return ContextWithTrace(ctx, c.remoteTrace(s.parentTrace, s.parentSpan, &s))
}
