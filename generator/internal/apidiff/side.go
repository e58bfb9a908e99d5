// Package apidiff compares what the generator makes of two documents, in the
// words of those who use the result: Go symbols, messages, templates.
package apidiff

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/emit"
	"github.com/opik-go/sdk/generator/internal/goapi"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// Side is what the generator makes of one document.
type Side struct {
	// Symbols are what the generated packages export.
	Symbols    map[string]goapi.Symbol
	Operations map[string]Operation
	Messages   map[string]*ir.Message
	// Required are the fields of the REST layer, by symbol, that requests must
	// have.
	Required map[string]bool
	// Places are the lines of templates that symbols of the facade come from.
	Places map[string]diag.Position
	// Mentions are the lines of templates that name a type of the REST layer.
	Mentions map[string][]diag.Position
	// Problems are what the templates and the overlay ask for and the document
	// lacks. A generation for this document would fail on them.
	Problems []diag.Diagnostic
}

// Operation is an operation, and what the REST layer makes of it.
type Operation struct {
	*ir.Operation
	Deprecated bool
	// REST is the symbol of the method that calls it.
	REST string
	// Types are the symbols of the types that it takes and gives.
	Types []string
}

// claimed reports whether a template says what becomes of the operation. The lines
// of pending operations do not count: opikgen sync keeps them.
func (o Operation) claimed() bool { return o.Pos.File != "" && o.State != ir.StatePending }

// request is the HTTP method and the path.
func (o Operation) request() string { return o.Method + " " + o.Path }

// NewSide generates from inputs and keeps what a comparison needs. What templates
// and overlay ask for and the contract lacks is left out, and kept as a problem; a
// contract that cannot be generated from at all is an error.
func NewSide(in *build.Inputs) (*Side, diag.List) {
	lenient := *in
	lenient.OmitMissing = true
	result, problems := build.Generate(&lenient)
	if result.Model == nil {
		return nil, problems
	}
	s := &Side{
		Symbols: map[string]goapi.Symbol{}, Operations: map[string]Operation{}, Messages: map[string]*ir.Message{},
		Places: result.Model.Places, Mentions: mentions(in),
	}
	files := result.Files
	if files == nil {
		facade, err := emit.Emit(result.Model)
		if err != nil {
			problems.Errorf(diag.Position{}, "emit", "%v", err)
			return nil, problems
		}
		files = append(facade, result.RESTFiles...)
	}
	if err := s.read(files); err != nil {
		problems.Errorf(diag.Position{}, "emit", "%v", err)
		return nil, problems
	}
	for _, op := range result.Model.Operations {
		rest := result.REST.Operations[op.ID]
		o := Operation{Operation: op, REST: restPackage + "." + "Client." + rest.Method}
		for _, name := range []string{rest.BodyType, rest.ResultType, rest.Params} {
			if name = element(name); result.REST.Types[name] != nil {
				o.Types = append(o.Types, restPackage+"."+name)
			}
		}
		s.Operations[op.ID] = o
	}
	for _, op := range result.Contract.Operations {
		o := s.Operations[op.ID]
		o.Deprecated = op.Deprecated
		s.Operations[op.ID] = o
	}
	for _, m := range result.Model.Messages {
		s.Messages[m.Name] = m
	}
	s.Required = required(result)
	for _, d := range problems.Sorted() {
		if d.Code != "undecided-operation" && d.Code != "overlay-no-effect" {
			d.Message = strings.TrimSuffix(d.Message, "; left out")
			d.Severity = diag.Error
			s.Problems = append(s.Problems, d)
		}
	}
	return s, diag.List{}
}

// The packages that users see, as templates and documentation call them.
const (
	restPackage   = "rest"
	facadePackage = "opik"
)

// packages are the folders of the generated packages that users see.
var packages = map[string]string{"gen/rest": restPackage, "opik": facadePackage}

// read enters what generated files export.
func (s *Side) read(files []output.File) error {
	for _, f := range files {
		pkg := packages[path.Dir(f.Path)]
		if pkg == "" || path.Ext(f.Path) != ".go" || strings.HasSuffix(f.Path, "_test.go") {
			continue
		}
		symbols, err := goapi.Read(pkg, f.Path, f.Data)
		if err != nil {
			return fmt.Errorf("read generated code: %w", err)
		}
		for _, symbol := range symbols {
			s.Symbols[symbol.Name] = symbol
		}
	}
	return nil
}

// place returns the line of a template that a symbol of the facade comes from: its
// own, or that of the type that it belongs to or holds.
func (s *Side) place(symbol goapi.Symbol) []diag.Position {
	for _, name := range append([]string{symbol.Name, symbol.Of}, symbol.Gives...) {
		if pos, ok := s.Places[strings.TrimPrefix(name, facadePackage+".")]; ok {
			return []diag.Position{pos}
		}
	}
	return nil
}

// claims returns the lines of the templates that claim operations which take or
// give a type, and those that name it.
func (s *Side) claims(typeName string) []diag.Position {
	lines := slices.Clone(s.Mentions[typeName])
	for _, id := range slices.Sorted(maps.Keys(s.Operations)) {
		if op := s.Operations[id]; op.claimed() && slices.Contains(op.Types, typeName) {
			lines = append(lines, op.Pos)
		}
	}
	return distinct(lines)
}

// distinct sorts positions and keeps one for each line.
func distinct(lines []diag.Position) []diag.Position {
	slices.SortFunc(lines, func(a, b diag.Position) int { return comparePositions(a, b) })
	return slices.CompactFunc(lines, func(a, b diag.Position) bool { return a.File == b.File && a.Line == b.Line })
}

// element returns the type that a list, a map or a pointer leads to.
func element(t string) string {
	for {
		rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(t, "*"), "[]"), "map[string]")
		if rest == t {
			return t
		}
		t = rest
	}
}
