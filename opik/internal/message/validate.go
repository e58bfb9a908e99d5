package message

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// FieldError says what is wrong with a field of a record. The Validate methods
// return it, joined with others if there are several problems.
type FieldError struct {
	Field  string // Go name
	Reason string
}

// Error names the field and gives the reason.
func (e *FieldError) Error() string { return e.Field + " " + e.Reason }

// problems collects what is wrong with a record. The zero value is ready to use.
type problems []error

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

func (p problems) err() error { return errors.Join(p...) }

func (p *problems) present(field string, present bool) {
	if !present {
		p.add(field, "is missing")
	}
}

func (p *problems) notBlank(field, value string) {
	switch {
	case value == "":
		p.add(field, "is missing")
	case strings.TrimSpace(value) == "":
		p.add(field, "is blank")
	}
}

func (p *problems) maxLength(field, value string, most int) {
	if len(value) <= most {
		return
	}
	if n := utf8.RuneCountInString(value); n > most {
		p.add(field, "has %d characters; at most %d are allowed", n, most)
	}
}

func (p *problems) maxItems(field string, n, most int) {
	if n > most {
		p.add(field, "has %d elements; at most %d are allowed", n, most)
	}
}

// uuid accepts an empty value: whether there must be one is another rule.
func (p *problems) uuid(field, value string) {
	if value != "" && !isUUID(value) {
		p.add(field, "is no UUID: %q", value)
	}
}

// isUUID reports whether s has the form 01234567-89ab-cdef-0123-456789abcdef.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// bounds of a number; nil is none. above and below are not allowed themselves.
type bounds struct{ min, max, above, below *float64 }

func limit(v float64) *float64 { return &v }

func (p *problems) number(field string, v float64, b bounds) {
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	switch {
	case !jsonenc.IsFinite(v):
		p.add(field, "is %s, which JSON does not have", text(v))
	case b.min != nil && v < *b.min:
		p.add(field, "is %s; it must be at least %s", text(v), text(*b.min))
	case b.max != nil && v > *b.max:
		p.add(field, "is %s; it must be at most %s", text(v), text(*b.max))
	case b.above != nil && v <= *b.above:
		p.add(field, "is %s; it must be more than %s", text(v), text(*b.above))
	case b.below != nil && v >= *b.below:
		p.add(field, "is %s; it must be less than %s", text(v), text(*b.below))
	}
}
