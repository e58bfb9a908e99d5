package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// AgentInsights reads the issues that were found in the traces of a project, and
// steers the job that looks for them every day.
//
//opik:service "tag=Agent Insights" "noun=agent insights"
type AgentInsights interface {
	// ListIssues returns the issues of a project that were seen in the given days.
	// Days are written as 2026-07-24.
	//
	//opik:op findAgentInsightsIssues
	ListIssues(ctx context.Context, projectID string) iter.Seq2[rest.AgentInsightsIssue, error]

	// GetIssue returns one issue with its figures for each of the given days. Days are
	// written as 2026-07-24.
	//
	//opik:op getAgentInsightsIssueById
	GetIssue(ctx context.Context, issueID, projectID string) (*rest.AgentInsightsIssueWithDetails, error)

	// UpdateIssue says what becomes of an issue: whether it is open, resolved or
	// closed.
	//
	//opik:op updateAgentInsightsIssue
	UpdateIssue(ctx context.Context, issueID, projectID string, status rest.AgentInsightsIssueStatus) error

	// ReportIssues stores the issues that were found in a project on a day, which is
	// written as 2026-07-24.
	//
	//opik:op reportAgentInsightsIssues
	ReportIssues(ctx context.Context, projectID, reportDay string, issues []rest.ReportedIssue) error

	// GetJob returns the job that looks for issues in a project.
	//
	//opik:op getAgentInsightsJob
	GetJob(ctx context.Context, projectID string) (*rest.AgentInsightsJob, error)

	// CreateJob lets the server look for issues in a project every day. It fails with
	// [ErrConflict] if it does so already.
	//
	//opik:op createAgentInsightsJob
	CreateJob(ctx context.Context, projectID string) (*rest.AgentInsightsJob, error)

	// UpdateJob pauses the job of a project, or lets it go on, and returns it.
	//
	//opik:op updateAgentInsightsJob
	UpdateJob(ctx context.Context, projectID string, status rest.AgentInsightsJobStatus) (*rest.AgentInsightsJob, error)

	// TriggerJob lets the job of a project run now. It does not wait for the end:
	// the job that [AgentInsightsService.GetJob] returns says when it last ran.
	//
	//opik:op triggerAgentInsightsJob
	TriggerJob(ctx context.Context, projectID string) error
}
