package opik

import (
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// StartOption says more about a trace or span when it is started. An option that
// has no meaning for what is started is ignored: a trace has no model, for example.
type StartOption struct {
	// A plain struct instead of a function: starting a span is on the path of
	// every call that is observed, and closures would be allocated.
	field startField
	text  string
	value any
	tags  []string
	time  time.Time
}

type startField uint8

const (
	startID startField = iota + 1
	startTime
	startProject
	startEnvironment
	startSource
	startThread
	startInput
	startMetadata
	startTags
	startSpanType
	startModel
	startProvider
	startParent
	startAttachments
)

// WithID sets the id, overriding the default of a new one. It must be a version 7
// UUID that was made for about the start time, because the server filters by the
// time inside the id. An id that is no version 7 UUID is replaced by a new one and
// reported (see [WithLogger]), since the server would refuse the record.
func WithID(id string) StartOption { return StartOption{field: startID, text: id} }

// WithStartTime sets the start time, overriding the default of the present. The id
// is made for that time unless [WithID] sets it.
func WithStartTime(t time.Time) StartOption { return StartOption{field: startTime, time: t} }

// InProject sets the project of a trace, overriding the default of the client's
// project. Spans are in the project of their trace; for a span the option counts
// only if [Client.StartSpan] starts a trace with it, or joins one by [WithParent].
func InProject(name string) StartOption { return StartOption{field: startProject, text: name} }

// WithEnvironment says in which environment the application runs, for example
// "production"; the server takes up to 150 characters. The default is the parent's.
func WithEnvironment(name string) StartOption {
	return StartOption{field: startEnvironment, text: name}
}

// WithSource says what kind of activity made the trace or span, overriding the
// default of the parent's source, or [SourceSDK].
func WithSource(source Source) StartOption {
	return StartOption{field: startSource, text: string(source)}
}

// WithThreadID puts a trace into a thread (a conversation). The default is none. For
// a span it counts only if [Client.StartSpan] starts a trace with it.
func WithThreadID(id string) StartOption { return StartOption{field: startThread, text: id} }

// WithInput sets the input, as SetInput does. The default is none.
func WithInput(v any) StartOption { return StartOption{field: startInput, value: v} }

// WithMetadata merges into the metadata, as SetMetadata does. The default is none.
func WithMetadata(v any) StartOption { return StartOption{field: startMetadata, value: v} }

// WithTags adds tags, as AddTags does. The default is none.
func WithTags(tags ...string) StartOption { return StartOption{field: startTags, tags: tags} }

// WithSpanType sets the type of a span, overriding the default of [SpanTypeGeneral].
func WithSpanType(t SpanType) StartOption {
	return StartOption{field: startSpanType, text: string(t)}
}

// WithModel sets the model that a span called, as [Span.SetModel] does. The default is none.
func WithModel(name string) StartOption { return StartOption{field: startModel, text: name} }

// WithProvider sets the provider of the model, as [Span.SetProvider] does. The
// default is none; it is not guessed from the model.
func WithProvider(name string) StartOption { return StartOption{field: startProvider, text: name} }

// WithParent makes a span started by [Client.StartSpan] part of a trace of another
// process: a child of the span parentSpanID, or a root span of the trace if that is
// empty. It wins over what the context carries. The trace itself is neither created
// nor ended here. See [Client.ContinueTrace] for a whole context. Ids that are no
// version 7 UUIDs are reported (see [WithLogger]) and the option is ignored.
func WithParent(traceID, parentSpanID string) StartOption {
	return StartOption{field: startParent, text: traceID, tags: []string{parentSpanID}}
}

// start is what the options of one start came to.
type start struct {
	at                   time.Time
	id                   string
	project, environment string
	source               Source
	thread               string
	input                kept
	metadata             jsonenc.Raw
	tags                 []string
	spanType             SpanType
	model, provider      string
	parentTrace          string
	parentSpan           string
	attachments          []Attachment
}

func (s *start) apply(c *Client, opts []StartOption) {
	for i := range opts {
		o := &opts[i]
		switch o.field {
		case startID:
			s.id = o.text
		case startTime:
			s.at = o.time
		case startProject:
			s.project = o.text
		case startEnvironment:
			s.environment = o.text
		case startSource:
			s.source = Source(o.text)
		case startThread:
			s.thread = o.text
		case startInput:
			s.input = keepValue(o.value, "input")
		case startMetadata:
			s.metadata = mergeValue(s.metadata, encodeValue(o.value, "metadata"))
		case startTags:
			s.tags = unite(s.tags, o.tags)
		case startSpanType:
			s.spanType = SpanType(o.text)
		case startModel:
			s.model = o.text
		case startProvider:
			s.provider = o.text
		case startParent:
			s.setParent(c, o.text, o.tags[0])
		case startAttachments:
			s.attachments = append(s.attachments, o.value.([]Attachment)...)
		}
	}
}

func (s *start) setParent(c *Client, traceID, spanID string) {
	if err := uuid7.Check(traceID); err != nil {
		c.reportID("WithParent", "trace id", err)
		return
	}
	if spanID != "" {
		if err := uuid7.Check(spanID); err != nil {
			c.reportID("WithParent", "span id", err)
			return
		}
	}
	s.parentTrace, s.parentSpan = strings.ToLower(traceID), strings.ToLower(spanID)
}

// identify returns the id and the start time. clocked says that the start time was
// read from the clock now.
func (s *start) identify(c *Client) (id string, at time.Time, clocked bool) {
	at, clocked = s.at, s.at.IsZero()
	if clocked {
		at = time.Now()
	}
	if s.id != "" {
		err := uuid7.Check(s.id)
		if err == nil {
			return strings.ToLower(s.id), at, clocked
		}
		c.reportID("WithID", "id", err)
	}
	if clocked {
		return uuid7.NewAt(at), at, clocked
	}
	return uuid7.At(at), at, clocked
}

// unite appends the tags that are neither empty nor there already. The result
// shares no memory with more.
func unite(tags, more []string) []string {
	for _, tag := range more {
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}
