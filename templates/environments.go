package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// Environments reads and writes environments: where traces and spans come from,
// such as production or staging. Traces may name environments that nobody has
// created; an environment adds a description and a color to the name.
//
//opik:service tag=Environments
type Environments interface {
	// Create creates an environment and returns it. It fails with [ErrConflict] if the
	// workspace has one of that name.
	Create(ctx context.Context, name string) (*rest.Environment, error)
	Get(ctx context.Context, id string) (*rest.Environment, error)

	// List returns all environments of the workspace.
	//
	//opik:op findEnvironments
	List(ctx context.Context) ([]rest.Environment, error)

	// Update changes an environment. What params does not set stays as it is. It fails
	// with [ErrNotFound] if there is no such environment, and with [ErrConflict] if
	// another one has the name.
	Update(ctx context.Context, id string) error

	// DeleteBatch deletes environments; traces and spans keep their names.
	// Environments that do not exist are no error.
	DeleteBatch(ctx context.Context, ids []string) error
}
