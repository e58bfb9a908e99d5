package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Threads reads and changes threads: conversations, which are all traces of a
// project with the same thread id. A thread has two ids, that of the
// application and, as ThreadModelID, one that the server gives it.
//
//opik:service tag=Traces noun=thread
type Threads interface {
	// Get returns one thread of a project. It fails with [ErrNotFound] if there is
	// none with the id.
	//
	//opik:op getTraceThread
	Get(ctx context.Context, threadID string) (*rest.TraceThread, error)

	List(ctx context.Context) iter.Seq2[rest.TraceThread, error]

	// Update replaces the tags of a thread, given by its ThreadModelID. It fails with
	// [ErrNotFound] if there is no such thread.
	//
	//opik:field tags_to_add hide
	//opik:field tags_to_remove hide
	Update(ctx context.Context, threadModelID string) error

	// UpdateBatch makes the same change to several threads, given by their
	// ThreadModelID. It changes their tags as update.TagsToAdd and update.TagsToRemove
	// say; update.Tags replaces the tags, or adds to them if params.MergeTags is set.
	// Ids that do not exist are skipped.
	UpdateBatch(ctx context.Context, ids []string, update rest.TraceThreadUpdate) error

	// DeleteBatch deletes threads of a project with all their traces. Threads that do
	// not exist are no error.
	DeleteBatch(ctx context.Context, threadIDs []string) error

	// Open makes a thread active again.
	//
	//opik:op openTraceThread
	//opik:field truncate hide
	Open(ctx context.Context, threadID string) error

	// Close makes threads of a project inactive. It fails with [ErrNotFound] if one of
	// them does not exist. The server closes threads by itself when they are idle, and
	// opens them for new traces.
	//
	//opik:op closeTraceThread
	//opik:field thread_id hide
	Close(ctx context.Context, threadIDs []string) error

	// Stats returns figures about the threads that match params. Durations are in
	// milliseconds, costs in US dollars.
	Stats(ctx context.Context) ([]rest.ProjectStatItemObject, error)

	// FeedbackScoreNames returns the names of all feedback scores of threads.
	//
	//opik:op findTraceThreadsFeedbackScoreNames
	FeedbackScoreNames(ctx context.Context) ([]rest.ScoreName, error)

	// DeleteFeedbackScores deletes the scores with the names from a thread. Scores that
	// do not exist are no error. Without params.Author the scores of all authors go.
	DeleteFeedbackScores(ctx context.Context, threadID string, names []string) error

	// AddComment comments on a thread, given by its ThreadModelID, and returns the id
	// of the comment. It fails with [ErrNotFound] if there is no such thread.
	AddComment(ctx context.Context, threadModelID, text string) (string, error)

	// GetComment returns one comment on a thread, given by its ThreadModelID.
	GetComment(ctx context.Context, threadModelID, commentID string) (*rest.Comment, error)

	// UpdateComment replaces the text of a comment. It fails with [ErrNotFound] if
	// there is no such comment.
	UpdateComment(ctx context.Context, commentID, text string) error
	DeleteComments(ctx context.Context, ids []string) error
}

// ClientThreads are the methods of Client about threads.
//
//opik:client
type ClientThreads interface {
	//opik:op searchTraceThreads cursor=none instead=Threads.List "the server's cursor for threads goes against their order and would repeat or lose some."
	SearchThreads(ctx context.Context) iter.Seq2[rest.TraceThread, error]
}
