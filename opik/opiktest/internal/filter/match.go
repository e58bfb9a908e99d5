package filter

import (
	"math/big"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Match tells whether an entity's read view meets all conditions.
func (f Filter) Match(view doc.Object) bool {
	for i := range f {
		if !f[i].match(view) {
			return false
		}
	}
	return true
}

// About tells whether a condition is about the field.
func (f Filter) About(field string) bool {
	return slices.ContainsFunc(f, func(c condition) bool { return slices.Equal(c.field.Member, []string{field}) })
}

func (c *condition) match(view doc.Object) bool {
	v := c.find(view)
	switch c.field.Type {
	case String, StringState:
		return matchText(c, doc.Text(v), strings.ToLower)
	case StringExact, StringList:
		return matchText(c, doc.Text(v), keep)
	case Enum:
		if c.operator == isEmpty || c.operator == isNotEmpty {
			return (doc.Text(v) == "") == (c.operator == isEmpty)
		}
		return matchText(c, doc.Text(v), keep)
	case Source:
		s := doc.Text(v)
		if s == "" {
			s = "sdk"
		}
		return matchText(c, s, keep)
	case DateTime:
		s, _ := v.(string)
		t, err := doc.ParseTime(s)
		return err == nil && compare(c.operator, t.Compare(c.time))
	case Number:
		return c.matchNumber(v)
	case FeedbackScores:
		return c.matchScore(v)
	case List:
		return c.matchList(v)
	case ErrorInfo:
		return doc.IsEmpty(v) == (c.operator == isEmpty)
	case Map:
		o, _ := v.(doc.Object)
		return matchText(c, doc.Text(o[c.key]), strings.ToLower)
	case Dictionary, DictionaryState:
		found, _ := c.path.Find(v)
		return c.matchDictionary(found)
	case Custom:
		found, _ := c.path.Find(view)
		return c.matchDictionary(found)
	}
	return false
}

// find returns the value of the field in the view.
func (c *condition) find(view doc.Object) any {
	var v any = view
	for _, name := range c.field.Member {
		o, _ := v.(doc.Object)
		v = o[name]
	}
	return v
}

func keep(s string) string { return s }

// matchText compares text after folding both sides. An absent value is the
// empty text.
func matchText(c *condition, s string, fold func(string) string) bool {
	s, want := fold(s), fold(c.value)
	switch c.operator {
	case contains:
		return strings.Contains(s, want)
	case notContains:
		return !strings.Contains(s, want)
	case startsWith:
		return strings.HasPrefix(s, want)
	case endsWith:
		return strings.HasSuffix(s, want)
	case in, notIn:
		found := slices.ContainsFunc(c.values, func(v string) bool { return fold(v) == s })
		return found == (c.operator == in)
	}
	return compare(c.operator, strings.Compare(s, want))
}

// compare applies an operator to the outcome of a three-way comparison.
func compare(operator string, order int) bool {
	switch operator {
	case equal:
		return order == 0
	case notEqual:
		return order != 0
	case greater:
		return order > 0
	case atLeast:
		return order >= 0
	case less:
		return order < 0
	case atMost:
		return order <= 0
	}
	return false
}

func (c *condition) matchNumber(v any) bool {
	if v == nil && c.field.Zero {
		v = "0"
	}
	n, ok := doc.Decimal(doc.Text(v))
	if !ok {
		return false
	}
	return compare(c.operator, n.Cmp(c.number))
}

// matchScore looks for the score with the name that the key gives.
func (c *condition) matchScore(v any) bool {
	list, _ := v.([]any)
	var value *big.Rat
	for _, e := range list {
		if o, ok := e.(doc.Object); ok && doc.String(o, "name") == c.key {
			value, _ = doc.Decimal(doc.Text(o["value"]))
		}
	}
	switch c.operator {
	case isEmpty:
		return value == nil
	case isNotEmpty:
		return value != nil
	}
	return value != nil && compare(c.operator, value.Cmp(c.number))
}

func (c *condition) matchList(v any) bool {
	list, _ := v.([]any)
	has := func(test func(string) bool) bool {
		return slices.ContainsFunc(list, func(e any) bool { return test(doc.Text(e)) })
	}
	switch c.operator {
	case contains, notContains:
		want := strings.ToLower(c.value)
		return has(func(s string) bool { return strings.Contains(strings.ToLower(s), want) }) == (c.operator == contains)
	case equal, notEqual:
		return has(func(s string) bool { return s == c.value }) == (c.operator == equal)
	case isEmpty, isNotEmpty:
		return (len(list) == 0) == (c.operator == isEmpty)
	}
	return false
}

// matchDictionary compares a value found inside free JSON: numbers as numbers
// where an order is asked for, everything else as text.
func (c *condition) matchDictionary(v any) bool {
	switch c.operator {
	case isEmpty, isNotEmpty:
		return (doc.Text(v) == "") == (c.operator == isEmpty)
	case greater, less, atLeast, atMost:
		if v == nil {
			return false
		}
		if n, ok := doc.Decimal(doc.Text(v)); ok && c.number != nil {
			return compare(c.operator, n.Cmp(c.number))
		}
	}
	return matchText(c, doc.Text(v), strings.ToLower)
}
