// Package messagetest checks the generated encoders of messages against
// encoding/json. It is for tests.
package messagetest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/fuzzvalue"
	"github.com/opik-go/sdk/opik/internal/message"
)

// Fuzz fuzzes the encoder of a message: for records filled with anything, the
// JSON must be valid, valid UTF-8, and mean what encoding/json makes of the same
// struct; what JSON cannot hold must be a placeholder or left out, and nothing may
// panic. constants are the members that the encoder adds, as "name":value.
func Fuzz[T message.Message](f *testing.F, constants ...string) {
	f.Add([]byte{})
	for seed := range 8 {
		f.Add(bytes.Repeat([]byte{byte(seed * 37), 1, 255, byte(seed), '"', 0xc3, 3}, 120))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Check[T](t, data, constants...)
	})
}

// Check is one run of Fuzz.
func Check[T message.Message](t *testing.T, data []byte, constants ...string) {
	t.Helper()
	var record, meaning T
	fill := filler{Source: fuzzvalue.New(data), replaced: map[string]any{}}
	fill.structure(reflect.ValueOf(&record).Elem(), reflect.ValueOf(&meaning).Elem(), true)

	const before = "before"
	got := record.AppendJSON([]byte(before))
	if !strings.HasPrefix(string(got), before) {
		t.Fatalf("AppendJSON changed what was before: %q", got)
	}
	got = got[len(before):]
	if again := record.AppendJSON(nil); !bytes.Equal(got, again) {
		t.Fatalf("AppendJSON is not deterministic:\n%s\n%s", got, again)
	}
	if !utf8.Valid(got) {
		t.Fatalf("AppendJSON is not valid UTF-8: %q", got)
	}
	want, err := json.Marshal(meaning)
	if err != nil {
		t.Fatalf("encoding/json: %v", err)
	}
	expected := fuzzvalue.Decode(t, want).(map[string]any)
	for name, v := range fill.replaced {
		expected[name] = v
	}
	for name, v := range fuzzvalue.Decode(t, []byte("{"+strings.Join(constants, ",")+"}")).(map[string]any) {
		expected[name] = v
	}
	if diff := fuzzvalue.Diff(fuzzvalue.Decode(t, got), expected); diff != "" {
		t.Fatalf("AppendJSON and encoding/json differ at %s", diff)
	}
	_ = record.Key()
	_ = record.PathValue()
}

// filler fills a record, and another one with what the first means.
type filler struct {
	*fuzzvalue.Source
	// replaced has the members for which the meaning has no Go value: the text in
	// place of a number that is required and that JSON cannot hold.
	replaced map[string]any
}

// structure fills the exported fields of two structs of one type; top says that
// their fields are members of the record.
func (f filler) structure(v, m reflect.Value, top bool) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Type.Kind() == reflect.Float64 && top && name != "-" {
			n := f.Float()
			v.Field(i).SetFloat(n)
			if text := fuzzvalue.FloatText(n); text != "" {
				f.replaced[name] = text
			} else {
				m.Field(i).SetFloat(n)
			}
			continue
		}
		f.value(v.Field(i), m.Field(i))
		if field.Type == timeType && options == "omitzero" && v.Field(i).IsZero() {
			m.Field(i).SetZero() // it is not sent
		}
	}
}

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// value fills v, and m with its meaning.
func (f filler) value(v, m reflect.Value) {
	if v.Type() == timeType {
		at := f.Time()
		v.Set(reflect.ValueOf(at))
		m.Set(reflect.ValueOf(storable(at)))
		return
	}
	if v.Type() == rawType {
		if _, meaning := f.Value(); meaning != nil {
			encoded, err := json.Marshal(meaning)
			if err != nil {
				panic(err) // a meaning can always be encoded
			}
			v.SetBytes(encoded)
			m.SetBytes(encoded)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.String())
		m.SetString(v.String())
	case reflect.Bool:
		v.SetBool(f.Byte()%2 == 1)
		m.SetBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.Uint64()))
		m.SetInt(v.Int())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.Byte()) / 8)
		m.SetFloat(v.Float())
	case reflect.Interface:
		value, meaning := f.Value()
		if value != nil && meaning == nil {
			meaning = json.RawMessage("null") // for nil would not be sent at all
		}
		if value != nil {
			v.Set(reflect.ValueOf(value))
			m.Set(reflect.ValueOf(meaning))
		}
	case reflect.Pointer:
		f.pointer(v, m)
	case reflect.Struct:
		f.structure(v, m, false)
	case reflect.Slice:
		if f.Byte()%3 == 0 {
			return
		}
		n := f.Intn(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		m.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.value(v.Index(i), m.Index(i))
		}
	case reflect.Map:
		if f.Byte()%3 == 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		m.Set(reflect.MakeMap(v.Type()))
		for range f.Intn(4) {
			elem, meaning := reflect.New(v.Type().Elem()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key := reflect.ValueOf(f.String()).Convert(v.Type().Key())
			f.value(elem, meaning)
			v.SetMapIndex(key, elem)
			m.SetMapIndex(key, meaning)
		}
	default:
		panic("messagetest: cannot fill a " + v.Type().String())
	}
}

// pointer fills an optional value. A number that JSON cannot hold is not sent.
func (f filler) pointer(v, m reflect.Value) {
	if f.Byte()%3 == 0 {
		return
	}
	v.Set(reflect.New(v.Type().Elem()))
	if v.Type().Elem().Kind() == reflect.Float64 {
		n := f.Float()
		v.Elem().SetFloat(n)
		if fuzzvalue.FloatText(n) == "" {
			m.Set(reflect.New(v.Type().Elem()))
			m.Elem().SetFloat(n)
		}
		return
	}
	m.Set(reflect.New(v.Type().Elem()))
	f.value(v.Elem(), m.Elem())
}

// storable is the time that the server can store instead of t.
func storable(t time.Time) time.Time {
	first, end := time.Unix(0, 0), time.Date(2262, 4, 11, 23, 47, 16, 0, time.UTC)
	switch {
	case t.Before(first):
		t = first
	case !t.Before(end):
		t = end.Add(-1)
	}
	return t.UTC()
}
