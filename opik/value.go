package opik

import (
	"bytes"
	"sync"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// workspace is memory for encoding one value at a time.
type workspace struct {
	// scratch is where a value is encoded before its size is known.
	scratch []byte
	// chunk is memory that no value has yet. Values are cut off its beginning.
	chunk []byte
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

const (
	// maxScratch is the largest buffer that is kept for reuse.
	maxScratch = 64 << 10
	// chunkBytes is how much memory is allocated for values at once. A value keeps
	// all values of its chunk in memory, so that of an entity which stays open for
	// long is moved; see [kept.move].
	chunkBytes = 32 << 10
	// maxShared is the size of the largest value that shares a chunk with others.
	maxShared = chunkBytes / 8
)

// clone returns a copy of encoded that shares memory with nothing that is written to.
func (w *workspace) clone(encoded []byte) []byte {
	n := len(encoded)
	if n > maxShared {
		return bytes.Clone(encoded)
	}
	if n > len(w.chunk) {
		w.chunk = make([]byte, chunkBytes)
	}
	value := w.chunk[:n:n]
	w.chunk = w.chunk[n:]
	copy(value, encoded)
	return value
}

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

// move gives the value memory of its own.
func (k *kept) move() { k.raw = bytes.Clone(k.raw) }

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
	w := workspaces.Get().(*workspace)
	encoded := jsonenc.AppendValue(w.scratch[:0], v)
	raw := w.finish(encoded, field)
	if w.scratch = encoded; cap(encoded) > maxScratch {
		w.scratch = nil
	}
	workspaces.Put(w)
	return raw
}

// finish copies encoded, so that it lives no longer than the scratch does and takes
// no more memory than it needs.
func (w *workspace) finish(encoded []byte, field string) jsonenc.Raw {
	switch encoded[0] {
	case '{', '[', '"':
		return w.clone(encoded)
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
