package oql

import (
	"strconv"
	"strings"
	"time"
)

// The functions below write conditions; they are what builders are made of. What
// they write is read again before it is sent, so they check nothing.

// Compare writes a condition. The values are written already.
func Compare(path, operator string, value ...string) string {
	return strings.Join(append([]string{path, operator}, value...), " ")
}

// CompareList writes a condition with a list of values.
func CompareList[T ~string](path, operator string, value T, more ...T) string {
	var b strings.Builder
	b.WriteString(path + " " + operator + " (" + Quote(string(value)))
	for _, v := range more {
		b.WriteString(", " + Quote(string(v)))
	}
	b.WriteString(")")
	return b.String()
}

// Column writes a column of free data with its type.
func Column(path, column, kind string) string { return Path(path, column) + ":" + kind }

// InsideColumn writes a path within a column of free data.
func InsideColumn(path, column, inside, kind string) string {
	if !strings.HasPrefix(inside, "[") {
		inside = "." + inside
	}
	return Column(path, column+inside, kind)
}

// NumberText writes a number.
func NumberText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// TimeText writes an instant.
func TimeText(t time.Time) string { return Quote(t.UTC().Format(time.RFC3339Nano)) }
