package opik

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/opik/internal/promptfmt"
)

// PromptRenderer fills a template. It may be called from several goroutines at once.
type PromptRenderer func(template string, variables map[string]any) (string, error)

// WithPromptRenderer sets what fills the templates of a type of prompts, overriding
// the defaults: there is one for [PromptTypeMustache] and [PromptTypePython], and
// none for other types. A renderer decides itself about variables that are missing
// or not used. Nil is an error.
func WithPromptRenderer(t PromptType, render PromptRenderer) Option {
	return func(s *settings) error {
		if render == nil {
			return fmt.Errorf("WithPromptRenderer: the renderer is nil")
		}
		if s.renderers == nil {
			s.renderers = map[PromptType]PromptRenderer{}
		}
		s.renderers[t] = render
		return nil
	}
}

// FormatOption changes how [Prompt.Format] and [ChatPrompt.Format] fill a prompt.
type FormatOption func(*formatting)

// AllowMissing lets placeholders without a variable become nothing, overriding the
// default of an error.
func AllowMissing() FormatOption {
	return func(f *formatting) { f.missing = promptfmt.MissingEmpty }
}

// KeepMissing leaves placeholders and sections without a variable as they are, to be
// filled later, overriding the default of an error.
func KeepMissing() FormatOption {
	return func(f *formatting) { f.missing = promptfmt.MissingStays }
}

// RejectUnused makes it an error to give variables that the prompt does not mention,
// overriding the default of ignoring them.
func RejectUnused() FormatOption {
	return func(f *formatting) { f.rejectUnused = true }
}

// FormatWith sets what fills the template, overriding [WithPromptRenderer].
func FormatWith(render PromptRenderer) FormatOption {
	return func(f *formatting) { f.render = render }
}

// formatting is one call of Format.
type formatting struct {
	prompt       string
	kind         PromptType
	variables    map[string]any
	missing      promptfmt.Missing
	rejectUnused bool
	render       PromptRenderer
	without      []Modality

	lacking []string       // names of placeholders without a variable
	unused  map[string]int // in how many texts a variable is not used
	texts   int
}

// newFormatting prepares to fill the texts of a prompt. The client may be nil.
func newFormatting(c *Client, p AnyPrompt, variables map[string]any, opts []FormatOption) *formatting {
	f := &formatting{prompt: p.Name(), kind: p.Type(), variables: variables, unused: map[string]int{}}
	if c != nil {
		f.render = c.renderers[f.kind]
	}
	for _, opt := range opts {
		if opt != nil {
			opt(f)
		}
	}
	return f
}

// text fills one text. Missing variables are collected for finish.
func (f *formatting) text(template string) (string, error) {
	if f.render != nil {
		text, err := f.render(template, f.variables)
		if err != nil {
			return "", &TemplateError{Prompt: f.prompt, Type: f.kind, Err: err}
		}
		return text, nil
	}
	parsed, err := f.parse(template)
	if err != nil {
		return "", err
	}
	f.texts++
	for _, name := range parsed.Unused(f.variables) {
		f.unused[name]++
	}
	text, err := parsed.Render(f.variables, f.missing)
	var missing *promptfmt.MissingError
	if errors.As(err, &missing) {
		for _, name := range missing.Missing {
			if !slices.Contains(f.lacking, name) {
				f.lacking = append(f.lacking, name)
			}
		}
		return "", nil
	}
	if err != nil {
		return "", &TemplateError{Prompt: f.prompt, Type: f.kind, Err: err}
	}
	return text, nil
}

func (f *formatting) parse(template string) (*promptfmt.Template, error) {
	return parseTemplate(f.prompt, f.kind, template)
}

func parseTemplate(prompt string, kind PromptType, template string) (*promptfmt.Template, error) {
	switch kind {
	case PromptTypeMustache:
		parsed, err := promptfmt.Mustache(template)
		if err == nil {
			return parsed, nil
		}
		problem := &TemplateError{Prompt: prompt, Type: kind, Err: err}
		var syntax *promptfmt.SyntaxError
		if errors.As(err, &syntax) {
			problem.Line, problem.Column = syntax.Line, syntax.Column
		}
		return nil, problem
	case PromptTypePython:
		return promptfmt.Braces(template), nil
	}
	return nil, &TemplateError{Prompt: prompt, Type: kind, Err: ErrNoRenderer}
}

// finish says what is wrong with the variables as a whole.
func (f *formatting) finish() error {
	var unused []string
	for name, n := range f.unused {
		if n == f.texts {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	if len(f.lacking) > 0 || f.rejectUnused && len(unused) > 0 {
		return &PlaceholdersError{Prompt: f.prompt, Missing: f.lacking, Unused: unused}
	}
	return nil
}

// Format fills the template with variables.
//
// A mustache template is filled as everywhere, but without escaping, since a prompt
// is no HTML: {{name}} and {{user.name}} are variables, {{#items}}...{{/items}} is
// repeated for each element, {{^items}}...{{/items}} is there if items is missing,
// false, zero or empty, and {{! }} is a comment. What variables contain is never
// taken for a template. Texts are written as they are, nil as nothing, errors and
// what has a method String as that text, and everything else in its JSON form. Of a
// python template only {name} is filled; names without a variable stay.
//
// Its error is a [*PlaceholdersError] if variables are missing that have to be
// written, and a [*TemplateError] if the template or a variable cannot be used, or if
// nothing can fill templates of this type, which is [ErrNoRenderer]. It makes no
// request. A nil prompt is an empty text.
func (h *Prompt) Format(variables map[string]any, opts ...FormatOption) (string, error) {
	if h == nil {
		return "", nil
	}
	f := newFormatting(h.client, h, variables, opts)
	text, err := f.text(h.version.Template)
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		return "", err
	}
	return text, nil
}

// FormatMessages fills a prompt whose text is the JSON of a list of messages, which
// the web interface once made of chat prompts, as [ChatPrompt.Format] does. It is a
// [*TemplateError] if the text is something else.
func (h *Prompt) FormatMessages(variables map[string]any, opts ...FormatOption) ([]ChatMessage, error) {
	if h == nil {
		return nil, nil
	}
	f := newFormatting(h.client, h, variables, opts)
	messages, err := decodeMessages(h.version.Template)
	if err != nil {
		return nil, &TemplateError{Prompt: f.prompt, Type: f.kind, Err: err}
	}
	return f.messages(messages)
}

// Variables returns the names that the template mentions, in order of appearance and
// each once: of {{user.name}} it is user. Names inside sections may be those of
// elements. Its error is that of [Prompt.Format].
func (h *Prompt) Variables() ([]string, error) {
	if h == nil {
		return nil, nil
	}
	parsed, err := parseTemplate(h.Name(), h.Type(), h.version.Template)
	if err != nil {
		return nil, err
	}
	return parsed.Names(), nil
}
