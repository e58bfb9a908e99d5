package doc

import (
	"errors"
	"strconv"
	"time"
)

// errTime is what ParseTime reports.
var errTime = errors.New("not an ISO 8601 instant with an offset")

// ParseTime reads an instant of a body: ISO 8601 with an offset or Z.
func ParseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errTime
}

// ParseQueryTime reads an instant of a query: as in a body, or milliseconds
// since 1970.
func ParseQueryTime(s string) (time.Time, error) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	return ParseTime(s)
}

// FormatTime writes an instant as the server does: UTC, with as many fractional
// digits as it has, and Z.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// Time returns a member that is an instant, and whether there is one.
func Time(o Object, name string) (time.Time, bool) {
	s, ok := o[name].(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := ParseTime(s)
	return t, err == nil
}
