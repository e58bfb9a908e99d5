package templates

import (
	"context"
	"iter"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// Projects reads and writes projects: what traces, spans and threads belong to.
//
//opik:service tag=Projects
type Projects interface {
	// Create creates a project and returns it. It fails with [ErrConflict] if the
	// workspace has one of that name, whether in upper or lower case.
	Create(ctx context.Context, name string) (*rest.Project, error)

	// Retrieve returns the project with the name. With params.IncludeStats it has
	// figures, too: scores, durations in milliseconds, usage, cost in US dollars. It
	// fails with [ErrNotFound] if there is none.
	Retrieve(ctx context.Context, name string) (*rest.Project, error)

	List(ctx context.Context) iter.Seq2[rest.Project, error]

	// Update changes a project. What params does not set stays as it is. It fails
	// with [ErrNotFound] if there is no such project.
	Update(ctx context.Context, id string) error

	// Delete deletes a project, but not its traces. A project that does not exist is
	// no error. It fails with [ErrConflict] if the server does not allow it.
	Delete(ctx context.Context, id string) error
	DeleteBatch(ctx context.Context, ids []string) error

	// ListStats returns figures about each project that matches params.
	ListStats(ctx context.Context) iter.Seq2[rest.ProjectStatsSummaryItem, error]

	// FeedbackScoreNames returns the names of all feedback scores in the projects.
	//
	//opik:op findFeedbackScoreNamesByProjectIds
	FeedbackScoreNames(ctx context.Context) ([]rest.ScoreName, error)

	// TokenUsageNames returns the keys of all usage that was logged in a project.
	//
	//opik:op findTokenUsageNames
	TokenUsageNames(ctx context.Context, id string) ([]string, error)

	// KPICards returns the headline figures of a project for a time range, each with
	// that of the range before.
	//
	//opik:op getProjectKpiCards
	KPICards(ctx context.Context, id string, entityType rest.KPICardRequestEntityType, intervalStart time.Time) ([]rest.KPIMetric, error)

	// Metrics returns a metric of a project as a time series.
	//
	//opik:op getProjectMetrics
	Metrics(ctx context.Context, id string, metricType rest.MetricType, interval rest.MetricInterval) (*rest.ProjectMetricResponse, error)

	// ListActivities returns what happened in a project, the latest first.
	ListActivities(ctx context.Context, projectID string) iter.Seq2[rest.RecentActivityItem, error]
	ListAlerts(ctx context.Context, projectID string) iter.Seq2[rest.Alert, error]
	ListDashboards(ctx context.Context, projectID string) iter.Seq2[rest.Dashboard, error]
	ListDatasets(ctx context.Context, projectID string) iter.Seq2[rest.Dataset, error]
	ListExperiments(ctx context.Context, projectID string) iter.Seq2[*Experiment, error]
	ListOptimizations(ctx context.Context, projectID string) iter.Seq2[*Optimization, error]
	ListPrompts(ctx context.Context, projectID string) iter.Seq2[rest.Prompt, error]
}

// ClientProjects are the methods of Client about projects.
//
//opik:client
type ClientProjects interface {
	// GetProject returns one project, by its id. [ProjectsService.Retrieve] finds one
	// by its name.
	//
	//opik:op getProjectById
	GetProject(ctx context.Context, id string) (*rest.Project, error)
}
