package recorded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

const (
	tracesBatch     = "POST /v1/private/traces/batch"
	spansBatch      = "POST /v1/private/spans/batch"
	retrieveProject = "POST /v1/private/projects/retrieve"
)

func transportScenarios() map[string]scenario {
	return map[string]scenario{
		"batch-1000-spans":    {run: batch1000Spans},
		"client-headers":      {run: clientHeaders},
		"client-local-no-key": {run: clientLocalNoKey},
		"connection-dropped": {
			run: connectionDropped,
			differs: &difference{
				reason: "a request without an answer is repeated, because a batch has ids and times with which a repetition changes nothing: no trace is lost",
				paths:  []string{"trace test-project/gone.*"},
			},
		},
		"debounce": {
			run: debounce,
			differs: &difference{reason: "a trace that runs is sent after two seconds at the latest, whether others follow or not, " +
				"and not 300 ms after the last one: a steady flow cannot put it off, and what ends within a second is sent once"},
		},
		"no-retry-400-404-409": {
			run:     noRetry,
			differs: &difference{reason: "what a server refuses with 401 is kept, and sent when the key is valid again: the refusal says nothing about the record"},
		},
		"retry-429-retry-after":   {run: retryAfter},
		"retry-500-then-ok":       {run: retryServerError},
		"span-before-trace-order": {run: spanBeforeTrace},
		"timeout": {
			run:     requestTimeout,
			prepare: []setup{createProject("test-project")},
			faults:  []opiktest.Fault{opiktest.Delay(2500 * time.Millisecond).On(retrieveProject)},
		},

		"py-facts": {notReplayed: "it lists constants of another SDK, and no requests"},
	}
}

func batch1000Spans(r *run) {
	trace := r.startTrace("bulk")
	for i := range 1000 {
		span := startSpan(trace, fmt.Sprintf("span-%d", i), opik.WithSpanType(opik.SpanTypeGeneral), opik.WithInput(object{"i": i}))
		span.End()
	}
	trace.End()
	receipt := r.flush()
	if got := receipt.Kinds["span"]; got.Accepted != 1000 || got.Delivered != 1000 {
		r.Errorf("receipt %v: %+v", receipt, got)
	}
	// The official SDK needs ten batches and ten updates.
	if n := len(r.requestsTo(spansBatch)); n > 10 {
		r.Errorf("%d requests for 1000 spans", n)
	}
	if n := len(r.requestsTo(tracesBatch)); n != 1 {
		r.Errorf("%d requests for one trace", n)
	}
	for _, s := range r.requests() {
		if s.method == http.MethodPatch {
			r.Errorf("%s %s: what ended before it was sent needs no update", s.method, s.path)
		}
	}
}

func clientHeaders(r *run) {
	r.client = r.connect(opik.WithHeader("X-Custom-One", "1"), opik.WithHeader("x-tenant", "acme"))
	r.startTrace("t").End()
	r.flush()
	project, err := r.client.Projects.Retrieve(r.ctx, "test-project", opik.ProjectRetrieveParams{})
	if err != nil {
		r.Fatal(err)
	}
	if project.Name != "test-project" {
		r.Errorf("project %q", project.Name)
	}
	r.wantRequests(map[string]int{tracesBatch: 1, retrieveProject: 1})
}

func clientLocalNoKey(r *run) {
	r.startTrace("t").End()
	r.flush()
	for _, s := range r.requests() {
		if _, there := s.header["Authorization"]; there {
			r.Error("the header authorization is sent without a key")
		}
	}
	r.wantRequests(map[string]int{tracesBatch: 1})
}

func connectionDropped(r *run) {
	r.startTrace("gone").End()
	receipt := r.flush()
	if got := receipt.Kinds["trace"]; got.Delivered != 1 || receipt.Requests != 2 {
		r.Errorf("receipt %v", receipt)
	}
	r.startTrace("next").End()
	r.flush()
	r.wantRequests(map[string]int{tracesBatch: 2}) // the dropped one was never read
}

func debounce(r *run) {
	const wait = 800 * time.Millisecond
	start := time.Now()
	for i := range 8 {
		if i > 0 {
			time.Sleep(time.Until(start.Add(time.Duration(i) * 100 * time.Millisecond)))
		}
		r.startTrace(fmt.Sprintf("d%d", i))
	}
	if err := r.srv.WaitFor(r.ctx, func() bool { return len(r.srv.TraceTrees()) == 8 }); err != nil {
		r.Fatalf("without a flush only %d traces arrive: %v", len(r.srv.TraceTrees()), err)
	}
	sent := r.requestsTo(tracesBatch)
	if len(sent) > 8 {
		r.Errorf("%d requests for 8 traces", len(sent))
	}
	if after := sent[0].at.Sub(start); after < 700*time.Millisecond+wait {
		r.Errorf("the first request comes after %v: this is no longer different", after)
	}
}

