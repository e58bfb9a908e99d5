package tmpl

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/directive"
)

// File is the source of one template. Name is the path that positions show.
type File struct {
	Name string
	Data []byte
}

// Parse reads templates. It reports every problem of every file; the set is
// complete only if the list has no error.
func Parse(files []File) (*Set, diag.List) {
	set := &Set{Lines: map[string]int{}}
	var diags diag.List
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range files {
		p := &fileParser{set: set, diags: &diags, fset: token.NewFileSet(), data: f.Data}
		p.parse(f.Name)
	}
	return set, diags
}

// fileParser reads one file.
type fileParser struct {
	set   *Set
	diags *diag.List
	fset  *token.FileSet
	data  []byte
	// attached are the comments that belong to something a directive may stand on.
	attached map[*ast.CommentGroup]bool
}

func (p *fileParser) parse(name string) {
	file, err := parser.ParseFile(p.fset, name, p.data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		p.syntax(name, err)
		return
	}
	p.samePackage(file.Name)
	p.attached = map[*ast.CommentGroup]bool{}
	p.countLines(name, file)
	for _, decl := range file.Decls {
		p.declaration(decl)
	}
	for _, group := range file.Comments {
		if !p.attached[group] {
			p.free(group)
		}
	}
}

// samePackage checks that all templates are of one package: the compiler, which
// would say so, never sees them when only the generator runs.
func (p *fileParser) samePackage(name *ast.Ident) {
	if p.set.Package == "" {
		p.set.Package = name.Name
	}
	if name.Name != p.set.Package {
		p.errorf(name.Pos(), "package-differs", "the template is of package %s, and the ones before it of package %s", name.Name, p.set.Package)
	}
}

// syntax reports the errors of a file that is no Go. The parser repeats itself
// after the first error on a line.
func (p *fileParser) syntax(name string, err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		p.diags.Errorf(diag.Position{File: name}, "syntax", "%v", err)
		return
	}
	list.RemoveMultiples()
	for _, e := range list {
		p.diags.Errorf(p.place(name, e.Pos.Offset), "syntax", "the template is no Go: %s", e.Msg)
	}
}

