package opik

//opik:requires Trace_Write.environment,Span_Write.environment

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Bounds of a request that writes copies: what the server takes, and what is wise.
const (
	copyRecords = 1000
	copyBytes   = 4 << 20
)

// CopyTracesParams holds the optional inputs of [Client.CopyTraces].
type CopyTracesParams struct {
	// Filter is what a trace must meet to be copied; without it, all are.
	Filter TraceFilter
	// DeleteOriginals deletes the traces when all copies are stored, with whatever was
	// not copied: scores, comments, attachments, spans without a parent, and spans that
	// arrived meanwhile.
	DeleteOriginals bool
}

// CopiedTraces says what [Client.CopyTraces] has done.
type CopiedTraces struct {
	// Traces and Spans are the numbers of copies.
	Traces, Spans int
	// Orphans is the number of spans that were left out because their parent is not
	// on the server.
	Orphans int
}

// CopyTraces copies the traces of a project with their spans to another one, which is
// created if there is none. The copies have new ids and the times of the originals.
// Scores, comments and attachments stay behind, but content that the server took out
// of inputs, outputs and metadata is put back.
//
// It reads everything, and writes batches of up to 1,000 records; it blocks until that
// is done, and holds the ids of all records, but not the records, in memory. Traces
// that arrive meanwhile may be missed. After an error, which can be an [*APIError] or
// that of the context, the result says what was copied before; nothing is deleted then
// unless all copies are stored. A second call copies everything again.
func (c *Client) CopyTraces(ctx context.Context, projectName, destinationProjectName string, params CopyTracesParams, opts ...CallOption) (CopiedTraces, error) {
	switch {
	case c == nil:
		return CopiedTraces{}, ErrNilClient
	case strings.TrimSpace(projectName) == "":
		return CopiedTraces{}, &ValidationError{Method: "Client.CopyTraces", Field: "projectName", Reason: "is missing"}
	case strings.TrimSpace(destinationProjectName) == "":
		return CopiedTraces{}, &ValidationError{Method: "Client.CopyTraces", Field: "destinationProjectName", Reason: "is missing"}
	case strings.EqualFold(projectName, destinationProjectName):
		return CopiedTraces{}, &ValidationError{Method: "Client.CopyTraces", Field: "destinationProjectName", Reason: "is that of the originals"}
	}
	job := copyJob{client: c, from: projectName, to: destinationProjectName, opts: opts, traces: map[string]string{}, spans: map[string]string{}}
	if err := job.copyTraces(ctx, params.Filter); err != nil || len(job.traces) == 0 {
		return job.done, err
	}
	if err := job.copySpans(ctx); err != nil || !params.DeleteOriginals {
		return job.done, err
	}
	for ids := range slices.Chunk(job.originals, copyRecords) {
		if err := c.Traces.DeleteBatch(ctx, ids, opts...); err != nil {
			return job.done, err
		}
	}
	return job.done, nil
}

// copyJob is one run of CopyTraces.
type copyJob struct {
	client        *Client
	from, to      string
	opts          []CallOption
	originals     []string          // ids of the traces that were copied
	traces, spans map[string]string // ids of the copies by those of the originals
	done          CopiedTraces
}

// copyTraces copies the traces. What the server adds to metadata when it reads is
// left out of the request.
func (j *copyJob) copyTraces(ctx context.Context, filter TraceFilter) error {
	batch := copyBatch[rest.Trace]{store: func(ctx context.Context, traces []rest.Trace) error {
		err := j.client.REST().CreateTraces(ctx, rest.TraceBatch{Traces: traces}, j.opts...)
		if err == nil {
			j.done.Traces += len(traces)
		}
		return err
	}}
	params := SearchTracesParams{ProjectName: j.from, Filter: filter, Exclude: []rest.TraceField{rest.TraceFieldProviders}}
	for trace, err := range j.client.SearchTraces(ctx, params, j.opts...) {
		if err != nil {
			return err
		}
		id := uuid7.At(trace.StartTime)
		j.traces[trace.ID], j.originals = id, append(j.originals, trace.ID)
		err = batch.add(ctx, len(trace.Input)+len(trace.Output)+len(trace.Metadata), rest.Trace{
			ID: id, ProjectName: j.to, Name: trace.Name, StartTime: trace.StartTime, EndTime: trace.EndTime,
			Input: trace.Input, Output: trace.Output, Metadata: trace.Metadata, Tags: trace.Tags, ErrorInfo: trace.ErrorInfo,
			ThreadID: trace.ThreadID, TTFT: trace.TTFT, Source: trace.Source, Environment: trace.Environment, LastUpdatedAt: now(),
		})
		if err != nil {
			return err
		}
	}
	return batch.flush(ctx)
}

