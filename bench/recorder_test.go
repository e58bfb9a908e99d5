package bench

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/opik-go/sdk/opik"
)

// kilobyte is the input and the output of a span.
var kilobyte = strings.Repeat("The quick brown fox jumps over the lazy dog. ", 23)[:1024]

// recorder is an SDK at work: it records spans below one trace.
type recorder struct {
	// span records one span from start to end.
	span func()
	// flush waits until everything was sent.
	flush func(context.Context) error
	// sent returns how many spans were sent so far.
	sent func() int64
	sink *sink
}

// wire says how a recorder reaches its sink.
type wire struct {
	http     bool // over a connection; otherwise in the process
	compress bool
}

func (w wire) client(tb testing.TB, s *sink) *http.Client {
	if w.http {
		return s.serve(tb)
	}
	return &http.Client{Transport: s}
}

// compare runs a benchmark with a recorder of each SDK.
func compare(b *testing.B, w wire, run func(b *testing.B, r recorder)) {
	b.Run("sdk=opik", func(b *testing.B) { run(b, startOpik(b, w)) })
	b.Run("sdk=otel", func(b *testing.B) { run(b, startOTel(b, w)) })
}

// Both queues are large enough that nothing is dropped which the other keeps:
// OpenTelemetry's is counted in spans, ours in bytes.
const (
	queuedSpans = 100_000
	queuedBytes = queuedSpans * 4 << 10
)

func startOpik(tb testing.TB, w wire) recorder {
	s := &sink{status: http.StatusNoContent}
	client, err := opik.New(opik.WithURL("http://localhost/api"), opik.WithProject("bench"),
		opik.WithHTTPClient(w.client(tb, s)), opik.WithCompression(w.compress), opik.WithQueueBytes(queuedBytes))
	if err != nil {
		tb.Fatal(err)
	}
	var sent int64
	ctx, root := client.StartTrace(context.Background(), "root")
	tb.Cleanup(func() {
		root.End()
		if _, err := client.Close(context.Background()); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return recorder{
		span: func() {
			_, span := opik.StartSpan(ctx, "span", opik.WithInput(kilobyte))
			span.SetOutput(kilobyte)
			span.End()
		},
		flush: func(ctx context.Context) error {
			receipt, err := client.Flush(ctx)
			sent += receipt.Kinds["span"].Delivered
			return err
		},
		sent: func() int64 { return sent },
		sink: s,
	}
}

func startOTel(tb testing.TB, w wire) recorder {
	s := &sink{status: http.StatusOK}
	compression := otlptracehttp.NoCompression
	if w.compress {
		compression = otlptracehttp.GzipCompression
	}
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL("http://localhost/v1/traces"),
		otlptracehttp.WithHTTPClient(w.client(tb, s)), otlptracehttp.WithCompression(compression))
	if err != nil {
		tb.Fatal(err)
	}
	counted := &counter{SpanExporter: exporter}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(counted, sdktrace.WithMaxQueueSize(queuedSpans)))
	tracer := provider.Tracer("bench")
	ctx, root := tracer.Start(context.Background(), "root")
	tb.Cleanup(func() {
		root.End()
		if err := provider.Shutdown(context.Background()); err != nil {
			tb.Errorf("shutdown: %v", err)
		}
	})
	return recorder{
		span: func() {
			_, span := tracer.Start(ctx, "span", trace.WithAttributes(attribute.String("input", kilobyte)))
			span.SetAttributes(attribute.String("output", kilobyte))
			span.End()
		},
		flush: provider.ForceFlush,
		sent:  counted.sent.Load,
		sink:  s,
	}
}

// counter counts the spans that an exporter is given.
type counter struct {
	sdktrace.SpanExporter
	sent atomic.Int64
}

func (c *counter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	c.sent.Add(int64(len(spans)))
	return c.SpanExporter.ExportSpans(ctx, spans)
}
