package opik

import (
	"context"
	"slices"
	"strconv"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/contenthash"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// DeleteItems deletes the items with the ids from the latest version, in requests of
// at most 1,000 that make one new version together. Ids that no item has are no error;
// without any, nothing happens.
//
// An id that no item can have is a [*ValidationError] with its index, and nothing is
// deleted. Other errors are those of [Dataset.Insert]. It blocks until the server has
// answered.
func (h *Dataset) DeleteItems(ctx context.Context, ids []string, opts ...CallOption) error {
	const method = "Dataset.DeleteItems"
	if err := h.usable(); err != nil {
		return err
	}
	for i, id := range ids {
		if err := uuid7.Check(id); err != nil {
			return &ValidationError{Method: method, Field: "ids[" + strconv.Itoa(i) + "]", Reason: "cannot identify an item", Err: err}
		}
	}
	if err := h.writing.take(ctx); err != nil {
		return err
	}
	defer h.writing.give()
	group := uuid7.New()
	done := 0
	for batch := range slices.Chunk(ids, maxItems) {
		err := patiently(ctx, func() error {
			return h.client.REST().DeleteDatasetItems(ctx, rest.DatasetItemsDelete{BatchGroupID: group, ItemIDs: batch}, opts...)
		})
		if err != nil {
			if !refused(err) {
				h.forget()
			}
			return &DatasetItemsError{Method: method, Done: slices.Clone(ids[:done]), Open: slices.Clone(batch), Err: err}
		}
		done += len(batch)
		for _, id := range batch {
			h.contents.Remove(id)
		}
	}
	return nil
}

// Clear deletes all items from the latest version, which makes a new version. It
// blocks until the server has answered its request. A refusal by the server is an
// [*APIError].
func (h *Dataset) Clear(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	if err := h.writing.take(ctx); err != nil {
		return err
	}
	defer h.writing.give()
	err := patiently(ctx, func() error {
		return h.client.REST().DeleteDatasetItems(ctx, rest.DatasetItemsDelete{
			BatchGroupID: uuid7.New(), DatasetID: h.ID(), Filters: []rest.DatasetItemFilter{},
		}, opts...)
	})
	if err != nil {
		if !refused(err) {
			h.forget()
		}
		return err
	}
	h.contents, h.synced = contenthash.Set{}, true
	return nil
}
