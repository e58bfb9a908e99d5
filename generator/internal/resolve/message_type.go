package resolve

import (
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// recordFieldType returns the type of a message's field. It is the REST layer's,
// but free-form JSON is any, which callers need not encode themselves; and
// whether a number is a pointer depends on this request alone, while the REST
// layer's type serves all requests and answers.
func (b *messageBuilder) recordFieldType(restType string, p property) ir.Type {
	t := b.fieldType(strings.TrimPrefix(restType, "*"), p.Schema, nil)
	switch t.Kind {
	case ir.Any:
		return ir.Type{Kind: ir.Any, Go: "any"}
	case ir.Bool, ir.Int, ir.Float, ir.Object:
		if !p.Required {
			t.Pointer, t.Go = true, "*"+t.Go
		}
	}
	return t
}

// fieldType says how a type of the REST layer is encoded. What has no encoding of
// its own, such as a union, counts as free-form. within lists the structs around
// the type: one that holds itself could be a cycle, which only the encoder of
// free-form values detects.
func (b *messageBuilder) fieldType(t string, schema *spec.Schema, within []string) ir.Type {
	schema = b.Contract.Resolve(schema)
	free := ir.Type{Kind: ir.Any, Go: b.qualify(t)}
	if rest, ok := strings.CutPrefix(t, "*"); ok {
		inner := b.fieldType(rest, schema, within)
		if inner.Pointer || inner.Kind == ir.Any {
			return free
		}
		inner.Pointer, inner.Go = true, "*"+inner.Go
		return inner
	}
	if kind, ok := plainKinds[t]; ok {
		return ir.Type{Kind: kind, Go: t}
	}
	var items, additional *spec.Schema
	if schema != nil {
		items, additional = schema.Items, schema.Additional
	}
	if rest, ok := strings.CutPrefix(t, "[]"); ok && rest != "byte" {
		elem := b.fieldType(rest, items, within)
		return ir.Type{Kind: ir.List, Go: "[]" + elem.Go, Elem: &elem}
	}
	if rest, ok := strings.CutPrefix(t, "map[string]"); ok {
		elem := b.fieldType(rest, additional, within)
		if elem.Kind == ir.Any {
			return free
		}
		return ir.Type{Kind: ir.Map, Go: "map[string]" + elem.Go, Elem: &elem}
	}
	named := b.REST.Types[t]
	switch {
	case named == nil || slices.Contains(within, t):
		return free
	case named.Kind == restgen.KindEnum:
		return ir.Type{Kind: ir.Enum, Go: b.qualify(t)}
	case named.Kind == restgen.KindAlias && !slices.Contains(within, named.Underlying):
		inner := b.fieldType(named.Underlying, schema, append(within, t))
		inner.Go = b.qualify(t)
		return inner
	case named.Kind == restgen.KindStruct && schema != nil:
		return b.objectType(t, named, schema, append(slices.Clone(within), t))
	}
	return free
}

// plainKinds are the types that need no package, or one of the standard library.
var plainKinds = map[string]ir.TypeKind{
	"string": ir.String, "bool": ir.Bool,
	"int": ir.Int, "int32": ir.Int, "int64": ir.Int,
	"float32": ir.Float, "float64": ir.Float,
	"time.Time": ir.Time,
}

// objectType lists the fields that are sent of a struct: those that the schema of
// this request has, which may be fewer than the struct's.
func (b *messageBuilder) objectType(name string, t *restgen.Type, schema *spec.Schema, within []string) ir.Type {
	out := ir.Type{Kind: ir.Object, Go: b.qualify(name)}
	for _, p := range b.properties(schema) {
		rest := fieldByWire(t, p.Name)
		if rest == nil || p.ReadOnly {
			continue
		}
		out.Fields = append(out.Fields, ir.MessageField{
			Name: rest.Name, Wire: p.Name, Required: p.Required,
			Type: b.fieldType(rest.Type, p.Schema, within),
		})
	}
	return out
}

// keptType is the type of a field that is never encoded.
func keptType(t string) ir.Type {
	kind, ok := plainKinds[strings.TrimPrefix(t, "*")]
	if !ok {
		kind = ir.Any
	}
	return ir.Type{Kind: kind, Go: t, Pointer: strings.HasPrefix(t, "*")}
}
