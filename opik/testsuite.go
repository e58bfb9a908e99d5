package opik

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// TestSuite is a dataset whose items say what must be true of the output of an
// application: assertions, which a language model judges, those of the suite for all
// items and those of an item for itself. A policy says how often an item is run and how
// many of the runs must pass.
//
// [Client.CreateTestSuite], [Client.GetTestSuite], [Client.GetOrCreateTestSuite] and
// [Client.GetTestSuites] return it. It is safe for concurrent use. A nil suite has no
// id, and its methods return [ErrNilHandle].
type TestSuite struct {
	dataset *Dataset
}

// testSuiteType is the type of the datasets that are test suites.
const testSuiteType rest.DatasetType = "evaluation_suite"

// ErrNotTestSuite is wrapped by the errors of [Client.GetTestSuite] and
// [Client.GetOrCreateTestSuite] if the name is that of an ordinary dataset.
var ErrNotTestSuite = errors.New("it is no test suite")

// CreateTestSuiteParams holds the optional inputs of [Client.CreateTestSuite].
type CreateTestSuiteParams struct {
	// Description says what the suite is about, in at most 255 characters.
	Description string
	// Tags of the suite.
	Tags []string
	// ProjectName is the name of the project, by default that of the client.
	ProjectName string
	// Settings are those of all items. Without any, the suite has no assertions, each
	// item is run once, and the run must pass.
	Settings TestSuiteSettings
}

// CreateTestSuite creates a test suite and returns it. It fails with [ErrConflict] if
// the workspace has a dataset of that name. Settings that cannot be are a
// [*ValidationError], before any request.
//
// It blocks for two requests, and a third for settings: if only that fails, the suite
// exists, and [TestSuite.UpdateSettings] can make up for it. A refusal by the server
// is an [*APIError].
func (c *Client) CreateTestSuite(ctx context.Context, name string, params CreateTestSuiteParams, opts ...CallOption) (*TestSuite, error) {
	change, err := params.Settings.change("Client.CreateTestSuite")
	if err != nil {
		return nil, err
	}
	ds, err := c.CreateDataset(ctx, name, CreateDatasetParams{
		Description: params.Description, Tags: params.Tags, ProjectName: params.ProjectName, Type: testSuiteType,
	}, opts...)
	if err != nil {
		return nil, err
	}
	suite := &TestSuite{ds}
	if params.Settings.empty() {
		return suite, nil
	}
	return suite, suite.firstVersion(ctx, change, opts...)
}

// GetTestSuite returns the test suite with the name. It fails with [ErrNotFound] if
// there is no dataset of that name, and with [ErrNotTestSuite] if it is an ordinary
// one. No items are read before they are asked for.
//
// It blocks until the server has answered its request. A refusal by the server is an
// [*APIError].
func (c *Client) GetTestSuite(ctx context.Context, name string, params GetDatasetParams, opts ...CallOption) (*TestSuite, error) {
	ds, err := c.GetDataset(ctx, name, params, opts...)
	if err != nil {
		return nil, err
	}
	if !isTestSuite(ds) {
		return nil, fmt.Errorf("opik: dataset %q: %w", name, ErrNotTestSuite)
	}
	return &TestSuite{ds}, nil
}

// GetOrCreateTestSuite returns the test suite with the name, or creates it with what
// params sets. A suite that exists is returned as it is. Requests and errors are
// those of [Client.GetTestSuite] and [Client.CreateTestSuite].
func (c *Client) GetOrCreateTestSuite(ctx context.Context, name string, params CreateTestSuiteParams, opts ...CallOption) (*TestSuite, error) {
	get := GetDatasetParams{ProjectName: params.ProjectName}
	suite, err := c.GetTestSuite(ctx, name, get, opts...)
	if !errors.Is(err, ErrNotFound) {
		return suite, err
	}
	suite, err = c.CreateTestSuite(ctx, name, params, opts...)
	if errors.Is(err, ErrConflict) && suite == nil { // somebody else was faster
		return c.GetTestSuite(ctx, name, get, opts...)
	}
	return suite, err
}

// GetTestSuites returns the test suites of a project, newest first, as
// [Client.GetDatasets] does all datasets.
func (c *Client) GetTestSuites(ctx context.Context, params GetDatasetsParams, opts ...CallOption) iter.Seq2[*TestSuite, error] {
	return func(yield func(*TestSuite, error) bool) {
		for ds, err := range c.datasetsOf(ctx, params, isTestSuite, opts...) {
			var suite *TestSuite
			if err == nil {
				suite = &TestSuite{ds}
			}
			if !yield(suite, err) {
				return
			}
		}
	}
}

// DeleteTestSuite deletes the test suite with the name, as [Client.DeleteDataset]
// does. It does not ask whether it is one.
func (c *Client) DeleteTestSuite(ctx context.Context, name string, params DeleteDatasetParams, opts ...CallOption) error {
	return c.DeleteDataset(ctx, name, params, opts...)
}

func isTestSuite(ds *Dataset) bool { return ds.known().Type == testSuiteType }

// Dataset returns the suite as a dataset, for what all datasets have: versions, say.
// It is nil for a nil suite.
func (s *TestSuite) Dataset() *Dataset {
	if s == nil {
		return nil
	}
	return s.dataset
}

// ID returns the id of the suite, which is that of its dataset.
func (s *TestSuite) ID() string { return s.Dataset().ID() }

// Name returns the name of the suite, as it was when it was last read.
func (s *TestSuite) Name() string { return s.Dataset().Name() }

// Update renames the suite, and changes its description and tags, as [Dataset.Update]
// does.
func (s *TestSuite) Update(ctx context.Context, changes DatasetChanges, opts ...CallOption) error {
	return s.Dataset().Update(ctx, changes, opts...)
}

// Delete deletes the suite with its items, as [Dataset.Delete] does.
func (s *TestSuite) Delete(ctx context.Context, opts ...CallOption) error {
	return s.Dataset().Delete(ctx, opts...)
}
