package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// AssertionResults writes what the assertions of test suites came to.
//
//opik:service "tag=Assertion Results"
type AssertionResults interface {
	// Store stores results about traces, spans or threads, none of which need exist
	// yet; the EntityID of a thread is its ThreadModelID. A later result of the same
	// entity and name replaces the earlier. The project of a result is that of its
	// ProjectName, or the server's "Default Project".
	//
	//opik:op storeAssertionsBatch
	Store(ctx context.Context, entityType rest.AssertionResultBatchEntityType, assertionResults []rest.AssertionResultBatchItem) error
}
