package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Retention reads and writes retention rules, which say after what time the server
// deletes traces and spans.
//
//opik:service "tag=Retention Rules" "noun=retention rule"
type Retention interface {
	//opik:op getRetentionRuleById
	Get(ctx context.Context, id string) (*rest.RetentionRule, error)

	//opik:op findRetentionRules
	List(ctx context.Context) iter.Seq2[rest.RetentionRule, error]

	// Create makes a rule for a project, for the organization, or with neither in
	// params for the workspace, and returns it. It takes the place of the rule before
	// it that has the same scope.
	//
	//opik:op createRetentionRule
	Create(ctx context.Context, retention rest.RetentionRuleRetention) (*rest.RetentionRule, error)

	// Deactivate ends a rule, which the server keeps for the record.
	//
	//opik:op deactivateRetentionRule
	Deactivate(ctx context.Context, id string) error
}
