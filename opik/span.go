package opik

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/message"
)

// Span is a handle of a span that this process makes: one step of a trace, such as
// a call of a model or a tool. Spans nest. [StartSpan], [Client.StartSpan],
// [Trace.StartSpan] and [Span.StartSpan] start a span and [Span.End] ends it.
//
// All methods may be called from several goroutines at once, on a nil span, after
// End and after the client was closed. None of them waits for the network. Values
// are encoded before a method returns, so the caller may change them afterwards.
// What is set after End still reaches the server. Records are queued as those of a
// [Trace] are.
type Span struct {
	entity
	rec   message.Span
	trace *Trace
	// What rec refers to.
	input, output kept
	metadata      jsonenc.Raw
	// ownsTrace says that the trace was started with the span, and ends with it.
	ownsTrace bool
}

// StartSpan starts a span as a child of what ctx carries: a span, or else a trace.
// It returns the span with a context that carries it.
//
// If ctx carries neither, it returns ctx and nil, a span that does nothing: a
// library can be instrumented without knowing whether its caller traces.
func StartSpan(ctx context.Context, name string, opts ...StartOption) (context.Context, *Span) {
	switch parent := current(ctx).(type) {
	case *Span:
		return parent.StartSpan(ctx, name, opts...)
	case *Trace:
		return parent.StartSpan(ctx, name, opts...)
	}
	return ctx, nil
}

// StartSpan starts a span as a child of what ctx carries: a span, or else a trace.
// If ctx carries neither, it starts a trace of the same name, input, metadata and
// tags as well, which ends with the span and takes over its output and error;
// [Span.Trace] returns it. [WithParent] joins a trace of another process instead.
//
// It returns ctx and nil, a span that does nothing, if the client is nil or does
// not trace.
func (c *Client) StartSpan(ctx context.Context, name string, opts ...StartOption) (context.Context, *Span) {
	if !c.tracing() { // nothing else is done here, so that this is all it costs
		return ctx, nil
	}
	return c.startSpan(ctx, name, opts)
}

func (c *Client) startSpan(ctx context.Context, name string, opts []StartOption) (context.Context, *Span) {
	var s start
	s.apply(c, opts)
	var span *Span
	if s.parentTrace != "" {
		span = c.remoteTrace(s.parentTrace, s.parentSpan, &s).startSpan(s.parentSpan, name, &s)
	} else {
		switch parent := current(ctx).(type) {
		case *Span:
			span = parent.trace.startSpan(parent.rec.ID, name, &s)
		case *Trace:
			span = parent.startSpan(parent.parentSpan, name, &s)
		default:
			span = c.startSpanWithTrace(name, &s)
		}
	}
	return span.within(ctx), span
}

func (c *Client) startSpanWithTrace(name string, s *start) *Span {
	spanID := s.id
	s.id = "" // of the span, not the trace
	trace := c.startTrace(name, s)
	s.id = spanID
	s.tags = slices.Clone(s.tags) // each appends to its own from now on
	span := trace.startSpan("", name, s)
	span.ownsTrace = true
	return span
}

func (t *Trace) startSpan(parentID, name string, s *start) *Span {
	id, at, clocked := s.identify(t.client)
	if s.source == "" {
		s.source = t.rec.Source
	}
	if s.environment == "" {
		s.environment = t.rec.Environment
	}
	if s.spanType == "" {
		s.spanType = SpanTypeGeneral
	}
	span := &Span{trace: t, input: s.input, metadata: s.metadata, rec: message.Span{
		ID:           id,
		ProjectName:  t.rec.ProjectName,
		TraceID:      t.rec.ID,
		ParentSpanID: parentID,
		Name:         name,
		Type:         s.spanType,
		StartTime:    at,
		Model:        s.model,
		Provider:     s.provider,
		Tags:         s.tags,
		Source:       s.source,
		Environment:  s.environment,
	}}
	span.rec.Input, span.rec.Metadata = span.input.field(), rawOrNil(&span.metadata)
	span.begin(t.client, span, at, clocked)
	for _, a := range s.attachments {
		span.Attach(a)
	}
	return span
}

// record implements recorder.
func (s *Span) record(updated time.Time) message.Message {
	s.rec.LastUpdatedAt = updated
	return &s.rec
}

