package message

import "strings"

// joinKey makes one key of several values. Without the first, which names the
// entity, there is no key.
func joinKey(first string, others ...string) string {
	if first == "" {
		return ""
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
