package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// filterElement returns the schema of the filters that an input is a list of, also
// as JSON in a text; nil if it is something else. The family is that of the wanted
// schema, or empty for any.
func filterElement(c *spec.Contract, s *spec.Schema, family string) *spec.Schema {
	s = c.Resolve(s)
	if s != nil && s.ContentSchema != nil {
		s = c.Resolve(s.ContentSchema)
	}
	if s == nil || s.Items == nil || s.Items.Ref == "" || family != "" && spec.Family(s.Items.Ref) != family {
		return nil
	}
	element := c.Resolve(s.Items)
	if element == nil {
		return nil
	}
	for _, name := range []string{"field", "operator", "value"} {
		if !slices.ContainsFunc(element.Properties, func(p *spec.Property) bool { return p.Name == name }) {
			return nil
		}
	}
	return s.Items
}

// filtersOf returns the schemas of all filters that an operation takes, of its
// parameters and of the members of its body.
func filtersOf(c *spec.Contract, op *spec.Operation, family string) []*spec.Schema {
	var found []*spec.Schema
	add := func(s *spec.Schema) {
		if e := filterElement(c, s, family); e != nil {
			found = append(found, e)
		}
	}
	for _, p := range op.Parameters {
		add(p.Schema)
	}
	if op.Body != nil && len(op.Body.Content) > 0 {
		if body := c.Resolve(op.Body.Content[0].Schema); body != nil {
			for _, p := range body.Properties {
				add(p.Schema)
			}
		}
	}
	return found
}

// filterSchemas returns the families of all schemas of filters.
func filterSchemas(c *spec.Contract) []string {
	var names []string
	for _, op := range c.Operations {
		for _, s := range filtersOf(c, op, "") {
			names = append(names, spec.Family(s.Ref))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// filterOf returns the filter for an input that is a list of filters; nil if there
// is none.
func (b *binder) filterOf(in *input) *ir.Filter {
	element := filterElement(b.Contract, in.Schema, "")
	if element == nil {
		return nil
	}
	record := "rest." + b.REST.Schemas[element.Ref]
	for _, f := range b.model.Filters {
		if f.Record == record && slices.Contains(f.Operations, b.op.ID) {
			return f
		}
	}
	return nil
}

// filterField makes a field for the text form of filters, beside the one that has
// them as a list.
func (b *binder) filterField(in *input, list string) (ir.Field, bool) {
	f := b.filterOf(in)
	if f == nil {
		return ir.Field{}, false
	}
	text := ir.Field{
		Name: strings.TrimSuffix(list, "s"), Type: f.Name,
		Doc: fmt.Sprintf("Conditions in Opik's query language, which hold together with those in %s. A mistake in them is a [*FilterError], and nothing is sent.", list),
	}
	if text.Name == list {
		text.Name += "Text"
	}
	in.Value = &ir.Value{Kind: ir.ValueFilter, Name: list, Other: text.Name}
	return text, true
}
