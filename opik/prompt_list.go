package opik

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// PromptHistoryParams holds the optional inputs of [Client.GetPromptHistory] and
// [Client.GetChatPromptHistory].
type PromptHistoryParams struct {
	// ProjectName is the project to look in first, before the whole workspace; by
	// default the client's project.
	ProjectName string
	// Versions chooses among the versions.
	Versions PromptListVersionsParams
}

// GetPromptHistory returns the versions of the text prompt with the name, newest
// first. It fails with [ErrNotFound] if there is no such prompt, and with
// [ErrPromptStructure] if it is a chat prompt.
//
// It fetches pages as the caller goes on and none after the caller stops. After an
// error the iterator ends; every range over it starts anew.
func (c *Client) GetPromptHistory(ctx context.Context, name string, params PromptHistoryParams, opts ...CallOption) iter.Seq2[*Prompt, error] {
	return history(ctx, c, name, PromptStructureText, params, opts, c.promptAt)
}

// GetChatPromptHistory is [Client.GetPromptHistory] for a chat prompt. It fails with
// [ErrPromptStructure] if it is a text prompt.
func (c *Client) GetChatPromptHistory(ctx context.Context, name string, params PromptHistoryParams, opts ...CallOption) iter.Seq2[*ChatPrompt, error] {
	return history(ctx, c, name, PromptStructureChat, params, opts, c.chatPromptAt)
}

func history[H any](ctx context.Context, c *Client, name string, wanted PromptStructure, params PromptHistoryParams, opts []CallOption, wrap func(string, promptState) *H) iter.Seq2[*H, error] {
	return func(yield func(*H, error) bool) {
		if c == nil {
			yield(nil, ErrNilClient)
			return
		}
		latest, err := c.Prompts.RetrieveVersion(ctx, name, PromptRetrieveVersionParams{ProjectName: params.ProjectName}, opts...)
		if err == nil {
			err = checkStructure(name, latest, wanted)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for version, err := range c.Prompts.ListVersions(ctx, latest.PromptID, params.Versions, opts...) {
			if err != nil {
				yield(nil, err)
				return
			}
			if version.PromptID == "" { // lists of old servers lack it
				version.PromptID = latest.PromptID
			}
			if !yield(wrap(name, promptState{version: version, readAt: time.Now()}), nil) {
				return
			}
		}
	}
}

// promptsAtOnce is how many prompts a search reads at the same time.
const promptsAtOnce = 8

// SearchPrompts returns the prompts of the workspace that match params, at their latest
// versions: each is a [*Prompt] or a [*ChatPrompt]. Prompts without a version, and those that
// are deleted meanwhile, are left out. [PromptsService.List] is for who needs no
// templates.
//
// It makes a request for each page and one for each prompt, up to eight at a time, as
// the caller goes on, and none after the caller stops. After an error the iterator
// ends; every range over it starts anew.
func (c *Client) SearchPrompts(ctx context.Context, params PromptListParams, opts ...CallOption) iter.Seq2[AnyPrompt, error] {
	return func(yield func(AnyPrompt, error) bool) {
		if c == nil {
			yield(nil, ErrNilClient)
			return
		}
		if ctx == nil {
			yield(nil, errNilContext)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var chunk []rest.Prompt
		flush := func() bool {
			ok := c.yieldPrompts(ctx, chunk, opts, yield)
			chunk = chunk[:0]
			return ok
		}
		for record, err := range c.Prompts.List(ctx, params, opts...) {
			if err != nil {
				if flush() {
					yield(nil, err)
				}
				return
			}
			if chunk = append(chunk, record); len(chunk) == promptsAtOnce && !flush() {
				return
			}
		}
		flush()
	}
}

// yieldPrompts reads prompts and yields them in their order. It reports false if the
// caller is to stop.
func (c *Client) yieldPrompts(ctx context.Context, records []rest.Prompt, opts []CallOption, yield func(AnyPrompt, error) bool) bool {
	prompts, errs := make([]*rest.Prompt, len(records)), make([]error, len(records))
	at := time.Now()
	var reading sync.WaitGroup
	for i, record := range records {
		reading.Go(func() { prompts[i], errs[i] = fetchPrompt(ctx, c, record.ID, opts...) })
	}
	reading.Wait()
	for i, record := range prompts {
		switch {
		case errors.Is(errs[i], ErrNotFound):
		case errs[i] != nil:
			yield(nil, errs[i])
			return false
		case record.LatestVersion != nil:
			if !yield(c.anyPrompt(*record, at), nil) {
				return false
			}
		}
	}
	return true
}

// anyPrompt returns a handle for a prompt with its latest version.
func (c *Client) anyPrompt(record rest.Prompt, at time.Time) AnyPrompt {
	state := promptState{version: *record.LatestVersion, readAt: at}
	if record.TemplateStructure == PromptStructureChat {
		h := newChatPrompt(c, record)
		h.promptState = chatState(state)
		return h
	}
	h := newPrompt(c, record)
	h.promptState = state
	return h
}
