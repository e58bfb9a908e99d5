// Package require reads what Go files of the SDK that are written by hand need of
// the contract, as they say with //opik:requires, and finds what a contract lacks.
package require

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/directive"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// File is a Go file with its needs. Name is the path that positions show.
type File struct {
	Name  string
	Needs []Need
}

// Need is one thing that a file needs: an operation (operationId), a property
// (Schema.property) or a value of an enum (Schema.property.value).
type Need struct {
	Name string
	Pos  diag.Position
}

// meant matches comments that are meant as directives. Code that is written by hand
// may well have others that begin with the project's name, such as expected output.
var meant = regexp.MustCompile(`(?im)^\s*(//opik:|(//|/\*)\s*opik\s*:\s*requires?\b)`)

// In reports whether a file may hold directives.
func In(data []byte) bool { return meant.Match(data) }

// Parse reads the needs of one file. The file need not be correct Go: the compiler
// says what is wrong with it.
func Parse(name string, data []byte) (File, diag.List) {
	var diags diag.List
	f := File{Name: name}
	fset := token.NewFileSet()
	position := func(p token.Pos) diag.Position {
		at := fset.Position(p)
		return diag.Position{File: name, Line: at.Line, Column: at.Column}
	}
	parser := directive.Parser{Position: position, Diags: &diags}
	var s scanner.Scanner
	s.Init(fset.AddFile(name, -1, len(data)), data, func(token.Position, string) {}, scanner.ScanComments)
	declared := false // a declaration has begun
	for {
		pos, tok, text := s.Scan()
		switch tok {
		case token.EOF:
			return f, diags
		case token.FUNC, token.TYPE, token.VAR, token.CONST:
			declared = true
		case token.COMMENT:
			if !meant.MatchString(text) {
				continue
			}
			group := &ast.CommentGroup{List: []*ast.Comment{{Slash: pos, Text: text}}}
			for _, d := range parser.Group(group, directive.OnFile) {
				if declared {
					diags.Add(diag.Diagnostic{
						Code: "misplaced-directive", Pos: d.Pos,
						Message: "//opik:requires must stand before the first declaration of the file",
					})
					continue
				}
				for _, need := range d.Value.(*directive.Requires).Operation {
					f.Needs = append(f.Needs, Need{need, d.ArgPos})
				}
			}
		}
	}
}

// Missing returns the needs of a file that the contract does not meet. Operations for
// which lacks says so count as missing, too.
func (f File) Missing(c *spec.Contract, lacks func(operation string) bool) []Need {
	var all []Need
	for _, n := range f.Needs {
		if !met(c, n.Name) || lacks(n.Name) {
			all = append(all, n)
		}
	}
	return all
}

// met reports whether the contract has what a need names.
func met(c *spec.Contract, name string) bool {
	parts := strings.Split(name, ".")
	if len(parts) == 1 {
		return c.Operation(name) != nil
	}
	p := property(c, c.Schemas[parts[0]], parts[1])
	switch {
	case p == nil || len(parts) > 3:
		return false
	case len(parts) == 2:
		return true
	}
	s := c.Resolve(p.Schema)
	if s != nil && s.Items != nil {
		s = c.Resolve(s.Items)
	}
	return s != nil && slices.Contains(s.Enum, parts[2])
}

// property returns a property of a schema, its parts by allOf included; nil if
// there is none.
func property(c *spec.Contract, s *spec.Schema, name string) *spec.Property {
	if s = c.Resolve(s); s == nil {
		return nil
	}
	for _, p := range s.Properties {
		if p.Name == name {
			return p
		}
	}
	for _, part := range s.AllOf {
		if p := property(c, part, name); p != nil {
			return p
		}
	}
	return nil
}

// Unknown is the diagnostic for a need that the contract of the tree itself does not
// meet.
func Unknown(c *spec.Contract, n Need) diag.Diagnostic {
	d := diag.Diagnostic{Code: "unknown-requirement", Pos: n.Pos}
	parts := strings.Split(n.Name, ".")
	switch schema := c.Schemas[parts[0]]; {
	case len(parts) == 1:
		d.Message = fmt.Sprintf("unknown operation %q", n.Name)
		d.Hint = diag.DidYouMean(n.Name, operations(c))
	case schema == nil:
		d.Message = fmt.Sprintf("unknown schema %q", parts[0])
		d.Hint = diag.DidYouMean(parts[0], schemas(c))
	case property(c, schema, parts[1]) == nil:
		d.Message = fmt.Sprintf("the schema %s has no property %q", parts[0], parts[1])
		d.Hint = diag.DidYouMean(parts[1], properties(c, schema))
		d.Related = schema.Pos
	default:
		d.Message = fmt.Sprintf("the property %s.%s cannot be %q", parts[0], parts[1], strings.Join(parts[2:], "."))
		d.Related = schema.Pos
	}
	return d
}

func operations(c *spec.Contract) []string {
	var all []string
	for _, op := range c.Operations {
		all = append(all, op.ID)
	}
	return all
}

func schemas(c *spec.Contract) []string {
	var all []string
	for name := range c.Schemas {
		all = append(all, name)
	}
	return all
}

func properties(c *spec.Contract, s *spec.Schema) []string {
	var all []string
	if s = c.Resolve(s); s == nil {
		return nil
	}
	for _, p := range s.Properties {
		all = append(all, p.Name)
	}
	for _, part := range s.AllOf {
		all = append(all, properties(c, part)...)
	}
	return all
}
