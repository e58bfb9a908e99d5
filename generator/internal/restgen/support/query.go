package rest

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

type queryValue struct{ name, value string }

// set adds a query parameter that has a value.
func (c *call) set(name, value string) { c.query = append(c.query, queryValue{name, value}) }

func (c *call) queryText(name, value string) {
	if value != "" {
		c.set(name, value)
	}
}

// queryRequired adds a parameter that must have a value.
func (c *call) queryRequired(name, value string) {
	if value == "" {
		c.fail(name, "is empty", nil)
	}
	c.set(name, value)
}

func (c *call) queryBool(name string, value *bool) {
	if value != nil {
		c.set(name, strconv.FormatBool(*value))
	}
}

func (c *call) queryInt(name string, value *int) {
	if value != nil {
		c.set(name, strconv.Itoa(*value))
	}
}

func (c *call) queryInt64(name string, value *int64) {
	if value != nil {
		c.set(name, strconv.FormatInt(*value, 10))
	}
}

func (c *call) queryFloat(name string, value *float64) {
	if value != nil {
		c.set(name, strconv.FormatFloat(*value, 'f', -1, 64))
	}
}

func (c *call) queryTime(name string, value time.Time) {
	if !value.IsZero() {
		c.set(name, value.UTC().Format(time.RFC3339Nano))
	}
}

// queryJSON adds a parameter whose value is JSON text. A nil slice, map or
// pointer is left out; an empty list is sent.
func (c *call) queryJSON(name string, value any) {
	text, err := encode(value)
	if err != nil {
		c.fail(name, "cannot be encoded", err)
		return
	}
	if string(text) != "null" {
		c.set(name, string(text))
	}
}

// nonzero returns nil for zero, which stands for "not set" where zero is no
// valid value.
func nonzero[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// encodeQuery percent-encodes everything, blanks too: a plus sign means a blank
// only to decoders of forms.
func encodeQuery(values []queryValue) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escapeQuery(v.name))
		b.WriteByte('=')
		b.WriteString(escapeQuery(v.value))
	}
	return b.String()
}

func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
