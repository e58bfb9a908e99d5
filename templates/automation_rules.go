package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// AutomationRules reads and writes automation rules, which let the server score
// traces, threads and spans as they arrive: by a language model, or by a metric
// written in Python.
//
//opik:service "tag=Automation rule evaluators" "noun=automation rule"
type AutomationRules interface {
	// Get returns one rule.
	//
	//opik:op getEvaluatorById
	Get(ctx context.Context, id string) (*rest.AutomationRuleEvaluator, error)

	// List returns the rules that match params.
	//
	//opik:op findEvaluators
	List(ctx context.Context) iter.Seq2[rest.AutomationRuleEvaluator, error]

	// Create creates a rule and returns it. A rule is made by one of the From methods of
	// [rest.AutomationRuleEvaluator], and must name at least one project.
	// Rules with metrics in Python fail with status 501 on servers that do not run
	// them. It fails with [ErrConflict] if there is a rule with its id.
	//
	//opik:op createAutomationRuleEvaluator
	Create(ctx context.Context, rule rest.AutomationRuleEvaluator) (*rest.AutomationRuleEvaluator, error)

	// Update changes a rule. The update is of the rule's type.
	//
	//opik:op updateAutomationRuleEvaluator
	Update(ctx context.Context, id string, update rest.AutomationRuleEvaluatorUpdate) error

	// DeleteBatch deletes several rules at once. Those that do not exist are no error.
	//
	//opik:op deleteAutomationRuleEvaluatorBatch
	DeleteBatch(ctx context.Context, ids []string) error

	// Logs returns what a rule logged lately, for instance why it could not score a
	// trace.
	//
	//opik:op getEvaluatorLogsById
	Logs(ctx context.Context, id string) ([]rest.LogItem, error)

	// EvaluateTraces applies rules to traces that have arrived before. The server does
	// so after it has answered; the answer says how many traces and rules there are.
	//
	//opik:op evaluateTraces
	//opik:field entity_type value=trace
	EvaluateTraces(ctx context.Context, projectID string, ruleIDs, entityIDs []string) (*rest.ManualEvaluationResponse, error)

	// EvaluateSpans applies rules to spans that have arrived before. The server does
	// so after it has answered; the answer says how many spans and rules there are.
	//
	//opik:op evaluateSpans
	//opik:field entity_type value=span
	EvaluateSpans(ctx context.Context, projectID string, ruleIDs, entityIDs []string) (*rest.ManualEvaluationResponse, error)

	// EvaluateThreads applies rules to threads, given by their ThreadModelID. The
	// server does so after it has answered; the answer says how many threads and rules
	// there are.
	//
	//opik:op evaluateThreads
	//opik:field entity_type value=thread
	EvaluateThreads(ctx context.Context, projectID string, ruleIDs, entityIDs []string) (*rest.ManualEvaluationResponse, error)
}
