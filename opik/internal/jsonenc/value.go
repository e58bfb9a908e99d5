package jsonenc

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"
)

const (
	// maxDepth bounds the nesting of one value. The server refuses documents
	// that nest deeper than 1000.
	maxDepth = 500
	// maxSize bounds the encoded size of one value in bytes. A small graph of
	// shared pointers can spell out to more than the memory of the machine.
	maxSize = 64 << 20
)

// AppendValue appends any Go value with the meaning that encoding/json gives it:
// struct tags, embedded fields, omitempty and omitzero, [json.Marshaler] and
// [encoding.TextMarshaler], []byte as base64, maps sorted by key. It differs from
// encoding/json in these points:
//
//   - It never fails and never panics. NaN, infinities, channels, functions,
//     complex numbers, cycles, failing or panicking methods, nesting beyond 500
//     levels, and what exceeds 64 MiB become strings such as
//     "<opik: cycle in *main.Node>"; the rest of the value is kept.
//   - An error that is no Marshaler or TextMarshaler is its text, not "{}".
//   - Map keys may also be booleans, floats, and interfaces that hold a key.
//   - [Raw] is trusted and appended as it is; other encoded JSON is checked.
//
// Common types, from scalars to maps and slices of any, need no reflection and
// no allocation beyond the growth of dst.
//
// The value must not be changed while AppendValue reads it: Go ends the program
// when a map is written and read at the same time, and nothing can prevent that.
// A Marshaler that calls itself without end cannot be stopped either.
func AppendValue(dst []byte, v any) []byte {
	if out, ok := appendScalar(dst, v); ok {
		return out
	}
	w := walkers.Get().(*walker)
	return w.run(dst, v)
}

// appendScalar appends a value that needs no reflection and holds no others.
func appendScalar(dst []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), true
	case string:
		return AppendString(dst, v), true
	case bool:
		return strconv.AppendBool(dst, v), true
	case int:
		return AppendInt(dst, v), true
	case int8:
		return AppendInt(dst, v), true
	case int16:
		return AppendInt(dst, v), true
	case int32:
		return AppendInt(dst, v), true
	case int64:
		return AppendInt(dst, v), true
	case uint:
		return AppendUint(dst, uint64(v)), true
	case uint8:
		return AppendUint(dst, uint64(v)), true
	case uint16:
		return AppendUint(dst, uint64(v)), true
	case uint32:
		return AppendUint(dst, uint64(v)), true
	case uint64:
		return AppendUint(dst, v), true
	case uintptr:
		return AppendUint(dst, uint64(v)), true
	case float32:
		return appendFloat(dst, float64(v), 32), true
	case float64:
		return AppendFloat(dst, v), true
	case time.Time:
		return appendFreeTime(dst, v), true
	case []byte:
		return appendBase64(dst, v), true
	case Raw:
		if len(v) == 0 {
			return append(dst, "null"...), true
		}
		return append(dst, v...), true
	case *Raw:
		if v == nil || len(*v) == 0 {
			return append(dst, "null"...), true
		}
		return append(dst, *v...), true
	case json.Number:
		return appendNumber(dst, v), true
	}
	return dst, false
}

func appendBase64(dst, v []byte) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, v)
	return append(dst, '"')
}

func appendNumber(dst []byte, v json.Number) []byte {
	switch {
	case v == "":
		return append(dst, '0') // as encoding/json has it
	case !isNumber(string(v)):
		return appendPlaceholder(dst, "invalid json.Number "+strconv.Quote(shorten(string(v))))
	}
	return append(dst, v...)
}

// walker encodes one value. It is kept between calls for the memory it holds.
type walker struct {
	// path holds the pointers, maps and slices that enclose the current place.
	path []container
	// members is a stack: the sorted members of every enclosing map.
	members []member
	// limit is the length of dst at which the value has become too large.
	limit int
}

// member is one entry of a map with the value any.
type member struct {
	key   string
	value any
}

// container identifies a pointer, map or slice. The type tells a pointer to a
// struct from one to its first field.
type container struct {
	data unsafe.Pointer
	len  int
	typ  reflect.Type
}

var walkers = sync.Pool{New: func() any { return new(walker) }}

// maxKept bounds what a walker holds on to between calls, in entries.
const maxKept = 4096

// run encodes v and gives the walker back. The recover is the last resort, for
// values that change while they are read; methods of values have their own.
func (w *walker) run(dst []byte, v any) (out []byte) {
	w.limit = len(dst) + maxSize
	defer func() {
		if r := recover(); r != nil {
			*w = walker{}
			out = appendPlaceholder(dst, "panic while encoding "+reflect.TypeOf(v).String()+": "+describePanic(r))
		}
		// A method of the value may have ended the goroutine in the middle.
		atRest := len(w.path) == 0 && len(w.members) == 0
		if atRest && cap(w.path) <= maxKept && cap(w.members) <= maxKept {
			walkers.Put(w)
		}
	}()
	return w.value(dst, v)
}

