package opik

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/lastgood"
	"github.com/opik-go/sdk/opik/internal/retry"
)

// GetPromptParams chooses a version of a prompt: the one with the commit, with the
// number or for the environment, as far as the server knows these, or the latest.
type GetPromptParams = PromptRetrieveVersionParams

// GetPrompt returns the text prompt with the name, at its latest version or the one
// that params chooses. It fails with [ErrNotFound] if there is none, and with
// [ErrPromptStructure] if it is a chat prompt, which [Client.GetChatPrompt] gets.
//
// It blocks until the server has answered. If the server cannot be reached, fails for
// now, or takes longer than 5 s, what it last said about the same version is
// returned, and [Prompt.Stale] reports it; see [WithPromptCache]. A version that is
// chosen by its commit is read once only.
func (c *Client) GetPrompt(ctx context.Context, name string, params GetPromptParams, opts ...CallOption) (*Prompt, error) {
	state, err := c.readPrompt(ctx, name, PromptStructureText, params, opts)
	if err != nil {
		return nil, err
	}
	return c.promptAt(name, state), nil
}

// GetChatPrompt is [Client.GetPrompt] for a chat prompt. It fails with
// [ErrPromptStructure] if it is a text prompt.
func (c *Client) GetChatPrompt(ctx context.Context, name string, params GetPromptParams, opts ...CallOption) (*ChatPrompt, error) {
	state, err := c.readPrompt(ctx, name, PromptStructureChat, params, opts)
	if err != nil {
		return nil, err
	}
	return c.chatPromptAt(name, state), nil
}

// promptAt returns a handle of which only the version is known.
func (c *Client) promptAt(name string, state promptState) *Prompt {
	h := newPrompt(c, rest.Prompt{ID: state.version.PromptID, Name: name, TemplateStructure: PromptStructureText})
	h.promptState = state
	return h
}

func (c *Client) chatPromptAt(name string, state promptState) *ChatPrompt {
	h := newChatPrompt(c, rest.Prompt{ID: state.version.PromptID, Name: name, TemplateStructure: PromptStructureChat})
	h.promptState = chatState(state)
	return h
}

// readPrompt reads a version of a prompt, which must be of the structure.
func (c *Client) readPrompt(ctx context.Context, name string, wanted PromptStructure, params GetPromptParams, opts []CallOption) (promptState, error) {
	if c == nil {
		return promptState{}, ErrNilClient
	}
	params.ProjectName = c.projectName(params.ProjectName, "")
	found, err := c.prompts.Get(ctx, newPromptKey(name, params), params.Commit != "", func(ctx context.Context) (*rest.PromptVersion, error) {
		return c.Prompts.RetrieveVersion(ctx, name, params, opts...)
	})
	if err != nil {
		return promptState{}, err
	}
	if err := checkStructure(name, found.Value, wanted); err != nil {
		return promptState{}, err
	}
	if found.Cause != nil {
		c.warn("Client.GetPrompt", "opik: the server is away, and prompts are those that it sent before", "prompt", name, "age", time.Since(found.At).Round(time.Second), "error", found.Cause)
	}
	return promptState{version: *found.Value, readAt: found.At, stale: found.Cause != nil}, nil
}

// structureOf returns the structure of a version; servers once knew only texts.
func structureOf(v *rest.PromptVersion) PromptStructure {
	if v.TemplateStructure == "" {
		return PromptStructureText
	}
	return v.TemplateStructure
}

func checkStructure(name string, v *rest.PromptVersion, wanted PromptStructure) error {
	if s := structureOf(v); s != wanted {
		return &PromptStructureError{Prompt: name, Structure: s, Wanted: wanted}
	}
	return nil
}

// promptKey is what a version of a prompt is asked for by.
type promptKey struct{ name, params string }

func newPromptKey(name string, params GetPromptParams) promptKey {
	text, err := json.Marshal(params)
	if err != nil { // not with the types that parameters have
		return promptKey{name: name}
	}
	return promptKey{name, string(text)}
}

type promptCache = lastgood.Cache[promptKey, *rest.PromptVersion]

// Defaults of the cache of prompts.
const (
	defaultCachedPrompts = 256
	maxCachedPromptBytes = 32 << 20
	promptPatience       = 5 * time.Second
	promptPause          = 5 * time.Second
)

func newPromptCache(entries int, ttl time.Duration) *promptCache {
	return lastgood.New[promptKey](lastgood.Options[*rest.PromptVersion]{
		Entries: entries, Bytes: maxCachedPromptBytes, TTL: ttl, Patience: promptPatience, Pause: promptPause,
		Size:      func(v *rest.PromptVersion) int64 { return int64(len(v.Template) + len(v.Metadata) + 1<<10) },
		Transient: isAway,
		Gone:      func(err error) bool { return errors.Is(err, ErrNotFound) },
	})
}

// isAway reports whether an error says nothing about what was asked for: the server
// cannot be reached, or fails for now, or something else answers in its place.
func isAway(err error) bool {
	var refusal *APIError
	if errors.As(err, &refusal) {
		return retry.Transient(refusal.Status)
	}
	var mistake *rest.ArgumentError
	return !errors.As(err, &mistake)
}

// WithPromptCache bounds how many versions of prompts are remembered for when the
// server is away, overriding the default of 256; together they take at most 32 MiB.
// With 0 none are, and every error of the server is returned. A negative number is an
// error.
func WithPromptCache(versions int) Option {
	return func(s *settings) error {
		if versions < 0 {
			return &ValidationError{Method: "WithPromptCache", Field: "versions", Reason: "is negative"}
		}
		s.promptCache = &versions
		return nil
	}
}

// WithPromptTTL says how long [Client.GetPrompt] and [Client.GetChatPrompt] return
// what the server said before without asking again, overriding the default of 0,
// which is not at all. For as long again they return it and ask in the background,
// after that they wait. What this client itself creates or changes is seen at once.
// Calls with the same parameters share requests, whatever their options are. A
// negative duration is an error.
func WithPromptTTL(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return &ValidationError{Method: "WithPromptTTL", Field: "d", Reason: "is negative"}
		}
		s.promptTTL = d
		return nil
	}
}

// rememberPrompt keeps what the server said about the latest version of a prompt.
func (c *Client) rememberPrompt(name, project string, v *rest.PromptVersion, at time.Time) {
	c.prompts.Keep(newPromptKey(name, GetPromptParams{ProjectName: project}), v, at)
	c.prompts.Keep(newPromptKey(name, GetPromptParams{ProjectName: project, Commit: v.Commit}), v, at)
}

// promptChanged says that what is remembered of a prompt may be old.
func (c *Client) promptChanged(names ...string) {
	c.prompts.Expire(func(k promptKey) bool { return slices.Contains(names, k.name) })
}

// promptGone forgets a prompt.
func (c *Client) promptGone(name string) {
	c.prompts.Remove(func(k promptKey) bool { return k.name == name })
}
