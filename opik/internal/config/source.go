package config

import (
	"fmt"
	"log/slog"
)

// SourceKind is where a value can come from.
type SourceKind uint8

const (
	// FromDefault: nobody set the value.
	FromDefault SourceKind = iota
	// FromOption: an option of the constructor.
	FromOption
	// FromEnvironment: an environment variable.
	FromEnvironment
	// FromFile: the configuration file.
	FromFile
	// FromAPIKey: the part of an API key that names its server.
	FromAPIKey
)

// Source is where a value comes from.
type Source struct {
	Kind SourceKind
	// Name is the option, the variable as it is spelled in the environment, or
	// the path of the file.
	Name string
	// Line is the line in the file, from 1.
	Line int
}

// String returns the source as it appears in messages.
func (s Source) String() string {
	switch s.Kind {
	case FromOption:
		return "option " + s.Name
	case FromEnvironment:
		return "environment variable " + s.Name
	case FromFile:
		return fmt.Sprintf("%s, line %d", s.Name, s.Line)
	case FromAPIKey:
		return "the API key of " + s.Name
	}
	return "default"
}

// Secret is a text that does not show itself: not in fmt, log/slog or
// encoding/json. The zero value is the empty secret.
type Secret struct {
	// A pointer, so that even printing a struct that holds a Secret in an
	// unexported field, where fmt calls no methods, shows an address.
	text *string
}

// NewSecret hides s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String tells only whether there is a text.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return "not set"
	}
	return "[hidden]"
}

// Format implements fmt.Formatter for all verbs.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
