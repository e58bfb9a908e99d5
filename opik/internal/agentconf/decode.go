package agentconf

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// MissingError lists the fields for which a configuration has no value.
type MissingError struct{ Keys []string }

func (e *MissingError) Error() string { return fmt.Sprintf("no value for %q", e.Keys) }

var errTarget = errors.New("is no pointer to a struct or to a map with texts as keys")

// Decode stores values in the struct or map that into points to, and returns those
// that it stored. A struct gets the values of its fields, all of which must be there
// unless the field is a pointer or may be omitted; a map gets all values. Nothing is
// stored beside an error.
func Decode(values []Value, into any) ([]Value, error) {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return nil, errTarget
	}
	target = target.Elem()
	switch {
	case target.Kind() == reflect.Struct:
		return decodeStruct(values, target)
	case target.Kind() == reflect.Map && target.Type().Key().Kind() == reflect.String:
		return values, decodeMap(values, target)
	}
	return nil, errTarget
}

func decodeStruct(values []Value, target reflect.Value) ([]Value, error) {
	result := reflect.New(target.Type()).Elem()
	result.Set(target)
	var read []Value
	var missing MissingError
	for _, f := range fields(target.Type()) {
		member := result.FieldByIndex(f.index)
		i := slices.IndexFunc(values, func(v Value) bool { return v.Key == f.name })
		if i < 0 {
			if member.Kind() != reflect.Pointer && !f.omit {
				missing.Keys = append(missing.Keys, f.name)
			}
			continue
		}
		if err := decode(values[i], member); err != nil {
			return nil, &FieldError{f.name, err}
		}
		read = append(read, values[i])
	}
	if missing.Keys != nil {
		return nil, &missing
	}
	target.Set(result)
	return read, nil
}

func decodeMap(values []Value, target reflect.Value) error {
	result := reflect.MakeMap(target.Type())
	for _, v := range values {
		member := reflect.New(target.Type().Elem()).Elem()
		if err := decode(v, member); err != nil {
			return &FieldError{v.Key, err}
		}
		result.SetMapIndex(reflect.ValueOf(v.Key).Convert(target.Type().Key()), member)
	}
	target.Set(result)
	return nil
}

// decode stores a value. Null leaves the zero value.
func decode(v Value, member reflect.Value) error {
	if v.Null {
		member.SetZero()
		return nil
	}
	switch member.Kind() {
	case reflect.Pointer:
		p := reflect.New(member.Type().Elem())
		if err := decode(v, p.Elem()); err != nil {
			return err
		}
		member.Set(p)
		return nil
	case reflect.Interface:
		if member.NumMethod() > 0 {
			return errNoValue
		}
		typed, err := Typed(v)
		if err == nil {
			member.Set(reflect.ValueOf(typed))
		}
		return err
	case reflect.String:
		member.SetString(v.Text)
		return nil
	case reflect.Bool:
		b, err := strconv.ParseBool(v.Text)
		if err != nil {
			return wrongText(v, "boolean")
		}
		member.SetBool(b)
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(v.Text, 10, member.Type().Bits())
		if err != nil {
			return wrongText(v, member.Type().String())
		}
		member.SetInt(n)
		return nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(v.Text, 10, member.Type().Bits())
		if err != nil {
			return wrongText(v, member.Type().String())
		}
		member.SetUint(n)
		return nil
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(v.Text, member.Type().Bits())
		if err != nil {
			return wrongText(v, member.Type().String())
		}
		member.SetFloat(f)
		return nil
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return unmarshal(v, member)
	}
	return errNoValue
}

// unmarshal reads JSON, or a text that a type reads itself.
func unmarshal(v Value, member reflect.Value) error {
	p := reflect.New(member.Type())
	if u, ok := p.Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(v.Text)); err != nil {
			return wrongText(v, member.Type().String())
		}
	} else if err := json.Unmarshal([]byte(v.Text), p.Interface()); err != nil {
		return wrongText(v, member.Type().String())
	}
	member.Set(p.Elem())
	return nil
}

// wrongText does not show the text, which is the user's.
func wrongText(v Value, want string) error {
	return fmt.Errorf("is a %s that cannot be read as %s", v.Type, want)
}

// Typed returns a value as its type says: int64, float64, bool or string, and nil
// for null.
func Typed(v Value) (any, error) {
	if v.Null {
		return nil, nil
	}
	switch v.Type {
	case Integer:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		if err != nil {
			return nil, wrongText(v, "int64")
		}
		return n, nil
	case Float:
		f, err := strconv.ParseFloat(v.Text, 64)
		if err != nil {
			return nil, wrongText(v, "float64")
		}
		return f, nil
	case Boolean:
		b, err := strconv.ParseBool(v.Text)
		if err != nil {
			return nil, wrongText(v, "boolean")
		}
		return b, nil
	}
	return v.Text, nil
}
