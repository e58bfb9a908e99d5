package opik

import (
	"context"
	"iter"
)

// GetTestSuiteExperiments returns the experiments on the test suite with the name,
// newest first. The first error matches [ErrNotFound] if there is no dataset of that
// name, and [ErrNotTestSuite] if it is an ordinary one. [TestSuite.Experiments] is for
// a suite that one has.
//
// It makes a request for the suite when the iterator is first used, and fetches pages
// of experiments as the caller goes on. After an error the iterator ends; every range
// over it starts anew.
func (c *Client) GetTestSuiteExperiments(ctx context.Context, name string, params GetDatasetExperimentsParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	return func(yield func(*Experiment, error) bool) {
		suite, err := c.GetTestSuite(ctx, name, GetDatasetParams{ProjectName: params.ProjectName}, opts...)
		if err != nil {
			yield(nil, err)
			return
		}
		found := 0
		for experiment, err := range suite.Experiments(ctx, ExperimentListParams{}, opts...) {
			if !yield(experiment, err) {
				return
			}
			if found++; found == params.MaxResults {
				return
			}
		}
	}
}

// Experiments returns the experiments on the suite that match params, newest first,
// as [Dataset.Experiments] does.
func (s *TestSuite) Experiments(ctx context.Context, params ExperimentListParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	return s.Dataset().Experiments(ctx, params, opts...)
}
