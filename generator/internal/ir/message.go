package ir

import "github.com/opik-go/sdk/generator/internal/diag"

// Message is a typed record that is queued and sent in the background.
type Message struct {
	Name   string // Go type
	Doc    string
	Public bool   // also emitted in package opik, with Method
	Method string // public method of Client that queues it
	Kind   MessageKind
	// PathField is the Go field that fills the path parameter; empty if the path
	// has none. Such a field is not part of the JSON.
	PathField string
	KeyFields []string // Go fields that identify a record
	Fields    []MessageField
	Pos       diag.Position
}

// MessageKind is how the records travel.
type MessageKind struct {
	Name      string // "trace", "span update"
	Operation string
	Method    string
	Path      string
	Items     string
	MaxItems  int
	Lane      string
	Stage     int
	Merge     string // replace, fields, none
}

// MessageField is one field of the struct.
type MessageField struct {
	Name     string // Go
	Wire     string
	Doc      string
	Type     Type
	Required bool // always sent, even if zero
	// Unsent is true for a field that is kept for the runtime though the
	// contract lacks the property.
	Unsent bool
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
	Kind    TypeKind
	Go      string // as written in package message: *float64, rest.TraceSource
	Pointer bool
	Elem    *Type
	Name    string         // of the struct, for Object
	Fields  []MessageField // of the struct, for Object
}
