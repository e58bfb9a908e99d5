package templates

import (
	"context"
	"iter"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// Spans reads and changes spans that the server has. [StartSpan] is for recording
// new ones.
//
//opik:service tag=Spans
type Spans interface {
	// Create creates one complete span and returns its id. Unlike [StartSpan] it
	// waits for the server. If there is a span with params.ID, that one stays as it is.
	Create(ctx context.Context, traceID string, startTime time.Time) (string, error)

	List(ctx context.Context) iter.Seq2[rest.Span, error]

	// UpdateBatch makes the same change to several spans. It changes their tags as
	// update.TagsToAdd and update.TagsToRemove say; update.Tags replaces the tags, or
	// adds to them if params.MergeTags is set. Ids that do not exist are skipped.
	// update.TraceID is required, though spans of other traces are changed as well.
	UpdateBatch(ctx context.Context, ids []string, update rest.SpanUpdate) error

	// Stats returns figures about the spans that match params. Durations are in
	// milliseconds, costs in US dollars.
	Stats(ctx context.Context) ([]rest.ProjectStatItemObject, error)

	// Exist reports whether a project has any spans.
	//
	//opik:op spansExist
	Exist(ctx context.Context) (bool, error)

	// AddFeedbackScore scores a span and waits for the server; it fails with
	// [ErrNotFound] if there is no such span. [Client.LogSpansFeedbackScores] queues
	// scores, also for spans that are still on their way.
	//
	//opik:field source value=sdk
	AddFeedbackScore(ctx context.Context, id, name string, value float64) error

	// FeedbackScoreNames returns the names of all feedback scores of the spans of a
	// project.
	//
	//opik:op findFeedbackScoreNames_1 path=/v1/private/spans/feedback-scores/names
	FeedbackScoreNames(ctx context.Context, projectID string) ([]rest.ScoreName, error)

	// AddComment comments on a span and returns the id of the comment. It fails with
	// [ErrNotFound] if there is no such span.
	AddComment(ctx context.Context, spanID, text string) (string, error)
	GetComment(ctx context.Context, spanID, commentID string) (*rest.Comment, error)

	// UpdateComment replaces the text of a comment. It fails with [ErrNotFound] if
	// there is no such comment.
	UpdateComment(ctx context.Context, commentID, text string) error
	DeleteComments(ctx context.Context, ids []string) error
}

// ClientSpans are the methods of Client about spans.
//
//opik:client
type ClientSpans interface {
	SearchSpans(ctx context.Context) iter.Seq2[rest.Span, error]

	// GetSpanContent returns one span.
	//
	//opik:op getSpanById
	GetSpanContent(ctx context.Context, id string) (*rest.Span, error)

	// DeleteSpanFeedbackScore deletes the score with the name from a span. A score
	// that does not exist is no error. Without params.Author the scores of all authors go.
	DeleteSpanFeedbackScore(ctx context.Context, spanID, name string) error
}

//opik:skip deleteSpanById "the server answers 501: spans are deleted with their trace"
