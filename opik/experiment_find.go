package opik

import (
	"context"
	"fmt"
	"iter"
)

// GetExperimentsByNameParams holds the optional inputs of
// [Client.GetExperimentsByName].
type GetExperimentsByNameParams struct {
	// ProjectName is the project that the experiments belong to. By default it is the
	// client's project.
	ProjectName string
	// MaxResults ends the search after so many experiments. By default it goes on to the
	// last.
	MaxResults int
}

// GetExperimentsByName returns the experiments with the name, newest first; names are
// not unique. A project that does not exist has none.
//
// The server only searches for names that contain a text, in upper or lower case,
// which is what [ExperimentsService.Search] returns; the others are left out here.
//
// It sends a request when the iterator is first used and further ones as the caller
// goes on, and ends them when the caller stops. After an error the iterator ends;
// every range over it starts anew.
func (c *Client) GetExperimentsByName(ctx context.Context, name string, params GetExperimentsByNameParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	if c == nil {
		return failed[*Experiment](fmt.Errorf("opik: Client.GetExperimentsByName: %w", ErrNilClient))
	}
	found := c.Experiments.Search(ctx, name, ExperimentSearchParams{ProjectName: params.ProjectName}, opts...)
	return func(yield func(*Experiment, error) bool) {
		n := 0
		for e, err := range found {
			if err == nil && e.Name() != name {
				continue
			}
			if n++; !yield(e, err) || n == params.MaxResults {
				return
			}
		}
	}
}

// GetExperimentByNameParams holds the optional inputs of [Client.GetExperimentByName].
type GetExperimentByNameParams struct {
	// ProjectName is the project that the experiment belongs to. By default it is the
	// client's project.
	ProjectName string
}

// GetExperimentByName returns the newest experiment with the name. It fails with
// [ErrNotFound] if there is none.
//
// It blocks until the server has answered its requests.
func (c *Client) GetExperimentByName(ctx context.Context, name string, params GetExperimentByNameParams, opts ...CallOption) (*Experiment, error) {
	for e, err := range c.GetExperimentsByName(ctx, name, GetExperimentsByNameParams{ProjectName: params.ProjectName, MaxResults: 1}, opts...) {
		return e, err
	}
	return nil, fmt.Errorf("opik: Client.GetExperimentByName: no experiment is called %q: %w", name, ErrNotFound)
}

// GetDatasetExperimentsParams holds the optional inputs of
// [Client.GetDatasetExperiments].
type GetDatasetExperimentsParams struct {
	// ProjectName is the project to look for the dataset in first, before the whole
	// workspace. By default it is the client's project.
	ProjectName string
	// MaxResults ends the list after so many experiments. By default it goes on to the
	// last.
	MaxResults int
}

// GetDatasetExperiments returns the experiments on the dataset with the name, newest
// first. The first error matches [ErrNotFound] if there is no such dataset.
// [Dataset.Experiments] is for a dataset that one has.
//
// It makes a request for the dataset when the iterator is first used, and fetches
// pages of experiments as the caller goes on. After an error the iterator ends; every
// range over it starts anew.
func (c *Client) GetDatasetExperiments(ctx context.Context, datasetName string, params GetDatasetExperimentsParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	return func(yield func(*Experiment, error) bool) {
		if c == nil {
			yield(nil, fmt.Errorf("opik: Client.GetDatasetExperiments: %w", ErrNilClient))
			return
		}
		dataset, err := c.GetDataset(ctx, datasetName, GetDatasetParams{ProjectName: params.ProjectName}, opts...)
		if err != nil {
			yield(nil, err)
			return
		}
		list := ExperimentListParams{}
		if n := params.MaxResults; n > 0 && n < 100 {
			list.PageSize = n
		}
		n := 0
		for e, err := range dataset.Experiments(ctx, list, opts...) {
			if n++; !yield(e, err) || n == params.MaxResults {
				return
			}
		}
	}
}

// Experiments returns the experiments on the dataset that match params, newest first.
//
// It is [ExperimentsService.List] for this dataset, which says more about requests and
// errors.
func (h *Dataset) Experiments(ctx context.Context, params ExperimentListParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	if err := h.usable(); err != nil {
		return failed[*Experiment](err)
	}
	params.DatasetID = h.ID()
	return h.client.Experiments.List(ctx, params, opts...)
}
