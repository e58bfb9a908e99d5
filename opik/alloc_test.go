//go:build !race

package opik_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/opik-go/sdk/opik"
)

// TestAllocations guards what a span costs its caller, in allocations: the span, and
// now and then memory for the ids and values of several. (The race detector makes
// pools forget.)
func TestAllocations(t *testing.T) {
	raw, err := json.Marshal(chat)
	if err != nil {
		t.Fatal(err)
	}
	type message struct{ Role, Content string }
	structured := &struct {
		Messages    []message
		Temperature float64
	}{[]message{{"system", kilobyte[:400]}, {"user", kilobyte[:500]}}, 0.2}

	c, err := opik.New(opik.WithURL("http://localhost/api"), opik.WithHTTPClient(&http.Client{Transport: sink{}}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	ctx, trace := c.StartTrace(t.Context(), "trace")
	defer trace.End()
	for _, test := range []struct {
		name  string
		value any
		most  float64
	}{
		{"text", kilobyte, 1},
		{"maps", chat, 2},
		{"struct", structured, 2},
		{"encoded", json.RawMessage(raw), 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			span := func() {
				_, span := opik.StartSpan(ctx, "span", opik.WithInput(test.value))
				span.SetOutput(test.value)
				span.End()
			}
			for range 3000 {
				span()
			}
			if _, err := c.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			// One more for the sender, which works at the same time.
			if n := testing.AllocsPerRun(3000, span); n > test.most+1 {
				t.Errorf("%g allocations, at most %g are expected", n, test.most)
			}
		})
	}
}

// TestNothingIsAllocatedWhereNothingIsTraced is for applications that switch tracing
// off, and for libraries whose caller does not trace.
func TestNothingIsAllocatedWhereNothingIsTraced(t *testing.T) {
	off, err := opik.New(opik.WithTracking(false))
	if err != nil {
		t.Fatal(err)
	}
	defer off.Close(context.Background())
	ctx, value := t.Context(), any(chat)
	for name, span := range map[string]func(){
		"off": func() {
			_, span := off.StartSpan(ctx, "span", opik.WithInput(value))
			span.SetOutput(value)
			span.End()
		},
		"no client": func() {
			_, span := (*opik.Client)(nil).StartSpan(ctx, "span", opik.WithInput(value))
			span.SetOutput(value)
			span.End()
		},
		"no parent": func() {
			_, span := opik.StartSpan(ctx, "span", opik.WithInput(value))
			span.SetOutput(value)
			span.End()
		},
		"trace": func() {
			_, trace := off.StartTrace(ctx, "trace", opik.WithInput(value))
			trace.SetOutput(value)
			trace.End()
		},
	} {
		if n := testing.AllocsPerRun(100, span); n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
}
