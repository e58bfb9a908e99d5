package itemio

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// ReadJSON yields the elements of a JSON array, all of which must be objects. Errors
// are an [*Error]; the first one ends it. The reader is read no further than needed
// if the caller stops, but for a buffer.
func ReadJSON(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s := newScanner(r)
		if err := s.all(yield); err != nil {
			yield(Record{}, err)
		}
	}
}

// scanner finds the elements of an array without reading it as a whole.
type scanner struct {
	r      *bufio.Reader
	line   int // of the byte that comes next
	column int
	record int
	text   []byte // of the element that is read
}

func newScanner(r io.Reader) *scanner {
	s := &scanner{r: bufio.NewReaderSize(r, 64<<10), line: 1, column: 1, record: 1}
	if begin, _ := s.r.Peek(len(byteOrderMark)); bytes.Equal(begin, byteOrderMark) { // an error comes again
		s.r.Discard(len(byteOrderMark))
	}
	return s
}

func (s *scanner) fail(reason string) error {
	return &Error{Line: s.line, Column: s.column, Record: s.record, Reason: reason}
}

// peek returns the next byte. At the end it fails for the given reason.
func (s *scanner) peek(atEnd string) (byte, error) {
	next, err := s.r.Peek(1)
	switch {
	case err == nil:
		return next[0], nil
	case errors.Is(err, io.EOF):
		return 0, s.fail(atEnd)
	}
	return 0, &Error{Line: s.line, Column: s.column, Record: s.record, Reason: cannotRead, Err: err}
}

// skip goes past a byte that was peeked.
func (s *scanner) skip(c byte) {
	s.r.Discard(1)
	if s.column++; c == '\n' {
		s.line, s.column = s.line+1, 1
	}
}

const endsEarly = "the text ends early"

// space goes to the next byte that is no white space, and returns it.
func (s *scanner) space(atEnd string) (byte, error) {
	for {
		c, err := s.peek(atEnd)
		if err != nil || !isSpace(c) {
			return c, err
		}
		s.skip(c)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (s *scanner) all(yield func(Record, error) bool) error {
	c, err := s.space("the text is empty")
	if err != nil {
		return err
	}
	if c != '[' {
		return s.fail("not an array")
	}
	s.skip(c)
	if c, err = s.space(endsEarly); err != nil {
		return err
	}
	for c != ']' || s.record > 1 {
		line, column := s.line, s.column
		if err := s.element(); err != nil {
			return err
		}
		record, err := object(s.text, line, column, s.record)
		if err != nil {
			return err
		}
		if !yield(record, nil) {
			return nil
		}
		s.record++
		if c, err = s.space(endsEarly); err != nil {
			return err
		}
		if c == ']' {
			break
		}
		if c != ',' {
			return s.fail("neither a comma nor the end of the array")
		}
		s.skip(c)
		if c, err = s.space(endsEarly); err != nil {
			return err
		}
	}
	s.skip(']')
	if _, err = s.space(""); err == nil {
		return s.fail("there is more after the array")
	}
	var end *Error
	if errors.As(err, &end) && end.Err == nil {
		return nil
	}
	return err
}

// element reads the text of a value, as far as brackets, quotes and commas tell
// where it ends.
func (s *scanner) element() error {
	s.text = s.text[:0]
	depth, quoted, escaped := 0, false, false
	for {
		c, err := s.peek(endsEarly)
		if err != nil {
			return err
		}
		if depth == 0 && !quoted && (c == ',' || c == ']' || c == '}' || isSpace(c)) {
			return nil // whether it is a value is for others to say
		}
		if len(s.text) == maxRecord {
			return s.fail(tooLarge)
		}
		s.text = append(s.text, c)
		s.skip(c)
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 && !quoted && (c == '}' || c == ']' || c == '"') {
			return nil
		}
	}
}

// ReadJSONL yields the lines of a text, each of which must be an object. Lines with
// nothing but white space are left out. Errors are an [*Error]; the first one ends it.
func ReadJSONL(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s := newScanner(r)
		for {
			more, err := s.readLine()
			if text := bytes.TrimSpace(s.text); err == nil && len(text) > 0 {
				var record Record
				column := bytes.IndexByte(s.text, text[0]) + 1
				if record, err = object(text, s.line, column, s.record); err == nil && !yield(record, nil) {
					return
				}
				s.record++
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !more {
				return
			}
			s.line++
		}
	}
}

// readLine reads a line, and reports whether another one may follow.
func (s *scanner) readLine() (more bool, err error) {
	s.text = s.text[:0]
	for {
		part, err := s.r.ReadSlice('\n')
		if len(s.text)+len(part) > maxRecord {
			return false, &Error{Line: s.line, Record: s.record, Reason: tooLarge}
		}
		s.text = append(s.text, part...)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, io.EOF):
			return false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return false, &Error{Line: s.line, Record: s.record, Reason: cannotRead, Err: err}
		}
	}
}
