// Package doc holds JSON objects the way the embedded backend stores them:
// decoded, with numbers in the text in which they came, and with every member
// kept, so that what a newer client sends is not lost.
//
// Values are never modified once stored. Whoever changes an object works on a
// copy; that is what lets answers be encoded without holding a lock.
package doc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strings"
	"unicode/utf8"
)

// Object is a decoded JSON object. Numbers in it are [json.Number].
type Object = map[string]any

// errTrailing is what Decode reports when more than one value was given.
var errTrailing = errors.New("unexpected data after the JSON value")

// errUTF8 is what Decode reports for bytes that are no text.
var errUTF8 = errors.New("invalid UTF-8")

// Decode reads exactly one JSON value. Like the server, and unlike encoding/json,
// it refuses bytes that are no UTF-8.
func Decode(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errUTF8
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return v, nil
}

// Encode writes a value as compact JSON without escaping HTML characters. Only
// values that Decode can yield, and plain Go strings, numbers, booleans, slices
// and maps of them may be given; for those encoding cannot fail.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		// Only a value that no handler builds gets here: a bug of this package's users.
		panic("opiktest: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Clone returns a shallow copy without the members that are null: for the
// server a null member and an absent one are the same.
func Clone(o Object) Object {
	c := make(Object, len(o))
	for k, v := range o {
		if v != nil {
			c[k] = v
		}
	}
	return c
}

// With returns a shallow copy with the members of extra added or replaced.
func With(o, extra Object) Object {
	c := make(Object, len(o)+len(extra))
	maps.Copy(c, o)
	maps.Copy(c, extra)
	return c
}

// Without returns a shallow copy that lacks the named members.
func Without(o Object, names ...string) Object {
	c := maps.Clone(o)
	if c == nil {
		c = Object{}
	}
	for _, n := range names {
		delete(c, n)
	}
	return c
}

// String returns a text member, or "" if it is absent or no text.
func String(o Object, name string) string {
	s, _ := o[name].(string)
	return s
}

// Bool returns a boolean member, and the given value if it is absent.
func Bool(o Object, name string, absent bool) bool {
	if b, ok := o[name].(bool); ok {
		return b
	}
	return absent
}

// Member returns a member that is an object, or nil.
func Member(o Object, name string) Object {
	m, _ := o[name].(Object)
	return m
}

// List returns a member that is an array, or nil.
func List(o Object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// Objects returns the objects of a member that is an array.
func Objects(o Object, name string) []Object {
	var out []Object
	for _, v := range List(o, name) {
		if m, ok := v.(Object); ok {
			out = append(out, m)
		}
	}
	return out
}

// Strings returns the texts of a member that is an array.
func Strings(o Object, name string) []string {
	var out []string
	for _, v := range List(o, name) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// FromStrings makes a JSON array of texts.
func FromStrings(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// Text returns how filters and searches see a value: a text as it is, nothing
// for null, everything else as compact JSON.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return string(Encode(v))
	}
}

// IsEmpty tells whether a stored value counts as empty where an update meets a
// creation: null, blank text, or an array or object without members.
func IsEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case Object:
		return len(v) == 0
	}
	return false
}
