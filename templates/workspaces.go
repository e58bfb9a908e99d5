package templates

import (
	"context"
	"encoding/json"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// Workspaces reads and changes the client's workspace: its settings, and figures
// about all of its projects together.
//
//opik:service tag=Workspaces
type Workspaces interface {
	// Name returns the name of the workspace that the API key belongs to.
	//
	//opik:op getWorkspaceName
	Name(ctx context.Context) (string, error)

	// Version returns which edition of Opik the workspace uses: in the first, datasets,
	// prompts and so on belong to the workspace, in the second to projects.
	//
	//opik:op getWorkspaceVersion
	Version(ctx context.Context) (rest.WorkspaceVersionOpikVersion, error)

	// Permissions returns what the user of the API key may do in the workspace.
	//
	//opik:op getWorkspaceUserPermissions
	Permissions(ctx context.Context) (*rest.WorkspaceUserPermissions, error)

	// Configuration returns the settings of the workspace. It fails with
	// [ErrNotFound] if none have been made.
	//
	//opik:op getWorkspaceConfiguration
	Configuration(ctx context.Context) (*rest.WorkspaceConfiguration, error)

	// UpdateConfiguration replaces the settings of the workspace.
	//
	//opik:op upsertWorkspaceConfiguration
	UpdateConfiguration(ctx context.Context) error

	// DeleteConfiguration makes the settings of the workspace those of the server.
	//
	//opik:op deleteWorkspaceConfiguration
	DeleteConfiguration(ctx context.Context) error

	// Costs returns the cost of the workspace in US dollars in a time range, and in
	// the range of the same length before.
	//
	//opik:op costsSummary
	Costs(ctx context.Context, intervalStart, intervalEnd time.Time) (*rest.Result, error)

	// CostSeries returns the cost of the workspace in US dollars for each day of a time
	// range: one series, or one for each of params.ProjectIDs.
	//
	//opik:op getCost
	//opik:field name hide
	CostSeries(ctx context.Context, intervalStart, intervalEnd time.Time) ([]rest.WorkspaceMetricSeries, error)

	// Metrics returns the mean feedback scores of the workspace in a time range, and
	// in the range of the same length before.
	//
	//opik:op metricsSummary
	Metrics(ctx context.Context, intervalStart, intervalEnd time.Time) ([]rest.Result, error)

	// MetricSeries returns the mean of the feedback score with the name for each day of
	// a time range: one series, or one for each of params.ProjectIDs.
	//
	//opik:op getMetric
	MetricSeries(ctx context.Context, name string, intervalStart, intervalEnd time.Time) ([]rest.WorkspaceMetricSeries, error)

	// SpanMetricSeries returns a metric of the spans of the workspace as time series.
	//
	//opik:op getWorkspaceSpanMetric
	SpanMetricSeries(ctx context.Context, metricType rest.MetricType, interval rest.MetricInterval, intervalStart time.Time) ([]rest.WorkspaceMetricSeries, error)
}

// Analytics asks the server's database about the data of a project.
//
//opik:service "tag=System analytics queries"
type Analytics interface {
	// Query runs a query in ClickHouse's SQL and returns its rows. It can only read,
	// and sees the data of the project only. It must have one column, named result, that
	// toJSONString makes. Servers that do not offer it answer with status 501, which
	// matches [ErrUnavailable].
	//
	//opik:op executeAnalyticsQuery
	Query(ctx context.Context, projectID, query string) ([]json.RawMessage, error)
}
