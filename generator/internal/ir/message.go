package ir

import (
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// Message is a typed record that is queued and sent in the background.
type Message struct {
	// Name is the Go type.
	Name string      `json:"name"`
	Doc  string      `json:"doc"`
	Kind MessageKind `json:"kind"`
	// PathField is the Go field that fills the parameter of the path; empty if
	// the path has none.
	PathField string `json:"pathField,omitempty"`
	// KeyFields are the Go fields that identify a record, the most important first.
	KeyFields []string `json:"keyFields,omitempty"`
	// GroupField is the Go field that holds the id of the trace; empty if none does.
	GroupField string         `json:"groupField,omitempty"`
	Fields     []MessageField `json:"fields"`
	// Constants are members that are always sent and have no field.
	Constants []Constant `json:"constants,omitempty"`
	// Public is nil for messages that only the runtime queues.
	Public *PublicMessage `json:"public,omitempty"`
	Pos    diag.Position  `json:"position"`
}

// PublicMessage is the counterpart of a message in package opik.
type PublicMessage struct {
	// Method is the method of Client that queues the record.
	Method string `json:"method"`
	// Many says that the method takes any number of records.
	Many bool `json:"many,omitempty"`
	// ProjectName is the field that gets the client's project if it is empty, and
	// ProjectID, which may be missing, the field that says the project otherwise.
	ProjectName string `json:"projectName,omitempty"`
	ProjectID   string `json:"projectID,omitempty"`
	// MadeID is the field that gets a new id if it is empty, so that a request which
	// is repeated makes no second record; empty if there is none.
	MadeID string `json:"madeID,omitempty"`
}

// MessageKind is how the records travel.
type MessageKind struct {
	Name      string `json:"name"` // "trace", "span update"
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	// PathParameter is the name in braces; empty if the path has none.
	PathParameter string    `json:"pathParameter,omitempty"`
	Items         string    `json:"items,omitempty"`
	MaxItems      int       `json:"maxItems"`
	Lane          string    `json:"lane"`
	Stage         int       `json:"stage"`
	Merge         MergeRule `json:"merge"`
	// Versioned says that of all records of a key the server keeps the one with the
	// latest time of change, whatever the order of arrival.
	Versioned bool `json:"versioned,omitempty"`
	// FreeForm are the members that hold any JSON.
	FreeForm []string `json:"freeForm,omitempty"`
	// Group is the member that holds the id of the trace; empty if none does.
	Group string `json:"group,omitempty"`
	// Attach is the kind of the entity for attachments: trace, span, or empty.
	Attach string `json:"attach,omitempty"`
	// Updates is the Go type of the message whose records are changed; empty if the
	// records are no changes.
	Updates string `json:"updates,omitempty"`
	// Identity are the members that must be those of the record that is changed.
	Identity []string `json:"identity,omitempty"`
}

// MergeRule says what happens to records of one kind and key in the queue.
type MergeRule string

const (
	MergeNone    MergeRule = "none"
	MergeReplace MergeRule = "replace"
	MergeFields  MergeRule = "fields"
)

// MessageField is one field of the struct.
type MessageField struct {
	Name string `json:"name"` // Go
	// Wire is the member of the JSON object. It is empty for a field that is not
	// sent: the parameter of the path, or one that is kept for the runtime though
	// the contract lacks the property.
	Wire     string     `json:"wire,omitempty"`
	Doc      string     `json:"doc,omitempty"`
	Type     Type       `json:"type"`
	Required bool       `json:"required,omitempty"` // always sent, even if zero
	Rules    FieldRules `json:"rules,omitzero"`
}

// FieldRules are what the server demands of a value, as far as it is checked
// before the record is queued. Zero values are no rules.
type FieldRules struct {
	// Present demands a value: a string that is not blank, a time, an object.
	Present   bool     `json:"present,omitempty"`
	UUID      bool     `json:"uuid,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"` // of a string, in characters
	MaxItems  int      `json:"maxItems,omitempty"`  // of a list
	Min       *float64 `json:"min,omitempty"`
	Max       *float64 `json:"max,omitempty"`
	// Above and Below are bounds that are not allowed themselves.
	Above *float64 `json:"above,omitempty"`
	Below *float64 `json:"below,omitempty"`
}

// Bounds says in words what a number must be: "at least 0 and less than 10". It is
// empty if anything goes.
func (r FieldRules) Bounds() string {
	var parts []string
	for _, bound := range []struct {
		text  string
		value *float64
	}{{"at least", r.Min}, {"more than", r.Above}, {"at most", r.Max}, {"less than", r.Below}} {
		if bound.value != nil {
			parts = append(parts, bound.text+" "+strconv.FormatFloat(*bound.value, 'f', -1, 64))
		}
	}
	return strings.Join(parts, " and ")
}

// Constant is a member with a fixed value.
type Constant struct {
	Wire string `json:"wire"`
	JSON string `json:"value"` // JSON text
}

// TypeKind classifies a field's type by how it is encoded.
type TypeKind string

const (
	String TypeKind = "string"
	Bool   TypeKind = "bool"
	Int    TypeKind = "int"
	Float  TypeKind = "float"
	Time   TypeKind = "time"
	Enum   TypeKind = "enum"   // named string of the REST layer
	Any    TypeKind = "any"    // free-form JSON
	List   TypeKind = "list"   // of Elem
	Map    TypeKind = "map"    // string to Elem
	Object TypeKind = "object" // struct of the REST layer, Fields
)

// Type is a Go type together with how it is encoded.
type Type struct {
	Kind TypeKind `json:"kind"`
	// Go is the type as generated code writes it: *float64, rest.TraceSource.
	Go      string `json:"go"`
	Pointer bool   `json:"pointer,omitempty"`
	// Elem is the element of a List or Map.
	Elem *Type `json:"elem,omitempty"`
	// Fields are those of an Object.
	Fields []MessageField `json:"fields,omitempty"`
}
