// Package ir is the plain model between resolve, which makes every decision,
// and emit, which makes none. It knows neither OpenAPI nor Go syntax trees, and
// marshals to JSON.
package ir

import "github.com/opik-go/sdk/generator/internal/diag"

// Model is everything that is to be emitted.
type Model struct {
	// Module is the import path of the root module.
	Module string `json:"module"`
	// Imports maps each package name that types are written with to its path.
	Imports map[string]string `json:"imports"`
	// Groups are the services, and the groups of methods of the client, in the
	// order of file and line.
	Groups []*Group `json:"groups"`
	// Handles are the types for one record of the server, in the order of file and line.
	Handles []*Handle `json:"handles,omitempty"`
	// Messages are the records that are queued, in the order of file and line.
	Messages []*Message `json:"messages,omitempty"`
	// FilterKinds and Filters are what entities can be filtered by, in the order of
	// file and line.
	FilterKinds []*FilterKind `json:"filterKinds,omitempty"`
	Filters     []*Filter     `json:"filters,omitempty"`
	// Operations has a row for each operation of the contract, by tag, path and
	// method.
	Operations []*Operation `json:"operations"`
	// Places says which line of a template asks for each name of the generated
	// package: a type, or a method after its type and a dot.
	Places map[string]diag.Position `json:"-"`
	// Parity compares other SDKs with this one, in the order of the templates.
	Parity []*Parity `json:"parity,omitempty"`
	// Directives documents the directives of templates.
	Directives []Directive `json:"-"`
}

// Directive is the documentation of a directive.
type Directive struct {
	Name, Usage, Doc string
	Places           []string // that it may stand in
	Repeat           bool     // more than once
	Arguments        []DirectiveArgument
}

// DirectiveArgument is the documentation of an argument of a directive.
type DirectiveArgument struct{ Name, Doc string }

// Kind says what an operation does, as far as its shape tells.
type Kind string

const (
	KindGet         Kind = "get"          // one record
	KindList        Kind = "list"         // pages
	KindSearch      Kind = "search"       // a stream that goes on after the last id
	KindStream      Kind = "stream"       // a stream that cannot be resumed
	KindCreate      Kind = "create"       // answers with a Location
	KindUpdate      Kind = "update"       // changes the record that the path names
	KindBatchUpdate Kind = "batch update" // changes the records that the body names
	KindDelete      Kind = "delete"       // of the record that the path names
	KindBatchDelete Kind = "batch delete" // of the records that the body names
	KindUpload      Kind = "upload"       // multipart body
	KindDownload    Kind = "download"     // raw result
	KindEvents      Kind = "events"       // server-sent events
	KindQuery       Kind = "query"        // anything else with a result
	KindAction      Kind = "action"       // anything else without one
)

// Group is a service, or some methods of the client.
type Group struct {
	// Service is the name of the Go type, empty for methods of the client.
	Service string `json:"service,omitempty"`
	// Field is the name of the client's field that holds the service.
	Field   string    `json:"field,omitempty"`
	Doc     string    `json:"doc,omitempty"`
	Methods []*Method `json:"methods"`
	// Template is the base name of the template file, without its extension: the
	// generated file is named after it.
	Template string        `json:"template"`
	Pos      diag.Position `json:"position"`
}

// Method is a method that makes a request, or several.
type Method struct {
	Name      string  `json:"name"`
	Doc       string  `json:"doc"`
	Kind      Kind    `json:"kind"`
	Operation string  `json:"operation"`
	Args      []Arg   `json:"args,omitempty"`
	Params    *Params `json:"params,omitempty"`
	Call      Call    `json:"call"`
	Result    Result  `json:"result"`
	// Page is set for lists: the method that returns one page.
	Page *Page `json:"page,omitempty"`
	// Search is set for searches.
	Search *Search `json:"search,omitempty"`
	// Fetch is set for creates that return the new record: the call that reads it.
	Fetch *Call `json:"fetch,omitempty"`
	// Example is a call with what must come of it, and PageExample one of the method
	// for a page. They are nil if no values can be made.
	Example     *Example      `json:"example,omitempty"`
	PageExample *Example      `json:"pageExample,omitempty"`
	Pos         diag.Position `json:"position"`
}

// Arg is an argument of a method, besides the context, the params and the options.
type Arg struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Params is the struct of optional inputs.
type Params struct {
	Type   string  `json:"type"`
	Doc    string  `json:"doc"`
	Fields []Field `json:"fields"`
}

// Field is a field of such a struct.
type Field struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Doc  string `json:"doc"`
	// Wire is the property or parameter that the field becomes; empty for fields
	// that steer the method itself.
	Wire string `json:"wire,omitempty"`
}

// Call is a call of the REST layer.
type Call struct {
	Method string  `json:"method"`
	Path   []Value `json:"path,omitempty"`
	// Query is the struct of query and header parameters; nil if the operation
	// has none.
	Query *Literal `json:"query,omitempty"`
	// Body is the request body; nil if the operation takes none.
	Body *Value `json:"body,omitempty"`
	// ContentType is the media type of a body that is a file; nil for others.
	ContentType *Value `json:"contentType,omitempty"`
}

