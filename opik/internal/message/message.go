// Package message holds the typed records that are queued and sent in the
// background, and how each kind of them travels. The types and kinds are
// generated; this file is what they have in common.
package message

// MergeRule says what happens when a record meets an unsent one of the same
// kind and key.
type MergeRule uint8

const (
	// MergeNone keeps both.
	MergeNone MergeRule = iota
	// MergeReplace keeps the later record: it is complete.
	MergeReplace
	// MergeFields keeps the members of both; the later record's win.
	MergeFields
)

// Kind describes how the records of one kind travel. Kinds are compared by pointer.
type Kind struct {
	// Name is what statistics and receipts call the kind, for example "span update".
	Name string
	// Operation is the contract's operationId.
	Operation string
	// Method and Path make the request. Path may hold one {parameter}: the
	// record's PathValue goes there, escaped.
	Method, Path string
	// Items is the member of the request body that holds the batch. Empty means
	// that each record is a request of its own.
	Items string
	// MaxItems is how many records the server takes in one request.
	MaxItems int
	// Lane groups kinds whose records must not overtake each other: within a
	// lane requests are sent one after the other, lower Stage first.
	Lane  string
	Stage int
	Merge MergeRule

	// Versioned says that records carry the time of their making, and that of all
	// records of a key the server keeps the latest, whatever the order of arrival.
	Versioned bool
	// FreeForm names the members that hold any JSON. They are the ones that can be
	// large.
	FreeForm []string
	// Group is the member that holds the id of the trace that a record belongs to.
	// It is empty if none does; [Message.Group] may know the trace all the same.
	Group string
	// Attach is the kind of entity that the server attaches files to for these
	// records: trace, span, or empty for none. [EntityID] is its id.
	Attach string
	// Updates is the kind whose records these records change, or nil. A change may
	// become part of an unsent record of the entity if it names the same Identity:
	// members that the server does not change, but compares.
	Updates  *Kind
	Identity []string
}

// Message is a record that can be queued.
type Message interface {
	// Kind returns how the record travels. It may be called on a zero value.
	Kind() *Kind
	// Key identifies the entity that the record is about; records of one kind
	// and key are merged while unsent. Empty means: never merged.
	Key() string
	// PathValue fills the parameter of the path; empty if the path has none.
	PathValue() string
	// Group returns the id of the trace that the record belongs to, or nothing if
	// that is not known.
	Group() string
	// AppendJSON appends the record as one JSON object. It does not fail:
	// values that JSON cannot hold become placeholders.
	AppendJSON(dst []byte) []byte
}
