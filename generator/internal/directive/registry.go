package directive

// This file is the registry: every directive there is. The doc comment of a type
// is the directive's help, that of a field the help of one argument; opikgen
// directives prints both. A field's tag says how the argument is written:
//
//	arg    a bare word, in the order of the fields
//	key    name=value
//	flag   the name alone
//	text   one quoted word
//
// followed by "required" or the values that are allowed.

// Service makes an interface a service: a field of the client with the methods
// of the interface. The field has the interface's name, the type the same name
// with Service after it.
type Service struct {
	// Tag is the contract's tag that the operations belong to. A tag with blanks
	// is quoted as a whole: "tag=Annotation Queues".
	Tag string `opik:"key,required"`
	// Noun is the singular that names of params structs begin with and generated
	// comments speak of. Without it the interface's name is made singular.
	Noun string `opik:"key"`
}

// Client makes the methods of an interface methods of the client itself. It is
// for what Opik's other SDKs have on the client, under the same names.
type Client struct{}

// Handle makes an interface a handle: a type for one record of the server, which
// keeps what was last read of it. Methods of services and of the client that
// return *Handle, or an iterator of such, return handles instead of records.
//
// The generated type has the interface's name, an accessor for the id, and one for
// the name if the record has one; Record, which returns a copy of the record; and
// Refresh, which reads it again, if an operation does that for one id. Each method
// of the interface calls the method of that name of a service with the handle's id
// before the other arguments. Behaviour of its own is written by hand on the same
// type, in a file beside the generated one.
type Handle struct {
	// Record is the REST layer's type of the record: rest.Dataset.
	Record string `opik:"arg,required"`
	// Service is the service whose methods the handle's methods call.
	Service string `opik:"key,required"`
	// ID is the property of the record that identifies it; without it, id.
	ID string `opik:"key"`
	// State is a struct type, written by hand in the generated package, that the
	// handle embeds. Its zero value must be of use.
	State string `opik:"key"`
	// Refresh is the operation that reads the record by its id. It is needed only
	// if several do.
	Refresh string `opik:"key"`
}

// Method says which method of the service a handle's method calls, where that has
// another name or does not begin with the id.
type Method struct {
	// Method is the name of the service's method. Without it, it is that of the
	// handle's.
	Method string `opik:"arg"`
	// From is the property of the record that is the first argument; without it,
	// the one that identifies the record.
	From string `opik:"key"`
}

// Op names the operation that a method calls. It is needed only where the name
// of the method does not tell: a method of the client finds the operation of its
// own name, a method of a service (Get, List, Search, Create, Update, Delete,
// and so on) the operation of its tag that does this for the service's noun.
type Op struct {
	// Operation is the contract's operationId.
	Operation string `opik:"arg,required"`
	// Path repeats the operation's path. An operation whose id ends in a number
	// needs it, for such ids may come to mean another operation.
	Path string `opik:"key"`
	// Events says that the method asks for the answer as server-sent events, where
	// the operation offers both. Another method may ask for JSON.
	Events bool `opik:"flag"`
	// Cursor says that the search cannot go on after the last record, though the
	// contract has a property for it. The method then makes one request and fails
	// if the answer is full. It needs a reason.
	Cursor string `opik:"key,none"`
	// Instead names what to call when such a search is full: Threads.List.
	Instead string `opik:"key"`
	// Reason is the reason for cursor=none.
	Reason string `opik:"text"`
}

// Field changes one optional input of a method, or one field of a message.
type Field struct {
	// Property is the name of the input as it is sent.
	Property string `opik:"arg,required"`
	// Rename is the Go name of the field.
	Rename string `opik:"key"`
	// Value is sent always; there is no field.
	Value string `opik:"key"`
	// From names a method of the client, without arguments and written by hand,
	// that says what is sent; there is no field.
	From string `opik:"key"`
	// Hide leaves the field out; nothing is sent.
	Hide bool `opik:"flag"`
	// Keep keeps the field of a message though the contract lacks the property:
	// the runtime needs it, and it is not sent.
	Keep bool `opik:"flag"`
	// Type is the Go type of a field that is kept, as the generated code writes
	// it. Without it the type is string.
	Type string `opik:"key"`
	// Doc is the field's comment, instead of the contract's description.
	Doc string `opik:"text"`
}

// Async makes a type a message: a record that is queued, and sent in the
// background together with others. The type on the right is the REST layer's.
type Async struct {
	// Operation is the contract's operationId.
	Operation string `opik:"arg,required"`
	// Path repeats the operation's path, as in op.
	Path string `opik:"key"`
	// Items is the property of the request that holds the batch. Without it each
	// record is a request of its own.
	Items string `opik:"key"`
	// Key lists the properties that identify a record, joined by commas: records
	// of one key meet in the queue.
	Key []string `opik:"key"`
	// Merge says what happens when they meet: the later record replaces the
	// earlier, or their fields are merged and the later win. Without it both are
	// sent.
	Merge string `opik:"key,replace|fields"`
	// Lane groups messages that must not overtake each other. Without it the lane
	// is the first word of the path after "private": traces, spans.
	Lane string `opik:"key"`
	// Stage orders the messages of a lane: lower stages are sent first. Without it,
	// or with 0, it is 0 for POST, 1 for PATCH and 2 for PUT: what creates a record
	// goes before what changes it, and that before what refers to it.
	Stage int `opik:"key"`
	// Max is the number of records a request, if not the contract's maxItems, which
	// it may not exceed.
	Max int `opik:"key"`
	// Group is the property, or the parameter of the path, that holds the id of the
	// trace that a record belongs to. What is kept on disk is given up by whole
	// traces. Without it records belong to none.
	Group string `opik:"key"`
	// Attach says what kind of entity the records are about for the server's
	// attachments: what is too large for a record can be attached to it. The first
	// property of the key is the entity's id.
	Attach string `opik:"key,trace|span"`
	// Updates is the message whose records this message's change: a change that meets
	// an unsent record of that message becomes part of it if the properties of the
	// key are the same in both. That message is replaced when it meets, this one's
	// fields are merged, and it travels in the same lane at a later stage.
	Updates string `opik:"key"`
	// Method is the client's method that queues the message: it takes any number of
	// records if the operation takes a batch, and one otherwise. Without it the
	// message stays internal.
	Method string `opik:"key"`
}

