package contest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
)

// floorRecorder is the least that can be done: each goroutine encodes into a buffer
// that it uses again and again, with an encoder that knows the content, and posts
// the buffer when it holds a batch. There is no queue, no retry, no accounting, and
// the caller waits for the network.
type floorRecorder struct {
	url       string
	batch     int
	client    *http.Client
	recorders []*floorLane
}

type floorLane struct {
	traces, spans floorBatch
	_             [64]byte // another goroutine's counters are not in the same cache line
}

type floorBatch struct {
	path  string
	open  string
	body  []byte
	count int
}

func openFloor(c Config) (Recorder, error) {
	r := &floorRecorder{url: c.URL + "/api", batch: c.Batch, client: newHTTPClient(c.Goroutines)}
	if r.batch < 1 {
		return nil, fmt.Errorf("the floor cannot send batches of %d", c.Batch)
	}
	for range c.Goroutines {
		r.recorders = append(r.recorders, &floorLane{
			traces: floorBatch{path: "/v1/private/traces/batch", open: `{"traces":[`},
			spans:  floorBatch{path: "/v1/private/spans/batch", open: `{"spans":[`},
		})
	}
	return r, nil
}

func (r *floorRecorder) Trace(ctx context.Context, g int, t *work.Trace, h *hist.Histogram) error {
	lane := r.recorders[g]
	begin := time.Now()
	traceID := newID(begin)
	started := begin
	took := time.Since(begin)
	for i := range t.Spans {
		begin := time.Now()
		lane.spans.next()
		lane.spans.body = AppendSpan(lane.spans.body, &t.Spans[i], newID(begin), traceID, begin, time.Now())
		if err := r.full(ctx, &lane.spans); err != nil {
			return err
		}
		h.Add(time.Since(begin))
	}
	begin = time.Now()
	lane.traces.next()
	lane.traces.body = AppendTrace(lane.traces.body, &t.Entity, traceID, started, begin)
	if err := r.full(ctx, &lane.traces); err != nil {
		return err
	}
	h.Add(took + time.Since(begin))
	return nil
}

func (b *floorBatch) next() {
	if b.count == 0 {
		b.body = append(b.body[:0], b.open...)
	} else {
		b.body = append(b.body, ',')
	}
	b.count++
}

func (r *floorRecorder) full(ctx context.Context, b *floorBatch) error {
	if b.count < r.batch {
		return nil
	}
	return r.post(ctx, b)
}

func (r *floorRecorder) post(ctx context.Context, b *floorBatch) error {
	if b.count == 0 {
		return nil
	}
	b.body = append(b.body, "]}"...)
	b.count = 0
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+b.path, bytes.NewReader(b.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the sink answered %s", resp.Status)
	}
	return nil
}

func (r *floorRecorder) Close(ctx context.Context) error {
	for _, lane := range r.recorders {
		for _, b := range []*floorBatch{&lane.traces, &lane.spans} {
			if err := r.post(ctx, b); err != nil {
				return err
			}
		}
	}
	return nil
}
