package opik

//opik:requires createEnvironment,findEnvironments,updateEnvironment,deleteEnvironmentsBatch,getEnvironmentById

import (
	"context"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
)

// CreateEnvironment creates an environment and returns it. Traces and spans may name
// environments that nobody has created; see [WithEnvironment]. It fails with
// [ErrConflict] if the workspace has one of that name, and blocks for two requests.
func (c *Client) CreateEnvironment(ctx context.Context, name string, params EnvironmentCreateParams, opts ...CallOption) (*rest.Environment, error) {
	if c == nil {
		return nil, ErrNilClient
	}
	return c.Environments.Create(ctx, name, params, opts...)
}

// GetEnvironments returns all environments of the workspace, in their order. It
// blocks until the server has answered its request.
func (c *Client) GetEnvironments(ctx context.Context, opts ...CallOption) ([]rest.Environment, error) {
	if c == nil {
		return nil, ErrNilClient
	}
	return c.Environments.List(ctx, opts...)
}

// UpdateEnvironment changes the environment with the name. What params does not set
// stays as it is. It fails with [ErrNotFound] if there is none, and with
// [ErrConflict] if another one has the name in params. It blocks for two requests.
func (c *Client) UpdateEnvironment(ctx context.Context, name string, params EnvironmentUpdateParams, opts ...CallOption) error {
	found, err := c.environment(ctx, name, opts)
	if err != nil {
		return err
	}
	if found == nil {
		return fmt.Errorf("update environment %q: %w", name, ErrNotFound)
	}
	return c.Environments.Update(ctx, found.ID, params, opts...)
}

// DeleteEnvironment deletes the environment with the name; traces and spans keep it.
// An environment that does not exist is no error. It blocks for one request or two.
func (c *Client) DeleteEnvironment(ctx context.Context, name string, opts ...CallOption) error {
	found, err := c.environment(ctx, name, opts)
	if err != nil || found == nil {
		return err
	}
	return c.Environments.DeleteBatch(ctx, []string{found.ID}, opts...)
}

// environment returns the environment with the name, nil if there is none.
func (c *Client) environment(ctx context.Context, name string, opts []CallOption) (*rest.Environment, error) {
	all, err := c.GetEnvironments(ctx, opts...)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(e rest.Environment) bool { return e.Name == name })
	if i < 0 {
		return nil, nil
	}
	return &all[i], nil
}