func noRetry(r *run) {
	for _, tt := range []struct {
		status   int
		rejected bool
		requests int64
	}{
		{400, true, 1},
		{404, true, 1},
		{409, false, 1}, // the server has it already, from an attempt that seemed to fail
		{422, true, 1},
		{408, false, 2},
	} {
		if tt.status == http.StatusNotFound {
			unauthorized(r)
		}
		r.startTrace(fmt.Sprintf("s%d", tt.status)).End()
		receipt, err := r.client.Flush(r.ctx)
		if receipt.Requests != tt.requests {
			r.Errorf("%d: %d requests", tt.status, receipt.Requests)
		}
		got := receipt.Kinds["trace"]
		if !tt.rejected {
			if err != nil || got.Delivered != 1 {
				r.Errorf("%d: receipt %v, error %v", tt.status, receipt, err)
			}
			continue
		}
		if !errors.Is(err, opik.ErrNotDelivered) || got.Rejected != 1 || len(receipt.Rejections) != 1 {
			r.Errorf("%d: receipt %v, error %v", tt.status, receipt, err)
			continue
		}
		if why := receipt.Rejections[0]; why.Status != tt.status || why.Message != fmt.Sprintf("e%d", tt.status) {
			r.Errorf("%d: rejection %+v", tt.status, why)
		}
	}
	r.wantRequests(map[string]int{tracesBatch: len(r.vector.Requests)})
}

// unauthorized records what the server answers with 401, and goes on with another
// client: this one would send it again before anything else.
func unauthorized(r *run) {
	r.startTrace("s401").End()
	receipt, err := r.client.Flush(r.ctx)
	if got := receipt.Kinds["trace"]; !errors.Is(err, opik.ErrUnauthorized) || got.Queued != 1 || receipt.Requests != 1 {
		r.Errorf("401: receipt %v, error %v", receipt, err)
	}
	ended, cancel := context.WithCancel(r.ctx)
	cancel()
	if receipt, err := r.client.Close(ended); err == nil || receipt.Total().Dropped != 1 {
		r.Errorf("401: closing: receipt %v, error %v", receipt, err)
	}
	r.client = r.connect()
}

// retried checks that the one trace was sent twice, with the same body, and returns
// the time in between.
func (r *run) retried(receipt opik.Receipt) time.Duration {
	r.Helper()
	sent := r.requestsTo(tracesBatch)
	if len(sent) != 2 {
		r.Fatalf("%d requests", len(sent))
	}
	if !bytes.Equal(sent[0].raw, sent[1].raw) {
		r.Errorf("the repeated body is another: %s and %s", sent[0].raw, sent[1].raw)
	}
	if got := receipt.Kinds["trace"]; got.Accepted != 1 || got.Delivered != 1 || receipt.Requests != 2 {
		r.Errorf("receipt %v", receipt)
	}
	if failures := r.client.Stats().Failures; failures != 1 {
		r.Errorf("%d failures", failures)
	}
	return sent[1].at.Sub(sent[0].at)
}

func retryAfter(r *run) {
	r.startTrace("r").End()
	// The wait is at least what the server asked for, and not much more.
	if wait := r.retried(r.flush()); wait < 3*time.Second-50*time.Millisecond || wait > 8*time.Second {
		r.Errorf("repeated after %v", wait)
	}
}

func retryServerError(r *run) {
	r.startTrace("r").End()
	// The wait is random, and shorter than that of the official SDK; machines that run
	// tests may be slow.
	if wait := r.retried(r.flush()); wait > 5*time.Second {
		r.Errorf("repeated after %v", wait)
	}
}

func spanBeforeTrace(r *run) {
	trace := r.startTrace("t")
	span := startSpan(trace, "s")
	span.Score("q", 1)
	trace.Score("q", 1)
	span.End()
	trace.End()
	r.flush()
	// The order does not matter to the server; that there is one request of a kind does.
	r.wantRequests(map[string]int{
		tracesBatch: 1, spansBatch: 1,
		"PUT /v1/private/traces/feedback-scores": 1,
		"PUT /v1/private/spans/feedback-scores":  1,
	})
}

func requestTimeout(r *run) {
	for range 2 {
		ctx, cancel := context.WithTimeout(r.ctx, time.Second)
		start := time.Now()
		_, err := r.client.Projects.Retrieve(ctx, "test-project", opik.ProjectRetrieveParams{})
		took := time.Since(start)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			r.Errorf("error %v", err)
		}
		// A call that went on would have got its answer after 2.5 s.
		if took < 900*time.Millisecond {
			r.Errorf("the call took %v", took)
		}
	}
	if hits := r.faults[0].Hits(); hits != len(r.vector.Requests) {
		r.Errorf("%d requests", hits)
	}
}
