package opik

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/contenthash"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Limits of one request that writes items. The bytes are those of the whole body.
const (
	maxItems     = 1000
	maxItemBytes = 5_000_000
)

// DatasetItemsError says that a change of items that takes several requests has
// failed in the middle. It wraps the error that ended it. Find it with [errors.As] as
// *DatasetItemsError.
type DatasetItemsError struct {
	// Method is the method that failed, for example "Dataset.Insert".
	Method string
	// Done has the ids of the items that the server has stored or deleted.
	Done []string
	// Open has the ids of the items of the request that failed. If the server has
	// refused it, nothing became of them; otherwise they may have been written. To write
	// them again with the same ids is harmless.
	Open []string
	// Err is the error that ended it.
	Err error
}

// Error says how many items are done and why the others are not.
func (e *DatasetItemsError) Error() string {
	text := e.Err.Error()
	if !strings.HasPrefix(text, "opik: ") {
		text = "opik: " + e.Method + ": " + text
	}
	if len(e.Done) > 0 {
		text += fmt.Sprintf(" (%d items are done)", len(e.Done))
	}
	return text
}

// Unwrap returns the error that ended the change.
func (e *DatasetItemsError) Unwrap() error { return e.Err }

// itemWriter sends items in batches that make one version together.
type itemWriter struct {
	dataset *Dataset
	method  string
	params  InsertParams
	opts    []CallOption
	group   string
	receipt InsertReceipt

	batch    []preparedItem
	places   []int // of the items of the batch, in the receipt
	size     int   // of the request that would hold the batch
	contents map[contenthash.Hash]string
	given    map[string]bool // ids that the caller chose
	// tracked says that the contents of what is written are kept in mind.
	tracked bool

	done []string // of the items that the server has
	open []string // of the items of the request that failed
}

func newItemWriter(d *Dataset, method string, params InsertParams, opts []CallOption) *itemWriter {
	return &itemWriter{
		dataset: d, method: method, params: params, opts: opts, group: uuid7.New(),
		contents: map[contenthash.Hash]string{}, given: map[string]bool{},
		tracked: !params.AllowDuplicates || d.synced || d.contents.Len() > 0,
	}
}

// duplicate returns the id of the item that has the same content, if there is one.
func (w *itemWriter) duplicate(item preparedItem) (id string, ok bool) {
	if id, ok := w.contents[item.hash]; ok {
		return id, true
	}
	return w.dataset.contents.Find(item.hash)
}

// add adds an item to the batch, which is sent before if there is no room.
func (w *itemWriter) add(ctx context.Context, item preparedItem, given bool) error {
	place := len(w.receipt.IDs)
	if given {
		if w.given[item.record.ID] {
			return itemProblem(w.method, place, errSameID())
		}
		w.given[item.record.ID] = true
	}
	if len(w.batch) == 0 {
		w.size = w.envelope()
	}
	if len(w.batch) == maxItems || len(w.batch) > 0 && w.size+item.size+1 > maxItemBytes {
		if err := w.flush(ctx); err != nil {
			return err
		}
		w.size = w.envelope()
	}
	w.receipt.IDs = append(w.receipt.IDs, "")
	w.batch, w.places = append(w.batch, item), append(w.places, place)
	w.size += item.size + 1
	w.contents[item.hash] = item.record.ID
	if given {
		// Its present content ends with it, and is no duplicate of what comes now.
		w.dataset.contents.Remove(item.record.ID)
	}
	return nil
}

// request returns the request that sends items.
func (w *itemWriter) request(items []rest.DatasetItem) rest.DatasetItemBatch {
	return rest.DatasetItemBatch{BatchGroupID: w.group, DatasetID: w.dataset.ID(), Items: items}
}

// envelope returns the size of a request without items, less one: each item but the
// first follows a comma.
func (w *itemWriter) envelope() int {
	size, _ := encodedSize(w.request([]rest.DatasetItem{})) // texts can be encoded
	return size - 1
}

// flush sends the batch.
func (w *itemWriter) flush(ctx context.Context) error {
	err := w.send(ctx, w.batch, w.places)
	w.batch, w.places = w.batch[:0], w.places[:0]
	clear(w.contents)
	return err
}

// send sends items in one request, or in more if it is too large for what is
// between here and the server.
func (w *itemWriter) send(ctx context.Context, batch []preparedItem, places []int) error {
	if len(batch) == 0 {
		return nil
	}
	records := make([]rest.DatasetItem, len(batch))
	for i, item := range batch {
		records[i] = item.record
	}
	w.dataset.written = true
	err := patiently(ctx, func() error {
		return w.dataset.client.REST().CreateOrUpdateDatasetItems(ctx, w.request(records), w.opts...)
	})
	if half := len(batch) / 2; half > 0 && errors.Is(err, ErrPayloadTooLarge) {
		if err := w.send(ctx, batch[:half], places[:half]); err != nil {
			return err
		}
		return w.send(ctx, batch[half:], places[half:])
	}
	if err != nil {
		for _, record := range records {
			w.open = append(w.open, record.ID)
		}
		if !refused(err) || len(w.given) > 0 {
			w.dataset.forget() // nobody knows what the server has now
		}
		return err
	}
	for i, item := range batch {
		if w.tracked {
			w.dataset.contents.Put(item.record.ID, item.hash)
		}
		w.receipt.IDs[places[i]] = item.record.ID
		w.done = append(w.done, item.record.ID)
	}
	w.receipt.Stored += len(batch)
	return nil
}

// explain returns the error that callers get.
func (w *itemWriter) explain(err error) error {
	return &DatasetItemsError{Method: w.method, Done: w.done, Open: w.open, Err: err}
}

// refused reports whether the server has said that it did not do what was asked.
func refused(err error) bool {
	var refusal *APIError
	return errors.As(err, &refusal) && refusal.Status < 500
}

// patiently repeats a request for as long as the server says that there are too
// many, and ctx does not end. Few other requests are worth so much patience, but
// one that is given up leaves half of the items behind.
func patiently(ctx context.Context, request func() error) error {
	for {
		err := request()
		var refusal *APIError
		if !errors.Is(err, ErrRateLimited) || !errors.As(err, &refusal) {
			return err
		}
		timer := time.NewTimer(max(refusal.RetryAfter, time.Second))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// sync makes sure that the contents of all items are known.
func (h *Dataset) sync(ctx context.Context, opts ...CallOption) error {
	switch {
	case h.synced:
		return nil
	case !h.written && neverFilled(h.known()):
		h.synced = true
		return nil
	}
	h.forget()
	return h.read(ctx, opts...)
}

// read reads the contents of all items.
func (h *Dataset) read(ctx context.Context, opts ...CallOption) error {
	for item, err := range h.items(ctx, "", DatasetItemsParams{}, opts...) {
		if err != nil {
			h.forget()
			return err
		}
		// Data that nests deeper than what is sent is no duplicate of anything.
		if content, err := item.content(); err == nil {
			h.contents.Put(item.ID, content)
		}
	}
	h.synced = true
	return nil
}

// forget forgets the contents of all items.
func (h *Dataset) forget() { h.contents, h.synced = contenthash.Set{}, false }
