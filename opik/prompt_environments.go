package opik

//opik:requires setPromptVersionEnvironment

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// SetEnvironments says which environments this version of the prompt is for,
// replacing what was said before; none is none. A prompt has one version for an
// environment: from another version it is taken away. It blocks until the server has
// answered. Its error matches [ErrNotFound] if the version does not exist any more.
func (h *Prompt) SetEnvironments(ctx context.Context, environments []string, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.setEnvironments(ctx, h.Name(), h.VersionID(), environments, opts)
}

// SetEnvironments says which environments this version of the prompt is for, as
// [Prompt.SetEnvironments] does.
func (h *ChatPrompt) SetEnvironments(ctx context.Context, environments []string, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.setEnvironments(ctx, h.Name(), h.VersionID(), environments, opts)
}

func (c *Client) setEnvironments(ctx context.Context, name, versionID string, environments []string, opts []CallOption) error {
	body := rest.PromptVersionEnvironmentUpdate{Environments: append([]string{}, environments...)}
	err := c.REST().SetPromptVersionEnvironment(ctx, versionID, body, opts...)
	c.promptChanged(name)
	return err
}
