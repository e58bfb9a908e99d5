package templates

import (
	"context"
	"iter"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// Traces reads and changes traces that the server has. [Client.StartTrace] is for
// recording new ones.
//
//opik:service tag=Traces
type Traces interface {
	// Create creates one complete trace and returns its id. Unlike
	// [Client.StartTrace] it waits for the server, and fails with [ErrConflict] if
	// there is a trace with params.ID.
	Create(ctx context.Context, startTime time.Time) (string, error)

	List(ctx context.Context) iter.Seq2[rest.Trace, error]

	// UpdateBatch makes the same change to several traces. It changes their tags as
	// update.TagsToAdd and update.TagsToRemove say; update.Tags replaces the tags, or
	// adds to them if params.MergeTags is set. Ids that do not exist are skipped.
	UpdateBatch(ctx context.Context, ids []string, update rest.TraceUpdate) error

	// Delete deletes a trace. A trace that does not exist is no error. Its spans,
	// scores, comments and attachments go a little later.
	Delete(ctx context.Context, id string) error

	// DeleteBatch deletes several traces at once. Those that do not exist are no
	// error. Their spans, scores, comments and attachments go a little later.
	DeleteBatch(ctx context.Context, ids []string) error

	// Stats returns figures about the traces that match params. Durations are in
	// milliseconds, costs in US dollars.
	Stats(ctx context.Context) ([]rest.ProjectStatItemObject, error)

	// Exist reports whether a project has any traces.
	//
	//opik:op tracesExist
	Exist(ctx context.Context) (bool, error)

	// AddFeedbackScore scores a trace and waits for the server; it fails with
	// [ErrNotFound] if there is no such trace. [Client.LogTracesFeedbackScores] queues
	// scores, also for traces that are still on their way.
	//
	//opik:field source value=sdk
	AddFeedbackScore(ctx context.Context, id, name string, value float64) error

	// FeedbackScoreNames returns the names of all feedback scores of traces.
	//
	//opik:op findFeedbackScoreNames_2 path=/v1/private/traces/feedback-scores/names
	FeedbackScoreNames(ctx context.Context) ([]rest.ScoreName, error)

	// AddComment comments on a trace and returns the id of the comment. It fails with
	// [ErrNotFound] if there is no such trace.
	AddComment(ctx context.Context, traceID, text string) (string, error)
	GetComment(ctx context.Context, traceID, commentID string) (*rest.Comment, error)

	// UpdateComment replaces the text of a comment. It fails with [ErrNotFound] if
	// there is no such comment.
	UpdateComment(ctx context.Context, commentID, text string) error
	DeleteComments(ctx context.Context, ids []string) error
}

// ClientTraces are the methods of Client about traces.
//
//opik:client
type ClientTraces interface {
	SearchTraces(ctx context.Context) iter.Seq2[rest.Trace, error]

	// GetTraceContent returns one trace.
	//
	//opik:op getTraceById
	GetTraceContent(ctx context.Context, id string) (*rest.Trace, error)

	// DeleteTraceFeedbackScore deletes the score with the name from a trace. A score
	// that does not exist is no error. Without params.Author the scores of all authors go.
	DeleteTraceFeedbackScore(ctx context.Context, traceID, name string) error
}
