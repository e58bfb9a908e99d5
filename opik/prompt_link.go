package opik

import "encoding/json"

// promptLink is how traces, spans and experiments refer to a version of a prompt.
type promptLink struct {
	Name              string            `json:"name"`
	ID                string            `json:"id,omitempty"`
	TemplateStructure PromptStructure   `json:"template_structure"`
	Version           promptVersionLink `json:"version"`
}

type promptVersionLink struct {
	ID       string          `json:"id,omitempty"`
	Commit   string          `json:"commit,omitempty"`
	Template any             `json:"template"` // a text, or the messages
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

func (h *Prompt) link() promptLink {
	s := h.at()
	return s.link(h.known().ID, h.known().Name, PromptStructureText, s.version.Template)
}

func (h *ChatPrompt) link() promptLink {
	s := h.at()
	return s.link(h.known().ID, h.known().Name, PromptStructureChat, s.rawMessages())
}

func (s *promptState) link(id, name string, structure PromptStructure, template any) promptLink {
	return promptLink{
		Name: name, ID: id, TemplateStructure: structure,
		Version: promptVersionLink{ID: s.version.ID, Commit: s.version.Commit, Template: template, Metadata: s.version.Metadata},
	}
}

// promptLinks returns the links to prompts, without those that are nil.
func promptLinks(prompts []AnyPrompt) []promptLink {
	links := make([]promptLink, 0, len(prompts))
	for _, p := range prompts {
		switch h := p.(type) {
		case *Prompt:
			if h != nil {
				links = append(links, h.link())
			}
		case *ChatPrompt:
			if h != nil {
				links = append(links, h.link())
			}
		}
	}
	return links
}

// promptMetadata is the part of the metadata of a trace or span that links prompts.
type promptMetadata struct {
	Prompts []promptLink `json:"opik_prompts"`
}

// WithPrompts links prompts to a trace or span, as SetPrompts does. The default is
// none.
func WithPrompts(prompts ...AnyPrompt) StartOption {
	return WithMetadata(promptMetadata{promptLinks(prompts)})
}

// SetPrompts says which versions of prompts the trace was made with, replacing what
// was said before: the server shows them beside the trace. They are kept in the
// metadata as opik_prompts. Nil prompts are left out.
func (t *Trace) SetPrompts(prompts ...AnyPrompt) {
	if t != nil {
		t.SetMetadata(promptMetadata{promptLinks(prompts)})
	}
}

// SetPrompts says which versions of prompts the span was made with, replacing what
// was said before: the server shows them beside the span. They are kept in the
// metadata as opik_prompts. Nil prompts are left out.
func (s *Span) SetPrompts(prompts ...AnyPrompt) {
	if s != nil {
		s.SetMetadata(promptMetadata{promptLinks(prompts)})
	}
}
