package opik

import (
	"context"
	"errors"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// GetDatasetsParams holds the optional inputs of [Client.GetDatasets].
type GetDatasetsParams struct {
	// ProjectName is the name of the project whose datasets are returned, by default
	// that of the client.
	ProjectName string
	// Name is a part of the names of the datasets, in upper or lower case.
	Name string
	// MaxResults ends the list after so many datasets. By default it goes on to the
	// last.
	MaxResults int
}

// GetDatasets returns the datasets of a project, newest first, test suites too. It
// fails with [ErrNotFound] if there is no project of the name in params; as long as
// the client's own project does not exist, it has no datasets.
// [DatasetsService.List] returns those of the whole workspace, and has more
// conditions.
//
// It makes a request to find the project, and fetches pages as the caller goes on and
// none after the caller stops. After an error the iterator ends; every range over it
// starts anew. A refusal by the server is an [*APIError].
func (c *Client) GetDatasets(ctx context.Context, params GetDatasetsParams, opts ...CallOption) iter.Seq2[*Dataset, error] {
	return c.datasetsOf(ctx, params, func(*Dataset) bool { return true }, opts...)
}

// datasetsOf returns the datasets of a project that a condition keeps.
func (c *Client) datasetsOf(ctx context.Context, params GetDatasetsParams, keep func(*Dataset) bool, opts ...CallOption) iter.Seq2[*Dataset, error] {
	return func(yield func(*Dataset, error) bool) {
		id, err := c.projectID(ctx, params.ProjectName, opts...)
		if err != nil {
			yield(nil, err)
			return
		}
		if id == "" {
			return
		}
		found := 0
		for ds, err := range c.Datasets.List(ctx, DatasetListParams{ProjectID: id, Name: params.Name}, opts...) {
			if err == nil && !keep(ds) {
				continue
			}
			if !yield(ds, err) {
				return
			}
			if found++; found == params.MaxResults {
				return
			}
		}
	}
}

// projectID returns the id of the project with the name, and "" if it is not given
// and the client's own project does not exist.
func (c *Client) projectID(ctx context.Context, name string, opts ...CallOption) (string, error) {
	project, err := c.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: c.projectName(name, "")}, opts...)
	switch {
	case err == nil:
		return project.ID, nil
	case name == "" && errors.Is(err, ErrNotFound):
		return "", nil
	}
	return "", err
}
