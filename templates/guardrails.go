package templates

import "github.com/opik-go/sdk/gen/rest"

// Guardrail is what a guardrail said about a trace and one of its spans. Neither
// need have arrived yet. A later record of the same trace, span and name replaces
// it while it is queued.
//
//opik:async createGuardrails items=guardrails key=entity_id,secondary_id,name,project_name merge=replace group=entity_id method=LogGuardrails
//opik:field entity_id rename=TraceID "TraceID is the id of the trace."
//opik:field secondary_id rename=SpanID "SpanID is the id of the span that ran the guardrail."
//opik:field name "Name is the kind of the guardrail."
//opik:field result "Result says whether the text passed."
//opik:field config "Config is how the guardrail was set, any JSON, mostly an object."
//opik:field details "Details is what the guardrail found, any JSON, mostly an object."
//opik:field project_id hide
type Guardrail rest.Guardrail
