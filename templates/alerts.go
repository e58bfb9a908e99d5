package templates

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Alerts reads and writes alerts, which call a webhook when something happens:
// an error, a score or a cost beyond a threshold, a new version of a prompt.
//
//opik:service tag=Alerts
type Alerts interface {
	Get(ctx context.Context, id string) (*rest.Alert, error)
	List(ctx context.Context) iter.Seq2[rest.Alert, error]

	// Create creates an alert and returns it. It fails with [ErrConflict] if there is
	// one with params.ID.
	Create(ctx context.Context, name string, webhook rest.Webhook) (*rest.Alert, error)

	// Update replaces an alert with everything that belongs to it: what params does
	// not set is gone. A secret that was read from the server is masked and must not
	// be written back. It fails with [ErrNotFound] if there is no such alert.
	Update(ctx context.Context, id, name string, webhook rest.Webhook) error

	DeleteBatch(ctx context.Context, ids []string) error

	// TestWebhook calls the webhook of an alert as if something had happened, and says
	// what came of it. A call that fails is no error; its result says so.
	TestWebhook(ctx context.Context, name string, webhook rest.Webhook) (*rest.WebhookTestResult, error)

	// WebhookExamples returns for each kind of event what a webhook is sent.
	//
	//opik:op getWebhookExamples
	WebhookExamples(ctx context.Context) (map[string]json.RawMessage, error)
}
