package message

import "strings"

// joinKey makes one key of several values. Without the first, which names the
// entity, there is no key. Empty values at the end leave no trace, so that the key
// of a record that has nothing else is the id of its entity.
func joinKey(first string, others ...string) string {
	if first == "" {
		return ""
	}
	for len(others) > 0 && others[len(others)-1] == "" {
		others = others[:len(others)-1]
	}
	size := len(first) + len(others)
	for _, s := range others {
		size += len(s)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(first)
	for _, s := range others {
		b.WriteByte(0) // no id, name or project holds it
		b.WriteString(s)
	}
	return b.String()
}

// EntityID returns the first of the values that a key was made of: the id of the
// entity that the record is about.
func EntityID(key string) string {
	id, _, _ := strings.Cut(key, "\x00")
	return id
}
