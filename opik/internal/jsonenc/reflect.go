package jsonenc

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
)

// reflected appends a value of any type.
func (w *walker) reflected(dst []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(dst, "null"...)
	}
	return w.typed(dst, v, infoOf(v.Type()), false)
}

// typed appends a value whose type is known. quoted is the "string" option of its tag.
func (w *walker) typed(dst []byte, v reflect.Value, info *typeInfo, quoted bool) []byte {
	switch {
	case info.plain:
		return appendKind(dst, v, quoted)
	case info.special != nil:
		return info.special(w, dst, v)
	case info.pointerMarshaler && v.CanAddr():
		return w.marshaler(dst, v.Addr())
	case info.marshaler:
		return w.marshaler(dst, v)
	case info.pointerText && v.CanAddr():
		return w.textMarshaler(dst, v.Addr())
	case info.text:
		return w.textMarshaler(dst, v)
	case info.err && v.Kind() != reflect.Interface:
		return w.errorText(dst, v)
	}
	switch v.Kind() {
	case reflect.Interface:
		// Interface unwraps: it returns what v holds.
		return w.value(dst, v.Interface())
	case reflect.Pointer:
		return w.pointer(dst, v, quoted)
	case reflect.Struct:
		return w.structure(dst, v, info.fields())
	case reflect.Map:
		return w.mapping(dst, v)
	case reflect.Slice:
		return w.slice(dst, v)
	case reflect.Array:
		return w.elements(dst, v)
	}
	return appendKind(dst, v, quoted)
}

// appendKind appends a scalar by its kind.
func appendKind(dst []byte, v reflect.Value, quoted bool) []byte {
	start := len(dst)
	switch v.Kind() {
	case reflect.String:
		if v.Type() == typeOfNumber {
			dst = appendNumber(dst, json.Number(v.String()))
			break
		}
		if quoted {
			return AppendString(dst, string(AppendString(nil, v.String())))
		}
		return AppendString(dst, v.String())
	case reflect.Bool:
		dst = AppendBool(dst, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		dst = AppendInt(dst, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		dst = AppendUint(dst, v.Uint())
	case reflect.Float32:
		dst = appendFloat(dst, v.Float(), 32)
	case reflect.Float64:
		dst = appendFloat(dst, v.Float(), 64)
	default:
		return appendUnsupported(dst, v.Type())
	}
	if quoted && dst[start] != '"' {
		dst = append(slices.Insert(dst, start, '"'), '"')
	}
	return dst
}

func (w *walker) pointer(dst []byte, v reflect.Value, quoted bool) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	if obstacle := w.enter(container{data: v.UnsafePointer(), typ: v.Type()}); obstacle != "" {
		return appendPlaceholder(dst, obstacle)
	}
	dst = w.typed(dst, v.Elem(), infoOf(v.Type().Elem()), quoted)
	w.leave()
	return dst
}

func (w *walker) structure(dst []byte, v reflect.Value, fields []field) []byte {
	start := len(dst)
	for i := range fields {
		f := &fields[i]
		member, ok := f.valueIn(v)
		if !ok || f.omitEmpty && isEmpty(member) || f.omitZero && isZero(member, f) {
			continue
		}
		dst = append(dst, f.prefix...)
		if w.full(dst) {
			dst = appendPlaceholder(dst, tooLarge)
			break
		}
		dst = w.typed(dst, member, f.info, f.quoted)
	}
	return EndObject(dst, start)
}

func (w *walker) slice(dst []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	if elem := v.Type().Elem(); elem.Kind() == reflect.Uint8 && !infoOf(elem).custom() {
		return appendBase64(dst, v.Bytes())
	}
	if v.Len() == 0 {
		return append(dst, '[', ']')
	}
	if obstacle := w.enter(container{data: v.UnsafePointer(), len: v.Len(), typ: v.Type()}); obstacle != "" {
		return appendPlaceholder(dst, obstacle)
	}
	dst = w.elements(dst, v)
	w.leave()
	return dst
}

func (w *walker) elements(dst []byte, v reflect.Value) []byte {
	start := len(dst)
	info := infoOf(v.Type().Elem())
	for i := range v.Len() {
		dst = append(dst, ',')
		if w.full(dst) {
			dst = appendPlaceholder(dst, tooLarge)
			break
		}
		dst = w.typed(dst, v.Index(i), info, false)
	}
	return EndArray(dst, start)
}

func (w *walker) mapping(dst []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	if obstacle := w.enter(container{data: v.UnsafePointer(), typ: v.Type()}); obstacle != "" {
		return appendPlaceholder(dst, obstacle)
	}
	type pair struct {
		key   string
		value reflect.Value
	}
	pairs := make([]pair, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		pairs = append(pairs, pair{key: mapKey(iter.Key()), value: iter.Value()})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	start := len(dst)
	info := infoOf(v.Type().Elem())
	for _, p := range pairs {
		dst = append(AppendString(append(dst, ','), p.key), ':')
		if w.full(dst) {
			dst = appendPlaceholder(dst, tooLarge)
			break
		}
		dst = w.typed(dst, p.value, info, false)
	}
	w.leave()
	return EndObject(dst, start)
}

// mapKey returns the member name for a key of a map. Keys without a text become
// placeholders, so that their values are not lost.
func mapKey(v reflect.Value) string {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return "null"
	}
	if v.Kind() == reflect.String {
		return v.String()
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return ""
		}
		text, reason := call(v.Type(), "MarshalText", m.MarshalText)
		if reason != "" {
			return "<opik: " + reason + ">"
		}
		return string(text)
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	}
	return "<opik: unsupported key type " + v.Type().String() + ">"
}

func (w *walker) marshaler(dst []byte, v reflect.Value) []byte {
	if isNilPointer(v) {
		return append(dst, "null"...)
	}
	m := v.Interface().(json.Marshaler)
	raw, reason := call(v.Type(), "MarshalJSON", m.MarshalJSON)
	if reason == "" {
		out, ok := appendRaw(dst, raw, maxDepth-len(w.path))
		if ok {
			return out
		}
		reason = v.Type().String() + ".MarshalJSON returned invalid JSON"
	}
	return appendPlaceholder(dst, reason)
}

func (w *walker) textMarshaler(dst []byte, v reflect.Value) []byte {
	if isNilPointer(v) {
		return append(dst, "null"...)
	}
	m := v.Interface().(encoding.TextMarshaler)
	text, reason := call(v.Type(), "MarshalText", m.MarshalText)
	if reason != "" {
		return appendPlaceholder(dst, reason)
	}
	return AppendString(dst, string(text))
}

func (w *walker) errorText(dst []byte, v reflect.Value) []byte {
	if isNilPointer(v) {
		return append(dst, "null"...)
	}
	err := v.Interface().(error)
	text, reason := call(v.Type(), "Error", func() ([]byte, error) { return []byte(err.Error()), nil })
	if reason != "" {
		return appendPlaceholder(dst, reason)
	}
	return AppendString(dst, string(text))
}

// isNilPointer reports whether v is a nil pointer or a nil interface.
func isNilPointer(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil()
}

// call runs a method of the user's value. A non-empty reason is the text of the
// placeholder that takes the place of the result.
func call(t reflect.Type, method string, f func() ([]byte, error)) (result []byte, reason string) {
	defer func() {
		if r := recover(); r != nil {
			result, reason = nil, t.String()+"."+method+" panicked: "+describePanic(r)
		}
	}()
	result, err := f()
	if err != nil {
		return nil, t.String() + "." + method + " failed: " + shorten(err.Error())
	}
	return result, ""
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
