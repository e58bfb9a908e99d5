// Package jsontree reads JSON into trees that keep what encoding/json loses: the
// order of members and numbers as they are written. A tree can be written again in
// two forms: compact in its own order, and canonical, which is the same for all
// texts that mean the same.
//
// What cannot be sent as UTF-8 is replaced when it is read: bytes that are no
// UTF-8, and escaped surrogates without their other half, become U+FFFD. Of members
// with one name the last counts, as in other readers of JSON.
package jsontree

import (
	"slices"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// Kind is what kind of value a tree is.
type Kind uint8

// The kinds of JSON values.
const (
	Null Kind = iota
	False
	True
	Number
	String
	Array
	Object
)

// Value is a JSON value. The zero value is null. Values must not be changed once
// they are shared.
type Value struct {
	Kind Kind
	// Text is the text of a String, and the digits of a Number as they are written.
	Text string
	// Items are the elements of an Array.
	Items []Value
	// Members are those of an Object, each name once.
	Members []Member
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value Value
}

// Text returns a string value.
func Text(s string) Value { return Value{Kind: String, Text: s} }

// ObjectOf returns an object with the given members, whose names must differ.
func ObjectOf(members ...Member) Value { return Value{Kind: Object, Members: members} }

// Lookup returns the member with the name.
func (v Value) Lookup(name string) (Value, bool) {
	i := slices.IndexFunc(v.Members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return Value{}, false
	}
	return v.Members[i].Value, true
}

// Append appends v as compact JSON, members in their order and numbers as they are.
func (v Value) Append(dst []byte) []byte {
	switch v.Kind {
	case False:
		return append(dst, "false"...)
	case True:
		return append(dst, "true"...)
	case Number:
		return append(dst, v.Text...)
	case String:
		return jsonenc.AppendString(dst, v.Text)
	case Array:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.Append(dst)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i, m := range v.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsonenc.AppendString(dst, m.Name), ':')
			dst = m.Value.Append(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}
