package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// TracesAnnotationQueue is an annotation queue on the server: traces of a project
// that people are asked to look through and to score. Make or find one with
// [Client.CreateTracesAnnotationQueue], [Client.GetTracesAnnotationQueue] or
// [Client.GetTracesAnnotationQueues].
//
//opik:handle rest.AnnotationQueue service=AnnotationQueues
type TracesAnnotationQueue interface {
	// LockItem reserves a trace, given by its id, for the caller. The answer tells
	// whether that worked.
	LockItem(ctx context.Context, itemID string) (*rest.LockResponse, error)

	// Locks returns the traces that are reserved, by their ids.
	Locks(ctx context.Context) (map[string]rest.ItemLockInfo, error)
}

// ThreadsAnnotationQueue is an annotation queue on the server: threads of a project
// that people are asked to look through and to score. Make or find one with
// [Client.CreateThreadsAnnotationQueue], [Client.GetThreadsAnnotationQueue] or
// [Client.GetThreadsAnnotationQueues].
//
//opik:handle rest.AnnotationQueue service=AnnotationQueues
type ThreadsAnnotationQueue interface {
	// LockItem reserves a thread, given by its ThreadModelID, for the caller. The
	// answer tells whether that worked.
	LockItem(ctx context.Context, itemID string) (*rest.LockResponse, error)

	// Locks returns the threads that are reserved, by their ThreadModelID.
	Locks(ctx context.Context) (map[string]rest.ItemLockInfo, error)
}

// AnnotationQueues reads and writes annotation queues: traces or threads of a
// project that people are asked to look through and to score.
// [Client.CreateTracesAnnotationQueue] and [Client.CreateThreadsAnnotationQueue]
// return handles, which are easier to use.
//
//opik:service "tag=Annotation Queues"
type AnnotationQueues interface {
	// Create creates a queue of the traces or threads of a project and returns its id.
	Create(ctx context.Context, projectID, name string, scope rest.AnnotationQueueScope) (string, error)

	// CreateBatch creates several queues at once: all of them or none.
	CreateBatch(ctx context.Context, annotationQueues []rest.AnnotationQueue) error
	Get(ctx context.Context, id string) (*rest.AnnotationQueue, error)
	List(ctx context.Context) iter.Seq2[rest.AnnotationQueue, error]

	// Update changes a queue. What params does not set stays as it is. A queue that
	// does not exist is no error.
	Update(ctx context.Context, id string) error

	// DeleteBatch deletes queues, but not the traces or threads in them. Queues that do
	// not exist are no error.
	DeleteBatch(ctx context.Context, ids []string) error

	// AddItems puts traces, given by their ids, or threads, given by their
	// ThreadModelID, into a queue. It fails with [ErrNotFound] if there is no such
	// queue.
	//
	//opik:op addItemsToAnnotationQueue
	AddItems(ctx context.Context, id string, ids []string) error

	// RemoveItems takes traces, given by their ids, or threads, given by their
	// ThreadModelID, out of a queue. What is not in it is no error. It fails with
	// [ErrNotFound] if there is no such queue.
	//
	//opik:op removeItemsFromAnnotationQueue
	RemoveItems(ctx context.Context, id string, ids []string) error

	// LockItem reserves an item of a queue for the caller, for as long as the queue's
	// LockTimeoutSeconds says. The answer tells whether that worked.
	//
	//opik:op lockAnnotationQueueItem
	LockItem(ctx context.Context, queueID, itemID string) (*rest.LockResponse, error)

	// Locks returns the items of a queue that are reserved, by their ids.
	//
	//opik:op getAnnotationQueueLocks
	Locks(ctx context.Context, queueID string) (map[string]rest.ItemLockInfo, error)
}
