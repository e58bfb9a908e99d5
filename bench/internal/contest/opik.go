package contest

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
	"github.com/opik-go/sdk/opik"
)

type opikSetting struct {
	raw, block, spool, durable bool
}

type opikRecorder struct {
	client *opik.Client
	raw    bool
}

func openOpik(s opikSetting) func(Config) (Recorder, error) {
	return func(c Config) (Recorder, error) {
		opts := []opik.Option{
			opik.WithURL(c.URL + "/api"), opik.WithProject(work.Project), opik.WithConfigFile(os.DevNull),
			opik.WithLogger(slog.New(slog.DiscardHandler)),
		}
		if s.block {
			opts = append(opts, opik.WithOverflow(opik.OverflowBlock(time.Minute)))
		}
		if s.spool {
			opts = append(opts, opik.WithSpool(c.Dir))
		}
		if s.durable {
			opts = append(opts, opik.WithSpool(c.Dir, opik.SpoolDurable(), opik.SpoolSync(opik.SyncInterval(100*time.Millisecond))))
		}
		if c.Hold {
			opts = append(opts, opik.WithBatch(forever, 1<<30), opik.WithQueueBytes(1<<30))
		}
		client, err := opik.New(opts...)
		return &opikRecorder{client: client, raw: s.raw}, err
	}
}

func (r *opikRecorder) input(e *work.Entity) any {
	if r.raw {
		return e.RawInput
	}
	return e.Input
}

func (r *opikRecorder) output(e *work.Entity) any {
	if r.raw {
		return e.RawOutput
	}
	return e.Output
}

func (r *opikRecorder) Trace(ctx context.Context, _ int, t *work.Trace, h *hist.Histogram) error {
	begin := time.Now()
	ctx, trace := r.client.StartTrace(ctx, t.Name, opik.WithInput(r.input(&t.Entity)))
	took := time.Since(begin)
	for i := range t.Spans {
		e := &t.Spans[i]
		begin := time.Now()
		_, span := opik.StartSpan(ctx, e.Name, opik.WithSpanType(opik.SpanType(e.Type)),
			opik.WithModel(e.Model), opik.WithProvider(e.Provider), opik.WithInput(r.input(e)))
		span.SetOutput(r.output(e))
		span.End()
		h.Add(time.Since(begin))
	}
	begin = time.Now()
	trace.SetOutput(r.output(&t.Entity))
	trace.End()
	h.Add(took + time.Since(begin))
	return nil
}

func (r *opikRecorder) Close(ctx context.Context) error {
	// What was dropped is seen at the sink.
	_, _ = r.client.Close(ctx)
	return nil
}
