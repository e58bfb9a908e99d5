package opik

import (
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/clone"
)

// PromptType says what language the template of a prompt is written in. Servers may
// know more types than these.
type PromptType = rest.PromptType

// Types of prompts. They are spelt out because a server's contract may lack some.
const (
	PromptTypeMustache PromptType = "mustache" // {{name}}, sections, comments; the default
	PromptTypeJinja2   PromptType = "jinja2"   // needs a renderer, see [WithPromptRenderer]
	PromptTypePython   PromptType = "python"   // {name}
)

// PromptStructure says whether a prompt is one text or a list of messages. It never
// changes.
type PromptStructure = rest.PromptTemplateStructure

// Structures of prompts.
const (
	PromptStructureText PromptStructure = "text" // a [Prompt]
	PromptStructureChat PromptStructure = "chat" // a [ChatPrompt]
)

// AnyPrompt is a [*Prompt] or a [*ChatPrompt].
type AnyPrompt interface {
	// ID returns the id of the prompt, which all its versions share, or "".
	ID() string
	// Name returns the name of the prompt.
	Name() string
	// Structure says which of the two it is.
	Structure() PromptStructure
	// Type returns the language of the template.
	Type() PromptType
	// Template returns the template as the server stores it: the text, or the JSON of
	// the messages.
	Template() string
	// Commit returns what the version is called by, or "".
	Commit() string
	// VersionID returns the id of the version, or "".
	VersionID() string
	// Version returns all that is known about the version.
	Version() rest.PromptVersion

	link() promptLink
}

var (
	_ AnyPrompt = (*Prompt)(nil)
	_ AnyPrompt = (*ChatPrompt)(nil)
)

// promptState is the version that a prompt is at. It does not change.
type promptState struct {
	version rest.PromptVersion
	readAt  time.Time
	stale   bool
	// messages are those of a chat prompt's template; they are shared.
	messages []ChatMessage
	// unreadable says why the template is no list of messages.
	unreadable error
}

func (s *promptState) kind() PromptType {
	if s.version.Type == "" {
		return PromptTypeMustache
	}
	return s.version.Type
}

func (h *Prompt) at() *promptState {
	if h == nil {
		return &promptState{}
	}
	return &h.promptState
}

func (h *ChatPrompt) at() *promptState {
	if h == nil {
		return &promptState{}
	}
	return &h.promptState
}

// NewPrompt returns a prompt that no server knows, for programs that must work
// without one: it can be formatted, and linked to traces and spans by its name and
// template, and its methods that need a server return [ErrNilHandle]. An empty type
// is mustache.
func NewPrompt(name, template string, t PromptType) *Prompt {
	h := newPrompt(nil, rest.Prompt{Name: name, TemplateStructure: PromptStructureText})
	h.promptState = promptState{version: rest.PromptVersion{Template: template, Type: t}, readAt: time.Now()}
	return h
}

// NewChatPrompt is [NewPrompt] for messages. It fails as [Client.CreateChatPrompt]
// does if they are not valid.
func NewChatPrompt(name string, messages []ChatMessage, t PromptType) (*ChatPrompt, error) {
	template, err := encodeMessages("NewChatPrompt", messages)
	if err != nil {
		return nil, err
	}
	h := newChatPrompt(nil, rest.Prompt{Name: name, TemplateStructure: PromptStructureChat})
	h.promptState = chatState(promptState{version: rest.PromptVersion{Template: template, Type: t}, readAt: time.Now()})
	return h, nil
}

// chatState reads the messages of a version.
func chatState(s promptState) promptState {
	s.messages, s.unreadable = decodeMessages(s.version.Template)
	return s
}

// At returns the prompt at another of its versions, which [Prompt.Versions] gives,
// without a request.
func (h *Prompt) At(version rest.PromptVersion) *Prompt {
	if h == nil {
		return nil
	}
	other := newPrompt(h.client, h.Record())
	other.promptState = promptState{version: clone.Of(version), readAt: time.Now()}
	return other
}

// At returns the prompt at another of its versions, which [ChatPrompt.Versions]
// gives, without a request.
func (h *ChatPrompt) At(version rest.PromptVersion) *ChatPrompt {
	if h == nil {
		return nil
	}
	other := newChatPrompt(h.client, h.Record())
	other.promptState = chatState(promptState{version: clone.Of(version), readAt: time.Now()})
	return other
}
