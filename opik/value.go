package opik

import (
	"bytes"
	"sync"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// scratch holds buffers in which values are encoded before their size is known.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch is the largest buffer that is kept for reuse.
const maxScratch = 64 << 10

// kept is what a trace or span keeps of a value for one of the fields that take any
// JSON: the value encoded, or a text as it is. The latter cannot change, so it is
// encoded once, with the record. The zero value is no value.
type kept struct {
	raw  jsonenc.Raw
	text any // nil or a string
}

func keepValue(v any, field string) kept {
	if _, ok := v.(string); ok {
		return kept{text: v}
	}
	return kept{raw: encodeValue(v, field)}
}

// field returns the value as a record holds it. The record refers to k: a pointer is
// an interface without further memory, which a slice is not.
func (k *kept) field() any {
	if k.text != nil {
		return k.text
	}
	return rawOrNil(&k.raw)
}

// encodeValue encodes a value for one of the fields that take any JSON. They are
// specified as object, list or text: any other value becomes the only member of an
// object, named after the field. Nil, also in a pointer, is no value.
func encodeValue(v any, field string) jsonenc.Raw {
	if v == nil {
		return nil
	}
	buffer := scratch.Get().(*[]byte)
	encoded := jsonenc.AppendValue((*buffer)[:0], v)
	raw := finishValue(encoded, field)
	if cap(encoded) <= maxScratch {
		*buffer = encoded
		scratch.Put(buffer)
	}
	return raw
}

// finishValue copies encoded, so that it lives no longer than the buffer does and
// takes no more memory than it needs.
func finishValue(encoded []byte, field string) jsonenc.Raw {
	switch encoded[0] {
	case '{', '[', '"':
		return bytes.Clone(encoded)
	case 'n':
		return nil
	}
	raw := make(jsonenc.Raw, 0, len(encoded)+len(field)+5)
	raw = jsonenc.AppendString(append(raw, '{'), field)
	raw = append(append(raw, ':'), encoded...)
	return append(raw, '}')
}

// rawOrNil keeps a missing value from becoming a JSON null.
func rawOrNil(raw *jsonenc.Raw) any {
	if *raw == nil {
		return nil
	}
	return raw
}

// mergeValue merges later into earlier if both are there.
func mergeValue(earlier, later jsonenc.Raw) jsonenc.Raw {
	switch {
	case later == nil:
		return earlier
	case earlier == nil:
		return later
	}
	return mergeJSON(earlier, later)
}
