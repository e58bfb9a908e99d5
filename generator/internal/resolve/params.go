package resolve

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/prose"
	"github.com/opik-go/sdk/generator/internal/restgen"
)

// number matches a number as JSON and Go both write it.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// alwaysParams are the kinds whose methods have a params struct even when it has
// no field yet, so that an input which the backend adds breaks nobody. A body that
// is given as a whole has room for such inputs already.
var alwaysParams = map[ir.Kind]bool{
	ir.KindCreate: true, ir.KindUpdate: true, ir.KindBatchUpdate: true, ir.KindList: true, ir.KindSearch: true,
}

// params makes the params struct: every input that has no value yet is a field.
func (b *binder) params() {
	p := &ir.Params{Type: b.paramsType()}
	for _, in := range b.inputs {
		if in.Hidden || in.Value != nil && in.Value.Kind != ir.ValueProject {
			continue
		}
		name := in.Rename
		if name == "" {
			name = in.Field
		}
		if text, ok := b.filterField(in, name); ok {
			p.Fields = append(p.Fields, text)
		}
		p.Fields = append(p.Fields, ir.Field{Name: name, Type: in.Type, Doc: b.fieldDoc(in, name), Wire: in.Wire})
		if in.Value == nil {
			in.Value = &ir.Value{Kind: ir.ValueParam, Name: name, Default: b.defaultValue(in)}
		}
	}
	p.Fields = append(p.Fields, b.steering()...)
	b.collisions(p)
	kept := alwaysParams[b.method.Kind] && b.method.Call.Body == nil || b.KeepParams[b.owner+"."+b.tmpl.Name]
	if len(p.Fields) > 0 || kept {
		p.Doc = fmt.Sprintf("%s holds the optional inputs of [%s.%s]. ", p.Type, b.owner, b.tmpl.Name)
		if len(p.Fields) > 0 {
			p.Doc += "What has its zero value is not sent."
		} else {
			p.Doc += "There are none yet."
		}
		b.method.Params = p
	}
}

func (b *binder) paramsType() string {
	return camel(b.noun) + b.tmpl.Name + "Params"
}

// projectDefault makes the client's project the default where an operation takes
// a project by name and the caller need not give it.
func (b *binder) projectDefault() {
	name, id := b.input("project_name"), b.input("project_id")
	if name == nil || name.Value != nil || name.Hidden || name.Type != "string" {
		return
	}
	v := &ir.Value{Kind: ir.ValueProject, Name: name.Field}
	if name.Rename != "" {
		v.Name = name.Rename
	}
	switch {
	case id == nil || id.Hidden:
	case id.Value != nil:
		return // the project is given by its id
	default:
		v.Other = id.Field
		if id.Rename != "" {
			v.Other = id.Rename
		}
	}
	name.Value = v
}

// defaultValue returns what is sent for a member of the body that the caller left
// out, as Go writes it. The server takes an absent member for the zero value
// whatever the contract says, so another default has to be sent. A boolean is sent
// in any case: requests must not hang on which default the server has.
func (b *binder) defaultValue(in *input) string {
	s := b.Contract.Resolve(in.Schema)
	if in.Place != inBody || s == nil || !strings.HasPrefix(in.Type, "*") {
		return ""
	}
	switch d := s.Default; {
	case s.Type == "boolean" && (d == "true" || d == "false"):
		return d
	case (s.Type == "integer" || s.Type == "number") && number.MatchString(d) && d != "0":
		return d
	}
	return ""
}

// steering returns the fields that steer the method itself.
func (b *binder) steering() []ir.Field {
	switch b.method.Kind {
	case ir.KindList:
		return []ir.Field{
			{Name: "Page", Type: "int", Doc: "Page is the number of the first page to read. Pages count from 1, the default."},
			{Name: "PageSize", Type: "int", Doc: "PageSize is the number of records to ask for in one request, by default 100."},
		}
	case ir.KindSearch:
		most := "as many as the server allows"
		if n := b.searchMax(); n > 0 {
			most = "and at most " + prose.Thousands(n)
		}
		fields := []ir.Field{{Name: "MaxResults", Type: "int", Doc: "MaxResults ends the search after so many records. By default it goes on to the last."}}
		if !b.tmpl.NoCursor {
			fields = append(fields, ir.Field{Name: "PageSize", Type: "int", Doc: fmt.Sprintf(
				"PageSize is the number of records to ask for in one request, by default %s.", most)})
		}
		return fields
	}
	return nil
}

// collisions reports fields of one name.
func (b *binder) collisions(p *ir.Params) {
	seen := map[string]string{}
	for _, f := range p.Fields {
		what := f.Wire
		if what == "" {
			what = "the method itself"
		}
		first, taken := seen[f.Name]
		seen[f.Name] = what
		if !taken {
			continue
		}
		pos := b.tmpl.Pos
		for _, rule := range b.tmpl.Fields {
			if rule.Rename == f.Name {
				pos = rule.Pos
			}
		}
		b.fail(diag.Diagnostic{
			Code: "name-collision", Pos: pos,
			Message: fmt.Sprintf("%s has the field %s twice: for %s and for %s", p.Type, f.Name, first, what),
			Hint:    "rename one with //opik:field property rename=Name",
		})
	}
}

// call makes the call of the REST layer from the values of the inputs.
func (b *binder) call() {
	var body, query []ir.Assignment
	for _, in := range b.inputs {
		switch {
		case in.Value == nil: // hidden
		case in.Place == inPath:
			b.method.Call.Path = append(b.method.Call.Path, *in.Value)
		case in.Place == inQuery:
			query = append(query, ir.Assignment{Field: in.Field, Value: *in.Value})
		default:
			body = append(body, ir.Assignment{Field: in.Field, Value: *in.Value})
		}
	}
	if b.rest.Params != "" {
		b.method.Call.Query = &ir.Literal{Type: b.rest.Params, Fields: query}
	}
	if b.rest.Body == restgen.BodyRaw && b.method.Call.ContentType == nil {
		b.method.Call.ContentType = &ir.Value{Kind: ir.ValueConstant, Name: `""`} // the contract's
	}
	if b.rest.BodyType != "" && b.method.Call.Body == nil {
		b.method.Call.Body = &ir.Value{Kind: ir.ValueLiteral, Literal: &ir.Literal{Type: b.rest.BodyType, Fields: body}}
	}
}