// moveValues implements recorder.
func (s *Span) moveValues() {
	s.input.move()
	s.output.move()
	s.metadata = bytes.Clone(s.metadata)
}

// none reports whether nobody started the span: it is nil, or a zero value.
func (s *Span) none() bool { return s == nil || s.client == nil }

// ID returns the id of the span, or "" for a nil span.
func (s *Span) ID() string {
	if s.none() {
		return ""
	}
	return s.rec.ID
}

// TraceID returns the id of the trace that the span is part of, or "" for a nil span.
func (s *Span) TraceID() string {
	if s.none() {
		return ""
	}
	return s.rec.TraceID
}

// Trace returns the trace that the span is part of, or nil for a nil span. If
// another process made the trace, the handle can be used to start spans and to
// score; what is set on it is not sent.
func (s *Span) Trace() *Trace {
	if s.none() {
		return nil
	}
	return s.trace
}

// StartSpan starts a child of the span, and returns it with a context that carries
// it. It returns ctx and nil on a nil span.
func (s *Span) StartSpan(ctx context.Context, name string, opts ...StartOption) (context.Context, *Span) {
	if s.none() {
		return ctx, nil
	}
	var o start
	o.apply(s.client, opts)
	if o.source == "" {
		o.source = s.rec.Source
	}
	if o.environment == "" {
		o.environment = s.rec.Environment
	}
	child := s.trace.startSpan(s.rec.ID, name, &o)
	return child.within(ctx), child
}

