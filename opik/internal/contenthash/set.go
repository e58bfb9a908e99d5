package contenthash

import (
	"crypto/sha256"
	"encoding/hex"
)

// Set knows the contents of the items of a dataset. It takes about 150 bytes for an
// item, whatever the item's size. The zero value is empty. It is not safe for
// concurrent use.
//
// The server does not care whether two items have the same content, so a content
// is known for as long as any item has it.
type Set struct {
	items    map[key]Hash
	contents map[Hash]owner
}

// key is the id of an item.
type key [16]byte

// owner says which items have a content.
type owner struct {
	id    key // of one of them; zero if that has to be looked for
	count uint32
}

// keyOf packs an id. What is no UUID, which no server makes, gets a key of its own
// that cannot be turned back.
func keyOf(id string) key {
	var k key
	if len(id) == 36 {
		digits := make([]byte, 0, 32)
		for i := range len(id) {
			if id[i] != '-' {
				digits = append(digits, id[i])
			}
		}
		if len(digits) == 32 {
			if _, err := hex.Decode(k[:], digits); err == nil {
				return k
			}
		}
	}
	sum := sha256.Sum256([]byte(id))
	return key(sum[:16])
}

func (k key) String() string {
	var b [36]byte
	hex.Encode(b[:8], k[:4])
	hex.Encode(b[9:13], k[4:6])
	hex.Encode(b[14:18], k[6:8])
	hex.Encode(b[19:23], k[8:10])
	hex.Encode(b[24:], k[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// Len returns the number of items.
func (s *Set) Len() int { return len(s.items) }

// Find returns the id of an item with the content.
func (s *Set) Find(h Hash) (id string, ok bool) {
	o, ok := s.contents[h]
	if !ok {
		return "", false
	}
	if o.id == (key{}) {
		for k, content := range s.items {
			if content == h {
				o.id = k
				s.contents[h] = o
				break
			}
		}
	}
	return o.id.String(), true
}

// Put notes that the item with the id has the content now, and no longer another.
func (s *Set) Put(id string, h Hash) {
	if s.items == nil {
		s.items, s.contents = make(map[key]Hash), make(map[Hash]owner)
	}
	k := keyOf(id)
	if old, ok := s.items[k]; ok {
		if old == h {
			return
		}
		s.release(k, old)
	}
	s.items[k] = h
	o := s.contents[h]
	if o.count == 0 {
		o.id = k
	}
	o.count++
	s.contents[h] = o
}

// Remove forgets the item with the id.
func (s *Set) Remove(id string) {
	k := keyOf(id)
	if h, ok := s.items[k]; ok {
		delete(s.items, k)
		s.release(k, h)
	}
}

// release notes that the item no longer has the content.
func (s *Set) release(k key, h Hash) {
	o := s.contents[h]
	if o.count--; o.count == 0 {
		delete(s.contents, h)
		return
	}
	if o.id == k {
		o.id = key{} // Find looks for another one when somebody asks
	}
	s.contents[h] = o
}
