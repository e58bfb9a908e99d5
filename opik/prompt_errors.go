package opik

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrPlaceholders is what every [*PlaceholdersError] matches.
	ErrPlaceholders = errors.New("opik: the variables do not fit the placeholders")
	// ErrNoRenderer is wrapped by the error of Format if nothing can fill templates of
	// the prompt's type; see [WithPromptRenderer].
	ErrNoRenderer = errors.New("nothing is set that can fill templates of this type")
	// ErrPromptStructure is what every [*PromptStructureError] matches.
	ErrPromptStructure = errors.New("opik: the prompt is of another structure")
)

// PlaceholdersError says that the variables given to Format do not fit the
// placeholders of the prompt. Find it with [errors.As] as *PlaceholdersError.
type PlaceholdersError struct {
	// Prompt is the name of the prompt.
	Prompt string
	// Missing are the placeholders without a variable, in order of appearance.
	Missing []string
	// Unused are the variables that the prompt does not mention, sorted.
	Unused []string
}

// Error names the missing and the unused variables.
func (e *PlaceholdersError) Error() string {
	var parts []string
	if len(e.Missing) > 0 {
		parts = append(parts, "no value for "+strings.Join(e.Missing, ", "))
	}
	if len(e.Unused) > 0 {
		parts = append(parts, "not used: "+strings.Join(e.Unused, ", "))
	}
	return fmt.Sprintf("opik: prompt %q: %s", e.Prompt, strings.Join(parts, "; "))
}

// Is reports whether target is [ErrPlaceholders].
func (e *PlaceholdersError) Is(target error) bool { return target == ErrPlaceholders }

// TemplateError says that a template cannot be filled. Find it with [errors.As] as
// *TemplateError.
type TemplateError struct {
	// Prompt is the name of the prompt.
	Prompt string
	// Type is the language of the template.
	Type PromptType
	// Line and Column are where the template cannot be read, counting from 1 and in
	// characters; 0 if it is not about a place.
	Line, Column int
	// Err is the cause, for example [ErrNoRenderer].
	Err error
}

// Error names the prompt and the cause.
func (e *TemplateError) Error() string {
	return fmt.Sprintf("opik: prompt %q, a %s template: %v", e.Prompt, e.Type, e.Err)
}

// Unwrap returns the cause.
func (e *TemplateError) Unwrap() error { return e.Err }

// PromptStructureError says that a prompt is a text and not a list of messages, or
// the other way round. Find it with [errors.As] as *PromptStructureError.
type PromptStructureError struct {
	// Prompt is the name of the prompt.
	Prompt string
	// Structure is what the prompt is, and Wanted what it was asked for as.
	Structure, Wanted PromptStructure
}

// Error says what the prompt is and what was wanted.
func (e *PromptStructureError) Error() string {
	return fmt.Sprintf("opik: prompt %q is a %s prompt, not a %s prompt", e.Prompt, e.Structure, e.Wanted)
}

// Is reports whether target is [ErrPromptStructure].
func (e *PromptStructureError) Is(target error) bool { return target == ErrPromptStructure }
