package promptfmt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds on one rendering. A section for a list that contains sections for lists
// multiplies, so that a short template can ask for more than any memory holds.
const (
	maxOutput = 64 << 20
	maxSteps  = 2_000_000
)

// ErrTooLarge says that a rendering was given up because of its size.
var ErrTooLarge = errors.New("the result is too large")

// Missing says what becomes of a tag for which there is no value.
type Missing uint8

// What becomes of tags without a value.
const (
	MissingFails Missing = iota // the rendering fails; sections are left out
	MissingEmpty                // nothing
	MissingStays                // the tag, or the whole section, stays as it is
)

// MissingError says that values are missing.
type MissingError struct {
	// Missing are the names without a value, in order of appearance.
	Missing []string
	// Unused are the given values that the template does not mention, sorted.
	Unused []string
}

// Error lists the names.
func (e *MissingError) Error() string {
	text := "no value for " + strings.Join(e.Missing, ", ")
	if len(e.Unused) > 0 {
		text += "; not used: " + strings.Join(e.Unused, ", ")
	}
	return text
}

// ValueError says that a value cannot be written into a text.
type ValueError struct {
	Name string
	Err  error
}

// Error returns the name and the cause.
func (e *ValueError) Error() string { return fmt.Sprintf("the value of %s: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *ValueError) Unwrap() error { return e.Err }

// Unused returns the names of the values that the template does not mention, sorted.
func (t *Template) Unused(values map[string]any) []string {
	var unused []string
	for name := range values {
		if t.mentioned[name] == notAtAll {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

// Render fills the template. The values are read before it returns, each at most
// once. Its error is a [*MissingError], a [*ValueError] or [ErrTooLarge].
func (t *Template) Render(values map[string]any, missing Missing) (string, error) {
	if t.keeps {
		missing = MissingStays
	}
	r := renderer{t: t, values: values, seen: map[string]*value{}, lacks: map[string]bool{}, policy: missing}
	if err := r.render(t.nodes); err != nil {
		return "", err
	}
	if len(r.missing) > 0 {
		return "", &MissingError{Missing: r.missing, Unused: t.Unused(values)}
	}
	return r.out.String(), nil
}

type renderer struct {
	t       *Template
	values  map[string]any
	seen    map[string]*value // those of values that were asked for
	stack   []*value          // the elements of the sections around
	policy  Missing
	missing []string
	lacks   map[string]bool // the same
	out     strings.Builder
	steps   int
}

func (r *renderer) write(s string) error {
	if len(s) > maxOutput-r.out.Len() {
		return ErrTooLarge
	}
	r.out.WriteString(s)
	return nil
}

func (r *renderer) render(nodes []node) error {
	for i := range nodes {
		if r.steps++; r.steps > maxSteps {
			return ErrTooLarge
		}
		n := &nodes[i]
		var err error
		switch n.kind {
		case textNode:
			err = r.write(n.text)
		case variableNode:
			err = r.variable(n)
		default:
			err = r.section(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) variable(n *node) error {
	v, err := r.find(n.name)
	if err != nil {
		return err
	}
	if v != nil {
		return r.write(v.String())
	}
	switch r.policy {
	case MissingStays:
		return r.write(r.t.text[n.start:n.end])
	case MissingFails:
		if !r.lacks[n.name.full] {
			r.lacks[n.name.full] = true
			r.missing = append(r.missing, n.name.full)
		}
	}
	return nil
}

func (r *renderer) section(n *node) error {
	v, err := r.find(n.name)
	if err != nil {
		return err
	}
	if v == nil && r.policy == MissingStays {
		return r.write(r.t.text[n.start:n.end])
	}
	absent := v == nil || v.isFalse()
	if n.kind == invertedNode {
		if absent {
			return r.render(n.children)
		}
		return nil
	}
	if absent {
		return nil
	}
	list, isList := v.elements()
	if !isList {
		return r.inside(v, n.children)
	}
	for _, element := range list {
		// A section without content costs time, too.
		if r.steps++; r.steps > maxSteps {
			return ErrTooLarge
		}
		if err := r.inside(element, n.children); err != nil {
			return err
		}
	}
	return nil
}

// inside renders with v as the current element.
func (r *renderer) inside(v *value, nodes []node) error {
	r.stack = append(r.stack, v)
	err := r.render(nodes)
	r.stack = r.stack[:len(r.stack)-1]
	return err
}

// find returns the value of a name: the innermost element that has it wins. Nil
// means that there is none.
func (r *renderer) find(n name) (*value, error) {
	if n.path == nil {
		if len(r.stack) == 0 {
			return nil, nil
		}
		return r.stack[len(r.stack)-1], nil
	}
	for _, element := range slices.Backward(r.stack) {
		if v := element.member(n.full); v != nil {
			return v, nil
		}
		if v := element.member(n.path[0]); v != nil && len(n.path) > 1 {
			return below(v, n.path[1:]), nil
		}
	}
	if v, err := r.given(n.full); v != nil || err != nil {
		return v, err
	}
	v, err := r.given(n.path[0])
	if v == nil || err != nil {
		return nil, err
	}
	return below(v, n.path[1:]), nil
}

// below returns the value at the path inside v, or nil.
func below(v *value, path []string) *value {
	for _, name := range path {
		if v = v.member(name); v == nil {
			return nil
		}
	}
	return v
}

// given returns the caller's value of the name, or nil.
func (r *renderer) given(name string) (*value, error) {
	if v, ok := r.seen[name]; ok {
		return v, nil
	}
	given, ok := r.values[name]
	if !ok {
		return nil, nil
	}
	v, err := newValue(given)
	if err != nil {
		return nil, &ValueError{name, err}
	}
	r.seen[name] = v
	return v, nil
}
