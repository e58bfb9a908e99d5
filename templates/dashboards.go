package templates

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Dashboards reads and writes dashboards. What a dashboard shows is its config,
// JSON that only the web interface understands.
//
//opik:service tag=Dashboards
type Dashboards interface {
	Get(ctx context.Context, id string) (*rest.Dashboard, error)
	List(ctx context.Context) iter.Seq2[rest.Dashboard, error]

	// Create creates a dashboard and returns it. It fails with [ErrConflict] if there
	// is one of that name.
	//
	//opik:op createDashboard
	Create(ctx context.Context, name string, config json.RawMessage) (*rest.Dashboard, error)

	// Update changes a dashboard and returns it. What params does not set stays as it
	// is.
	Update(ctx context.Context, id string) (*rest.Dashboard, error)

	// Delete deletes a dashboard. A dashboard that does not exist is no error.
	Delete(ctx context.Context, id string) error
	DeleteBatch(ctx context.Context, ids []string) error
}

// InsightsViews reads and writes insights views: dashboards about what was found in
// the traces of a project.
//
//opik:service "tag=Insights Views"
type InsightsViews interface {
	Get(ctx context.Context, id string) (*rest.Dashboard, error)
	List(ctx context.Context) iter.Seq2[rest.Dashboard, error]

	// Create creates a view and returns it. It fails with [ErrConflict] if there is one
	// of that name.
	//
	//opik:op createInsightsView
	Create(ctx context.Context, name string, config json.RawMessage) (*rest.Dashboard, error)

	// Update changes a view and returns it. What params does not set stays as it is.
	Update(ctx context.Context, id string) (*rest.Dashboard, error)

	// Delete deletes a view. A view that does not exist is no error.
	Delete(ctx context.Context, id string) error
	DeleteBatch(ctx context.Context, ids []string) error
}
