package ir

import "github.com/opik-go/sdk/generator/internal/diag"

// Handle is a type for one record of the server, which keeps what was last read.
type Handle struct {
	// Name is the Go type.
	Name string `json:"name"`
	Doc  string `json:"doc"`
	// Noun is what comments call the record: "annotation queue".
	Noun string `json:"noun"`
	// Record is the Go type of the record.
	Record string `json:"record"`
	// Service is the name of the service's Go type, and Field that of the client's
	// field that holds it.
	Service string `json:"service"`
	Field   string `json:"field"`
	// State is the hand-written type that the handle embeds; empty for none.
	State string `json:"state,omitempty"`
	// ID is the field of the record that identifies it.
	ID RecordField `json:"id"`
	// Title is the field for the accessor Name; nil if there is none.
	Title *RecordField `json:"title,omitempty"`
	// Refresh reads the record again; nil if no operation does. RefreshDoc is the
	// comment of the method.
	Refresh    *Call  `json:"refresh,omitempty"`
	RefreshDoc string `json:"refreshDoc,omitempty"`
	// Example is a record, as JSON; empty if none can be made.
	Example string `json:"example,omitempty"`
	// RefreshExample is a call of it; its only argument stands for the record's id.
	RefreshExample *Example        `json:"refreshExample,omitempty"`
	Methods        []*HandleMethod `json:"methods,omitempty"`
	Pos            diag.Position   `json:"position"`
}

// RecordField is a text in a record.
type RecordField struct {
	Name string `json:"name"`
	// Type is the Go type, string or one with that underlying, without the pointer.
	Type    string `json:"type"`
	Pointer bool   `json:"pointer,omitempty"`
}

// HandleMethod calls a method of the service for the handle's record.
type HandleMethod struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	// Args are the arguments after the one that the record gives.
	Args []Arg `json:"args,omitempty"`
	// From is the field of the record that is the first argument.
	From RecordField `json:"from"`
	// Changes are the fields of the record that get what the method has written.
	Changes []Change `json:"changes,omitempty"`
	// PageDoc is the comment of the method for one page; empty if there is none.
	PageDoc string `json:"pageDoc,omitempty"`
	// Calls is the service's method.
	Calls *Method       `json:"calls"`
	Pos   diag.Position `json:"position"`
}

// Change sets a field of a handle's record to an argument of the method or, if there
// is none, a field of its params. Member is the argument's field that is meant; it is
// empty if that is the argument itself.
type Change struct {
	Field  string `json:"field"`
	Arg    string `json:"arg,omitempty"`
	Member string `json:"member,omitempty"`
}

// Own returns the names of the methods that every such handle has.
func (h *Handle) Own() []string {
	own := []string{"ID", "Record"}
	if h.Title != nil {
		own = append(own, "Name")
	}
	if h.Refresh != nil {
		own = append(own, "Refresh")
	}
	return own
}
