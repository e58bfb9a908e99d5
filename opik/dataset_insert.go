package opik

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// InsertParams holds the optional inputs of [Dataset.InsertSeq].
type InsertParams struct {
	// AllowDuplicates stores items also if the dataset has the same content already.
	// Then the items of the server need not be read before.
	AllowDuplicates bool
	// SkipSync leaves out reading the items of the server before the first insert.
	// Then only duplicates are found of what was written through the same handle.
	SkipSync bool
}

// InsertReceipt says what became of items that were inserted.
type InsertReceipt struct {
	// IDs has an element for each item, in order: the id that it is stored under, or,
	// of a duplicate, the id of the item that has the same content. It is empty for
	// what was not stored because of an error.
	IDs []string
	// Stored is how many items the server has taken.
	Stored int
	// Duplicates is how many were left out because the dataset had their content, or
	// because it came before.
	Duplicates int
}

// Insert adds items to the dataset. An item whose content the dataset has already is
// left out: two items have the same content if their data, descriptions, evaluators
// and policies are equal, whatever their ids, sources and tags. Data are equal if their
// JSON is, in any order of members; the whole number 1 and 1.0 differ.
//
// To know what the dataset has, the first insert through a handle reads all its
// items, unless the dataset was empty when the handle was made. Of each it keeps some
// 150 bytes. What others write later is not noticed, except by [Dataset.Sync].
// [Dataset.InsertSeq] can do without.
//
// All items are checked before the first request: one that cannot be sent is a
// [*ValidationError] with its index, and nothing is stored. Items travel in requests
// of at most 1,000 items and 5 MB that make one new version together. Requests that
// fail for now are repeated, which is harmless, because the client makes the ids;
// while the server says that there are too many, until ctx ends. An error that wraps a
// [*DatasetItemsError] says what was stored before.
//
// It blocks until the server has taken all items. Callers with the same handle wait
// for each other.
func (h *Dataset) Insert(ctx context.Context, items ...DatasetItem) (InsertReceipt, error) {
	return h.insertChecked(ctx, "Dataset.Insert", items)
}

func (h *Dataset) insertChecked(ctx context.Context, method string, items []DatasetItem) (InsertReceipt, error) {
	if err := h.usable(); err != nil {
		return InsertReceipt{}, err
	}
	if err := checkItems(method, items, false); err != nil {
		return InsertReceipt{IDs: make([]string, len(items))}, err
	}
	receipt, err := h.insert(ctx, method, each(items), InsertParams{})
	receipt.IDs = append(receipt.IDs, make([]string, len(items)-len(receipt.IDs))...)
	return receipt, err
}

// InsertSeq is [Dataset.Insert] for items that are made as they are sent. The first
// error of the iterator, and the first item that cannot be sent, ends it; items of
// earlier requests are stored then. Memory is bounded by one request, besides what
// is kept to find duplicates and the ids in the receipt.
func (h *Dataset) InsertSeq(ctx context.Context, items iter.Seq2[DatasetItem, error], params InsertParams, opts ...CallOption) (InsertReceipt, error) {
	if err := h.usable(); err != nil {
		return InsertReceipt{}, err
	}
	return h.insert(ctx, "Dataset.InsertSeq", items, params, opts...)
}

func (h *Dataset) insert(ctx context.Context, method string, items iter.Seq2[DatasetItem, error], params InsertParams, opts ...CallOption) (InsertReceipt, error) {
	if err := h.writing.take(ctx); err != nil {
		return InsertReceipt{}, err
	}
	defer h.writing.give()
	w := newItemWriter(h, method, params, opts)
	err := w.insertAll(ctx, items)
	return w.receipt, err
}

// insertAll inserts the items. Its error is a [*DatasetItemsError].
func (w *itemWriter) insertAll(ctx context.Context, items iter.Seq2[DatasetItem, error]) error {
	for item, err := range items {
		if err == nil {
			err = w.insert(ctx, item)
		}
		if err != nil {
			return w.explain(err)
		}
	}
	if err := w.flush(ctx); err != nil {
		return w.explain(err)
	}
	return nil
}

func (w *itemWriter) insert(ctx context.Context, item DatasetItem) error {
	if len(w.receipt.IDs) == 0 && !w.params.AllowDuplicates && !w.params.SkipSync {
		if err := w.dataset.sync(ctx, w.opts...); err != nil {
			return fmt.Errorf("reading the items of the dataset: %w", err)
		}
	}
	prepared, err := item.prepare()
	if err != nil {
		return itemProblem(w.method, len(w.receipt.IDs), err)
	}
	if !w.params.AllowDuplicates {
		if id, ok := w.duplicate(prepared); ok {
			w.receipt.IDs = append(w.receipt.IDs, id)
			w.receipt.Duplicates++
			return nil
		}
	}
	return w.add(ctx, prepared, item.ID != "")
}

// UpdateItems replaces items, which are found by their ids, as a whole: what an item does
// not set is gone. An item that the dataset lacks is added. Items are sent whatever
// their content, also if it is that of another item.
//
// Every item must have an id, each another: otherwise the error is a
// [*ValidationError] with the index, and nothing is changed. Requests, errors and
// blocking are those of [Dataset.Insert]. [DatasetsService.UpdateItem] changes only
// parts of an item.
func (h *Dataset) UpdateItems(ctx context.Context, items ...DatasetItem) error {
	return h.updateChecked(ctx, "Dataset.UpdateItems", items)
}

func (h *Dataset) updateChecked(ctx context.Context, method string, items []DatasetItem) error {
	if err := h.usable(); err != nil {
		return err
	}
	if err := checkItems(method, items, true); err != nil {
		return err
	}
	if err := h.writing.take(ctx); err != nil {
		return err
	}
	defer h.writing.give()
	w := newItemWriter(h, method, InsertParams{AllowDuplicates: true}, nil)
	return w.insertAll(ctx, each(items))
}

// checkItems returns a [*ValidationError] for the first item that cannot be sent.
func checkItems(method string, items []DatasetItem, needIDs bool) error {
	ids := map[string]bool{}
	for i, item := range items {
		_, _, err := item.check()
		id := strings.ToLower(item.ID)
		switch {
		case id == "" && needIDs:
			err = &ValidationError{Field: "ID", Reason: "is missing"}
		case err == nil && ids[id]:
			err = errSameID()
		}
		if err != nil {
			return itemProblem(method, i, err)
		}
		if id != "" {
			ids[id] = true
		}
	}
	return nil
}

func errSameID() error { return &ValidationError{Field: "ID", Reason: "is that of an earlier item"} }

// each yields the items without errors.
func each(items []DatasetItem) iter.Seq2[DatasetItem, error] {
	return func(yield func(DatasetItem, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// itemProblem completes the error of an item.
func itemProblem(method string, index int, err error) error {
	var problem *ValidationError
	if !errors.As(err, &problem) {
		return err
	}
	whole := *problem
	whole.Method, whole.Field = method, fmt.Sprintf("items[%d].%s", index, problem.Field)
	return &whole
}

// Sync reads the items of the server, so that the next insert finds duplicates also
// of what others have written since the handle read them last.
func (h *Dataset) Sync(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	if err := h.writing.take(ctx); err != nil {
		return err
	}
	defer h.writing.give()
	h.forget()
	return h.read(ctx, opts...)
}
