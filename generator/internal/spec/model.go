// Package spec reads, repairs and writes the contract: the OpenAPI document
// that everything else is generated from.
package spec

import "github.com/opik-go/sdk/generator/internal/diag"

// Contract is the document as the other stages see it: plain values with
// positions, after the overlay was applied.
type Contract struct {
	// File is the path that positions name.
	File string
	// SourceDigest is the SHA-256 of the published document, from the header.
	SourceDigest string
	// Operations are sorted by path, then by method.
	Operations []*Operation
	// Schemas holds the named schemas.
	Schemas map[string]*Schema
}

// Operation is one method of one path.
type Operation struct {
	ID          string
	Method      string // upper case
	Path        string // with {parameters}
	Tag         string // first tag; empty if there is none
	Deprecated  bool
	Description string // ours, from the overlay
	Parameters  []*Parameter
	Body        *Body // nil if the operation takes none
	Responses   []*Response
	// Retryable says that repeating the request does no harm though its method
	// is POST (extension x-opik-retryable, set by the overlay).
	Retryable bool
	Pos       diag.Position
}

// Parameter is a path, query or header parameter.
type Parameter struct {
	Name        string
	In          string // path, query, header
	Required    bool
	Description string
	Schema      *Schema
	Pos         diag.Position
}

// Body is a request body, with its media types in the document's order.
type Body struct {
	Required bool
	Content  []Media
	Pos      diag.Position
}

// Media is a schema under a media type. Schema may be nil.
type Media struct {
	Type   string
	Schema *Schema
}

// Response is one answer. Status is "200", or "default".
type Response struct {
	Status  string
	Headers []string
	Content []Media
	Pos     diag.Position
}

// Schema is a named or inline schema. A reference has Ref set, and beside it at most
// Nullable, Description and the annotations ReadOnly, WriteOnly and Deprecated.
type Schema struct {
	Name          string // of a named schema, for example Trace_Write
	Ref           string // name of the schema referred to
	Type          string // object, array, string, integer, number, boolean; empty for any
	Nullable      bool   // "null" is among the types
	Format        string
	Enum          []string
	Required      []string
	Properties    []*Property // in the contract's order
	Items         *Schema
	Additional    *Schema // additionalProperties, if it is a schema
	AllOf         []*Schema
	OneOf         []*Schema
	AnyOf         []*Schema
	Discriminator *Discriminator
	ReadOnly      bool
	WriteOnly     bool
	Deprecated    bool
	UniqueItems   bool
	MinItems      *int
	MaxItems      *int
	MinLength     *int
	MaxLength     *int
	// Bounds of a number. The exclusive ones are the first values not allowed.
	Minimum, Maximum                   *float64
	ExclusiveMinimum, ExclusiveMaximum *float64
	Pattern                            string
	Default                            string // JSON text
	Description                        string // ours, from the overlay
	// ContentSchema describes the JSON that a string holds (contentMediaType
	// application/json), as in query parameters that carry JSON.
	ContentSchema *Schema
	Pos           diag.Position
}

// Property is a member of an object.
type Property struct {
	Name   string
	Schema *Schema
	Pos    diag.Position
}

// Discriminator says which property selects a variant.
type Discriminator struct {
	Property string
	Mapping  []MappingEntry // sorted by value
}

// MappingEntry binds a value of the discriminator to a schema name.
type MappingEntry struct{ Value, Schema string }

// Operation returns the operation with the id, or nil.
func (c *Contract) Operation(id string) *Operation {
	for _, op := range c.Operations {
		if op.ID == id {
			return op
		}
	}
	return nil
}

// Resolve follows references; nil stays nil.
func (c *Contract) Resolve(s *Schema) *Schema {
	for s != nil && s.Ref != "" {
		s = c.Schemas[s.Ref]
	}
	return s
}
