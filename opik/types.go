package opik

import "github.com/opik-go/sdk/gen/rest"

// SpanType is what kind of step a span is. Servers may know more types than these.
type SpanType = rest.SpanType

// Types of spans. They are spelt out because a server's contract may lack some.
const (
	SpanTypeGeneral   SpanType = "general"
	SpanTypeTool      SpanType = "tool"
	SpanTypeLLM       SpanType = "llm"
	SpanTypeGuardrail SpanType = "guardrail"
)

// Source is what kind of activity made a trace or span. Servers may know more
// sources than these.
type Source = rest.Source

// Sources of traces and spans. They are spelt out because a server's contract may
// lack some.
const (
	SourceSDK          Source = "sdk"
	SourceExperiment   Source = "experiment"
	SourcePlayground   Source = "playground"
	SourceOptimization Source = "optimization"
	SourceEvaluator    Source = "evaluator"
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