// place is the position of an offset. Those that the parser gives obey line comments,
// which may name any file.
func (p *fileParser) place(name string, offset int) diag.Position {
	// The end of a file is the end of its last line.
	before := p.data[:min(max(offset, 0), len(bytes.TrimSuffix(p.data, []byte("\n"))))]
	return diag.Position{File: name, Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n')}
}

// declaration reads one top-level declaration.
func (p *fileParser) declaration(decl ast.Decl) {
	gen, ok := decl.(*ast.GenDecl)
	if !ok {
		fn := decl.(*ast.FuncDecl)
		p.errorf(fn.Name.Pos(), "unused-declaration", "a template has interfaces and types only; the function %s means nothing here", fn.Name.Name)
		return
	}
	switch gen.Tok {
	case token.IMPORT:
	case token.TYPE:
		for _, s := range gen.Specs {
			t := s.(*ast.TypeSpec)
			doc := t.Doc
			if doc == nil && !gen.Lparen.IsValid() {
				doc = gen.Doc
			}
			p.typeSpec(t, doc)
		}
	default:
		p.errorf(gen.Pos(), "unused-declaration", "a template has interfaces and types only; a %s means nothing here", gen.Tok)
	}
}

// typeSpec reads a type: a service, methods of the client, or a message.
func (p *fileParser) typeSpec(t *ast.TypeSpec, doc *ast.CommentGroup) {
	p.attach(doc)
	p.attach(t.Comment)
	if t.TypeParams != nil && !isKind(doc) {
		p.errorf(t.TypeParams.Pos(), "generic", "%s has type parameters; a template has none", t.Name.Name)
		return
	}
	it, isGroup := t.Type.(*ast.InterfaceType)
	place := directive.OnType
	if isGroup {
		place = directive.OnInterface
	}
	before := p.diags.Len()
	ds := p.directives().Group(doc, place)
	bad := p.diags.Len() > before // a directive was meant, and is reported already
	if isGroup {
		p.group(t, it, ds, bad, docText(doc))
	} else if !p.filterType(t, ds, docText(doc)) {
		p.message(t, ds, bad, docText(doc))
	}
}

// group reads an interface.
func (p *fileParser) group(t *ast.TypeSpec, it *ast.InterfaceType, ds []directive.Directive, bad bool, doc string) {
	g := &Group{Name: t.Name.Name, Doc: doc, Pos: p.position(t.Name.Pos())}
	var handle *Handle
	for _, d := range ds {
		g.TagPos = d.ArgPos
		switch v := d.Value.(type) {
		case *directive.Service:
			g.Tag, g.Noun = v.Tag, v.Noun
		case *directive.Client:
			g.Client = true
		case *directive.Handle:
			handle = p.handle(t, v, d, doc)
		}
	}
	switch {
	case len(ds) == 0 && !bad:
		p.hintf(t.Name.Pos(), "no-directive", "put //opik:service tag=..., //opik:client or //opik:handle into its comment",
			"the interface %s is neither a service nor the client nor a handle", t.Name.Name)
	case len(ds) > 1:
		p.errorf(t.Name.Pos(), "two-directives", "the interface %s cannot be both //opik:%s and //opik:%s", t.Name.Name, ds[0].Name, ds[1].Name)
	}
	if it.Methods.NumFields() == 0 && handle == nil {
		p.errorf(t.Name.Pos(), "empty-interface", "the interface %s has no methods", t.Name.Name)
	}
	place := directive.OnMethod
	if handle != nil {
		place = directive.OnHandle
	}
	for _, f := range it.Methods.List {
		p.attach(f.Doc)
		p.attach(f.Comment)
		fn, ok := f.Type.(*ast.FuncType)
		if !ok || len(f.Names) == 0 {
			p.errorf(f.Type.Pos(), "embedded", "%s embeds %s; a template spells its methods out", t.Name.Name, p.source(f.Type))
			continue
		}
		if m := p.method(f, fn, place); m != nil {
			g.Methods = append(g.Methods, m)
		}
	}
	switch {
	case len(ds) != 1:
	case handle != nil:
		handle.Methods = g.Methods
		p.set.Handles = append(p.set.Handles, handle)
	default:
		p.set.Groups = append(p.set.Groups, g)
	}
}

// handle reads //opik:handle.
func (p *fileParser) handle(t *ast.TypeSpec, v *directive.Handle, d directive.Directive, doc string) *Handle {
	if !ast.IsExported(t.Name.Name) {
		p.errorf(t.Name.Pos(), "unexported", "the handle %s is not exported", t.Name.Name)
	}
	if v.State != "" && !token.IsIdentifier(v.State) {
		p.diags.Errorf(d.Pos, "bad-option", "//opik:handle: state=%s is no Go name", v.State)
	}
	return &Handle{
		Name: t.Name.Name, Doc: doc, Record: v.Record, Service: v.Service, ID: v.ID, State: v.State, Refresh: v.Refresh,
		Pos: p.position(t.Name.Pos()), DirectivePos: d.ArgPos,
	}
}

// method reads a method, nil if its signature is of no use.
func (p *fileParser) method(f *ast.Field, fn *ast.FuncType, place directive.Place) *Method {
	m := &Method{Name: f.Names[0].Name, Doc: docText(f.Doc), Pos: p.position(f.Names[0].Pos())}
	m.OperationPos = m.Pos
	for _, d := range p.directives().Group(f.Doc, place) {
		switch v := d.Value.(type) {
		case *directive.Op:
			p.op(m, v, d)
		case *directive.Method:
			m.Target, m.From, m.OperationPos = v.Method, v.From, d.ArgPos
		case *directive.Field:
			m.Fields = p.fieldRule(m.Fields, v, d)
		}
	}
	if !ast.IsExported(m.Name) {
		p.errorf(f.Names[0].Pos(), "unexported", "the method %s is not exported", m.Name)
	}
	if !p.arguments(m, fn) || !p.results(m, fn) {
		return nil
	}
	return m
}

// op stores the options of //opik:op.
func (p *fileParser) op(m *Method, v *directive.Op, d directive.Directive) {
	m.Operation, m.Path, m.Instead, m.Reason = v.Operation, v.Path, v.Instead, v.Reason
	m.Events, m.NoCursor = v.Events, v.Cursor == "none"
	m.OperationPos = d.ArgPos
	switch {
	case m.NoCursor && v.Reason == "":
		p.diags.Errorf(d.Pos, "missing-argument", "//opik:op: cursor=none needs a reason in double quotes")
	case !m.NoCursor && v.Instead != "":
		p.diags.Errorf(d.Pos, "bad-option", "//opik:op: instead= is for cursor=none only")
	case !m.NoCursor && v.Reason != "":
		p.diags.Errorf(d.Pos, "bad-option", "//opik:op: a reason is for cursor=none only")
	}
}

// fieldRule adds a rule; a property has one.
func (p *fileParser) fieldRule(rules []FieldRule, v *directive.Field, d directive.Directive) []FieldRule {
	for _, r := range rules {
		if r.Property == v.Property {
			p.diags.Add(diag.Diagnostic{
				Code: "duplicate-directive", Pos: d.Pos,
				Message: "//opik:field " + v.Property + " stands here twice", Related: r.Pos,
			})
			return rules
		}
	}
	if v.Rename != "" && !token.IsExported(v.Rename) || v.Rename != "" && !token.IsIdentifier(v.Rename) {
		p.diags.Errorf(d.Pos, "bad-option", "//opik:field: rename=%s is no exported Go name", v.Rename)
	}
	if v.From != "" && !token.IsIdentifier(v.From) {
		p.diags.Errorf(d.Pos, "bad-option", "//opik:field: from=%s is no Go name", v.From)
	}
	return append(rules, FieldRule{
		Property: v.Property, Rename: v.Rename, Value: v.Value, From: v.From, Hide: v.Hide, Keep: v.Keep, Type: v.Type, Doc: v.Doc, Pos: d.ArgPos,
	})
}

// arguments reads the parameters; the first is the context.
func (p *fileParser) arguments(m *Method, fn *ast.FuncType) bool {
	list := fn.Params.List
	if len(list) == 0 || p.source(list[0].Type) != "context.Context" || len(list[0].Names) > 1 {
		p.hintf(fn.Params.Pos(), "no-context", "its first parameter is ctx context.Context", "%s has no context", m.Name)
		return false
	}
	for _, f := range list {
		if len(f.Names) == 0 {
			p.errorf(f.Type.Pos(), "unnamed-parameter", "a parameter of %s has no name; names say which input of the operation is meant", m.Name)
			return false
		}
	}
	for _, f := range list[1:] {
		if _, ok := f.Type.(*ast.Ellipsis); ok {
			p.hintf(f.Type.Pos(), "variadic", "use a slice; the generated method has ...CallOption at its end", "%s is variadic", m.Name)
			return false
		}
		for _, n := range f.Names {
			m.Args = append(m.Args, Arg{Name: n.Name, Type: p.source(f.Type), Pos: p.position(n.Pos())})
		}
	}
	return true
}

// results reads what the method returns; the last is the error, unless the
// method returns an iterator, which carries it.
func (p *fileParser) results(m *Method, fn *ast.FuncType) bool {
	var types []string
	m.ResultPos = p.position(fn.End())
	if fn.Results != nil {
		m.ResultPos = p.position(fn.Results.Pos())
		for _, f := range fn.Results.List {
			for range max(len(f.Names), 1) {
				types = append(types, p.source(f.Type))
			}
		}
	}
	last := ""
	if len(types) > 0 {
		last = types[len(types)-1]
	}
	switch {
	case strings.HasPrefix(last, "iter.Seq2[") && len(types) == 1:
		m.Results = types
		return true
	case last != "error":
		p.diags.Add(diag.Diagnostic{
			Code: "no-error", Pos: m.ResultPos,
			Message: m.Name + " returns no error",
			Hint:    "its last result is error, or its only one an iter.Seq2 that yields errors",
		})
		return false
	case len(types) > 2:
		p.diags.Errorf(m.ResultPos, "results", "%s returns %d results besides the error; it can have one", m.Name, len(types)-1)
		return false
	}
	m.Results = types[:len(types)-1]
	return true
}

// message reads a type that is no interface.
func (p *fileParser) message(t *ast.TypeSpec, ds []directive.Directive, bad bool, doc string) {
	m := &Message{Name: t.Name.Name, Doc: doc, Source: p.source(t.Type), Pos: p.position(t.Name.Pos())}
	found := false
	for _, d := range ds {
		switch v := d.Value.(type) {
		case *directive.Async:
			found = true
			m.Operation, m.Path, m.Items, m.Key, m.Merge = v.Operation, v.Path, v.Items, v.Key, v.Merge
			m.Lane, m.Stage, m.Max, m.Method = v.Lane, v.Stage, v.Max, v.Method
			m.Group, m.Attach, m.Updates = v.Group, v.Attach, v.Updates
			m.OperationPos = d.ArgPos
		case *directive.Field:
			m.Fields = p.fieldRule(m.Fields, v, d)
		}
	}
	if !found && !bad {
		p.hintf(t.Name.Pos(), "no-directive", "put //opik:async into its comment", "the type %s is no message", m.Name)
	}
	if !found {
		return
	}
	p.set.Messages = append(p.set.Messages, m)
}

// free reads a comment that belongs to no declaration.
func (p *fileParser) free(group *ast.CommentGroup) {
	for _, d := range p.directives().Group(group, directive.OnNothing) {
		switch v := d.Value.(type) {
		case *directive.Skip:
			p.set.Skips = append(p.set.Skips, &Skip{Operation: v.Operation, Reason: v.Reason, Pos: d.Pos})
		case *directive.Parity:
			p.set.Parities = append(p.set.Parities, &Parity{SDK: v.SDK, Name: v.Symbol, Go: v.Go, Reason: v.Reason, Pos: d.ArgPos})
		case *directive.Pending:
			p.set.Pendings = append(p.set.Pendings, &Pending{Operation: v.Operation, Pos: d.Pos})
		}
	}
}

func (p *fileParser) attach(group *ast.CommentGroup) {
	if group != nil {
		p.attached[group] = true
	}
}

func (p *fileParser) directives() directive.Parser {
	return directive.Parser{Position: p.position, Diags: p.diags}
}

// source returns a type as it is written.
func (p *fileParser) source(n ast.Node) string {
	return string(p.data[p.fset.Position(n.Pos()).Offset:p.fset.Position(n.End()).Offset])
}

func (p *fileParser) position(pos token.Pos) diag.Position {
	at := p.fset.PositionFor(pos, false) // whatever a line comment says
	return diag.Position{File: at.Filename, Line: at.Line, Column: at.Column}
}

func (p *fileParser) errorf(pos token.Pos, code, format string, args ...any) {
	p.diags.Errorf(p.position(pos), code, format, args...)
}

func (p *fileParser) hintf(pos token.Pos, code, hint, format string, args ...any) {
	p.diags.Add(diag.Diagnostic{Code: code, Pos: p.position(pos), Message: fmt.Sprintf(format, args...), Hint: hint})
}

// docText returns the prose of a comment, without directives.
func docText(group *ast.CommentGroup) string { return strings.TrimSpace(group.Text()) }

// countLines counts the lines that hold anything besides comments.
func (p *fileParser) countLines(name string, file *ast.File) {
	code := slices.Clone(p.data)
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//opik:") {
				continue
			}
			for i := p.fset.Position(c.Pos()).Offset; i < p.fset.Position(c.End()).Offset; i++ {
				if code[i] != '\n' {
					code[i] = ' '
				}
			}
		}
	}
	for line := range bytes.Lines(code) {
		if len(bytes.TrimSpace(line)) > 0 {
			p.set.Lines[name]++
		}
	}
}
