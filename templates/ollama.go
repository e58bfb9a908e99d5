package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// Ollama asks the server about an Ollama instance, which runs language models. The
// URL of the instance is meant from the server, not from this program.
//
//opik:service tag=Ollama
type Ollama interface {
	// Models returns the models of an instance.
	//
	//opik:op listModels
	Models(ctx context.Context, baseURL string) ([]rest.OllamaModel, error)

	// TestConnection says whether the server reaches an instance, and which version it
	// is. An instance that it does not reach is an [*APIError] with status 502.
	TestConnection(ctx context.Context, baseURL string) (*rest.OllamaConnectionTestResponse, error)
}
