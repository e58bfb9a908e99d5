package opik

import (
	"context"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// maxQueueItems is how many items the server takes in one request.
const maxQueueItems = 1000

// AddTraces puts traces, given by their ids, into the queue. Those that are in it
// already stay as they are. The traces need not have arrived yet.
//
// It makes a request for each thousand of them, and none without any; while the server
// says that there are too many, they are repeated until ctx ends. If one fails, the error
// says how many traces were put into the queue before; doing it again does
// no harm. An id that is none is a [*ValidationError], and nothing is sent. It fails
// with [ErrNotFound] if the queue does not exist any more.
func (h *TracesAnnotationQueue) AddTraces(ctx context.Context, ids []string, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return changeQueue(ctx, "TracesAnnotationQueue.AddTraces", h.ID(), ids, h.client.REST().AddItemsToAnnotationQueue, opts)
}

// RemoveTraces takes traces, given by their ids, out of the queue. Those that are
// not in it are no error.
//
// It makes a request for each thousand of them, and none without any; while the server
// says that there are too many, they are repeated until ctx ends. If one fails, the error
// says how many traces were taken out before; doing it again does no harm.
// An id that is none is a [*ValidationError], and nothing is sent. It fails with
// [ErrNotFound] if the queue does not exist any more.
func (h *TracesAnnotationQueue) RemoveTraces(ctx context.Context, ids []string, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return changeQueue(ctx, "TracesAnnotationQueue.RemoveTraces", h.ID(), ids, h.client.REST().RemoveItemsFromAnnotationQueue, opts)
}

// AddThreads puts threads into the queue, as [Client.SearchThreads] and
// [ThreadsService] return them: their ThreadModelID identifies them, not their ID.
// Those that are in the queue already stay as they are.
//
// It makes a request for each thousand of them, and none without any; while the server
// says that there are too many, they are repeated until ctx ends. If one fails, the error
// says how many threads were put into the queue before; doing it again
// does no harm. A thread without a ThreadModelID is a [*ValidationError], and
// nothing is sent. It fails with [ErrNotFound] if the queue does not exist any more.
func (h *ThreadsAnnotationQueue) AddThreads(ctx context.Context, threads []rest.TraceThread, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return changeQueue(ctx, "ThreadsAnnotationQueue.AddThreads", h.ID(), modelIDs(threads), h.client.REST().AddItemsToAnnotationQueue, opts)
}

// RemoveThreads takes threads out of the queue, as [Client.SearchThreads] and
// [ThreadsService] return them: their ThreadModelID identifies them, not their ID.
// Those that are not in the queue are no error.
//
// It makes a request for each thousand of them, and none without any; while the server
// says that there are too many, they are repeated until ctx ends. If one fails, the error
// says how many threads were taken out before; doing it again does no
// harm. A thread without a ThreadModelID is a [*ValidationError], and nothing is
// sent. It fails with [ErrNotFound] if the queue does not exist any more.
func (h *ThreadsAnnotationQueue) RemoveThreads(ctx context.Context, threads []rest.TraceThread, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return changeQueue(ctx, "ThreadsAnnotationQueue.RemoveThreads", h.ID(), modelIDs(threads), h.client.REST().RemoveItemsFromAnnotationQueue, opts)
}

func modelIDs(threads []rest.TraceThread) []string {
	ids := make([]string, len(threads))
	for i, thread := range threads {
		ids[i] = thread.ThreadModelID
	}
	return ids
}

// changeQueue sends the ids of items in as many requests as it takes.
func changeQueue(ctx context.Context, method, queue string, ids []string, send func(context.Context, string, rest.AnnotationQueueItemIDs, ...CallOption) error, opts []CallOption) error {
	for i, id := range ids {
		if err := uuid7.Check(id); err != nil {
			return &ValidationError{Method: method, Field: fmt.Sprintf("items[%d]", i), Reason: "has no id of the server", Err: err}
		}
	}
	done := 0
	for batch := range slices.Chunk(ids, maxQueueItems) {
		err := patiently(ctx, func() error {
			return send(ctx, queue, rest.AnnotationQueueItemIDs{IDs: batch}, opts...)
		})
		if err != nil {
			if done > 0 {
				err = fmt.Errorf("after %d of %d items: %w", done, len(ids), err)
			}
			return err
		}
		done += len(batch)
	}
	return nil
}

// ItemsCount returns the number of traces in the queue. It asks the server, and
// blocks until that has answered.
func (h *TracesAnnotationQueue) ItemsCount(ctx context.Context, opts ...CallOption) (int, error) {
	if err := h.Refresh(ctx, opts...); err != nil {
		return 0, err
	}
	return int(valueOf(h.known().ItemsCount)), nil
}

// ItemsCount returns the number of threads in the queue. It asks the server, and
// blocks until that has answered.
func (h *ThreadsAnnotationQueue) ItemsCount(ctx context.Context, opts ...CallOption) (int, error) {
	if err := h.Refresh(ctx, opts...); err != nil {
		return 0, err
	}
	return int(valueOf(h.known().ItemsCount)), nil
}

// Update changes the queue and reads it again. What params does not set stays as it
// is. It makes two requests, and fails with [ErrNotFound] if the queue does not
// exist any more.
func (h *TracesAnnotationQueue) Update(ctx context.Context, params AnnotationQueueUpdateParams, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	if err := h.client.AnnotationQueues.Update(ctx, h.ID(), params, opts...); err != nil {
		return err
	}
	return h.Refresh(ctx, opts...)
}

// Update changes the queue and reads it again. What params does not set stays as it
// is. It makes two requests, and fails with [ErrNotFound] if the queue does not
// exist any more.
func (h *ThreadsAnnotationQueue) Update(ctx context.Context, params AnnotationQueueUpdateParams, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	if err := h.client.AnnotationQueues.Update(ctx, h.ID(), params, opts...); err != nil {
		return err
	}
	return h.Refresh(ctx, opts...)
}

// Delete deletes the queue, but not the traces in it. A queue that does not exist
// any more is no error.
func (h *TracesAnnotationQueue) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.DeleteAnnotationQueue(ctx, h.ID(), opts...)
}

// Delete deletes the queue, but not the threads in it. A queue that does not exist
// any more is no error.
func (h *ThreadsAnnotationQueue) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.DeleteAnnotationQueue(ctx, h.ID(), opts...)
}
