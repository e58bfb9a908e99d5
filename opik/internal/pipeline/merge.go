package pipeline

import "bytes"

// mergeMembers combines two encoded records, each a comma followed by a JSON
// object: members of both objects stay, and where both have a member, newer's
// counts. Keys are compared as they are written, which is enough for objects
// of one encoder. ok is false if one of them is not such an object.
func mergeMembers(older, newer []byte) (merged []byte, ok bool) {
	a, ok := members(older)
	if !ok {
		return nil, false
	}
	b, ok := members(newer)
	if !ok {
		return nil, false
	}
	merged = make([]byte, 0, len(older)+len(newer))
	merged = append(merged, ',', '{')
	for _, m := range a {
		if !hasKey(b, m.key) {
			merged = m.appendTo(merged)
		}
	}
	for _, m := range b {
		merged = m.appendTo(merged)
	}
	merged = append(merged, '}')
	return merged[:len(merged):len(merged)], true
}

// member is one member of an object, still encoded.
type member struct {
	key string // with its quotes
	raw []byte // key, colon and value
}

// value returns the encoded value, without the spaces before it.
func (m member) value() []byte {
	after := bytes.TrimLeft(m.raw[len(m.key):], " \t\r\n")
	return bytes.TrimLeft(after[1:], " \t\r\n")
}

func (m member) appendTo(dst []byte) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(dst, m.raw...)
}

func hasKey(members []member, key string) bool {
	for _, m := range members {
		if m.key == key {
			return true
		}
	}
	return false
}

// members takes the members of the object in data apart, without looking into
// their values further than is needed to find their ends.
func members(data []byte) ([]member, bool) {
	s := scanner{data: data}
	if !s.take(',') || !s.take('{') {
		return nil, false
	}
	var out []member
	if s.take('}') {
		return out, s.atEnd()
	}
	for {
		s.space()
		start := s.at
		if !s.text() {
			return nil, false
		}
		key := string(data[start:s.at])
		if !s.take(':') || !s.value() {
			return nil, false
		}
		out = append(out, member{key, data[start:s.at]})
		switch {
		case s.take(','):
		case s.take('}'):
			return out, s.atEnd()
		default:
			return nil, false
		}
	}
}

// scanner finds the ends of JSON values. It does not check them.
type scanner struct {
	data []byte
	at   int
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) atEnd() bool {
	s.space()
	return s.at == len(s.data)
}

// text skips a string.
func (s *scanner) text() bool {
	if s.at >= len(s.data) || s.data[s.at] != '"' {
		return false
	}
	for s.at++; s.at < len(s.data); s.at++ {
		switch s.data[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return true
		}
	}
	return false
}

// value skips a value and leaves the scanner behind it.
func (s *scanner) value() bool {
	s.space()
	depth, start := 0, s.at
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case '"':
			if !s.text() {
				return false
			}
			if depth == 0 {
				return true
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return s.at > start
			}
			if depth--; depth == 0 {
				s.at++
				return true
			}
		case ',':
			if depth == 0 {
				return s.at > start
			}
		}
		s.at++
	}
	return false
}
