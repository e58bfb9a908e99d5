// Package filter evaluates the filter language of the backend: lists of
// {field, operator, key, value}, all of which must hold.
package filter

import (
	"slices"
	"strings"
)

// Type says which operators a field has and how its values compare.
type Type uint8

// The types of fields.
const (
	String          Type = iota // text, compared without regard to case
	StringExact                 // text, compared with regard to case
	StringState                 // text without an order
	StringList                  // text that is one of several
	DateTime                    // instants
	Number                      // decimals
	FeedbackScores              // a score found by its name, the key
	List                        // lists of texts
	Dictionary                  // JSON found by its path, the key
	DictionaryState             // the same, with >= and <=
	Map                         // JSON found by the name of its column, the key
	Enum                        // members of a closed set
	Source                      // Enum whose "sdk" also means: absent
	ErrorInfo                   // present or absent
	Custom                      // JSON whose path begins with the column
)

// typeNames are what the server's messages call the types.
var typeNames = [...]string{
	String: "string", StringExact: "string_exact", StringState: "string_state_db", StringList: "string_list",
	DateTime: "date_time", Number: "number", FeedbackScores: "feedback_scores_number",
	List: "list", Dictionary: "dictionary", DictionaryState: "dictionary_state_db",
	Map: "map", Enum: "enum", Source: "enum_legacy", ErrorInfo: "error_container",
	Custom: "custom",
}

// String returns the server's name of the type.
func (t Type) String() string { return typeNames[t] }

// The operators.
const (
	contains    = "contains"
	notContains = "not_contains"
	startsWith  = "starts_with"
	endsWith    = "ends_with"
	equal       = "="
	notEqual    = "!="
	greater     = ">"
	atLeast     = ">="
	less        = "<"
	atMost      = "<="
	isEmpty     = "is_empty"
	isNotEmpty  = "is_not_empty"
	in          = "in"
	notIn       = "not_in"
)

var (
	allOperators = []string{contains, notContains, startsWith, endsWith, equal, notEqual,
		greater, atLeast, less, atMost, isEmpty, isNotEmpty, in, notIn}
	textMatch  = []string{contains, notContains, startsWith, endsWith, equal, notEqual}
	membership = []string{in, notIn}
	ordered    = []string{equal, notEqual, greater, atLeast, less, atMost}
	emptiness  = []string{isEmpty, isNotEmpty}
	dictionary = slices.Concat(textMatch, []string{greater, less}, emptiness)
)

// operators lists what each type takes. Only closed sets and lists of ids can be
// compared with several values.
var operators = [...][]string{
	String:          slices.Concat(textMatch, []string{greater, less}),
	StringExact:     slices.Concat(textMatch, []string{greater, less}),
	StringState:     textMatch,
	StringList:      membership,
	DateTime:        ordered,
	Number:          ordered,
	FeedbackScores:  slices.Concat(ordered, emptiness),
	List:            slices.Concat([]string{contains, notContains, equal, notEqual}, emptiness),
	Dictionary:      dictionary,
	DictionaryState: slices.Concat(dictionary, []string{atLeast, atMost}),
	Map:             textMatch,
	Enum:            slices.Concat([]string{equal, notEqual}, membership, emptiness),
	Source:          slices.Concat([]string{equal, notEqual}, membership),
	ErrorInfo:       emptiness,
	Custom:          dictionary,
}

// Field is one thing that an entity can be filtered by.
type Field struct {
	Type Type
	// Member is the path of the value in the entity's read view, member by
	// member. Empty means: the name of the field.
	Member []string
	// Zero says that a number which is absent counts as 0.
	Zero bool
}

// Fields maps the names of an entity's fields. A name that ends in ".*" stands for
// all members of an object; a condition says of which type such a member is.
type Fields map[string]Field

// memberTypes are the types that a condition can give a member of an object.
var memberTypes = map[string]Type{
	"": String, "string": String, "number": Number, "dictionary": Dictionary, "list": List,
}

// field returns the field that a condition is about.
func (f Fields) field(name, kind string) (Field, bool) {
	if field, ok := f[name]; ok {
		return field, true
	}
	object, member, found := strings.Cut(name, ".")
	_, ok := f[object+".*"]
	t, known := memberTypes[kind]
	return Field{Type: t, Member: []string{object, member}}, found && ok && known && member != ""
}
