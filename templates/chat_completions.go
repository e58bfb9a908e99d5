package templates

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// ChatCompletions asks language models through the server, which holds the keys of
// their providers: see [ProviderKeysService].
//
//opik:service "tag=Chat Completions"
type ChatCompletions interface {
	// Create returns the answer of a model to the messages. A model is named as its
	// provider does, and the workspace must have a key for the provider.
	//
	//opik:op createChatCompletions
	//opik:field stream hide
	//opik:field stream_options hide
	Create(ctx context.Context, model string, messages []rest.Message) (*rest.ChatCompletionResponse, error)

	// Stream returns the answer of a model to the messages in parts, as it is made:
	// the Delta of each choice has what is new. A model is named as its provider does,
	// and the workspace must have a key for the provider.
	//
	//opik:op createChatCompletions events
	//opik:field stream hide
	Stream(ctx context.Context, model string, messages []rest.Message) iter.Seq2[rest.ChatCompletionResponse, error]

	// Models returns the models that the server knows, as JSON for each provider.
	//
	//opik:op getLlmModels
	Models(ctx context.Context) (map[string]json.RawMessage, error)
}
