package opik

import (
	"context"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
)

// DatasetChanges says what [Dataset.Update] and [TestSuite.Update] change. What has its
// zero value stays as it is.
type DatasetChanges struct {
	// Name is the new name, which no other dataset of the workspace may have.
	Name string
	// Description says what the dataset is about, in up to 255 characters.
	Description string
	// Tags replace those of the dataset; an empty list that is not nil removes them.
	Tags []string
}

// Update renames the dataset, and changes its description and tags; it makes no version.
// [Dataset.UpdateItems] changes items. Record is up to date afterwards. It blocks for
// two requests, because a write that leaves something out may remove it. Its error
// matches [ErrNotFound] if the dataset does not exist any more, and [ErrConflict] if
// another one has the name.
func (h *Dataset) Update(ctx context.Context, changes DatasetChanges, opts ...CallOption) error {
	if err := h.Refresh(ctx, opts...); err != nil {
		return err
	}
	record := h.Record()
	if changes.Name != "" {
		record.Name = changes.Name
	}
	if changes.Description != "" {
		record.Description = changes.Description
	}
	if changes.Tags != nil {
		record.Tags = slices.Clone(changes.Tags)
	}
	params := DatasetUpdateParams{Description: record.Description, Tags: record.Tags, Visibility: record.Visibility}
	if err := h.client.Datasets.Update(ctx, record.ID, record.Name, params, opts...); err != nil {
		return err
	}
	h.change(func(r *rest.Dataset) { r.Name, r.Description, r.Tags = record.Name, record.Description, record.Tags })
	return nil
}

// Delete deletes the dataset with its items; [Dataset.DeleteItems] deletes items. A
// dataset that does not exist any more is no error. Experiments stay. It blocks until
// the server has answered its request.
func (h *Dataset) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.Datasets.Delete(ctx, h.ID(), opts...)
}
