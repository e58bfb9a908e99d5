package oql

import "slices"

// Table says what an entity can be filtered by. The tables are generated from the
// template of filters.
type Table struct {
	// Entity is what the entity is called in messages: traces.
	Entity string
	Fields []Field
}

// Field is one thing that an entity can be filtered by.
type Field struct {
	Name string
	Kind *Kind
}

// ValueKind says what the values of a field are.
type ValueKind uint8

const (
	Text   ValueKind = iota // any text; a number is taken as it is written
	JSON                    // any text; a number is brought to a common form
	Number                  // a number, with or without quotes
	Time                    // an instant, in quotes
	Ident                   // a text without commas and blanks around it
)

// Kind says what operators, keys and values a field takes.
type Kind struct {
	// Name is what a text calls the kind, where it gives one to a column.
	Name string
	// Operators are those of the kind, in the order in which errors list them.
	Operators []string
	Value     ValueKind
	// Keyed says that the field needs a key, Columns that this key becomes a part of
	// the field's name and has one of these kinds, the first by default.
	Keyed   bool
	Columns []*Kind
	// Decodes is how often the server undoes percent encoding in the value of such a
	// filter, on top of what the transport does.
	Decodes int
}

// field finds the field of a condition. A field whose name has a dot is found with
// what looks like its key.
func (t *Table) field(name string, key Name) (f *Field, flat bool) {
	if key.Column > 0 {
		if f := t.lookup(name+"."+key.Text, false); f != nil && !f.Kind.Keyed {
			return f, true
		}
		if f := t.lookup(name, true); f != nil {
			return f, false
		}
	}
	if f := t.lookup(name, false); f != nil {
		return f, false
	}
	return t.lookup(name, true), false
}

// lookup finds a field by its name, one that has keys or one that has none.
func (t *Table) lookup(name string, keyed bool) *Field {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name && f.Kind.Keyed == keyed })
	if i < 0 {
		return nil
	}
	return &t.Fields[i]
}

// names returns the names of all fields, each once.
func (t *Table) names() []string {
	var names []string
	for _, f := range t.Fields {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}
