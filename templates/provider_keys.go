package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// ProviderKeys reads and writes the keys of the providers of language models that
// the server uses for chat completions, automation rules and the playground.
//
//opik:service tag=LlmProviderKey "noun=provider key"
type ProviderKeys interface {
	// Get returns one key. Its APIKey is masked.
	//
	//opik:op getLlmProviderApiKeyById
	Get(ctx context.Context, id string) (*rest.ProviderAPIKey, error)

	// List returns all keys of the workspace. Their APIKey is masked.
	//
	//opik:op findLlmProviderKeys
	List(ctx context.Context) ([]rest.ProviderAPIKey, error)

	// Create stores the key of a provider and returns the record of it, with the key
	// masked. A workspace has one key for each provider, and for custom ones one for
	// each params.ProviderName; it fails with [ErrConflict] if there is one.
	//
	//opik:op storeLlmProviderApiKey
	Create(ctx context.Context, provider rest.ProviderAPIKeyProvider) (*rest.ProviderAPIKey, error)

	// Update changes a key. What params does not set stays as it is; a masked key must
	// not be written back.
	//
	//opik:op updateLlmProviderApiKey
	Update(ctx context.Context, id string) error

	// DeleteBatch deletes several keys at once. Those that do not exist are no error.
	//
	//opik:op deleteLlmProviderApiKeysBatch
	DeleteBatch(ctx context.Context, ids []string) error
}
