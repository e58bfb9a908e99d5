package opik

import (
	"bytes"
	"context"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/message"
)

// Trace is a handle of a trace that this process makes: one run of an application,
// from what came in to what went out. Its steps are spans. [Client.StartTrace]
// starts a trace and [Trace.End] ends it.
//
// All methods may be called from several goroutines at once, on a nil trace, after
// End and after the client was closed. None of them waits for the network. Values
// are encoded before a method returns, so the caller may change them afterwards.
// What is set after End still reaches the server.
//
// The record of a trace is queued when it ends. One that takes longer than a second
// is queued before, and again whenever something was set, so that the server shows
// it while it runs and a crash does not lose it; [Client.Flush] does so at once.
// Records are complete: what [Client.UpdateTrace] changes meanwhile is overwritten.
type Trace struct {
	entity
	rec message.Trace
	// What rec refers to.
	input, output kept
	metadata      jsonenc.Raw
	// parentSpan is the span of another process that spans started here are children
	// of; only a remote trace has one.
	parentSpan string
}

// StartTrace starts a trace, and returns it with a context that carries it: spans
// that are started from that context become part of it. The trace is independent
// of any trace that ctx carries.
//
// It returns ctx and nil, a trace that does nothing, if the client is nil or does
// not trace.
func (c *Client) StartTrace(ctx context.Context, name string, opts ...StartOption) (context.Context, *Trace) {
	if !c.tracing() {
		return ctx, nil
	}
	return c.startTraceWithin(ctx, name, opts)
}

func (c *Client) startTraceWithin(ctx context.Context, name string, opts []StartOption) (context.Context, *Trace) {
	var s start
	s.apply(c, opts)
	t := c.startTrace(name, &s)
	for _, a := range s.attachments {
		t.Attach(a)
	}
	return t.within(ctx), t
}

func (c *Client) startTrace(name string, s *start) *Trace {
	id, at, clocked := s.identify(c)
	t := &Trace{input: s.input, metadata: s.metadata, rec: message.Trace{
		ID:          id,
		ProjectName: c.projectName(s.project, ""),
		Name:        name,
		StartTime:   at,
		Tags:        s.tags,
		ThreadID:    s.thread,
		Source:      sourceOr(s.source),
		Environment: s.environment,
	}}
	t.rec.Input, t.rec.Metadata = t.input.field(), rawOrNil(&t.metadata)
	t.begin(c, t, at, clocked)
	return t
}

// remoteTrace is a handle of a trace that another process made.
func (c *Client) remoteTrace(traceID, parentSpanID string, s *start) *Trace {
	t := &Trace{parentSpan: parentSpanID, rec: message.Trace{
		ID:          traceID,
		ProjectName: c.projectName(s.project, ""),
		Source:      sourceOr(s.source),
		Environment: s.environment,
	}}
	t.client, t.owner, t.remote = c, t, true
	return t
}

// record implements recorder.
func (t *Trace) record(updated time.Time) message.Message {
	t.rec.LastUpdatedAt = updated
	return &t.rec
}

// moveValues implements recorder.
func (t *Trace) moveValues() {
	t.input.move()
	t.output.move()
	t.metadata = bytes.Clone(t.metadata)
}

// none reports whether nobody started the trace: it is nil, or a zero value.
func (t *Trace) none() bool { return t == nil || t.client == nil }

// ID returns the id of the trace, or "" for a nil trace.
func (t *Trace) ID() string {
	if t.none() {
		return ""
	}
	return t.rec.ID
}

// ProjectName returns the name of the project that the trace is in, or "" for a nil trace.
func (t *Trace) ProjectName() string {
	if t.none() {
		return ""
	}
	return t.rec.ProjectName
}

// StartSpan starts a span of the trace, and returns it with a context that carries
// it. It returns ctx and nil on a nil trace.
func (t *Trace) StartSpan(ctx context.Context, name string, opts ...StartOption) (context.Context, *Span) {
	if t.none() {
		return ctx, nil
	}
	var s start
	s.apply(t.client, opts)
	span := t.startSpan(t.parentSpan, name, &s)
	return span.within(ctx), span
}

// SetName renames the trace.
func (t *Trace) SetName(name string) {
	if t.none() {
		return
	}
	t.mu.Lock()
	defer t.unlock()
	t.rec.Name = name
	t.changed()
}

// SetInput sets what the application was asked, replacing an earlier input. v may
// be anything that encoding/json can encode; what it cannot encode becomes a text
// that says so. A value that is neither object, list nor text is wrapped as
// {"input": v}. Nil removes the input.
func (t *Trace) SetInput(v any) {
	if t.none() {
		return
	}
	value := keepValue(v, "input")
	t.mu.Lock()
	defer t.unlock()
	t.input = value
	t.rec.Input = t.input.field()
	t.changed()
}