// Literal is a composite literal of a struct of the REST layer.
type Literal struct {
	Type   string       `json:"type"`
	Fields []Assignment `json:"fields,omitempty"`
}

// Assignment sets one field of a literal.
type Assignment struct {
	Field string `json:"field"`
	Value Value  `json:"value"`
}

// ValueKind says where a value comes from.
type ValueKind string

const (
	ValueArg      ValueKind = "argument"  // Name is the argument
	ValueParam    ValueKind = "parameter" // Name is the field of the params struct
	ValueProject  ValueKind = "project"   // the project's name, by default the client's; Name and Other are the fields for its name and id
	ValueConstant ValueKind = "constant"  // Name is the value as Go writes it
	ValueClient   ValueKind = "client"    // Name is the method of the client that returns the value
	ValueLiteral  ValueKind = "literal"
	ValuePage     ValueKind = "page"   // number of the page that is fetched
	ValuePage0    ValueKind = "page0"  // the same, counting from 0
	ValueSize     ValueKind = "size"   // records a page
	ValueCursor   ValueKind = "cursor" // where a search goes on
	ValueLimit    ValueKind = "limit"  // records a request of a search
	ValueResult   ValueKind = "result" // what the call before returned
	ValueFilter   ValueKind = "filter" // Name is the field with a list of filters, Other that with the text; both hold
)

// Value is an expression in a call.
type Value struct {
	Kind  ValueKind `json:"kind"`
	Name  string    `json:"name,omitempty"`
	Other string    `json:"other,omitempty"`
	// Address says that the callee wants a pointer to the value.
	Address bool `json:"address,omitempty"`
	// Default is what a nil parameter stands for, as Go writes it; empty for none.
	Default string   `json:"default,omitempty"`
	Literal *Literal `json:"literal,omitempty"`
}

// ResultKind says what a method makes of the answer.
type ResultKind string

const (
	ResultNone     ResultKind = ""         // only an error
	ResultPlain    ResultKind = "plain"    // what the REST layer returns
	ResultMember   ResultKind = "member"   // the only member of the object that it returns
	ResultCreated  ResultKind = "created"  // the record, fetched by the id that it returns
	ResultIterator ResultKind = "iterator" // of records
)

// Result is what a method returns besides the error.
type Result struct {
	Kind ResultKind `json:"kind,omitempty"`
	// Type is the Go type; for iterators the type of a record.
	Type string `json:"type,omitempty"`
	// Handle is the handle that each record is made into; empty if none. Type is the
	// record's type then.
	Handle string `json:"handle,omitempty"`
	// Member is the field taken, and MemberPointer says that it is a pointer.
	Member        string `json:"member,omitempty"`
	MemberPointer bool   `json:"memberPointer,omitempty"`
}

// Page describes the method that fetches one page of a list.
type Page struct {
	Method string `json:"method"`
	Doc    string `json:"doc"`
	// More is the struct for pages that hold more than any page does; nil for others.
	More *PageStruct `json:"more,omitempty"`
	// Items, Total and Sortable are fields of the REST layer's page; Total and
	// Sortable may be empty, and TotalPointer says that Total is a pointer.
	Items        string `json:"items"`
	Total        string `json:"total,omitempty"`
	TotalPointer bool   `json:"totalPointer,omitempty"`
	Sortable     string `json:"sortable,omitempty"`
}

// PageStruct is a page with what the list has besides its records. The fields have
// the names that they have in the REST layer's page.
type PageStruct struct {
	Type   string  `json:"type"`
	Doc    string  `json:"doc"`
	Fields []Field `json:"fields"`
}

// Search describes how a search goes on.
type Search struct {
	// Cursor is the field of the body that takes the id of the last record, and
	// Key the field of the record that holds it. Both are empty if the search
	// cannot be resumed.
	Cursor string `json:"cursor,omitempty"`
	Key    string `json:"key,omitempty"`
	// KeyPointer says that Key is a pointer.
	KeyPointer bool `json:"keyPointer,omitempty"`
	// Limit is the field of the body for the number of records a request, and
	// Max the most that the server takes.
	Limit string `json:"limit"`
	Max   int    `json:"max"`
	// Instead names what to call when a search that cannot be resumed has more
	// results than fit in one request.
	Instead string `json:"instead,omitempty"`
}

// State says what became of an operation.
type State string

const (
	StateMethod    State = "method"
	StateMessage   State = "message"
	StateSkipped   State = "skipped"
	StatePending   State = "pending"
	StateUndecided State = "undecided" // no template mentions it
)

// Operation is a row of the operation table.
type Operation struct {
	ID   string `json:"id"`
	Tag  string `json:"tag"`
	Kind Kind   `json:"kind"`
	// Why says what about the operation's shape decided the kind.
	Why    string `json:"why"`
	Method string `json:"method"`
	Path   string `json:"path"`
	State  State  `json:"state"`
	// Symbol is the Go symbol that serves the operation.
	Symbol string `json:"symbol,omitempty"`
	// Reason says why the operation is skipped.
	Reason string `json:"reason,omitempty"`
	// Inferred says by which rule the template's method found the operation;
	// empty if the template names it.
	Inferred string        `json:"inferred,omitempty"`
	Pos      diag.Position `json:"position,omitzero"` // in the templates
	Contract diag.Position `json:"contract"`
}
