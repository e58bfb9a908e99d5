package opik

import (
	"context"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
)

// PromptChanges says what [Prompt.Update] and [ChatPrompt.Update] change. What has
// its zero value stays as it is.
type PromptChanges struct {
	// Name is the new name, which no other prompt may have.
	Name string
	// Description says what the prompt is for, in up to 255 characters.
	Description string
	// Tags replace those of the prompt; an empty list that is not nil removes them.
	Tags []string
}

// Update renames the prompt, and changes its description and tags, which are those of
// the prompt as a whole and not of a version. Record is up to date afterwards. It
// blocks for up to two requests. Its error matches [ErrNotFound] if the prompt does
// not exist any more, and [ErrConflict] if another one has the name.
func (h *Prompt) Update(ctx context.Context, changes PromptChanges, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	record, err := h.client.changePrompt(ctx, h.ID(), changes, opts)
	if err == nil {
		h.change(func(r *rest.Prompt) { *r = record })
	}
	return err
}

// Update renames the prompt, and changes its description and tags, as [Prompt.Update]
// does.
func (h *ChatPrompt) Update(ctx context.Context, changes PromptChanges, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	record, err := h.client.changePrompt(ctx, h.ID(), changes, opts)
	if err == nil {
		h.change(func(r *rest.Prompt) { *r = record })
	}
	return err
}

// changePrompt reads a prompt and writes it if it has to be changed: a write that
// leaves something out may remove it.
func (c *Client) changePrompt(ctx context.Context, id string, changes PromptChanges, opts []CallOption) (rest.Prompt, error) {
	record, err := fetchPrompt(ctx, c, id, opts...)
	if err != nil {
		return rest.Prompt{}, err
	}
	before := *record
	if changes.Name != "" {
		record.Name = changes.Name
	}
	if changes.Description != "" {
		record.Description = changes.Description
	}
	if changes.Tags != nil && !sameTags(changes.Tags, record.Tags) {
		record.Tags = slices.Clone(changes.Tags)
	}
	if record.Name == before.Name && record.Description == before.Description && sameTags(record.Tags, before.Tags) {
		return *record, nil
	}
	err = c.Prompts.Update(ctx, id, record.Name, PromptUpdateParams{Description: record.Description, Tags: record.Tags}, opts...)
	c.promptChanged(before.Name, record.Name)
	return *record, err
}

// Delete deletes the prompt with all its versions. It blocks until the server has
// answered. Its error matches [ErrNotFound] if the prompt does not exist any more.
func (h *Prompt) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.deletePrompt(ctx, h.known(), opts)
}

// Delete deletes the prompt with all its versions. It blocks until the server has
// answered. Its error matches [ErrNotFound] if the prompt does not exist any more.
func (h *ChatPrompt) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.deletePrompt(ctx, h.known(), opts)
}

func (c *Client) deletePrompt(ctx context.Context, record rest.Prompt, opts []CallOption) error {
	err := c.Prompts.Delete(ctx, record.ID, opts...)
	c.promptGone(record.Name)
	return err
}

// Restore makes a new version of the prompt that is as an earlier one, and returns
// the prompt at it. The version is given by its id, as in [rest.PromptVersion]. It
// blocks until the server has answered. Its error matches [ErrNotFound] if the prompt
// has no such version.
func (h *Prompt) Restore(ctx context.Context, versionID string, opts ...CallOption) (*Prompt, error) {
	if err := h.usable(); err != nil {
		return nil, err
	}
	version, err := h.client.restoreVersion(ctx, h.known(), versionID, opts)
	if err != nil {
		return nil, err
	}
	return h.At(*version), nil
}

// Restore makes a new version of the prompt that is as an earlier one, and returns
// the prompt at it, as [Prompt.Restore] does.
func (h *ChatPrompt) Restore(ctx context.Context, versionID string, opts ...CallOption) (*ChatPrompt, error) {
	if err := h.usable(); err != nil {
		return nil, err
	}
	version, err := h.client.restoreVersion(ctx, h.known(), versionID, opts)
	if err != nil {
		return nil, err
	}
	return h.At(*version), nil
}

func (c *Client) restoreVersion(ctx context.Context, record rest.Prompt, versionID string, opts []CallOption) (*rest.PromptVersion, error) {
	version, err := c.Prompts.RestoreVersion(ctx, record.ID, versionID, opts...)
	c.promptChanged(record.Name)
	return version, err
}

// maxVersionsTagged is how many versions the server changes in one request.
const maxVersionsTagged = 1000

// UpdatePromptVersionTagsParams holds the inputs of [Client.UpdatePromptVersionTags].
type UpdatePromptVersionTagsParams struct {
	// Tags are the new tags; without any, all are removed. The server takes up to 50 of up
	// to 100 characters.
	Tags []string
	// Merge adds Tags to those that a version has, instead of replacing them.
	Merge bool
}

// UpdatePromptVersionTags changes the tags of versions of prompts, given by their ids.
// Versions that do not exist are skipped. It makes a request for each 1,000 versions,
// one after the other, and ends with the first error. It blocks until the server has
// answered.
func (c *Client) UpdatePromptVersionTags(ctx context.Context, versionIDs []string, params UpdatePromptVersionTagsParams, opts ...CallOption) error {
	if c == nil {
		return ErrNilClient
	}
	update := rest.PromptVersionUpdate{Tags: params.Tags}
	if update.Tags == nil {
		update.Tags = []string{}
	}
	defer c.prompts.Expire(func(promptKey) bool { return true }) // whose versions they are is not known
	for ids := range slices.Chunk(versionIDs, maxVersionsTagged) {
		if err := c.Prompts.UpdateVersions(ctx, ids, update, PromptUpdateVersionsParams{MergeTags: &params.Merge}, opts...); err != nil {
			return err
		}
	}
	return nil
}
