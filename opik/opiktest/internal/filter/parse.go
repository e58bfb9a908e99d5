package filter

import (
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// condition is one checked element of a filter list.
type condition struct {
	field    Field
	operator string
	key      string
	value    string

	path   doc.Path  // of the key, for types that have one
	number *big.Rat  // of the value, for numbers
	time   time.Time // of the value, for instants
	values []string  // of the value, for membership
}

// Filter is a list of conditions that must all hold. The nil filter holds for everything.
type Filter []condition

// ParseQuery reads the text form, in which filters travel in query strings and
// in one request body. The empty text is the empty filter.
func ParseQuery(text string, fields Fields) (Filter, error) {
	if text == "" {
		return nil, nil
	}
	v, err := doc.Decode([]byte(text))
	if err != nil {
		// The server undoes one more round of percent encoding where there is one.
		plain, unescapeErr := url.QueryUnescape(text)
		if unescapeErr != nil {
			return nil, badQuery(text)
		}
		if v, err = doc.Decode([]byte(plain)); err != nil {
			return nil, badQuery(text)
		}
	}
	list, ok := v.([]any)
	if !ok {
		return nil, badQuery(text)
	}
	return Parse(list, fields)
}

// Parse reads the form in which filters travel in bodies.
func Parse(list []any, fields Fields) (Filter, error) {
	var out Filter
	for _, e := range list {
		o, ok := e.(doc.Object)
		if !ok {
			return nil, badQuery(doc.Text(list))
		}
		c, err := parseCondition(o, fields)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func badQuery(text string) error {
	return apierr.Message(http.StatusBadRequest, "Invalid filters query parameter '%s'", text)
}

func parseCondition(o doc.Object, fields Fields) (condition, error) {
	name, key := doc.String(o, "field"), doc.String(o, "key")
	c := condition{operator: doc.String(o, "operator"), key: key, value: doc.Text(o["value"])}
	f, ok := fields.field(name, doc.String(o, "type"))
	if !ok || !slices.Contains(allOperators, c.operator) {
		return c, badQuery(doc.Text([]any{o}))
	}
	if f.Member == nil {
		f.Member = []string{name}
	}
	c.field = f
	if !slices.Contains(operators[f.Type], c.operator) {
		return c, apierr.Message(http.StatusBadRequest,
			"Invalid operator '%s' for field '%s' of type '%s'", c.operator, name, f.Type)
	}
	if err := c.decode(); err != nil {
		return c, err
	}
	if !c.readKey() || !c.readValue(o["value"]) {
		return c, apierr.Message(http.StatusBadRequest,
			"Invalid value '%s' or key '%s' for field '%s' of type '%s'", c.value, key, name, f.Type)
	}
	return c, nil
}

// readKey checks the key of the types that need one.
func (c *condition) readKey() bool {
	switch c.field.Type {
	case FeedbackScores, Map:
		return c.key != ""
	case Dictionary, DictionaryState, Custom:
		if c.key == "" {
			return false
		}
		p, err := doc.ParsePath(c.key)
		c.path = p
		return err == nil
	}
	return true
}

// readValue checks and converts the value.
func (c *condition) readValue(raw any) bool {
	if c.operator == isEmpty || c.operator == isNotEmpty {
		return true // whatever was given
	}
	if raw == nil {
		return false
	}
	if c.operator == in || c.operator == notIn {
		c.values = splitValues(c.value)
		return len(c.values) > 0
	}
	var ok bool
	switch c.field.Type {
	case Number, FeedbackScores:
		c.number, ok = doc.Decimal(c.value)
		return ok
	case DateTime:
		var err error
		c.time, err = doc.ParseTime(c.value)
		return err == nil
	case Dictionary, DictionaryState, Custom:
		switch c.operator {
		case greater, less, atLeast, atMost:
			// Text is compared as text when it is no number.
			c.number, _ = doc.Decimal(c.value)
		}
	}
	return true
}

// splitValues reads the operand of in and not_in: values separated by commas.
func splitValues(s string) []string {
	var out []string
	for v := range strings.SplitSeq(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// plainTypes are the types whose values the server takes as they are.
var plainTypes = []Type{String, StringExact, StringList, Enum}

// decode undoes percent encoding in the value of the types for which the server
// does, however the filter came: a plus is a blank then. A path that is more than
// the name of a column is decoded twice.
func (c *condition) decode() error {
	if c.operator == isEmpty || c.operator == isNotEmpty || slices.Contains(plainTypes, c.field.Type) {
		return nil
	}
	times := 1
	if c.field.Type == Custom && strings.ContainsAny(strings.TrimPrefix(c.key, "$."), ".[") {
		times = 2
	}
	for range times {
		plain, err := url.QueryUnescape(c.value)
		if err != nil {
			return apierr.Message(http.StatusBadRequest, "Invalid filter '%s'", c.value)
		}
		c.value = plain
	}
	return nil
}
