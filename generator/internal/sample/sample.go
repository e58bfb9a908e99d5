// Package sample makes values that a schema of the contract allows, for tests: each
// text says the name of the property that it is for, so that a value in the wrong
// place is noticed. The same inputs make the same values.
package sample

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"slices"

	"github.com/opik-go/sdk/generator/internal/spec"
)

// Purpose says what a value is for.
type Purpose int

const (
	ForRequest Purpose = iota // without what the contract calls read-only
	ForAnswer                 // without what it calls write-only
)

// Text is JSON in a string: it is written as the string, and given as the value.
type Text struct{ Value any }

// MarshalJSON returns a JSON string that holds the JSON of the value.
func (t Text) MarshalJSON() ([]byte, error) {
	inner, err := JSON(t.Value)
	if err != nil {
		return nil, err
	}
	text, err := JSON(inner)
	return []byte(text), err
}

// JSON returns a value as compact JSON; members of objects are sorted.
func JSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// Maker makes values.
type Maker struct {
	Contract *spec.Contract
	Purpose  Purpose
	// Variant tells apart several values for the same schema and name; it counts
	// from 1.
	Variant int

	open []string // schemas that the value in the making is part of
	made *int     // values so far
}

// most is how many values one may consist of: schemas that refer to each other can
// ask for more than fits anywhere.
const most = 2000

// Make returns a value for a schema: a JSON value as encoding/json has it, with
// whole numbers as int, or a Text. The name is that of the property. It returns
// false if there is none, as for an object that must contain itself.
func (m *Maker) Make(s *spec.Schema, name string) (any, bool) {
	if m.made == nil {
		m.made = new(int)
		defer func() { m.made = nil }()
	}
	if *m.made++; *m.made > most {
		return nil, false
	}
	if s == nil {
		return m.free(name), true
	}
	if s.Ref != "" {
		if slices.Contains(m.open, s.Ref) {
			return nil, false
		}
		m.open = append(m.open, s.Ref)
		defer func() { m.open = m.open[:len(m.open)-1] }()
		return m.Make(m.Contract.Schemas[s.Ref], name)
	}
	switch {
	case len(s.Enum) > 0 && s.Type == "string":
		return s.Enum[0], true
	case len(s.OneOf) > 0:
		return m.variant(s, s.OneOf, name)
	case len(s.AnyOf) > 0:
		return m.variant(s, s.AnyOf, name)
	case s.ContentSchema != nil:
		v, ok := m.Make(s.ContentSchema, name)
		return Text{v}, ok
	}
	switch s.Type {
	case "string":
		return m.text(s, name)
	case "integer", "number":
		return m.number(s, name), true
	case "boolean":
		return true, true // false may not be told from nothing
	case "array":
		return m.list(s, name)
	case "object":
		return m.object(s, name)
	}
	if len(s.AllOf) > 0 || len(s.Properties) > 0 {
		return m.object(s, name)
	}
	return m.free(name), true
}

// free is a value where everything goes.
func (m *Maker) free(name string) any {
	return map[string]any{"free": []any{m.words(name), true, nil, map[string]any{"n": 1.5}}}
}

// variant makes the first of several values that is possible.
func (m *Maker) variant(s *spec.Schema, options []*spec.Schema, name string) (any, bool) {
	for _, option := range options {
		v, ok := m.Make(option, name)
		if !ok {
			continue
		}
		if d := s.Discriminator; d != nil {
			object, _ := v.(map[string]any)
			for _, entry := range d.Mapping {
				if object != nil && entry.Schema == option.Ref {
					object[d.Property] = entry.Value
				}
			}
		}
		return v, true
	}
	return nil, false
}

// list makes as many elements as must be there, and one at least.
func (m *Maker) list(s *spec.Schema, name string) (any, bool) {
	n := 1
	if s.MinItems != nil {
		n = max(n, *s.MinItems)
	}
	list := []any{}
	element := *m
	for range n {
		v, ok := element.Make(s.Items, name)
		if !ok {
			return list, s.MinItems == nil || *s.MinItems == 0
		}
		list = append(list, v)
		element.Variant++
	}
	return list, true
}

// object makes all members that go that way.
func (m *Maker) object(s *spec.Schema, name string) (any, bool) {
	object := map[string]any{}
	if !m.members(object, s) {
		return nil, false
	}
	if s.Additional != nil {
		if v, ok := m.Make(s.Additional, name); ok {
			object["key of "+m.words(name)] = v
		}
	}
	if len(object) == 0 && s.Type == "object" && len(s.AllOf) == 0 {
		return m.free(name), true
	}
	return object, true
}

// members adds the members of a schema to an object; false if one that must be
// there cannot be made.
func (m *Maker) members(object map[string]any, s *spec.Schema) bool {
	for _, part := range s.AllOf {
		if resolved := m.Contract.Resolve(part); resolved != nil && !m.members(object, resolved) {
			return false
		}
	}
	for _, p := range s.Properties {
		if m.leftOut(p.Schema) {
			continue
		}
		v, ok := m.Make(p.Schema, p.Name)
		if !ok && slices.Contains(s.Required, p.Name) {
			return false
		}
		if ok {
			object[p.Name] = v
		}
	}
	return true
}

// leftOut reports whether a property does not go that way.
func (m *Maker) leftOut(s *spec.Schema) bool {
	resolved := m.Contract.Resolve(s)
	if s == nil || resolved == nil {
		return false
	}
	if m.Purpose == ForRequest {
		return s.ReadOnly || resolved.ReadOnly
	}
	return s.WriteOnly || resolved.WriteOnly
}

// number makes a number within the bounds, with a fraction if it may have one.
func (m *Maker) number(s *spec.Schema, name string) any {
	n := float64(3+hash(name)%40) + float64(m.Variant)
	if s.Type == "number" {
		n += 0.5
	}
	lowest, highest := s.Minimum, s.Maximum
	if s.ExclusiveMinimum != nil {
		lowest = ptr(*s.ExclusiveMinimum + 0.25)
	}
	if s.ExclusiveMaximum != nil {
		highest = ptr(*s.ExclusiveMaximum - 0.25)
	}
	switch {
	case lowest != nil && highest != nil && (n < *lowest || n > *highest):
		n = (*lowest + *highest) / 2
	case highest != nil && n > *highest:
		n = *highest
	case lowest != nil && n < *lowest:
		n = *lowest + float64(m.Variant)
	}
	if s.Type == "integer" {
		return int(n)
	}
	return n
}

func ptr[T any](v T) *T { return &v }

// hash is a number that depends on a text only.
func hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text)) // never fails
	return h.Sum64()
}
