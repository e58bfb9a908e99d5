package ir

// Example is a call of a method with values that the contract allows, and what must
// come of it: generated tests carry it out. Values are JSON text.
type Example struct {
	// Args are the arguments.
	Args []string `json:"args,omitempty"`
	// Params is an object with the fields of the params struct; empty without such
	// a struct.
	Params string `json:"params,omitempty"`
	// Requests are those that the method must send, in this order.
	Requests []ExampleRequest `json:"requests"`
	// Result is what the method must return, a list for iterators; empty if that is
	// only an error.
	Result string `json:"result,omitempty"`
}

// ExampleRequest is a request with its answer.
type ExampleRequest struct {
	Method string `json:"method"`
	// Path is not escaped.
	Path   string            `json:"path"`
	Query  map[string]string `json:"query,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	// Body is JSON, Form an object with the fields of a form, and Raw anything else;
	// one of them at most is set.
	Body string `json:"body,omitempty"`
	Form string `json:"form,omitempty"`
	Raw  string `json:"raw,omitempty"`
	// Unknown names members of query and body that the client makes itself.
	Unknown []string      `json:"unknown,omitempty"`
	Answer  ExampleAnswer `json:"answer"`
}

// ExampleAnswer is what the server answers.
type ExampleAnswer struct {
	Status   int    `json:"status"`
	Type     string `json:"type,omitempty"` // of the content
	Location string `json:"location,omitempty"`
	Body     string `json:"body,omitempty"`
}
