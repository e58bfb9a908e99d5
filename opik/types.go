package opik

import "github.com/opik-go/sdk/gen/rest"

// SpanType is what kind of step a span is. Servers may know more types than these.
type SpanType = rest.SpanType

// Types of spans.
const (
	SpanTypeGeneral   = rest.SpanTypeGeneral
	SpanTypeTool      = rest.SpanTypeTool
	SpanTypeLLM       = rest.SpanTypeLLM
	SpanTypeGuardrail = rest.SpanTypeGuardrail
)

// Source is what kind of activity made a trace or span. Servers may know more
// sources than these.
type Source = rest.Source

// Sources of traces and spans.
const (
	SourceSDK          = rest.SourceSDK
	SourceExperiment   = rest.SourceExperiment
	SourcePlayground   = rest.SourcePlayground
	SourceOptimization = rest.SourceOptimization
	SourceEvaluator    = rest.SourceEvaluator
)

func sourceOr(s Source) Source {
	if s == "" {
		return SourceSDK
	}
	return s
}

// CallOption changes one call: a header, a query parameter, a limit.
type CallOption = rest.CallOption

// Ptr returns a pointer to v, for optional fields of params structs.
func Ptr[T any](v T) *T { return &v }
