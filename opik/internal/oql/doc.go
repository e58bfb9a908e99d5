// Package oql reads Opik's query language: conditions on the fields of an entity,
// joined by AND. The server does not know the language; it takes a list of filters,
// which [Table.Filters] makes of a text.
//
// A text goes through three stages. The lexer finds words, numbers, texts and
// signs with their columns. The parser makes a [Query] of them, which knows the
// grammar and no field. A [Table], generated from a template, says which fields
// there are, and what operators, keys and values they take. docs/query-language.md
// has the grammar.
package oql

// What a text may come to. A program may pass on what others wrote; these limits
// keep that from costing more than a request would.
const (
	// MaxText is the length of a text in bytes.
	MaxText = 1 << 18
	// MaxConditions is the number of conditions in a text.
	MaxConditions = 1000
	// MaxValues is the number of values after in and not_in.
	MaxValues = 10000
)
