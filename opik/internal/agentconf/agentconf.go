// Package agentconf turns Go values into the values of an agent's configuration and
// back. On the wire each value is a text beside the name of its type.
package agentconf

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Names of types of values.
const (
	String       = "string"
	Integer      = "integer"
	Float        = "float"
	Boolean      = "boolean"
	Prompt       = "prompt"
	PromptCommit = "prompt_commit"
)

// Value is a value of a configuration. A text that is not set is null.
type Value struct {
	Key, Type string
	Text      string
	Null      bool
}

// Reference is implemented by values that refer to a prompt: they are sent as its
// commit.
type Reference interface{ Commit() string }

// Errors of values.
var (
	errNoObject  = errors.New("the values are in no struct and in no map with texts as keys")
	errNotFinite = errors.New("is not finite")
	errNoValue   = errors.New("cannot be a value: it is neither text, number, boolean, prompt nor something that JSON can hold")
)

// FieldError says which value is wrong.
type FieldError struct {
	Key string
	Err error
}

func (e *FieldError) Error() string { return e.Key + " " + e.Err.Error() }
func (e *FieldError) Unwrap() error { return e.Err }

// Encode returns the values of a struct, by the names in its json tags, or of a map,
// sorted by key.
func Encode(v any) ([]Value, error) {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface {
		rv = rv.Elem()
	}
	var out []Value
	add := func(key string, member reflect.Value) error {
		value, err := encode(member)
		if err != nil {
			return &FieldError{key, err}
		}
		value.Key = key
		out = append(out, value)
		return nil
	}
	switch {
	case rv.Kind() == reflect.Struct:
		for _, f := range fields(rv.Type()) {
			member := rv.FieldByIndex(f.index)
			if f.omit && member.IsZero() {
				continue
			}
			if err := add(f.name, member); err != nil {
				return nil, err
			}
		}
	case rv.Kind() == reflect.Map && rv.Type().Key().Kind() == reflect.String:
		keys := rv.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			if err := add(key.String(), rv.MapIndex(key)); err != nil {
				return nil, err
			}
		}
	default:
		return nil, errNoObject
	}
	return out, nil
}

// encode returns a value without its key.
func encode(v reflect.Value) (Value, error) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return Value{Type: String, Null: true}, nil
		}
		if prompt, ok := reference(v); ok {
			return prompt, nil
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return Value{Type: String, Null: true}, nil
	}
	if prompt, ok := reference(v); ok {
		return prompt, nil
	}
	if n, ok := v.Interface().(json.Number); ok {
		if _, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
			return Value{Type: Integer, Text: n.String()}, nil
		}
		f, err := n.Float64()
		if err != nil {
			return Value{}, err
		}
		return number(f)
	}
	switch v.Kind() {
	case reflect.String:
		return Value{Type: String, Text: v.String()}, nil
	case reflect.Bool:
		return Value{Type: Boolean, Text: strconv.FormatBool(v.Bool())}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Value{Type: Integer, Text: strconv.FormatInt(v.Int(), 10)}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Value{Type: Integer, Text: strconv.FormatUint(v.Uint(), 10)}, nil
	case reflect.Float32, reflect.Float64:
		return number(v.Float())
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		text, err := marshal(v.Interface())
		if err != nil {
			return Value{}, err
		}
		return Value{Type: String, Text: text}, nil
	}
	return Value{}, errNoValue
}

// reference returns the commit of a value that refers to a prompt.
func reference(v reflect.Value) (Value, bool) {
	if !v.CanInterface() {
		return Value{}, false
	}
	switch r := v.Interface().(type) {
	case interface{ ConfigType() string }: // a commit that says what it is
		return Value{Type: r.ConfigType(), Text: fmt.Sprint(r)}, true
	case Reference:
		return Value{Type: Prompt, Text: r.Commit()}, true
	}
	return Value{}, false
}

// number writes a float as JSON does.
func number(f float64) (Value, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return Value{}, errNotFinite
	}
	text, err := json.Marshal(f)
	return Value{Type: Float, Text: string(text)}, err
}

// marshal writes JSON and leaves <, > and & as they are. A text that a value makes of
// itself is no JSON string.
func marshal(v any) (string, error) {
	if m, ok := v.(encoding.TextMarshaler); ok {
		if _, own := v.(json.Marshaler); !own {
			text, err := m.MarshalText()
			return string(text), err
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	text := strings.TrimSuffix(b.String(), "\n")
	var s string
	if strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &s) == nil {
		return s, nil // such as a time
	}
	return text, nil
}

// field is a field of a struct that holds a value.
type field struct {
	name  string
	index []int
	omit  bool // if it is zero
}

// fields returns the exported fields of a struct, those of embedded structs included.
func fields(t reflect.Type) []field {
	var out []field
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous && f.Type.Kind() == reflect.Struct || !f.IsExported() || throughPointer(t, f.Index) {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, field{name, f.Index, slices.Contains(strings.Split(options, ","), "omitempty") || slices.Contains(strings.Split(options, ","), "omitzero")})
	}
	return out
}

// throughPointer reports whether a field is inside an embedded pointer, which may be nil.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if f.Type.Kind() == reflect.Pointer {
			return true
		}
		t = f.Type
	}
	return false
}