// SetName renames the span.
func (s *Span) SetName(name string) {
	if s.none() {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.Name = name
	s.changed()
}

// SetType changes the type of the span.
func (s *Span) SetType(t SpanType) {
	if s.none() {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.Type = t
	s.changed()
}

// SetInput sets what the step was given, replacing an earlier input. v may be
// anything that encoding/json can encode; what it cannot encode becomes a text that
// says so. A value that is neither object, list nor text is wrapped as
// {"input": v}. Nil removes the input.
func (s *Span) SetInput(v any) {
	if s.none() {
		return
	}
	value := keepValue(v, "input")
	s.mu.Lock()
	defer s.unlock()
	s.input = value
	s.rec.Input = s.input.field()
	s.changed()
}

// SetOutput sets what the step resulted in, replacing an earlier output. It takes
// the same values as [Span.SetInput]; others are wrapped as {"output": v}.
func (s *Span) SetOutput(v any) {
	if s.none() {
		return
	}
	value := keepValue(v, "output")
	s.mu.Lock()
	defer s.unlock()
	s.output = value
	s.rec.Output = s.output.field()
	s.changed()
}

// SetMetadata merges v into the metadata as [Trace.SetMetadata] does.
func (s *Span) SetMetadata(v any) {
	if s.none() {
		return
	}
	raw := encodeValue(v, "metadata")
	s.mu.Lock()
	defer s.unlock()
	s.metadata = mergeValue(s.metadata, raw)
	s.rec.Metadata = rawOrNil(&s.metadata)
	s.changed()
}

// AddTags adds tags; one that the span has already is not repeated, and an empty
// one is left out. The server takes up to 50 tags of up to 100 characters.
func (s *Span) AddTags(tags ...string) {
	if s.none() {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.Tags = unite(s.rec.Tags, tags)
	s.changed()
}

// SetModel sets the model that was called, by the name that its provider gives it.
// Together with provider and usage it lets the server compute the cost.
func (s *Span) SetModel(name string) {
	if s.none() {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.Model = name
	s.changed()
}

// SetProvider sets who ran the model. The server knows prices for "openai",
// "anthropic", "google_ai", "google_vertexai", "anthropic_vertexai", "bedrock" and
// "groq", spelled exactly so; any other name is kept.
func (s *Span) SetProvider(name string) {
	if s.none() {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.Provider = name
	s.changed()
}

// SetUsage sets how many tokens the step took, replacing an earlier usage. It takes
// a [Usage], a map of counts, or whatever the provider's library returns, as long
// as that encodes as a JSON object.
//
// The counts of OpenAI, Anthropic, Google and Bedrock are brought to prompt_tokens,
// completion_tokens and total_tokens, of other providers those that have these
// names; a missing total is computed. All counts of the provider are kept beside
// them, nested ones with dots between the names, under original_usage. Members that
// are not whole numbers of 32 bits are left out. A value without any count removes
// the usage.
func (s *Span) SetUsage(usage any) {
	if s.none() {
		return
	}
	counts := normalizeUsage(usage)
	s.mu.Lock()
	defer s.unlock()
	s.rec.Usage = counts
	s.changed()
}

// SetCost sets the cost of the step in US dollars. It wins over what the server
// would compute from model and usage. A cost that is negative or not finite is
// reported (see [WithLogger]) and ignored.
func (s *Span) SetCost(usd float64) {
	if s.none() {
		return
	}
	if usd < 0 || !jsonenc.IsFinite(usd) {
		s.client.report(&ValidationError{Method: "Span.SetCost", Field: "usd", Reason: fmt.Sprintf("is %v; a cost is finite and not negative", usd)})
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.TotalEstimatedCost = &usd
	s.changed()
}

// SetTTFT sets the time that passed until the first token of the answer was there.
// A negative one is reported (see [WithLogger]) and ignored.
func (s *Span) SetTTFT(d time.Duration) {
	if s.none() || !s.client.validTTFT("Span.SetTTFT", d) {
		return
	}
	s.mu.Lock()
	defer s.unlock()
	s.rec.TTFT = milliseconds(d)
	s.changed()
}

// SetError records the error that the span failed with, replacing an earlier one:
// its type, its text, the chain of errors that it wraps, and the stack of the
// caller. Nil changes nothing. The span still has to be ended.
func (s *Span) SetError(err error) {
	if s.none() || err == nil {
		return
	}
	s.setErrorInfo(newErrorInfo(err))
}

// SetErrorInfo records an error that was described elsewhere, replacing an earlier
// one. A missing type becomes "error", and a missing traceback the type and message.
func (s *Span) SetErrorInfo(info ErrorInfo) {
	if s.none() {
		return
	}
	s.setErrorInfo(completeErrorInfo(info))
}

func (s *Span) setErrorInfo(info *ErrorInfo) {
	s.mu.Lock()
	defer s.unlock()
	s.rec.ErrorInfo = info
	s.changed()
}

// Score queues a feedback score for the span. The rules are those of [Trace.Score].
func (s *Span) Score(name string, value float64, opts ...ScoreOption) {
	if s.none() {
		return
	}
	o := scoreOptions(opts)
	queueOne(s.client, "Span.Score", message.SpanScore{
		ID:           s.rec.ID,
		ProjectName:  s.rec.ProjectName,
		Name:         name,
		Value:        value,
		Reason:       o.reason,
		CategoryName: o.category,
	})
}

// End ends the span now and queues its record. Only the first call of End or EndAt
// sets the end time. Children that are still running are not ended.
//
// When it is deferred and the function panics, End records the panic as the error
// of the span, unless it has one, and panics on with the same value.
func (s *Span) End() {
	if s.none() {
		return
	}
	if v := recover(); v != nil {
		s.notePanic(newPanicInfo(v))
		defer panic(v)
	}
	s.endAt(time.Time{})
}

// EndAt is End for a span that ended at another time than now. The zero time means now.
func (s *Span) EndAt(end time.Time) {
	if s.none() {
		return
	}
	s.endAt(end)
}

func (s *Span) endAt(at time.Time) {
	now := time.Now()
	s.mu.Lock()
	at, first := s.end(at, now)
	if first {
		s.rec.EndTime = at
		s.queue(now)
		s.client.unsent.remove(&s.entity)
	}
	output, info := s.output, s.rec.ErrorInfo
	s.unlock()
	if first && s.ownsTrace {
		s.trace.endWith(output, info, at)
	}
}

func (s *Span) notePanic(info *ErrorInfo) {
	s.mu.Lock()
	defer s.unlock()
	if s.rec.ErrorInfo == nil {
		s.rec.ErrorInfo = info
		s.changed()
	}
}

// validTTFT reports whether d can be a time to first token.
func (c *Client) validTTFT(method string, d time.Duration) bool {
	if d < 0 {
		c.report(&ValidationError{Method: method, Field: "d", Reason: fmt.Sprintf("is %v; it must not be negative", d)})
		return false
	}
	return true
}

func milliseconds(d time.Duration) *float64 {
	ms := math.Round(float64(d)/float64(time.Microsecond)) / 1e3
	return &ms
}