// Kind makes a type a kind of field that entities can be filtered by. The types of
// the fields of filters are kinds. A kind with a type parameter has values of the
// type that the field gives it.
type Kind struct {
	// Operators are the operators that the server knows for such fields, with
	// blanks between them.
	Operators string `opik:"text"`
	// Value says what they compare with. text is any text, json a text or a number,
	// number and time are checked, ident is a text that can stand in a list.
	Value string `opik:"key,text|json|number|time|ident"`
	// Key says that such fields need a key, and names the method of the builder that
	// gives it: Key, Name.
	Key string `opik:"key"`
	// Column is what the server calls the kind where a column of free data has it.
	Column string `opik:"key"`
	// Columns lists the kinds that columns have, joined by commas, and makes fields of
	// this kind the beginning of their names. Such a kind has no operators.
	Columns []string `opik:"key"`
	// Decodes is how often the server undoes percent encoding in the value.
	Decodes int `opik:"key"`
}

// Filter makes a struct the filter of an entity: its fields are what the entity
// can be filtered by. Their names in filters are those in Go, written with
// underscores, unless a tag opik:"..." gives another; a tag property:"Schema.name"
// leaves a field out where the contract lacks the property. Methods that take such
// filters get a field for the filter as a text.
type Filter struct {
	// Entity is what messages call the entities: traces.
	Entity string `opik:"text,required"`
	// Schema is the contract's schema of one filter, without its view: every input
	// that is a list of them is meant.
	Schema string `opik:"key"`
	// Operations lists, joined by commas, the operations whose filters are meant,
	// where the contract has no schema for those of the entity.
	Operations []string `opik:"key"`
}

// Skip leaves an operation out of the SDK's methods; the REST layer still has it.
type Skip struct {
	// Operation is the contract's operationId.
	Operation string `opik:"arg,required"`
	// Reason says why.
	Reason string `opik:"text,required"`
}

// Parity says where this SDK has what Opik's SDK for another language has, or why
// it has not. docs/parity.md consists of these lines, in their order.
type Parity struct {
	// SDK is the other one: python or typescript.
	SDK string `opik:"arg,required"`
	// Symbol is what it is called there: create_dataset is a method of the client,
	// Dataset.insert one of a class, opik.track a function of the module.
	Symbol string `opik:"arg,required"`
	// Go lists the symbols of this SDK that do the same, joined by commas:
	// Client.Flush, Datasets.Get, StartSpan. Without it and without a reason it is
	// the one of the same name in Go's case.
	Go []string `opik:"key"`
	// Reason says why there is none or, beside go=, what is different. Symbols in it
	// stand in brackets, as in a comment.
	Reason string `opik:"text"`
}

// Pending marks an operation that nobody has decided on. opikgen sync adds and
// removes such lines; check -release fails while there are any.
type Pending struct {
	// Operation is the contract's operationId.
	Operation string `opik:"arg,required"`
}

// Requires says what a Go file of the SDK that is written by hand needs of the
// contract. An SDK for a document that lacks any of it is made without the file, or
// without the whole package if the file is doc.go; for the tree's own contract it is
// an error.
type Requires struct {
	// Operation lists operationIds, joined by commas. Besides operations there may
	// be properties (Schema.property) and values of enums (Schema.property.value),
	// by the contract's names.
	Operation []string `opik:"arg,required"`
}

// Place is where a directive may stand.
type Place string

const (
	OnInterface Place = "an interface"
	OnMethod    Place = "a method of a service or of the client"
	OnHandle    Place = "a method of a handle"
	OnType      Place = "a type that is no interface"
	OnFile      Place = "a Go file of the SDK, before its declarations"
	OnNothing   Place = "a comment that belongs to no declaration"
)

// entry is what the registry says about a directive besides its type.
type entry struct {
	name   string
	places []Place
	repeat bool // may stand several times in one comment
	make   func() any
}

var entries = []entry{
	{"service", []Place{OnInterface}, false, func() any { return new(Service) }},
	{"client", []Place{OnInterface}, false, func() any { return new(Client) }},
	{"handle", []Place{OnInterface}, false, func() any { return new(Handle) }},
	{"method", []Place{OnHandle}, false, func() any { return new(Method) }},
	{"op", []Place{OnMethod}, false, func() any { return new(Op) }},
	{"field", []Place{OnMethod, OnType}, true, func() any { return new(Field) }},
	{"async", []Place{OnType}, false, func() any { return new(Async) }},
	{"requires", []Place{OnFile}, true, func() any { return new(Requires) }},
	{"kind", []Place{OnType}, false, func() any { return new(Kind) }},
	{"filter", []Place{OnType}, false, func() any { return new(Filter) }},
	{"skip", []Place{OnNothing}, true, func() any { return new(Skip) }},
	{"parity", []Place{OnNothing}, true, func() any { return new(Parity) }},
	{"pending", []Place{OnNothing}, true, func() any { return new(Pending) }},
}
