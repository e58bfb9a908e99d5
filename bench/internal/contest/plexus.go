package contest

import (
	"context"
	"time"

	plexus "github.com/plexusone/opik-go"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
)

// plexusRecorder uses the batching client of the other SDK for Opik. Version 0.6.0
// batches feedback only: traces and spans are created by a request each, in the
// caller's goroutine, and ended by another.
type plexusRecorder struct {
	client *plexus.BatchingClient
}

func openPlexus(c Config) (Recorder, error) {
	client, err := plexus.NewBatchingClient(plexus.WithURL(c.URL+"/api"), plexus.WithProjectName(work.Project),
		plexus.WithHTTPClient(newHTTPClient(c.Goroutines)))
	if err != nil {
		return nil, err
	}
	return &plexusRecorder{client: client}, nil
}

func (r *plexusRecorder) Trace(ctx context.Context, _ int, t *work.Trace, h *hist.Histogram) error {
	begin := time.Now()
	trace, err := r.client.Trace(ctx, t.Name, plexus.WithTraceInput(t.Input))
	if err != nil {
		return err
	}
	took := time.Since(begin)
	for i := range t.Spans {
		e := &t.Spans[i]
		begin := time.Now()
		span, err := trace.Span(ctx, e.Name, plexus.WithSpanType(e.Type), plexus.WithSpanModel(e.Model),
			plexus.WithSpanProvider(e.Provider), plexus.WithSpanInput(e.Input))
		if err != nil {
			return err
		}
		if err := span.End(ctx, plexus.WithSpanOutput(e.Output)); err != nil {
			return err
		}
		h.Add(time.Since(begin))
	}
	begin = time.Now()
	if err := trace.End(ctx, plexus.WithTraceOutput(t.Output)); err != nil {
		return err
	}
	h.Add(took + time.Since(begin))
	return nil
}

func (r *plexusRecorder) Close(context.Context) error { return r.client.Close(time.Minute) }
