package opik

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/internal/clone"
)

// Modality is what a model must understand besides text.
type Modality string

// Modalities of the parts of messages.
const (
	ModalityVision Modality = "vision" // images
	ModalityVideo  Modality = "video"
	ModalityAudio  Modality = "audio"
)

// needs returns what a model must understand for a part of the type, or "".
func (t PartType) needs() Modality {
	switch t {
	case PartImage:
		return ModalityVision
	case PartVideo:
		return ModalityVideo
	case PartAudio:
		return ModalityAudio
	}
	return ""
}

// WithoutModalities says what the model does not understand, overriding the default
// of nothing. [ChatPrompt.Format] puts a text with the URL in place of each such
// part; a message that is only text then becomes one text.
func WithoutModalities(modalities ...Modality) FormatOption {
	return func(f *formatting) { f.without = append(f.without, modalities...) }
}

// Messages returns the messages with their placeholders. It is a copy. Its error is
// a [*TemplateError] if what the server has is no list of messages. A nil prompt has
// none.
func (h *ChatPrompt) Messages() ([]ChatMessage, error) {
	s := h.at()
	if s.unreadable != nil {
		return nil, &TemplateError{Prompt: h.Name(), Type: s.kind(), Err: s.unreadable}
	}
	return clone.Of(s.messages), nil
}

// Format fills the texts and URLs of the messages as [Prompt.Format] does; all else
// stays as it is. An image, video or sound whose URL becomes empty is left out. Its
// errors are those of [Prompt.Format] and [ChatPrompt.Messages]; missing variables of
// all messages are reported together. It makes no request.
func (h *ChatPrompt) Format(variables map[string]any, opts ...FormatOption) ([]ChatMessage, error) {
	if h == nil {
		return nil, nil
	}
	messages, err := h.Messages()
	if err != nil {
		return nil, err
	}
	return newFormatting(h.client, h, variables, opts).messages(messages)
}

// Variables returns the names that the messages mention, in order of appearance and
// each once. Its errors are those of [ChatPrompt.Format].
func (h *ChatPrompt) Variables() ([]string, error) {
	messages, err := h.Messages()
	if err != nil {
		return nil, err
	}
	var all []string
	err = eachText(messages, func(text string) (string, error) {
		parsed, err := parseTemplate(h.Name(), h.Type(), text)
		if err != nil {
			return "", err
		}
		for _, name := range parsed.Names() {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		return text, nil
	})
	return all, err
}

// Modalities returns what a model must understand besides text, sorted. It is empty
// if the messages cannot be read.
func (h *ChatPrompt) Modalities() []Modality {
	var all []Modality
	for _, m := range h.at().messages {
		for _, p := range m.Parts {
			if need := p.Type.needs(); need != "" && !slices.Contains(all, need) {
				all = append(all, need)
			}
		}
	}
	slices.Sort(all)
	return all
}

// eachText replaces all texts and URLs of messages, in place.
func eachText(messages []ChatMessage, replace func(string) (string, error)) (err error) {
	for i := range messages {
		m := &messages[i]
		if m.Parts == nil {
			if m.Content, err = replace(m.Content); err != nil {
				return err
			}
		}
		for j := range m.Parts {
			p := &m.Parts[j]
			switch {
			case p.Type == PartText:
				p.Text, err = replace(p.Text)
			case p.Media != nil:
				p.Media.URL, err = replace(p.Media.URL)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// messages fills messages, which it changes.
func (f *formatting) messages(messages []ChatMessage) ([]ChatMessage, error) {
	if err := eachText(messages, f.text); err != nil {
		return nil, err
	}
	if err := f.finish(); err != nil {
		return nil, err
	}
	for i := range messages {
		m := &messages[i]
		if m.Parts == nil {
			continue
		}
		m.Parts = slices.DeleteFunc(m.Parts, func(p ContentPart) bool {
			return p.Media != nil && strings.TrimSpace(p.Media.URL) == ""
		})
		f.describe(m)
	}
	return messages, nil
}

// describe puts texts in place of what the model does not understand.
func (f *formatting) describe(m *ChatMessage) {
	described, onlyText := false, true
	for i, p := range m.Parts {
		if need := p.Type.needs(); need != "" && slices.Contains(f.without, need) && p.Media != nil {
			m.Parts[i] = TextPart(placeholder(p))
			described = true
		}
		onlyText = onlyText && m.Parts[i].Type == PartText
	}
	if !described || !onlyText {
		return
	}
	var texts []string
	for _, p := range m.Parts {
		if p.Text != "" {
			texts = append(texts, p.Text)
		}
	}
	m.Content, m.Parts = strings.Join(texts, "\n\n"), nil
}

// maxShownURL is how many characters of a URL a text in its place shows: a data URL
// holds a whole image.
const maxShownURL = 500

// placeholder is the text that other SDKs put in place of media, too.
func placeholder(p ContentPart) string {
	kind := strings.TrimSuffix(string(p.Type), "_url")
	url := []rune(p.Media.URL)
	if len(url) > maxShownURL {
		url = append(url[:maxShownURL-3:maxShownURL-3], '.', '.', '.')
	}
	return "<<<" + kind + ">>>" + string(url) + "<<</" + kind + ">>>"
}

// rawMessages returns the template of a chat prompt as the JSON that it is, or as a
// text if it is none.
func (s *promptState) rawMessages() any {
	if s.unreadable != nil {
		return s.version.Template
	}
	return json.RawMessage(s.version.Template)
}
