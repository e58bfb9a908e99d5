package opik

import (
	"context"
	"fmt"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// AnnotationQueueScope says what an annotation queue holds. Servers may know more
// scopes than these.
type AnnotationQueueScope = rest.AnnotationQueueScope

// Scopes of annotation queues.
const (
	AnnotationQueueOfTraces  AnnotationQueueScope = "trace"
	AnnotationQueueOfThreads AnnotationQueueScope = "thread"
)

// AnnotationQueueScopeError says that an annotation queue does not hold what was
// asked for: threads and no traces, for example. Find it with [errors.As] as
// *AnnotationQueueScopeError.
type AnnotationQueueScopeError struct {
	// ID is the id of the queue.
	ID string
	// Scope is what the queue holds, and Want what was asked for.
	Scope, Want AnnotationQueueScope
}

// Error says which queue it is and what it holds.
func (e *AnnotationQueueScopeError) Error() string {
	return fmt.Sprintf("opik: annotation queue %s is one of scope %q, not %q", e.ID, e.Scope, e.Want)
}

// CreateAnnotationQueueParams holds the optional inputs of
// [Client.CreateTracesAnnotationQueue] and [Client.CreateThreadsAnnotationQueue].
// The update methods of the queues, and [AnnotationQueuesService.Create], set more.
type CreateAnnotationQueueParams struct {
	// ProjectName is the project whose traces or threads the queue holds, by default
	// the client's. The project must exist.
	ProjectName string
	// ID is the id of the queue, a UUID of version 7; by default one is made.
	ID string
	// Description says what the queue is for.
	Description string
	// Instructions tell those who score what to look at.
	Instructions string
	// CommentsEnabled lets those who score comment as well. The server's default is no.
	CommentsEnabled *bool
	// FeedbackDefinitionNames are the names of the feedback definitions by which to
	// score; see [FeedbackDefinitionsService].
	FeedbackDefinitionNames []string
}

// CreateTracesAnnotationQueue creates an annotation queue for traces of a project.
// Names need not be unique.
//
// It makes three requests: to find the project, to create the queue, and to read
// it. It fails with [ErrNotFound] if there is no such project. A refusal by the
// server is an [*APIError].
func (c *Client) CreateTracesAnnotationQueue(ctx context.Context, name string, params CreateAnnotationQueueParams, opts ...CallOption) (*TracesAnnotationQueue, error) {
	record, err := c.createAnnotationQueue(ctx, name, AnnotationQueueOfTraces, params, opts)
	if err != nil {
		return nil, err
	}
	return newTracesAnnotationQueue(c, *record), nil
}

// CreateThreadsAnnotationQueue creates an annotation queue for threads of a project.
// Names need not be unique.
//
// It makes three requests: to find the project, to create the queue, and to read
// it. It fails with [ErrNotFound] if there is no such project. A refusal by the
// server is an [*APIError].
func (c *Client) CreateThreadsAnnotationQueue(ctx context.Context, name string, params CreateAnnotationQueueParams, opts ...CallOption) (*ThreadsAnnotationQueue, error) {
	record, err := c.createAnnotationQueue(ctx, name, AnnotationQueueOfThreads, params, opts)
	if err != nil {
		return nil, err
	}
	return newThreadsAnnotationQueue(c, *record), nil
}

func (c *Client) createAnnotationQueue(ctx context.Context, name string, scope AnnotationQueueScope, params CreateAnnotationQueueParams, opts []CallOption) (*rest.AnnotationQueue, error) {
	project, err := c.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: c.projectName(params.ProjectName, "")}, opts...)
	if err != nil {
		return nil, err
	}
	if params.ID == "" {
		params.ID = uuid7.New()
	}
	_, err = c.REST().CreateAnnotationQueue(ctx, rest.AnnotationQueue{
		ID: params.ID, ProjectID: project.ID, Name: name, Scope: scope,
		Description: params.Description, Instructions: params.Instructions,
		CommentsEnabled: params.CommentsEnabled, FeedbackDefinitionNames: params.FeedbackDefinitionNames,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return c.REST().GetAnnotationQueueByID(ctx, params.ID, opts...)
}

// GetTracesAnnotationQueue returns the annotation queue with the id. It fails with
// [ErrNotFound] if there is none, and with an [*AnnotationQueueScopeError] if it
// does not hold traces. It blocks until the server has answered its request.
func (c *Client) GetTracesAnnotationQueue(ctx context.Context, id string, opts ...CallOption) (*TracesAnnotationQueue, error) {
	record, err := c.getAnnotationQueue(ctx, id, AnnotationQueueOfTraces, opts)
	if err != nil {
		return nil, err
	}
	return newTracesAnnotationQueue(c, *record), nil
}

// GetThreadsAnnotationQueue returns the annotation queue with the id. It fails with
// [ErrNotFound] if there is none, and with an [*AnnotationQueueScopeError] if it
// does not hold threads. It blocks until the server has answered its request.
func (c *Client) GetThreadsAnnotationQueue(ctx context.Context, id string, opts ...CallOption) (*ThreadsAnnotationQueue, error) {
	record, err := c.getAnnotationQueue(ctx, id, AnnotationQueueOfThreads, opts)
	if err != nil {
		return nil, err
	}
	return newThreadsAnnotationQueue(c, *record), nil
}

func (c *Client) getAnnotationQueue(ctx context.Context, id string, want AnnotationQueueScope, opts []CallOption) (*rest.AnnotationQueue, error) {
	record, err := c.REST().GetAnnotationQueueByID(ctx, id, opts...)
	if err != nil {
		return nil, err
	}
	if record.Scope != want {
		return nil, &AnnotationQueueScopeError{ID: id, Scope: record.Scope, Want: want}
	}
	return record, nil
}

// GetAnnotationQueuesParams holds the optional inputs of
// [Client.GetTracesAnnotationQueues] and [Client.GetThreadsAnnotationQueues].
type GetAnnotationQueuesParams struct {
	// ProjectName is the name of the project whose queues are returned, by default
	// that of the client.
	ProjectName string
	// Name is a part of the names of the queues, in upper or lower case.
	Name string
	// MaxResults ends the list after so many queues. By default it goes on to the last.
	MaxResults int
}

// GetTracesAnnotationQueues returns the annotation queues of a project that hold
// traces, newest first. It fails with [ErrNotFound] if there is no project of the
// name in params; as long as the client's own project does not exist, it has none.
//
// It makes a request to find the project, and fetches pages as the caller goes on and
// none after the caller stops. After an error the iterator ends; every range over it
// starts anew. A refusal by the server is an [*APIError].
func (c *Client) GetTracesAnnotationQueues(ctx context.Context, params GetAnnotationQueuesParams, opts ...CallOption) iter.Seq2[*TracesAnnotationQueue, error] {
	return eachHandle(c, newTracesAnnotationQueue, c.annotationQueues(ctx, AnnotationQueueOfTraces, params, opts))
}

// GetThreadsAnnotationQueues returns the annotation queues of a project that hold
// threads, newest first. It fails with [ErrNotFound] if there is no project of the
// name in params; as long as the client's own project does not exist, it has none.
//
// It makes a request to find the project, and fetches pages as the caller goes on and
// none after the caller stops. After an error the iterator ends; every range over it
// starts anew. A refusal by the server is an [*APIError].
func (c *Client) GetThreadsAnnotationQueues(ctx context.Context, params GetAnnotationQueuesParams, opts ...CallOption) iter.Seq2[*ThreadsAnnotationQueue, error] {
	return eachHandle(c, newThreadsAnnotationQueue, c.annotationQueues(ctx, AnnotationQueueOfThreads, params, opts))
}

func (c *Client) annotationQueues(ctx context.Context, scope AnnotationQueueScope, params GetAnnotationQueuesParams, opts []CallOption) iter.Seq2[rest.AnnotationQueue, error] {
	return func(yield func(rest.AnnotationQueue, error) bool) {
		project, err := c.projectID(ctx, params.ProjectName, opts...)
		if err != nil {
			yield(rest.AnnotationQueue{}, err)
			return
		}
		if project == "" {
			return
		}
		found := 0
		for record, err := range c.AnnotationQueues.List(ctx, AnnotationQueueListParams{
			Name:   params.Name,
			Filter: And(AnnotationQueueFields.ProjectID.Equal(project), AnnotationQueueFields.Scope.Equal(scope)),
		}, opts...) {
			if !yield(record, err) {
				return
			}
			if found++; found == params.MaxResults {
				return
			}
		}
	}
}

// DeleteAnnotationQueue deletes the annotation queue with the id, but not the traces
// or threads in it. A queue that does not exist is no error. It blocks until the
// server has answered its request. A refusal by the server is an [*APIError].
func (c *Client) DeleteAnnotationQueue(ctx context.Context, id string, opts ...CallOption) error {
	if c != nil && id == "" {
		return &ValidationError{Method: "Client.DeleteAnnotationQueue", Field: "id", Reason: "is missing"}
	}
	return c.REST().DeleteAnnotationQueueBatch(ctx, rest.BatchDelete{IDs: []string{id}}, opts...)
}
