// Package itemio reads and writes lists of JSON objects as JSON, JSONL and CSV. It
// holds one object in memory at a time, and says of each mistake where it is.
package itemio

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// MaxRecord is the largest object that is read, in bytes.
const MaxRecord = 64 << 20

// Record is an object that was read.
type Record struct {
	// Value is the object.
	Value jsontree.Value
	// Number counts the objects of the file from 1.
	Number int
	// Line is where it begins; lines count from 1.
	Line int
}

// Error says what is wrong with a file, and where.
type Error struct {
	// Line and Column say where, in bytes; both count from 1. A column of zero means
	// the whole line.
	Line, Column int
	// Record is the number of the object that is wrong, or that would come next.
	Record int
	// Reason is what is wrong there.
	Reason string
	// Err is the failure of the reader, if it is that.
	Err error
}

// Error says what is wrong, and where.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d", e.Line)
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	b.WriteString(": " + e.Reason)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the failure of the reader.
func (e *Error) Unwrap() error { return e.Err }

const (
	notAnObject = "not an object"
	cannotRead  = "cannot be read"
)

// maxRecord is MaxRecord, but for tests.
var maxRecord = MaxRecord

var tooLarge = fmt.Sprintf("larger than %d MiB", MaxRecord>>20)

// byteOrderMark begins files of some programs.
var byteOrderMark = []byte("\xef\xbb\xbf")

// object parses the text of an object that begins at a place.
func object(text []byte, line, column, record int) (Record, error) {
	v, err := jsontree.Parse(text)
	if err != nil {
		e := &Error{Line: line, Column: column, Record: record, Reason: err.Error()}
		if syntax, ok := err.(*jsontree.SyntaxError); ok { // it is no other
			before := text[:syntax.Offset]
			e.Line += bytes.Count(before, []byte{'\n'})
			if last := bytes.LastIndexByte(before, '\n'); last >= 0 {
				e.Column = len(before) - last
			} else {
				e.Column += len(before)
			}
			e.Reason = syntax.Reason
		}
		return Record{}, e
	}
	if v.Kind != jsontree.Object {
		return Record{}, &Error{Line: line, Column: column, Record: record, Reason: notAnObject}
	}
	return Record{Value: v, Number: record, Line: line}, nil
}
