package opik

import (
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/clone"
)

// Structure returns [PromptStructureText].
func (h *Prompt) Structure() PromptStructure { return PromptStructureText }

// Structure returns [PromptStructureChat].
func (h *ChatPrompt) Structure() PromptStructure { return PromptStructureChat }

// Type returns the language of the template; [PromptTypeMustache] if the server does
// not say.
func (h *Prompt) Type() PromptType { return h.at().kind() }

// Type returns the language of the texts; [PromptTypeMustache] if the server does not
// say.
func (h *ChatPrompt) Type() PromptType { return h.at().kind() }

// Template returns the template as it is, with its placeholders.
func (h *Prompt) Template() string { return h.at().version.Template }

// Template returns the JSON of the messages, as the server stores it.
func (h *ChatPrompt) Template() string { return h.at().version.Template }

// Commit returns the eight characters that the version is called by, or "" if no
// server knows it.
func (h *Prompt) Commit() string { return h.at().version.Commit }

// Commit returns the eight characters that the version is called by, or "" if no
// server knows it.
func (h *ChatPrompt) Commit() string { return h.at().version.Commit }

// VersionID returns the id of the version, or "" if no server knows it.
func (h *Prompt) VersionID() string { return h.at().version.ID }

// VersionID returns the id of the version, or "" if no server knows it.
func (h *ChatPrompt) VersionID() string { return h.at().version.ID }

// Version returns all that the server said about the version: its metadata, tags,
// change description and so on. It is a copy, which the caller may change.
func (h *Prompt) Version() rest.PromptVersion { return clone.Of(h.at().version) }

// Version returns all that the server said about the version: its metadata, tags,
// change description and so on. It is a copy, which the caller may change.
func (h *ChatPrompt) Version() rest.PromptVersion { return clone.Of(h.at().version) }

// ReadAt returns when the server was asked for the version.
func (h *Prompt) ReadAt() time.Time { return h.at().readAt }

// ReadAt returns when the server was asked for the version.
func (h *ChatPrompt) ReadAt() time.Time { return h.at().readAt }

// Stale reports whether this is an earlier answer of the server, read at
// [Prompt.ReadAt], because it could not be asked; see [WithPromptCache].
func (h *Prompt) Stale() bool { return h.at().stale }

// Stale reports whether this is an earlier answer of the server, read at
// [ChatPrompt.ReadAt], because it could not be asked; see [WithPromptCache].
func (h *ChatPrompt) Stale() bool { return h.at().stale }
