package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// FeedbackDefinitions reads and writes feedback definitions: what people can
// score, and with which values: a number from a range, a category, yes or no.
// [NewFeedbackDefinition] makes one.
//
//opik:service tag=Feedback-definitions
type FeedbackDefinitions interface {
	// Create creates a definition and returns its id. It fails with [ErrConflict] if
	// the workspace has one of that name.
	//
	//opik:op createFeedbackDefinition
	Create(ctx context.Context, definition rest.Feedback) (string, error)

	//opik:op getFeedbackDefinitionById
	Get(ctx context.Context, id string) (*rest.Feedback, error)

	//opik:op findFeedbackDefinitions
	List(ctx context.Context) iter.Seq2[rest.Feedback, error]

	// Update replaces a definition. It fails with [ErrNotFound] if there is no such
	// definition, and with [ErrConflict] if another one has the name, or the server
	// protects it, as it does "User feedback".
	//
	//opik:op updateFeedbackDefinition
	Update(ctx context.Context, id string, definition rest.Feedback) error

	// Delete deletes a definition, but not scores of that name. One that does not exist
	// is no error. It fails with [ErrConflict] if the server protects it, as it does
	// "User feedback".
	//
	//opik:op deleteFeedbackDefinitionById
	Delete(ctx context.Context, id string) error

	// DeleteBatch deletes several definitions at once, but not scores of their names.
	// Those that do not exist are no error.
	//
	//opik:op deleteFeedbackDefinitionsBatch
	DeleteBatch(ctx context.Context, ids []string) error
}
