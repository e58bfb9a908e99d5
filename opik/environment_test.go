package opik_test

//opik:requires Trace_Write.environment,Span_Write.environment

import (
	"testing"

	"github.com/opik-go/sdk/opik"
)

// The environment of a trace arrives, and its spans have it, too, unless they have
// their own.
func TestEnvironmentArrives(t *testing.T) {
	c, _ := served(t, 0)
	ctx, trace := c.StartTrace(t.Context(), "t", opik.WithEnvironment("staging"))
	_, span := opik.StartSpan(ctx, "s")
	_, own := opik.StartSpan(ctx, "own", opik.WithEnvironment("test"))
	own.End()
	span.End()
	trace.End()
	flush(t, c)
	got, err := c.GetTraceContent(t.Context(), trace.ID(), opik.GetTraceContentParams{})
	if err != nil || got.Environment != "staging" {
		t.Errorf("trace in %q, %v", got.Environment, err)
	}
	for want, s := range map[string]*opik.Span{"staging": span, "test": own} {
		stored, err := c.GetSpanContent(t.Context(), s.ID(), opik.GetSpanContentParams{})
		if err != nil || stored.Environment != want {
			t.Errorf("span in %q, %v, want %q", stored.Environment, err, want)
		}
	}
}