// copySpans copies the spans. Children come before their parents, so the ids are read
// first: a parent that does not exist must not be named.
func (j *copyJob) copySpans(ctx context.Context) error {
	small := SearchSpansParams{ProjectName: j.from, Exclude: []rest.SpanField{rest.SpanFieldInput, rest.SpanFieldOutput, rest.SpanFieldMetadata}}
	for span, err := range j.client.SearchSpans(ctx, small, j.opts...) {
		if err != nil {
			return err
		}
		if j.traces[span.TraceID] != "" {
			j.spans[span.ID] = uuid7.At(span.StartTime)
		}
	}
	batch := copyBatch[rest.Span]{store: func(ctx context.Context, spans []rest.Span) error {
		err := j.client.REST().CreateSpans(ctx, rest.SpanBatch{Spans: spans}, j.opts...)
		if err == nil {
			j.done.Spans += len(spans)
		}
		return err
	}}
	for span, err := range j.client.SearchSpans(ctx, SearchSpansParams{ProjectName: j.from}, j.opts...) {
		if err != nil {
			return err
		}
		id, parent := j.spans[span.ID], j.spans[span.ParentSpanID]
		switch {
		case id == "": // of a trace that is not copied, or newer than the ids
			continue
		case span.ParentSpanID != "" && parent == "":
			j.done.Orphans++
			continue
		}
		if err := batch.add(ctx, len(span.Input)+len(span.Output)+len(span.Metadata), j.copyOf(span, id, parent)); err != nil {
			return err
		}
	}
	return batch.flush(ctx)
}

// copyOf is a copy of a span.
func (j *copyJob) copyOf(span rest.Span, id, parent string) rest.Span {
	out := rest.Span{
		ID: id, TraceID: j.traces[span.TraceID], ParentSpanID: parent, ProjectName: j.to,
		Name: span.Name, Type: span.Type, StartTime: span.StartTime, EndTime: span.EndTime,
		Input: span.Input, Output: span.Output, Metadata: withoutProvider(span.Metadata, span.Provider), Tags: span.Tags, ErrorInfo: span.ErrorInfo,
		Model: span.Model, Provider: span.Provider, Usage: span.Usage, TTFT: span.TTFT, Source: span.Source, Environment: span.Environment,
		LastUpdatedAt: now(),
	}
	if span.TotalEstimatedCostVersion == "" { // the cost was given, not computed
		out.TotalEstimatedCost = span.TotalEstimatedCost
	}
	return out
}

// withoutProvider takes out of metadata what the server adds when it reads a span.
func withoutProvider(metadata json.RawMessage, provider string) json.RawMessage {
	var members map[string]json.RawMessage
	if provider == "" || json.Unmarshal(metadata, &members) != nil {
		return metadata
	}
	var added string
	if json.Unmarshal(members["provider"], &added) != nil || added != provider {
		return metadata
	}
	if delete(members, "provider"); len(members) == 0 {
		return nil
	}
	out, err := json.Marshal(members)
	if err != nil {
		return metadata
	}
	return out
}

// now is the time of a record, with what the server keeps of it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// copyBatch collects records and stores them when there are enough.
type copyBatch[T any] struct {
	store   func(ctx context.Context, records []T) error
	records []T
	bytes   int
}

func (b *copyBatch[T]) add(ctx context.Context, size int, record T) error {
	if len(b.records) > 0 && b.bytes+size > copyBytes {
		if err := b.flush(ctx); err != nil {
			return err
		}
	}
	b.records, b.bytes = append(b.records, record), b.bytes+size
	if len(b.records) == copyRecords {
		return b.flush(ctx)
	}
	return nil
}

// flush stores what there is.
func (b *copyBatch[T]) flush(ctx context.Context) error {
	if len(b.records) == 0 {
		return nil
	}
	err := b.store(ctx, b.records)
	b.records, b.bytes = b.records[:0], 0
	return err
}
