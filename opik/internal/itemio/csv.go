package itemio

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// CSV says how rows are read and written.
type CSV struct {
	// Comma separates cells; zero is a comma.
	Comma rune
	// Text says that a cell that is read is a text, whatever it looks like.
	Text bool
}

func (f CSV) comma() rune {
	if f.Comma == 0 {
		return ','
	}
	return f.Comma
}

// errDelimiter is the complaint about a separator that no text can be split at.
var errDelimiter = errors.New("cells cannot be separated by a quote, an end of line, or what is no character")

// check refuses separators that encoding/csv refuses.
func (f CSV) check() error {
	w := csv.NewWriter(io.Discard)
	w.Comma = f.comma()
	if w.Write([]string{"a", "b"}) != nil {
		return errDelimiter
	}
	return nil
}

// Read yields the rows after the first one, which names the columns, as objects with
// a member for each cell. A cell that is empty has no member, and rows of which all
// are empty are left out. A cell that is JSON has its meaning, any other is a text:
// see [CSV.Cell]. Errors are an [*Error]; the first one ends it.
func (f CSV) Read(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := f.check(); err != nil {
			yield(Record{}, &Error{Line: 1, Record: 1, Reason: err.Error()})
			return
		}
		rows := newRows(r, f.comma())
		if err := rows.all(f, yield); err != nil {
			yield(Record{}, err)
		}
	}
}

type rows struct {
	csv    *csv.Reader
	limit  *limitedReader
	names  []string
	record int
	next   int // line on which the next row should begin
}

func newRows(r io.Reader, comma rune) *rows {
	limit := &limitedReader{r: r, left: maxRecord}
	buffer := bufio.NewReader(limit)
	if begin, _ := buffer.Peek(len(byteOrderMark)); bytes.Equal(begin, byteOrderMark) { // an error comes again
		buffer.Discard(len(byteOrderMark))
	}
	rows := &rows{csv: csv.NewReader(buffer), limit: limit, record: 1, next: 1}
	rows.csv.Comma, rows.csv.ReuseRecord = comma, true
	return rows
}

// limitedReader fails when one row is larger than what is left for it.
type limitedReader struct {
	r    io.Reader
	left int
}

var errTooLarge = errors.New(tooLarge)

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

func (r *rows) all(f CSV, yield func(Record, error) bool) error {
	if err := r.header(); err != nil {
		return err
	}
	for ; ; r.record++ {
		r.limit.left = maxRecord
		cells, err := r.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.problem(err)
		}
		line, _ := r.csv.FieldPos(0)
		var members []jsontree.Member
		for i, cell := range cells {
			if v, ok := f.value(cell); ok {
				members = append(members, jsontree.Member{Name: strings.Clone(r.names[i]), Value: v})
			}
		}
		if len(members) > 0 && !yield(Record{Value: jsontree.ObjectOf(members...), Number: r.record, Line: line}, nil) {
			return nil
		}
	}
}

func (r *rows) read() ([]string, error) {
	cells, err := r.csv.Read()
	if err == nil {
		last := len(cells) - 1
		line, _ := r.csv.FieldPos(last)
		r.next = line + strings.Count(cells[last], "\n") + 1
	}
	return cells, err
}

func (r *rows) header() error {
	names, err := r.read()
	if errors.Is(err, io.EOF) {
		return &Error{Line: 1, Record: 1, Reason: "there is no row with the names of the columns"}
	}
	if err != nil {
		return r.problem(err)
	}
	seen := map[string]bool{}
	for i, name := range names {
		line, column := r.csv.FieldPos(i)
		reason := ""
		switch name = strings.ToValidUTF8(name, "\ufffd"); {
		case strings.TrimSpace(name) == "":
			reason = fmt.Sprintf("column number %d has no name", i+1)
		case seen[name]:
			reason = fmt.Sprintf("there are two columns %q", name)
		}
		if reason != "" {
			return &Error{Line: line, Column: column, Record: 1, Reason: reason}
		}
		seen[name] = true
		r.names = append(r.names, name)
	}
	return nil
}

// problem says what encoding/csv complains about.
func (r *rows) problem(err error) error {
	var syntax *csv.ParseError
	if !errors.As(err, &syntax) {
		e := &Error{Line: r.next, Record: r.record, Reason: cannotRead, Err: err}
		if errors.Is(err, errTooLarge) {
			e.Reason, e.Err = tooLarge, nil
		}
		return e
	}
	e := &Error{Line: syntax.Line, Column: syntax.Column, Record: r.record, Reason: syntax.Err.Error()}
	switch {
	case errors.Is(syntax.Err, csv.ErrFieldCount):
		e.Column, e.Reason = 0, fmt.Sprintf("another number of cells than the %d columns", len(r.names))
	case errors.Is(syntax.Err, csv.ErrBareQuote):
		e.Reason = "a quote in a cell that does not begin with one"
	case errors.Is(syntax.Err, csv.ErrQuote):
		if e.Reason = "a quoted cell that does not end, or goes on after its end"; e.Line != syntax.StartLine {
			e.Line, e.Column = syntax.StartLine, 0
		}
	}
	return e
}

// value returns what a cell means, and false if it means nothing.
func (f CSV) value(cell string) (jsontree.Value, bool) {
	switch {
	case f.Text:
	case cell == "":
		return jsontree.Value{}, false
	case strings.IndexByte(`{["-0123456789tfn`, cell[0]) >= 0:
		if v, err := jsontree.Parse([]byte(cell)); err == nil {
			return v, true
		}
	}
	return jsontree.Text(strings.ToValidUTF8(strings.Clone(cell), "\ufffd")), true
}

// Cell returns a value as a cell: a text as it is, and everything else as JSON. A text
// that would be read as something else becomes JSON too: one that is empty, looks like
// JSON, or has a carriage return.
func (f CSV) Cell(v jsontree.Value) string {
	if v.Kind != jsontree.String {
		return string(v.Append(nil))
	}
	back, ok := CSV{}.value(v.Text)
	if !ok || back.Kind != jsontree.String || back.Text != v.Text || strings.Contains(v.Text, "\r") {
		return string(v.Append(nil))
	}
	return v.Text
}
