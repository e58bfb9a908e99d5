// Package tmpl parses templates: Go files whose interfaces and types say which
// operations become methods and messages. It knows Go syntax and nothing of the
// contract.
package tmpl

import "github.com/opik-go/sdk/generator/internal/diag"

// Set is what a folder of templates declares, in the order of file and line.
type Set struct {
	// Package is the name of the package that all templates belong to.
	Package  string
	Groups   []*Group
	Handles  []*Handle
	Messages []*Message
	Kinds    []*Kind
	Filters  []*Filter
	Skips    []*Skip
	Pendings []*Pending
	Parities []*Parity
	// Lines is the number of lines that are neither blank nor comment, by file.
	Lines map[string]int
}

// Group is an interface: a service, or methods of the client itself.
type Group struct {
	Name    string
	Doc     string
	Client  bool   // //opik:client
	Tag     string // //opik:service tag=
	Noun    string // //opik:service noun=; empty: from the name
	Methods []*Method
	Pos     diag.Position
	TagPos  diag.Position
}

// Handle is an interface with //opik:handle.
type Handle struct {
	Name string
	Doc  string
	// Record is the type of the record, as written: rest.Dataset.
	Record  string
	Service string
	ID      string // property that identifies the record; empty: id
	State   string // type that the handle embeds; empty: none
	Refresh string // operation that reads the record; empty: infer
	Methods []*Method
	Pos     diag.Position
	// DirectivePos is the place of the directive.
	DirectivePos diag.Position
}

// Method is a method of such an interface.
type Method struct {
	Name      string
	Doc       string
	Operation string // //opik:op; empty means: infer
	// Path, Events, NoCursor, Instead and Reason are options of //opik:op.
	Path     string
	Events   bool
	NoCursor bool
	Instead  string
	Reason   string
	// Target and From are options of //opik:method, which only handles have:
	// the service's method, and the property that is its first argument.
	Target       string
	From         string
	Args         []Arg    // without the context
	Results      []string // Go types as written, without the error
	ResultPos    diag.Position
	Fields       []FieldRule
	Pos          diag.Position
	OperationPos diag.Position
}

// Arg is one parameter of the signature; Type is as written.
type Arg struct {
	Name, Type string
	Pos        diag.Position
}

// FieldRule changes one property: its Go name, its doc, or that it is hidden.
type FieldRule struct {
	Property string
	Rename   string
	Value    string // sent always; there is no field
	From     string // method of the client that says what is sent; there is no field
	Hide     bool
	Keep     bool   // the field stays though the contract lacks the property
	Type     string // Go type of a kept field that the contract lacks; empty: string
	Doc      string
	Pos      diag.Position
}

// Message is a type with //opik:async.
type Message struct {
	Name      string
	Doc       string
	Operation string
	Path      string // of the operation, if given
	// Source is the type on the right, as written: rest.FeedbackScoreBatchItem.
	Source       string
	Items        string   // member of the body that holds the batch; empty: one a request
	Key          []string // wire names of the properties that identify a record
	Merge        string   // replace, fields, or empty
	Lane         string
	Stage        int
	Max          int    // records a request; 0: the contract's maxItems
	Group        string // wire name of what holds the id of the trace; empty: nothing does
	Attach       string // trace, span, or empty
	Updates      string // name of the message whose records it changes; empty: none
	Method       string // public method of Client that queues it; empty: none
	Fields       []FieldRule
	Pos          diag.Position
	OperationPos diag.Position
}

// Skip leaves an operation out, for a reason.
type Skip struct {
	Operation, Reason string
	Pos               diag.Position
}

// Pending marks an operation that nobody has decided on.
type Pending struct {
	Operation string
	Pos       diag.Position
}

// Parity compares something of another SDK with this one.
type Parity struct {
	SDK, Name string
	Go        []string // symbols, as written
	Reason    string
	Pos       diag.Position
}
