package oql

import "strings"

// Query is a text, read: conditions that must all hold.
type Query struct {
	Conditions []Condition
}

// Condition compares one field.
type Condition struct {
	Field Name
	// Key is what follows the field's name; its column is 0 if there is none.
	Key Name
	// Type is the type that is given to a column of free data; its column is 0 if
	// there is none.
	Type     Name
	Operator Name
	// Values are what the operator compares with: none, one, or a list.
	Values []Value
}

// Name is a word of a condition with its place.
type Name struct {
	Text   string
	Column int
}

// Value is a number or a text.
type Value struct {
	Text string
	// Number says that it is written without quotes.
	Number bool
	Column int
}

// String returns a text that reads as the same query.
func (q *Query) String() string {
	var b strings.Builder
	for i := range q.Conditions {
		if i > 0 {
			b.WriteString(" AND ")
		}
		q.Conditions[i].write(&b)
	}
	return b.String()
}

func (c *Condition) write(b *strings.Builder) {
	b.WriteString(c.Field.Text)
	if c.Key.Column > 0 {
		b.WriteString(keyText(c.Key.Text))
	}
	if c.Type.Column > 0 {
		b.WriteString(":" + c.Type.Text)
	}
	b.WriteString(" " + c.Operator.Text)
	switch {
	case takesList(c.Operator.Text):
		b.WriteString(" (")
		for i, v := range c.Values {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(v.String())
		}
		b.WriteString(")")
	case len(c.Values) > 0:
		b.WriteString(" " + c.Values[0].String())
	}
}

// String returns the value as it is written in a text.
func (v Value) String() string {
	if v.Number {
		return v.Text
	}
	return Quote(v.Text)
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// Quote puts a text in quotes.
func Quote(s string) string { return `"` + escapes.Replace(s) + `"` }

// Path returns a field's name with a key behind it, as a text has them.
func Path(field, key string) string { return field + keyText(key) }

// keyText writes a key with what joins it to its field.
func keyText(key string) string {
	if bareKey(key) == len(key) && key != "" {
		if key[0] == '[' {
			return key
		}
		return "." + key
	}
	return "." + Quote(key)
}
