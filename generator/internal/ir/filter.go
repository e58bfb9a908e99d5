package ir

import (
	"maps"
	"slices"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// FilterKind is a kind of field that entities can be filtered by.
type FilterKind struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	// Operators are as they travel: contains, =.
	Operators []string    `json:"operators,omitempty"`
	Value     FilterValue `json:"value"`
	// Key is the method of the builder that gives the key; empty if there is none.
	Key string `json:"key,omitempty"`
	// Column is what the server calls the kind where a column has it.
	Column string `json:"column,omitempty"`
	// Columns are the names of the kinds that columns of this kind have.
	Columns []string `json:"columns,omitempty"`
	// Decodes is how often the server undoes percent encoding in the value.
	Decodes int `json:"decodes,omitempty"`
	// Generic says that fields give the type of the values.
	Generic bool `json:"generic,omitempty"`
}

// FilterValue says what the fields of a kind are compared with.
type FilterValue string

const (
	FilterText   FilterValue = "text"
	FilterJSON   FilterValue = "json"
	FilterNumber FilterValue = "number"
	FilterTime   FilterValue = "time"
	FilterIdent  FilterValue = "ident"
)

// Filter is what an entity can be filtered by.
type Filter struct {
	// Name is the type of the text form, and Builder the variable that has the
	// fields: TraceFilter, TraceFields.
	Name    string `json:"name"`
	Builder string `json:"builder"`
	// Table is the variable with the table of the query language.
	Table  string        `json:"table"`
	Doc    string        `json:"doc"`
	Entity string        `json:"entity"`
	Fields []FilterField `json:"fields"`
	// Record is the REST layer's type of one filter, OperatorType and ColumnType the
	// types of its members; the latter is empty if it has none.
	Record       string `json:"record"`
	OperatorType string `json:"operatorType"`
	ColumnType   string `json:"columnType,omitempty"`
	// Operations are those that take such filters.
	Operations []string      `json:"operations"`
	Pos        diag.Position `json:"position"`
}

// FilterField is a field of a filter.
type FilterField struct {
	Name string `json:"name"`
	Wire string `json:"wire"`
	Doc  string `json:"doc"`
	Kind string `json:"kind"`
	// Value is the type of the values, of a generic kind.
	Value string `json:"value,omitempty"`
}

// OperatorNames are the names that the operators of filters have in Go.
var OperatorNames = map[string]string{
	"=": "Equal", "!=": "NotEqual", ">": "GreaterThan", ">=": "GreaterThanOrEqual", "<": "LessThan", "<=": "LessThanOrEqual",
	"contains": "Contains", "not_contains": "NotContains", "starts_with": "StartsWith", "ends_with": "EndsWith",
	"is_empty": "IsEmpty", "is_not_empty": "IsNotEmpty", "in": "In", "not_in": "NotIn",
}

// Operators returns the operators of filters, sorted.
func Operators() []string { return slices.Sorted(maps.Keys(OperatorNames)) }

// KindType is the Go type that compares fields of a kind, and KeyedType the one of
// fields that need a key before.
func KindType(kind string) string  { return kind + "Field" }
func KeyedType(kind string) string { return kind + "Fields" }

// Filters returns the values of a call that join a text with a list.
func (c *Call) Filters() []Value {
	var all []Value
	for _, l := range []*Literal{c.Query, c.literal()} {
		if l == nil {
			continue
		}
		for _, a := range l.Fields {
			if a.Value.Kind == ValueFilter {
				all = append(all, a.Value)
			}
		}
	}
	return all
}

// literal returns the body of a call that is made of fields, or nil.
func (c *Call) literal() *Literal {
	if c.Body == nil {
		return nil
	}
	return c.Body.Literal
}
