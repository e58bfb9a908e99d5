package jsontree

import (
	"fmt"
)

// MaxDepth is how deep arrays and objects may nest. The server refuses documents
// that nest deeper than 1000.
const MaxDepth = 500

// SyntaxError says that a text is no JSON, or nests too deep.
type SyntaxError struct {
	// Offset is where in the text, in bytes from its beginning.
	Offset int
	// Reason is what is wrong there.
	Reason string
}

// Error returns offset and reason.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at byte %d: %s", e.Offset+1, e.Reason) }

// Parse reads a text that holds one JSON value. The value keeps nothing of src. The
// error is a [*SyntaxError].
func Parse(src []byte) (Value, error) {
	p := parser{src: src}
	p.space()
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if p.space(); p.at < len(src) {
		return Value{}, p.fail("there is more after the value")
	}
	return v, nil
}

type parser struct {
	src []byte
	at  int
}

func (p *parser) fail(reason string) error {
	if p.at >= len(p.src) {
		reason = "the text ends early"
	}
	return &SyntaxError{Offset: p.at, Reason: reason}
}

func (p *parser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (Value, error) {
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return Value{}, p.fail(fmt.Sprintf("nested deeper than %d", MaxDepth))
		}
		p.at++
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '"':
		text, err := p.text()
		return Value{Kind: String, Text: text}, err
	case c == '-' || isDigit(c):
		text, err := p.number()
		return Value{Kind: Number, Text: text}, err
	case c == 't':
		return p.word("true", True)
	case c == 'f':
		return p.word("false", False)
	case c == 'n':
		return p.word("null", Null)
	}
	return Value{}, p.fail("not the beginning of a value")
}

func (p *parser) word(word string, kind Kind) (Value, error) {
	for i := range len(word) {
		if p.peek() != word[i] {
			return Value{}, p.fail("not " + word)
		}
		p.at++
	}
	return Value{Kind: kind}, nil
}

func (p *parser) array(depth int) (Value, error) {
	v := Value{Kind: Array}
	if p.space(); p.peek() == ']' {
		p.at++
		return v, nil
	}
	for {
		p.space()
		item, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		v.Items = append(v.Items, item)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case ']':
			p.at++
			return v, nil
		default:
			return Value{}, p.fail("neither a comma nor the end of the array")
		}
	}
}

// manyMembers is the size of an object from which on its names are looked up in a map.
const manyMembers = 16

func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	if p.space(); p.peek() == '}' {
		p.at++
		return v, nil
	}
	var places map[string]int
	for {
		if p.space(); p.peek() != '"' {
			return Value{}, p.fail("not the name of a member")
		}
		name, err := p.text()
		if err != nil {
			return Value{}, err
		}
		if p.space(); p.peek() != ':' {
			return Value{}, p.fail("no colon after the name of a member")
		}
		p.at++
		p.space()
		value, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		places = v.set(name, value, places)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return v, nil
		default:
			return Value{}, p.fail("neither a comma nor the end of the object")
		}
	}
}

// set sets a member. places has the places of all members once there are many.
func (v *Value) set(name string, value Value, places map[string]int) map[string]int {
	place := -1
	switch {
	case places != nil:
		if i, ok := places[name]; ok {
			place = i
		}
	default:
		for i := range v.Members {
			if v.Members[i].Name == name {
				place = i
			}
		}
	}
	if place >= 0 {
		v.Members[place].Value = value
		return places
	}
	v.Members = append(v.Members, Member{name, value})
	if places != nil {
		places[name] = len(v.Members) - 1
	} else if len(v.Members) == manyMembers {
		places = make(map[string]int, 2*manyMembers)
		for i, m := range v.Members {
			places[m.Name] = i
		}
	}
	return places
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (p *parser) number() (string, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if err := p.digits(); err != nil {
		return "", err
	}
	if p.peek() == '.' {
		p.at++
		if err := p.digits(); err != nil {
			return "", err
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if err := p.digits(); err != nil {
			return "", err
		}
	}
	if isDigit(p.peek()) {
		return "", p.fail("a number that begins with a zero")
	}
	return string(p.src[start:p.at]), nil
}

func (p *parser) digits() error {
	if !isDigit(p.peek()) {
		return p.fail("no digit")
	}
	for isDigit(p.peek()) {
		p.at++
	}
	return nil
}
