package contest

import (
	"context"
	"encoding/json"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
)

type otelSetting struct {
	raw, block bool
}

type otelRecorder struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	raw      bool
}

func openOTel(s otelSetting) func(Config) (Recorder, error) {
	return func(c Config) (Recorder, error) {
		exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(c.URL+"/v1/traces"))
		if err != nil {
			return nil, err
		}
		var opts []sdktrace.BatchSpanProcessorOption
		if s.block {
			opts = append(opts, sdktrace.WithBlocking())
		}
		if c.Hold {
			opts = append(opts, sdktrace.WithBatchTimeout(forever),
				sdktrace.WithMaxQueueSize(1<<20), sdktrace.WithMaxExportBatchSize(1<<20))
		}
		provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter, opts...))
		return &otelRecorder{provider: provider, tracer: provider.Tracer("bench"), raw: s.raw}, nil
	}
}

// text returns a value as an attribute holds it: OpenTelemetry has no structured
// attributes, so programs encode them, as its conventions for language models say.
func (r *otelRecorder) text(v map[string]any, raw json.RawMessage) string {
	if r.raw {
		return string(raw)
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are ours
	}
	return string(data)
}

func (r *otelRecorder) Trace(ctx context.Context, _ int, t *work.Trace, h *hist.Histogram) error {
	begin := time.Now()
	ctx, root := r.tracer.Start(ctx, t.Name, trace.WithAttributes(attribute.String("input", r.text(t.Input, t.RawInput))))
	took := time.Since(begin)
	for i := range t.Spans {
		e := &t.Spans[i]
		begin := time.Now()
		attributes := []attribute.KeyValue{
			attribute.String("type", e.Type),
			attribute.String("input", r.text(e.Input, e.RawInput)),
		}
		if e.Model != "" {
			attributes = append(attributes, attribute.String("gen_ai.request.model", e.Model), attribute.String("gen_ai.provider.name", e.Provider))
		}
		_, span := r.tracer.Start(ctx, e.Name, trace.WithAttributes(attributes...))
		span.SetAttributes(attribute.String("output", r.text(e.Output, e.RawOutput)))
		span.End()
		h.Add(time.Since(begin))
	}
	begin = time.Now()
	root.SetAttributes(attribute.String("output", r.text(t.Output, t.RawOutput)))
	root.End()
	h.Add(took + time.Since(begin))
	return nil
}

func (r *otelRecorder) Close(ctx context.Context) error { return r.provider.Shutdown(ctx) }
