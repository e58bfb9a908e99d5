package opik_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
)

// sink takes every request and forgets it.
type sink struct{}

func (sink) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	r.Body.Close()
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, err
}

func benchClient(b *testing.B, opts ...opik.Option) *opik.Client {
	b.Helper()
	c, err := opik.New(append([]opik.Option{
		opik.WithURL("http://localhost/api"),
		opik.WithHTTPClient(&http.Client{Transport: sink{}}),
	}, opts...)...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if _, err := c.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return c
}

// kilobyte is a text of 1 KB, and chat a request of that size as an application has it.
var (
	kilobyte = strings.Repeat("The quick brown fox jumps over the lazy dog. ", 23)[:1024]
	chat     = map[string]any{
		"messages": []any{
			map[string]any{"role": "system", "content": kilobyte[:400]},
			map[string]any{"role": "user", "content": kilobyte[:500]},
		},
		"temperature": 0.2,
		"max_tokens":  256,
	}
)

// BenchmarkSpan is what the caller pays for a span: start, input and output of 1 KB,
// end. The background sender runs beside it.
func BenchmarkSpan(b *testing.B) {
	for _, bench := range []struct {
		name  string
		value any
	}{{"text", kilobyte}, {"chat", chat}} {
		b.Run(bench.name, func(b *testing.B) {
			ctx, _ := benchClient(b).StartTrace(b.Context(), "trace")
			b.ReportAllocs()
			for b.Loop() {
				_, span := opik.StartSpan(ctx, "span", opik.WithInput(bench.value))
				span.SetOutput(bench.value)
				span.End()
			}
		})
	}
}

// BenchmarkSpanParallel shows how much callers get in each other's way.
func BenchmarkSpanParallel(b *testing.B) {
	ctx, _ := benchClient(b).StartTrace(b.Context(), "trace")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, span := opik.StartSpan(ctx, "span", opik.WithInput(kilobyte))
			span.SetOutput(kilobyte)
			span.End()
		}
	})
}

// BenchmarkSpanEmpty is a span without anything.
func BenchmarkSpanEmpty(b *testing.B) {
	ctx, _ := benchClient(b).StartTrace(b.Context(), "trace")
	b.ReportAllocs()
	for b.Loop() {
		_, span := opik.StartSpan(ctx, "span")
		span.End()
	}
}

// BenchmarkSpanDisabled is what remains when tracing is off, there is no client, or
// the context carries no trace.
func BenchmarkSpanDisabled(b *testing.B) {
	ctx, value := b.Context(), any(chat)
	for _, bench := range []struct {
		name   string
		client *opik.Client
	}{{"off", benchClient(b, opik.WithTracking(false))}, {"nil", nil}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, span := bench.client.StartSpan(ctx, "span")
				span.End()
			}
		})
		b.Run(bench.name+"/values", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, span := bench.client.StartSpan(ctx, "span", opik.WithInput(value))
				span.SetOutput(value)
				span.End()
			}
		})
	}
	b.Run("no parent", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, span := opik.StartSpan(ctx, "span")
			span.End()
		}
	})
}
