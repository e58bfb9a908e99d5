package tmpl

import (
	"go/ast"
	"reflect"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/directive"
)

// Kind is a type with //opik:kind: what the fields of filters can be.
type Kind struct {
	Name      string
	Doc       string
	Operators []string
	Value     string // text, json, number, time, ident; empty: text
	Key       string // method of the builder that gives the key; empty: no key
	Column    string // what the server calls a column of the kind
	Columns   []string
	Decodes   int
	// Generic says that the type has a parameter, the type of its values.
	Generic bool
	Pos     diag.Position
}

// Filter is a struct with //opik:filter: what an entity can be filtered by.
type Filter struct {
	Name       string
	Doc        string
	Entity     string
	Schema     string
	Operations []string
	Fields     []FilterField
	Pos        diag.Position
	// DirectivePos is the place of what chooses the operations.
	DirectivePos diag.Position
}

// FilterField is one thing that an entity can be filtered by.
type FilterField struct {
	Name string
	Wire string // name in filters, if a tag gives one
	Doc  string
	Kind string
	// Value is the type of the values, of a generic kind, as written.
	Value string
	// Property is Schema.name: the server has the field if the contract has this.
	Property string
	Pos      diag.Position
}

// isKind tells whether a comment has //opik:kind: such types may be generic.
func isKind(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if c.Text == "//opik:kind" || strings.HasPrefix(c.Text, "//opik:kind ") {
			return true
		}
	}
	return false
}

// filterType reads a type that is a kind of field, or a filter. It tells whether it
// is one.
func (p *fileParser) filterType(t *ast.TypeSpec, ds []directive.Directive, doc string) bool {
	for _, d := range ds {
		switch v := d.Value.(type) {
		case *directive.Kind:
			p.set.Kinds = append(p.set.Kinds, &Kind{
				Name: t.Name.Name, Doc: doc, Operators: strings.Fields(v.Operators), Value: v.Value,
				Key: v.Key, Column: v.Column, Columns: v.Columns, Decodes: v.Decodes,
				Generic: t.TypeParams != nil, Pos: p.position(t.Name.Pos()),
			})
		case *directive.Filter:
			p.filter(t, v, d, doc)
		default:
			continue
		}
		if len(ds) > 1 {
			p.errorf(t.Name.Pos(), "two-directives", "the type %s cannot be a kind or a filter and something else", t.Name.Name)
		}
		return true
	}
	return false
}

// filter reads the fields of a filter.
func (p *fileParser) filter(t *ast.TypeSpec, v *directive.Filter, d directive.Directive, doc string) {
	f := &Filter{
		Name: t.Name.Name, Doc: doc, Entity: v.Entity, Schema: v.Schema, Operations: v.Operations,
		Pos: p.position(t.Name.Pos()), DirectivePos: d.Pos,
	}
	if (v.Schema == "") == (len(v.Operations) == 0) {
		p.diags.Errorf(d.Pos, "bad-option", "//opik:filter needs schema= or operations=, one of them")
	}
	st, ok := t.Type.(*ast.StructType)
	if !ok || st.Fields.NumFields() == 0 {
		p.errorf(t.Name.Pos(), "no-fields", "the filter %s is no struct with fields", t.Name.Name)
		return
	}
	for _, field := range st.Fields.List {
		if len(field.Names) == 0 {
			p.errorf(field.Type.Pos(), "embedded", "%s embeds %s; a template spells its fields out", t.Name.Name, p.source(field.Type))
			continue
		}
		for _, name := range field.Names {
			f.Fields = append(f.Fields, p.filterField(field, name))
		}
	}
	p.set.Filters = append(p.set.Filters, f)
}

func (p *fileParser) filterField(field *ast.Field, name *ast.Ident) FilterField {
	f := FilterField{Name: name.Name, Doc: docText(field.Doc), Kind: p.source(field.Type), Pos: p.position(name.Pos())}
	if !ast.IsExported(f.Name) {
		p.errorf(name.Pos(), "unexported", "the field %s is not exported", f.Name)
	}
	if generic, ok := field.Type.(*ast.IndexExpr); ok {
		f.Kind, f.Value = p.source(generic.X), p.source(generic.Index)
	}
	if field.Tag == nil {
		return f
	}
	text, err := strconv.Unquote(field.Tag.Value)
	if err != nil { // the parser of Go has read it
		p.errorf(field.Tag.Pos(), "bad-tag", "the tag %s is no string", field.Tag.Value)
	}
	tag := reflect.StructTag(text)
	f.Wire, f.Property = tag.Get("opik"), tag.Get("property")
	if f.Wire == "" && f.Property == "" {
		p.hintf(field.Tag.Pos(), "bad-tag", "it can have opik:\"name in filters\" and property:\"Schema.name\"", "the tag of %s says nothing", f.Name)
	}
	return f
}
