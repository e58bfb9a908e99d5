package itemio

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// Writer writes objects one after the other.
type Writer interface {
	// Write writes an object.
	Write(object jsontree.Value) error
	// Close ends the text. It does not close what is written to.
	Close() error
}

// NewJSONWriter returns a writer of an indented JSON array.
func NewJSONWriter(w io.Writer) Writer { return &jsonWriter{w: bufio.NewWriter(w)} }

type jsonWriter struct {
	w       *bufio.Writer
	compact []byte
	pretty  bytes.Buffer
	some    bool
}

func (w *jsonWriter) Write(object jsontree.Value) error {
	begin := "[\n  "
	if w.some {
		begin = ",\n  "
	}
	w.some = true
	w.compact = object.Append(w.compact[:0])
	w.pretty.Reset()
	if err := json.Indent(&w.pretty, w.compact, "  ", "  "); err != nil {
		return err
	}
	if _, err := w.w.WriteString(begin); err != nil {
		return err
	}
	_, err := w.pretty.WriteTo(w.w)
	return err
}

func (w *jsonWriter) Close() error {
	end := "[]\n"
	if w.some {
		end = "\n]\n"
	}
	_, err := w.w.WriteString(end)
	return errors.Join(err, w.w.Flush())
}

// NewJSONLWriter returns a writer of lines of JSON.
func NewJSONLWriter(w io.Writer) Writer { return &jsonlWriter{w: bufio.NewWriter(w)} }

type jsonlWriter struct {
	w    *bufio.Writer
	line []byte
}

func (w *jsonlWriter) Write(object jsontree.Value) error {
	w.line = append(object.Append(w.line[:0]), '\n')
	_, err := w.w.Write(w.line)
	return err
}

func (w *jsonlWriter) Close() error { return w.w.Flush() }

// NewWriter returns a writer of rows, after one with the names of the columns. Objects
// must have no other members than those.
func (f CSV) NewWriter(w io.Writer, columns []string) (Writer, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	for i, name := range columns {
		if strings.TrimSpace(name) == "" || strings.Contains(name, "\r") || strings.HasPrefix(name, string(byteOrderMark)) || slices.Contains(columns[:i], name) {
			return nil, &ColumnError{Name: name, reason: "cannot name a column in CSV, or names two"}
		}
	}
	c := &csvWriter{format: f, w: csv.NewWriter(w), columns: make(map[string]int, len(columns)), row: make([]string, len(columns))}
	c.w.Comma = f.comma()
	for i, name := range columns {
		c.columns[name] = i
	}
	return c, c.w.Write(columns)
}

type csvWriter struct {
	format  CSV
	w       *csv.Writer
	columns map[string]int
	row     []string
}

func (w *csvWriter) Write(object jsontree.Value) error {
	clear(w.row)
	for _, m := range object.Members {
		i, ok := w.columns[m.Name]
		if !ok {
			return &ColumnError{Name: m.Name, reason: "is not among the columns"}
		}
		w.row[i] = w.format.Cell(m.Value)
	}
	return w.w.Write(w.row)
}

func (w *csvWriter) Close() error {
	w.w.Flush()
	return w.w.Error()
}

// ColumnError says that a name cannot be that of a column, or that an object has a
// member that is no column.
type ColumnError struct {
	Name   string
	reason string
}

// Error names the column.
func (e *ColumnError) Error() string { return fmt.Sprintf("%q %s", e.Name, e.reason) }
