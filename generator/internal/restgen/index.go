package restgen

// Index says what the generated REST layer calls things. It is read off the
// generated source itself, so that later stages never guess a name.
type Index struct {
	// Package is the import path of the REST layer.
	Package string
	// Operations is keyed by operationId.
	Operations map[string]*Operation
	// Types is keyed by Go type name.
	Types map[string]*Type
	// EventFlag is the property of a body that asks for server-sent events; empty if
	// there is none. The REST layer sets it.
	EventFlag string
	// Schemas maps the name of each schema of the contract, views included, to
	// the Go type that stands for it: Trace_Write and Trace_Public are both Trace.
	Schemas map[string]string
}

// BodyKind says how a request body is given.
type BodyKind string

const (
	BodyNone      BodyKind = ""
	BodyJSON      BodyKind = "json"
	BodyForm      BodyKind = "form"
	BodyMultipart BodyKind = "multipart"
	BodyRaw       BodyKind = "raw" // content type and reader
)

// ResultKind says what a method returns besides the error.
type ResultKind string

const (
	ResultNone     ResultKind = ""
	ResultJSON     ResultKind = "json"     // *Result
	ResultStream   ResultKind = "stream"   // *Stream[Result], one JSON value a line
	ResultLocation ResultKind = "location" // the id at the end of the Location header
	ResultRaw      ResultKind = "raw"      // body, to be closed by the caller
	ResultEvents   ResultKind = "events"   // *EventStream, server-sent events
	ResultRedirect ResultKind = "redirect" // the URL that the server redirects to
)

// Operation is the Go method for one operation.
type Operation struct {
	ID     string
	Method string // Go name on Client
	Path   []Arg  // path parameters in the order of the arguments
	// Params is the name of the struct with the query and header parameters,
	// passed as a pointer; empty if there are none.
	Params   string
	Body     BodyKind
	BodyType string // Go type of the body, without package; empty for raw
	Result   ResultKind
	// ResultType is the Go type, without package: Trace, []EnvironmentPublic,
	// or for streams the item.
	ResultType string
	// Events is the method that asks for the result as server-sent events, if the
	// operation offers both; empty otherwise.
	Events string
}

// Arg is one argument.
type Arg struct{ Name, Wire, Type string }

// TypeKind says what a generated type is.
type TypeKind string

const (
	KindStruct TypeKind = "struct"
	KindEnum   TypeKind = "enum"
	KindUnion  TypeKind = "union"
	KindAlias  TypeKind = "alias" // any other definition
)

// Type is one generated type.
type Type struct {
	Name       string
	Kind       TypeKind
	Underlying string  // of enums and aliases: string, []Foo, map[string]any
	Fields     []Field // of structs
}

// Field is one field of a struct. Type is as written in the package, for example
// *float64, []string, time.Time, json.RawMessage, *ErrorInfo.
type Field struct{ Name, Wire, Type string }
