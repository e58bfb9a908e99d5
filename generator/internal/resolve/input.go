package resolve

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// place says where an input goes in the request.
type place string

const (
	inPath  place = "path"
	inQuery place = "query" // and headers: the REST layer has one struct for both
	inBody  place = "body"
)

// input is one thing that an operation takes.
type input struct {
	Place    place
	Wire     string
	Required bool
	// Field is the field of the REST layer's struct, empty for path parameters.
	Field string
	// Type is the Go type as package opik writes it.
	Type        string
	Schema      *spec.Schema
	Description string

	// Value is what the method gives; nil until that is decided, and for inputs
	// that are not sent.
	Value  *ir.Value
	Hidden bool
	Rename string // Go name of the field, if a rule gives one
}

// inputs returns everything that an operation takes: path parameters in the
// REST layer's order, then query parameters and members of the body in the
// contract's order. What the contract calls read-only is left out.
func (r *resolver) inputs(op *spec.Operation) []*input {
	rest := r.REST.Operations[op.ID]
	var all []*input
	for _, arg := range rest.Path {
		in := &input{Place: inPath, Wire: arg.Wire, Required: true, Type: r.qualify(arg.Type)}
		if p := parameter(op, "path", arg.Wire); p != nil {
			in.Schema, in.Description = p.Schema, p.Description
		}
		all = append(all, in)
	}
	for _, p := range op.Parameters {
		f := fieldByWire(r.REST.Types[rest.Params], p.Name)
		if p.In == "path" || f == nil {
			continue
		}
		all = append(all, &input{
			Place: inQuery, Wire: p.Name, Required: p.Required, Field: f.Name, Type: r.qualify(f.Type),
			Schema: p.Schema, Description: p.Description,
		})
	}
	return append(all, r.bodyInputs(op)...)
}

// bodyInputs returns the members of an operation's body that may be written.
func (r *resolver) bodyInputs(op *spec.Operation) []*input {
	rest := r.REST.Operations[op.ID]
	if rest == nil || op.Body == nil || len(op.Body.Content) == 0 {
		return nil
	}
	var all []*input
	for _, p := range r.properties(op.Body.Content[0].Schema) {
		f := fieldByWire(r.REST.Types[rest.BodyType], p.Name)
		if p.ReadOnly || f == nil {
			continue
		}
		all = append(all, &input{
			Place: inBody, Wire: p.Name, Required: p.Required, Field: f.Name, Type: r.qualify(f.Type),
			Schema: p.Schema, Description: cmp.Or(p.Description, r.described(op.Body.Content[0].Schema, p.Name)),
		})
	}
	return all
}

// described returns the description that another view of a schema has for a
// property: Dataset_Write and Dataset_Public are views of one thing.
func (r *resolver) described(s *spec.Schema, name string) string {
	if s == nil || s.Ref == "" {
		return ""
	}
	family, _, _ := strings.Cut(s.Ref, "_")
	for _, other := range r.families()[family] {
		for _, p := range r.properties(r.Contract.Schemas[other]) {
			if p.Name == name && p.Description != "" {
				return p.Description
			}
		}
	}
	return ""
}

// families returns the names of schemas, sorted, by what stands before the view.
func (r *resolver) families() map[string][]string {
	if r.views == nil {
		r.views = map[string][]string{}
		for _, name := range slices.Sorted(maps.Keys(r.Contract.Schemas)) {
			family, _, _ := strings.Cut(name, "_")
			r.views[family] = append(r.views[family], name)
		}
	}
	return r.views
}

// property is a member of an object, with what its place says about it.
type property struct {
	Name        string
	Schema      *spec.Schema
	Required    bool
	ReadOnly    bool
	Description string
}

// properties returns the members of an object, those of allOf included, in the
// contract's order.
func (r *resolver) properties(s *spec.Schema) []property {
	s = r.Contract.Resolve(s)
	if s == nil {
		return nil
	}
	var all []property
	for _, part := range s.AllOf {
		all = append(all, r.properties(part)...)
	}
	for _, p := range s.Properties {
		resolved := r.Contract.Resolve(p.Schema)
		one := property{Name: p.Name, Schema: p.Schema, Required: slices.Contains(s.Required, p.Name)}
		if p.Schema != nil {
			one.ReadOnly, one.Description = p.Schema.ReadOnly, p.Schema.Description
		}
		if resolved != nil && p.Schema != resolved {
			one.ReadOnly = one.ReadOnly || resolved.ReadOnly
			if one.Description == "" {
				one.Description = resolved.Description
			}
		}
		all = append(all, one)
	}
	for i := range all {
		all[i].Required = all[i].Required || slices.Contains(s.Required, all[i].Name)
	}
	return all
}

func parameter(op *spec.Operation, in, name string) *spec.Parameter {
	for _, p := range op.Parameters {
		if p.In == in && p.Name == name {
			return p
		}
	}
	return nil
}

// qualify writes a type of the REST layer as another package does: Trace becomes
// rest.Trace, []Trace becomes []rest.Trace.
func (r *resolver) qualify(t string) string {
	return qualified(r.REST, t)
}

func qualified(index *restgen.Index, t string) string {
	var out []byte
	for i := 0; i < len(t); {
		if !letter(t[i]) {
			out = append(out, t[i])
			i++
			continue
		}
		j := i
		for j < len(t) && (letter(t[j]) || t[j] >= '0' && t[j] <= '9') {
			j++
		}
		afterDot := i > 0 && t[i-1] == '.'
		if word := t[i:j]; !afterDot && index.Types[word] != nil {
			out = append(out, "rest."...)
		}
		out = append(out, t[i:j]...)
		i = j
	}
	return string(out)
}

func letter(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
