package opik

import (
	"context"
	"errors"
	"sync"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/contenthash"
)

// datasetState is what a [Dataset] keeps besides its record.
type datasetState struct {
	// writing is had by who changes items, or looks at the fields below.
	writing turn
	// contents are those of the items of the latest version, as far as they are known.
	contents contenthash.Set
	// synced says that contents has those of all items.
	synced bool
	// written says that the record is older than the items.
	written bool

	project struct { // what ProjectName has found
		sync.Mutex
		known bool
		name  string
	}
}

// turn is a lock that can be waited for with a context. Its zero value is free.
type turn struct {
	once sync.Once
	held chan struct{}
}

// take waits until the turn is free, and takes it.
func (t *turn) take(ctx context.Context) error {
	if ctx == nil {
		return errNilContext
	}
	t.once.Do(func() { t.held = make(chan struct{}, 1) })
	select {
	case t.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// give ends a turn that was taken.
func (t *turn) give() { <-t.held }

// GetOrCreateDataset returns the dataset with the name, or creates it with what
// params sets. A dataset that exists is returned as it is.
//
// It blocks for one request, or three if the dataset does not exist. A refusal by
// the server is an [*APIError].
func (c *Client) GetOrCreateDataset(ctx context.Context, name string, params CreateDatasetParams, opts ...CallOption) (*Dataset, error) {
	get := GetDatasetParams{ProjectName: params.ProjectName}
	ds, err := c.GetDataset(ctx, name, get, opts...)
	if !errors.Is(err, ErrNotFound) {
		return ds, err
	}
	ds, err = c.CreateDataset(ctx, name, params, opts...)
	if errors.Is(err, ErrConflict) { // somebody else was faster
		return c.GetDataset(ctx, name, get, opts...)
	}
	return ds, err
}

// ItemsCount returns the number of items of the latest version. It asks the server, and
// blocks until that has answered.
func (h *Dataset) ItemsCount(ctx context.Context, opts ...CallOption) (int, error) {
	if err := h.Refresh(ctx, opts...); err != nil {
		return 0, err
	}
	return int(valueOf(h.known().DatasetItemsCount)), nil
}

// ProjectName returns the name of the dataset's project, "" if it has none or the
// caller may not see it. It makes one request in the life of the handle, if any, and
// blocks until the server has answered.
func (h *Dataset) ProjectName(ctx context.Context, opts ...CallOption) (string, error) {
	if err := h.usable(); err != nil {
		return "", err
	}
	record := h.known()
	if record.ProjectName != "" || record.ProjectID == "" {
		return record.ProjectName, nil
	}
	p := &h.project
	p.Lock()
	known, name := p.known, p.name
	p.Unlock()
	if known {
		return name, nil
	}
	project, err := h.client.REST().GetProjectByID(ctx, record.ProjectID, opts...)
	switch {
	case err == nil:
		name = project.Name
	case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden):
		return "", err
	}
	p.Lock()
	defer p.Unlock()
	p.known, p.name = true, name
	return name, nil
}

// neverFilled reports whether a record is that of a dataset without items.
func neverFilled(record rest.Dataset) bool {
	return record.DatasetItemsCount != nil && *record.DatasetItemsCount == 0 && record.LatestVersion == nil
}