// value appends v, without reflection where the type is a common one.
func (w *walker) value(dst []byte, v any) []byte {
	if out, ok := appendScalar(dst, v); ok {
		return out
	}
	switch x := v.(type) {
	case map[string]any:
		return w.object(dst, x)
	case []any:
		return list(w, dst, x, (*walker).value)
	case map[string]string:
		return w.stringMap(dst, x)
	case []string:
		return list(w, dst, x, (*walker).text)
	case []map[string]any:
		return list(w, dst, x, (*walker).object)
	case json.RawMessage:
		return w.rawMessage(dst, x)
	}
	return w.reflected(dst, reflect.ValueOf(v))
}

func (w *walker) text(dst []byte, s string) []byte { return AppendString(dst, s) }

func (w *walker) rawMessage(dst []byte, raw json.RawMessage) []byte {
	if raw == nil {
		return append(dst, "null"...)
	}
	out, ok := appendRaw(dst, raw, maxDepth-len(w.path))
	if !ok {
		return appendPlaceholder(dst, "invalid JSON in json.RawMessage")
	}
	return out
}

var typeOfObject = reflect.TypeFor[map[string]any]()

func (w *walker) object(dst []byte, m map[string]any) []byte {
	if m == nil {
		return append(dst, "null"...)
	}
	at := container{data: reflect.ValueOf(m).UnsafePointer(), typ: typeOfObject}
	if obstacle := w.enter(at); obstacle != "" {
		return appendPlaceholder(dst, obstacle)
	}
	first := len(w.members)
	for key, value := range m {
		w.members = append(w.members, member{key, value})
	}
	last := len(w.members)
	sortMembers(w.members[first:last])
	start := len(dst)
	for i := first; i < last; i++ {
		m := &w.members[i] // not for longer than until the next value, which may move it
		dst = append(AppendString(append(dst, ','), m.key), ':')
		if w.full(dst) {
			dst = appendPlaceholder(dst, tooLarge)
			break
		}
		dst = w.value(dst, m.value)
	}
	w.dropMembers(first)
	w.leave()
	return EndObject(dst, start)
}

func (w *walker) stringMap(dst []byte, m map[string]string) []byte {
	if m == nil {
		return append(dst, "null"...)
	}
	first := len(w.members)
	for key := range m {
		w.members = append(w.members, member{key: key})
	}
	sortMembers(w.members[first:])
	start := len(dst)
	for i := range w.members[first:] {
		key := w.members[first+i].key
		dst = append(AppendString(append(dst, ','), key), ':')
		dst = AppendString(dst, m[key])
	}
	w.dropMembers(first)
	return EndObject(dst, start)
}

// list appends a slice, each element with the given function.
func list[T any](w *walker, dst []byte, elems []T, each func(*walker, []byte, T) []byte) []byte {
	if elems == nil {
		return append(dst, "null"...)
	}
	if len(elems) == 0 {
		return append(dst, '[', ']')
	}
	at := container{data: unsafe.Pointer(unsafe.SliceData(elems)), len: len(elems), typ: reflect.TypeFor[[]T]()}
	if obstacle := w.enter(at); obstacle != "" {
		return appendPlaceholder(dst, obstacle)
	}
	start := len(dst)
	for _, elem := range elems {
		dst = append(dst, ',')
		if w.full(dst) {
			dst = appendPlaceholder(dst, tooLarge)
			break
		}
		dst = each(w, dst, elem)
	}
	w.leave()
	return EndArray(dst, start)
}

// tooLarge is the placeholder for what does not fit. It ends its container.
var tooLarge = "value exceeds " + strconv.Itoa(maxSize>>20) + " MiB"

func (w *walker) full(dst []byte) bool { return len(dst) >= w.limit }

// enter notes that the walk goes into at. A non-empty result says why it must
// not: the placeholder's text. Otherwise leave must follow.
func (w *walker) enter(at container) (obstacle string) {
	if len(w.path) >= maxDepth {
		return "nesting deeper than " + strconv.Itoa(maxDepth) + " at " + at.typ.String()
	}
	for i := range w.path {
		if w.path[i] == at {
			return "cycle in " + at.typ.String()
		}
	}
	w.path = append(w.path, at)
	return ""
}

// leave undoes enter. It also forgets the container, so that a walker at rest
// keeps nothing of the user's alive.
func (w *walker) leave() {
	last := len(w.path) - 1
	w.path[last] = container{}
	w.path = w.path[:last]
}

// dropMembers removes the members of the map that was just finished.
func (w *walker) dropMembers(first int) {
	clear(w.members[first:])
	w.members = w.members[:first]
}

// sortMembers sorts by key. Most maps are small, and for those nothing is faster
// than to insert one after the other.
func sortMembers(members []member) {
	if len(members) > 16 {
		slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		return
	}
	for i := 1; i < len(members); i++ {
		m := members[i]
		at := i
		for at > 0 && m.key < members[at-1].key {
			members[at] = members[at-1]
			at--
		}
		members[at] = m
	}
}