// SetOutput sets what the application answered, replacing an earlier output. It
// takes the same values as [Trace.SetInput]; others are wrapped as {"output": v}.
func (t *Trace) SetOutput(v any) {
	if t.none() {
		return
	}
	value := keepValue(v, "output")
	t.mu.Lock()
	defer t.unlock()
	t.output = value
	t.rec.Output = t.output.field()
	t.changed()
}

// SetMetadata merges v into the metadata: members of objects are united, and where
// both have one the new wins, level by level, ten levels deep. If v or the present
// metadata is no object, v replaces it. Nil changes nothing.
func (t *Trace) SetMetadata(v any) {
	if t.none() {
		return
	}
	raw := encodeValue(v, "metadata")
	t.mu.Lock()
	defer t.unlock()
	t.metadata = mergeValue(t.metadata, raw)
	t.rec.Metadata = rawOrNil(&t.metadata)
	t.changed()
}

// AddTags adds tags; one that the trace has already is not repeated, and an empty
// one is left out. The server takes up to 50 tags of up to 100 characters.
func (t *Trace) AddTags(tags ...string) {
	if t.none() {
		return
	}
	t.mu.Lock()
	defer t.unlock()
	t.rec.Tags = unite(t.rec.Tags, tags)
	t.changed()
}

// SetThreadID puts the trace into a thread (a conversation), replacing an earlier
// one. A thread cannot be removed from a trace that has reached the server.
func (t *Trace) SetThreadID(id string) {
	if t.none() {
		return
	}
	t.mu.Lock()
	defer t.unlock()
	t.rec.ThreadID = id
	t.changed()
}

// SetTTFT sets the time that passed until the first token of the answer was there.
// A negative one is reported (see [WithLogger]) and ignored.
func (t *Trace) SetTTFT(d time.Duration) {
	if t.none() || !t.client.validTTFT("Trace.SetTTFT", d) {
		return
	}
	t.mu.Lock()
	defer t.unlock()
	t.rec.TTFT = milliseconds(d)
	t.changed()
}

// SetError records the error that the trace failed with, replacing an earlier one:
// its type, its text, the chain of errors that it wraps, and the stack of the
// caller. Nil changes nothing. The trace still has to be ended.
func (t *Trace) SetError(err error) {
	if t.none() || err == nil {
		return
	}
	t.setErrorInfo(newErrorInfo(err))
}

// SetErrorInfo records an error that was described elsewhere, replacing an earlier
// one. A missing type becomes "error", and a missing traceback the type and message.
func (t *Trace) SetErrorInfo(info ErrorInfo) {
	if t.none() {
		return
	}
	t.setErrorInfo(completeErrorInfo(info))
}

func (t *Trace) setErrorInfo(info *ErrorInfo) {
	t.mu.Lock()
	defer t.unlock()
	t.rec.ErrorInfo = info
	t.changed()
}

// Score queues a feedback score for the trace. A score of the same name replaces an
// earlier one. A score without a name, or with a value that is not finite or beyond
// ±999,999,999.999999999, is reported (see [WithLogger]) and not queued.
func (t *Trace) Score(name string, value float64, opts ...ScoreOption) {
	if t.none() {
		return
	}
	o := scoreOptions(opts)
	queueOne(t.client, "Trace.Score", message.TraceScore{
		ID:           t.rec.ID,
		ProjectName:  t.rec.ProjectName,
		Name:         name,
		Value:        value,
		Reason:       o.reason,
		CategoryName: o.category,
	})
}

// End ends the trace now and queues its record. Only the first call of End or EndAt
// sets the end time.
//
// When it is deferred and the function panics, End records the panic as the error
// of the trace, unless it has one, and panics on with the same value.
func (t *Trace) End() {
	if t.none() {
		return
	}
	if v := recover(); v != nil {
		t.notePanic(newPanicInfo(v))
		defer panic(v)
	}
	t.endAt(time.Time{})
}

// EndAt is End for a trace that ended at another time than now. The zero time means now.
func (t *Trace) EndAt(end time.Time) {
	if t.none() {
		return
	}
	t.endAt(end)
}

func (t *Trace) endAt(at time.Time) {
	now := time.Now()
	t.mu.Lock()
	defer t.unlock()
	at, first := t.end(at, now)
	if !first || t.remote {
		return
	}
	t.rec.EndTime = at
	t.queue(now)
	t.client.unsent.remove(&t.entity)
}

// endWith ends the trace together with the span that it was started for. What was
// set on the trace itself wins.
func (t *Trace) endWith(output kept, info *ErrorInfo, at time.Time) {
	t.mu.Lock()
	if t.rec.Output == nil {
		t.output = output
		t.rec.Output = t.output.field()
	}
	if t.rec.ErrorInfo == nil {
		t.rec.ErrorInfo = info
	}
	t.unlock()
	t.endAt(at)
}

func (t *Trace) notePanic(info *ErrorInfo) {
	t.mu.Lock()
	defer t.unlock()
	if t.rec.ErrorInfo == nil {
		t.rec.ErrorInfo = info
		t.changed()
	}
}
