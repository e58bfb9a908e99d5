package oql

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Filter is one element of the list that the server takes. All elements must hold.
type Filter struct {
	Field, Key, Operator, Value string
	// Type is the type of a column of free data; empty for other fields.
	Type string
}

// Filters reads a text and returns the list that the server takes. The error is an
// [*Error], the leftmost there is.
func (t *Table) Filters(s string) ([]Filter, error) {
	q, wrong := Parse(s)
	var list []Filter
	for i := range q.Conditions {
		f, err := t.bind(&q.Conditions[i])
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if wrong != nil {
		return nil, wrong
	}
	return list, nil
}

// bind checks a condition against the table. One that is incomplete, because the
// text is wrong behind it, is checked as far as it goes.
func (t *Table) bind(c *Condition) (Filter, error) {
	if c.Field.Column == 0 {
		return Filter{}, nil
	}
	f, flat := t.field(c.Field.Text, c.Key)
	if f == nil {
		return Filter{}, t.unknown(c)
	}
	if c.Operator.Column == 0 {
		return Filter{}, nil
	}
	b := binding{table: t, condition: c, field: f, kind: f.Kind}
	b.filter.Field = f.Name
	if err := b.key(flat); err != nil {
		return Filter{}, err
	}
	if err := b.operator(); err != nil {
		return Filter{}, err
	}
	err := b.values()
	return b.filter, err
}

// unknown is the error for a field that the table does not have.
func (t *Table) unknown(c *Condition) error {
	name, column := c.Field.Text, c.Field.Column
	e := &Error{Column: column, Problem: fmt.Sprintf("%s have no field %s", t.Entity, quoted(name))}
	// Fields such as usage.total_tokens are known by their first part, too.
	var parts []string
	for _, n := range t.names() {
		if part, ok := strings.CutPrefix(n, name+"."); ok {
			parts = append(parts, part)
		}
	}
	switch {
	case len(parts) == 0:
		e.Hint = cmp.Or(didYouMean(name, t.names()), "they have "+strings.Join(t.names(), ", "))
	case c.Key.Column == 0:
		e.Problem = quoted(name) + " alone is no field"
		e.Expected = name + "." + alternatives(parts)
	default:
		e.Column, e.Problem = c.Key.Column, fmt.Sprintf("%s has no part %s", quoted(name), quoted(c.Key.Text))
		e.Expected = alternatives(parts)
		e.Hint = didYouMean(c.Key.Text, parts)
	}
	return e
}

// binding is a condition on a field that is known.
type binding struct {
	table     *Table
	condition *Condition
	field     *Field
	kind      *Kind
	filter    Filter
}

// key checks the key, and the type of a column.
func (b *binding) key(flat bool) error {
	c, name := b.condition, b.field.Name
	switch {
	case flat:
	case !b.kind.Keyed && c.Key.Column > 0:
		return &Error{Column: c.Key.Column, Problem: fmt.Sprintf("%s has no keys", quoted(name)), Expected: "an operator"}
	case b.kind.Keyed && c.Key.Column == 0:
		return &Error{
			Column: c.Field.Column, Problem: fmt.Sprintf("%s needs a key: the server refuses it without one", quoted(name)),
			Expected: name + ".KEY",
		}
	case b.kind.Keyed && strings.TrimSpace(c.Key.Text) == "":
		return &Error{Column: c.Key.Column, Problem: fmt.Sprintf("the key of %s is blank", quoted(name))}
	case b.kind.Columns != nil:
		return b.column()
	default:
		b.filter.Key = c.Key.Text
	}
	if c.Type.Column > 0 {
		return &Error{Column: c.Type.Column, Problem: fmt.Sprintf("%s has a type of its own", quoted(name)), Expected: "an operator"}
	}
	return nil
}

// column makes a key a part of the field's name, and finds its kind: the one that is
// given, or that of the value.
func (b *binding) column() error {
	c := b.condition
	kinds := b.kind.Columns
	b.kind = kinds[0]
	switch {
	case c.Type.Column > 0:
		i := slices.IndexFunc(kinds, func(k *Kind) bool { return k.Name == c.Type.Text })
		if i < 0 {
			var names []string
			for _, k := range kinds {
				names = append(names, k.Name)
			}
			return &Error{
				Column: c.Type.Column, Problem: "there is no type " + quoted(c.Type.Text),
				Expected: alternatives(names), Hint: didYouMean(c.Type.Text, names),
			}
		}
		b.kind = kinds[i]
	case len(c.Values) > 0 && c.Values[0].Number:
		if i := slices.IndexFunc(kinds, func(k *Kind) bool { return k.Value == Number }); i >= 0 {
			b.kind = kinds[i]
		}
	}
	b.filter.Type = b.kind.Name
	name := c.Key.Text
	if b.kind.Keyed {
		// A value inside of a column: the rest of the path is the filter's key.
		n := strings.IndexAny(name, ".[")
		if n < 1 {
			return &Error{
				Column: c.Key.Column, Problem: fmt.Sprintf("%s names no value inside of the column", quoted(name)),
				Expected: "a path such as COLUMN.NAME",
			}
		}
		name, b.filter.Key = name[:n], strings.TrimPrefix(name[n:], ".")
	}
	b.filter.Field += "." + name
	return nil
}

// operator checks the operator.
func (b *binding) operator() error {
	o := b.condition.Operator
	b.filter.Operator = o.Text
	if slices.Contains(b.kind.Operators, o.Text) {
		return nil
	}
	e := &Error{
		Column: o.Column, Problem: fmt.Sprintf("%s does not take the operator %s", quoted(b.field.Name), quoted(o.Text)),
		Expected: alternatives(b.kind.Operators), Hint: didYouMean(o.Text, b.kind.Operators),
	}
	if takesList(o.Text) {
		var names []string
		for _, f := range b.table.Fields {
			if slices.Contains(f.Kind.Operators, o.Text) {
				names = append(names, f.Name)
			}
		}
		e.Hint = "the server knows it for no field of " + b.table.Entity
		if len(names) > 0 {
			e.Hint = "the server knows it for " + strings.Join(names, ", ")
		}
	}
	return e
}

// values checks the values and brings them to the form in which they travel.
func (b *binding) values() error {
	var list []string
	for _, v := range b.condition.Values {
		s, err := b.value(v)
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	b.filter.Value = strings.Join(list, ",")
	for range b.decodes() {
		b.filter.Value = percent.Replace(b.filter.Value)
	}
	return nil
}

// percent protects what the server would take for percent encoding.
var percent = strings.NewReplacer("%", "%25", "+", "%2B")

// decodes is how often the server undoes percent encoding in the value.
func (b *binding) decodes() int {
	if b.kind.Decodes > 1 && !strings.ContainsAny(b.filter.Key, ".[") {
		// A path of one name is compared as text, which is not decoded again.
		return b.kind.Decodes - 1
	}
	return b.kind.Decodes
}

// value checks one value.
func (b *binding) value(v Value) (string, error) {
	name := quoted(b.field.Name)
	switch {
	case takesList(b.condition.Operator.Text):
		// The server splits the value of a list at commas, and trims the parts.
		if strings.Contains(v.Text, ",") || v.Text == "" || v.Text != strings.TrimSpace(v.Text) {
			return "", &Error{
				Column: v.Column, Problem: fmt.Sprintf("%s cannot stand in a list: the server separates values by commas and trims them", quoted(v.Text)),
			}
		}
	case b.kind.Value == Number, b.kind.Value == JSON && v.Number:
		s, ok := plainNumber(v.Text)
		if !ok {
			return "", &Error{Column: v.Column, Problem: fmt.Sprintf("%s is compared with numbers; %s is none", name, quoted(v.Text)), Expected: "a number of at most 100 digits"}
		}
		return s, nil
	case b.kind.Value == Time:
		s, ok := instant(v.Text)
		if !ok || v.Number {
			return "", &Error{Column: v.Column, Problem: fmt.Sprintf("%s is compared with times; %s is none", name, quoted(v.Text)), Expected: `a time such as "2025-01-31T10:30:00Z"`}
		}
		return s, nil
	}
	return v.Text, nil
}

// instant returns a time in the form that the server reads. One in UTC stays as it is.
func instant(s string) (string, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return "", false
	}
	if strings.HasSuffix(s, "Z") {
		return s, true
	}
	return t.UTC().Format(time.RFC3339Nano), true
}
