package opik

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
)

// DatasetItemsParams holds the optional inputs of [Dataset.Items] and its like.
type DatasetItemsParams struct {
	// Filter says which items are meant, in Opik's query language: data.category = "x".
	Filter DatasetItemFilter
	// Filters are conditions that an item must meet besides Filter, all of them.
	Filters []rest.DatasetItemFilter
	// IDs leaves out all other items. The server cannot do that: the client reads the
	// dataset until it has found them all. Empty means no such condition.
	IDs []string
	// MaxResults ends the iteration after so many items. By default it goes on to the
	// last.
	MaxResults int
	// PageSize is the number of items to ask for in one request, by default and at
	// most 2,000.
	PageSize int
}

// DatasetItemsNotFoundError says that a dataset lacks items that were asked for by
// their ids, or that they do not meet the other conditions. It matches [ErrNotFound].
type DatasetItemsNotFoundError struct {
	// Dataset is the name of the dataset.
	Dataset string
	// IDs are the ids that were not found, in the order in which they were asked for.
	IDs []string
}

// Error says how many items are missing, and names the first.
func (e *DatasetItemsNotFoundError) Error() string {
	return fmt.Sprintf("opik: dataset %q lacks %d of the items asked for, the first is %q", e.Dataset, len(e.IDs), e.IDs[0])
}

// Is reports whether target is [ErrNotFound].
func (e *DatasetItemsNotFoundError) Is(target error) bool { return target == ErrNotFound }

// Items returns the items of the latest version, newest first.
//
// It sends a request when the iterator is first used and further ones as the caller
// goes on, and ends them when the caller stops. A stream that breaks is resumed after
// the last item that arrived. After an error the iterator ends; every range over it
// starts anew. If items of params.IDs are not there, the last error is a
// [*DatasetItemsNotFoundError]; a mistake in params.Filter is a [*FilterError]. A
// refusal by the server is an [*APIError].
func (h *Dataset) Items(ctx context.Context, params DatasetItemsParams, opts ...CallOption) iter.Seq2[DatasetItem, error] {
	return h.items(ctx, "", params, opts...)
}

// items returns the items of the version with the hash; without one, of the latest.
func (h *Dataset) items(ctx context.Context, version string, params DatasetItemsParams, opts ...CallOption) iter.Seq2[DatasetItem, error] {
	if err := h.usable(); err != nil {
		return failed[DatasetItem](err)
	}
	filters, err := bothFilters(params.Filter.Parse, params.Filters)
	if err != nil {
		return failed[DatasetItem](err)
	}
	return func(yield func(DatasetItem, error) bool) {
		project, err := h.ProjectName(ctx, opts...)
		if err != nil {
			yield(DatasetItem{}, err)
			return
		}
		wanted := newWantedItems(params.IDs)
		most := params.MaxResults
		if wanted != nil {
			most = 0 // what is left out does not count
		}
		name, found := h.Name(), 0
		open := func(ctx context.Context, after string, limit int) (*rest.Stream[rest.DatasetItem], error) {
			return h.client.REST().StreamDatasetItems(ctx, rest.DatasetItemStreamRequest{
				DatasetName: name, ProjectName: project, DatasetVersion: version,
				Filters: filters, LastRetrievedID: after, SteamLimit: limit,
			}, opts...)
		}
		for record, err := range search(ctx, most, atMost(params.PageSize, 2000), open, func(r rest.DatasetItem) string { return r.ID }) {
			if err != nil {
				yield(DatasetItem{}, err)
				return
			}
			item := itemOf(record)
			if !wanted.take(item.ID) {
				continue
			}
			if !yield(item, nil) {
				return
			}
			if found++; wanted.done() || found == params.MaxResults {
				return
			}
		}
		if missing := wanted.missing(params.IDs); len(missing) > 0 {
			yield(DatasetItem{}, &DatasetItemsNotFoundError{Dataset: name, IDs: missing})
		}
	}
}

// wantedItems are the ids that are still looked for; nil wants all items.
type wantedItems map[string]bool

func newWantedItems(ids []string) wantedItems {
	if len(ids) == 0 {
		return nil
	}
	w := make(wantedItems, len(ids))
	for _, id := range ids {
		w[strings.ToLower(id)] = true
	}
	return w
}

func (w wantedItems) take(id string) bool {
	if w == nil {
		return true
	}
	id = strings.ToLower(id)
	if !w[id] {
		return false
	}
	delete(w, id)
	return true
}

func (w wantedItems) done() bool { return w != nil && len(w) == 0 }

func (w wantedItems) missing(ids []string) []string {
	if len(w) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !w[strings.ToLower(id)] })
}
