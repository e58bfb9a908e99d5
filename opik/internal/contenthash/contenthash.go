// Package contenthash tells dataset items apart by their content. The hash of an
// item is made of its encoded form, not of Go values, so that it is the same before
// the item is sent and after it was read back. It never leaves the client.
package contenthash

import (
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// Hash identifies a content.
type Hash [sha256.Size]byte

// Names of the fields of an item that count beside its data.
const (
	Description     = "description"
	Evaluators      = "evaluators"
	ExecutionPolicy = "execution_policy"
)

// Of returns the hash of an item: the SHA-256 of the canonical form of its data,
// which is an object, and of those of its fields that are set. See
// [jsontree.Value.AppendCanonical].
//
// Fields are hashed as if they were members of the data. Data that has a member of
// such a name could be taken for another item with that field: it is hashed apart.
func Of(data jsontree.Value, fields ...jsontree.Member) Hash {
	content := data
	switch {
	case slices.ContainsFunc(data.Members, isField):
		content = jsontree.Value{Kind: jsontree.Array, Items: []jsontree.Value{data, jsontree.ObjectOf(fields...)}}
	case len(fields) > 0:
		content = jsontree.ObjectOf(slices.Concat(data.Members, fields)...)
	}
	buffer := buffers.Get().(*[]byte)
	text := content.AppendCanonical((*buffer)[:0])
	hash := Hash(sha256.Sum256(text))
	if cap(text) <= maxKept {
		*buffer = text
		buffers.Put(buffer)
	}
	return hash
}

func isField(m jsontree.Member) bool {
	return m.Name == Description || m.Name == Evaluators || m.Name == ExecutionPolicy
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer that is kept for reuse.
const maxKept = 64 << 10
