package jsonenc

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

var (
	typeOfNumber = reflect.TypeFor[json.Number]()

	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
	errorType     = reflect.TypeFor[error]()
	zeroerType    = reflect.TypeFor[zeroer]()
)

type zeroer interface{ IsZero() bool }

// typeInfo is what the encoder knows about a type.
type typeInfo struct {
	// special is set for types that are encoded neither by their kind nor by
	// methods that were looked up.
	special func(w *walker, dst []byte, v reflect.Value) []byte
	// plain says that the type has no methods that matter, and is no container.
	plain bool

	marshaler, pointerMarshaler bool // MarshalJSON on the type, on its pointer
	text, pointerText           bool
	err                         bool
	// fields yields the members of a struct; it is computed at first use, since
	// most structs with a MarshalJSON never need it.
	fields func() []field
}

// custom reports whether the type encodes itself.
func (i *typeInfo) custom() bool {
	return i.marshaler || i.pointerMarshaler || i.text || i.pointerText
}

var infos sync.Map // reflect.Type to *typeInfo

// specials are the types that need no call of their MarshalJSON, or must not be
// trusted to have it called.
var specials = map[reflect.Type]func(w *walker, dst []byte, v reflect.Value) []byte{
	reflect.TypeFor[time.Time](): func(_ *walker, dst []byte, v reflect.Value) []byte {
		if v.CanAddr() {
			return appendFreeTime(dst, *v.Addr().Interface().(*time.Time)) // without a copy on the heap
		}
		return appendFreeTime(dst, v.Interface().(time.Time))
	},
	reflect.TypeFor[json.RawMessage](): func(w *walker, dst []byte, v reflect.Value) []byte {
		return w.rawMessage(dst, v.Bytes())
	},
	reflect.TypeFor[Raw](): func(_ *walker, dst []byte, v reflect.Value) []byte {
		dst, _ = appendScalar(dst, Raw(v.Bytes()))
		return dst
	},
}

func infoOf(t reflect.Type) *typeInfo {
	if info, ok := infos.Load(t); ok {
		return info.(*typeInfo)
	}
	info := &typeInfo{
		marshaler: t.Implements(marshalerType),
		text:      t.Implements(textType),
		err:       t.Implements(errorType),
	}
	if t.Kind() != reflect.Pointer {
		info.pointerMarshaler = reflect.PointerTo(t).Implements(marshalerType)
		info.pointerText = reflect.PointerTo(t).Implements(textType)
	}
	info.special = specials[t]
	info.plain = info.special == nil && !info.custom() && !info.err && isQuotable(t.Kind())
	info.fields = sync.OnceValue(func() []field { return fieldsOf(t) })
	stored, _ := infos.LoadOrStore(t, info)
	return stored.(*typeInfo)
}

// field is one member of a struct's JSON form.
type field struct {
	name   string
	prefix []byte // comma, quoted name, colon
	tagged bool
	index  []int // path through embedded structs
	info   *typeInfo

	omitEmpty, omitZero, quoted bool
	zeroer, pointerZeroer       bool // IsZero on the type, on its pointer
}

// valueIn returns the field's value, or false if it is behind a nil pointer.
func (f *field) valueIn(v reflect.Value) (reflect.Value, bool) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// fieldsOf lists the members of a struct by the rules of encoding/json: fields
// of embedded structs belong to the outer one unless a shallower field has their
// name; at equal depth a tagged name wins over an untagged one; otherwise fields
// of equal name and depth cancel each other.
func fieldsOf(t reflect.Type) []field {
	type embedded struct {
		typ   reflect.Type
		index []int
	}
	var found []field
	level := []embedded{{typ: t}}
	visited := map[reflect.Type]bool{}
	for len(level) > 0 {
		var next []embedded
		// A struct that is embedded twice at one level cancels itself: its
		// fields are entered twice, as the rule for equal names needs.
		count, nextCount := map[reflect.Type]int{}, map[reflect.Type]int{}
		for _, e := range level {
			count[e.typ]++
		}
		for _, e := range level {
			if visited[e.typ] {
				continue
			}
			visited[e.typ] = true
			for i := range e.typ.NumField() {
				sf := e.typ.Field(i)
				f, inner, ok := describe(sf, append(slices.Clone(e.index), i))
				switch {
				case !ok:
				case inner != nil:
					if nextCount[inner]++; nextCount[inner] <= 2 {
						next = append(next, embedded{typ: inner, index: f.index})
					}
				default:
					found = append(found, f)
					if count[e.typ] > 1 {
						found = append(found, f)
					}
				}
			}
		}
		level = next
	}
	return dominant(found)
}

// describe interprets one field. inner is the struct type that it embeds
// without a name of its own.
func describe(sf reflect.StructField, index []int) (f field, inner reflect.Type, ok bool) {
	base := sf.Type
	if base.Name() == "" && base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	if sf.Anonymous {
		if !sf.IsExported() && base.Kind() != reflect.Struct {
			return field{}, nil, false
		}
	} else if !sf.IsExported() {
		return field{}, nil, false
	}
	tag := sf.Tag.Get("json")
	if tag == "-" {
		return field{}, nil, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if !isValidName(name) {
		name = ""
	}
	if name == "" && sf.Anonymous && base.Kind() == reflect.Struct {
		return field{index: index}, base, true
	}
	f = field{name: name, tagged: name != "", index: index, info: infoOf(sf.Type)}
	if name == "" {
		f.name = sf.Name
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
			f.zeroer = sf.Type.Implements(zeroerType)
			f.pointerZeroer = reflect.PointerTo(sf.Type).Implements(zeroerType)
		case "string":
			f.quoted = isQuotable(base.Kind())
		}
	}
	f.prefix = append(AppendString([]byte{','}, f.name), ':')
	return f, nil, true
}

// dominant settles which field owns a name, and restores the order of the source.
func dominant(found []field) []field {
	slices.SortStableFunc(found, func(a, b field) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)),
			compareBool(b.tagged, a.tagged), slices.Compare(a.index, b.index))
	})
	var out []field
	for i := 0; i < len(found); {
		end := i + 1
		for end < len(found) && found[end].name == found[i].name {
			end++
		}
		first := found[i]
		tied := end > i+1 && len(found[i+1].index) == len(first.index) && found[i+1].tagged == first.tagged
		if !tied {
			out = append(out, first)
		}
		i = end
	}
	slices.SortFunc(out, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// isValidName reports whether encoding/json accepts a name in a tag.
func isValidName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return name != ""
}

// isQuotable reports whether the "string" option applies to a kind.
func isQuotable(k reflect.Kind) bool {
	switch k {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// isZero decides omitzero: by the type's IsZero method if it has one. A method
// that panics leaves the field in, where its value can be seen.
func isZero(v reflect.Value, f *field) (zero bool) {
	if !f.zeroer && !f.pointerZeroer {
		return v.IsZero()
	}
	if isNilPointer(v) || v.Kind() == reflect.Interface && isNilPointer(v.Elem()) {
		return true
	}
	if !f.zeroer {
		if !v.CanAddr() {
			addressable := reflect.New(v.Type()).Elem()
			addressable.Set(v)
			v = addressable
		}
		v = v.Addr()
	}
	defer func() {
		if recover() != nil {
			zero = false
		}
	}()
	return v.Interface().(zeroer).IsZero()
}
