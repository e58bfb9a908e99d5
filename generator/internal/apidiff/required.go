package apidiff

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// required returns the fields that requests must have: parameters, and properties
// of bodies at any depth. The views of one type are taken together, those of
// answers do not count.
func required(result *build.Result) map[string]bool {
	w := &requiredWalk{contract: result.Contract, rest: result.REST, fields: map[string]bool{}, seen: map[string]bool{}}
	for _, op := range result.Contract.Operations {
		rest := result.REST.Operations[op.ID]
		for _, p := range op.Parameters {
			if p.In != "path" && p.Required {
				w.add(rest.Params, p.Name)
			}
		}
		if op.Body == nil || rest.BodyType == "" {
			continue
		}
		for _, media := range op.Body.Content {
			w.schema(media.Schema, element(rest.BodyType))
		}
	}
	return w.fields
}

type requiredWalk struct {
	contract *spec.Contract
	rest     *restgen.Index
	fields   map[string]bool
	seen     map[string]bool // schema and type
}

// add enters the field of a type with the name on the wire.
func (w *requiredWalk) add(typeName, wire string) {
	if f := w.field(typeName, wire); f != nil {
		w.fields[restPackage+"."+typeName+"."+f.Name] = true
	}
}

func (w *requiredWalk) field(typeName, wire string) *restgen.Field {
	t := w.rest.Types[typeName]
	if t == nil {
		return nil
	}
	i := slices.IndexFunc(t.Fields, func(f restgen.Field) bool { return f.Wire == wire })
	if i < 0 {
		return nil
	}
	return &t.Fields[i]
}

// schema visits a schema that Go has as a type.
func (w *requiredWalk) schema(s *spec.Schema, typeName string) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		if goType := w.rest.Schemas[s.Ref]; w.rest.Types[goType] != nil {
			typeName = goType
		}
		if key := s.Ref + " " + typeName; !w.seen[key] {
			w.seen[key] = true
			w.schema(w.contract.Schemas[s.Ref], typeName)
		}
		return
	}
	for _, part := range s.AllOf {
		w.part(part, typeName)
	}
	for _, option := range slices.Concat(s.OneOf, s.AnyOf) {
		w.schema(option, typeName)
	}
	w.schema(s.Items, typeName)
	w.schema(s.Additional, typeName)
	w.properties(s, typeName)
}

// part visits a part of a composition, whose properties are those of the whole.
func (w *requiredWalk) part(s *spec.Schema, typeName string) {
	s = w.contract.Resolve(s)
	if s == nil {
		return
	}
	for _, inner := range s.AllOf {
		w.part(inner, typeName)
	}
	w.properties(s, typeName)
}

func (w *requiredWalk) properties(s *spec.Schema, typeName string) {
	for _, p := range s.Properties {
		if slices.Contains(s.Required, p.Name) && !p.Schema.ReadOnly {
			w.add(typeName, p.Name)
		}
		if f := w.field(typeName, p.Name); f != nil {
			w.schema(p.Schema, element(f.Type))
		}
	}
}

// mentions finds the lines of templates that name types of the REST layer.
func mentions(in *build.Inputs) map[string][]diag.Position {
	out := map[string][]diag.Position{}
	for _, file := range in.Templates {
		fset := token.NewFileSet()
		var s scanner.Scanner
		// Mistakes are reported by those who parse templates.
		s.Init(fset.AddFile(file.Name, -1, len(file.Data)), file.Data, func(token.Position, string) {}, 0)
		last := [2]string{} // the tokens before
		for {
			pos, tok, text := s.Scan()
			if tok == token.EOF {
				break
			}
			if tok == token.IDENT && last == [2]string{restPackage, "."} {
				at := fset.PositionFor(pos, false)
				at.Column -= len(restPackage) + 1
				name := restPackage + "." + text
				out[name] = append(out[name], diag.Position{File: file.Name, Line: at.Line, Column: at.Column})
			}
			if tok != token.IDENT {
				text = tok.String()
			}
			last = [2]string{last[1], text}
		}
	}
	return out
}

// comparePositions sorts by file, line and column.
func comparePositions(a, b diag.Position) int {
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Column - b.Column
}
