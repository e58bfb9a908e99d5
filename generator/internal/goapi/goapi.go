// Package goapi reads off Go source what it exports, as plain text that two
// versions can be compared by. It only parses: the source need not compile.
package goapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Kind is what a symbol is.
type Kind string

const (
	Type     Kind = "type"
	Field    Kind = "field"
	Method   Kind = "method"
	Function Kind = "function"
	Constant Kind = "constant"
	Variable Kind = "variable"
)

// Symbol is something that a package exports.
type Symbol struct {
	// Name is unique: rest.Trace, rest.Trace.Name, opik.TracesService.List.
	Name string
	Kind Kind
	// Of is the name of the type that a field, method or constant belongs to;
	// empty for others.
	Of string
	// Text is what users depend on: a signature without the names of the
	// arguments, a type, a value.
	Text string
	// Arguments are the names of the arguments of a function or method.
	Arguments []string
	// Takes and Gives are the types that the arguments and results of a function
	// or method mention; for fields Gives has those of the field's type.
	Takes, Gives []string
	// Wire is how a field is sent; empty if no tag says so.
	Wire string
	// Deprecated says that the comment has a notice.
	Deprecated bool
}

// Read returns what a file of the package with the name exports.
func Read(pkg, file string, source []byte) ([]Symbol, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	r := &reader{pkg: pkg}
	for _, decl := range tree.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			r.function(decl)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					r.typeSpec(spec, decl.Doc)
				case *ast.ValueSpec:
					r.values(spec, decl)
				}
			}
		}
	}
	return r.all, nil
}

// reader collects the symbols of one file.
type reader struct {
	pkg string
	all []Symbol
}

func (r *reader) function(f *ast.FuncDecl) {
	if !f.Name.IsExported() {
		return
	}
	s := Symbol{Name: r.pkg + "." + f.Name.Name, Kind: Function, Deprecated: deprecated(f.Doc)}
	if f.Recv != nil {
		of := strings.TrimLeft(types.ExprString(f.Recv.List[0].Type), "*")
		if of, _, _ = strings.Cut(of, "["); !ast.IsExported(of) {
			return
		}
		s.Kind, s.Of = Method, r.pkg+"."+of
		s.Name = s.Of + "." + f.Name.Name
	}
	r.signature(&s, f.Type)
	r.all = append(r.all, s)
}

// signature fills in what a function takes and gives.
func (r *reader) signature(s *Symbol, f *ast.FuncType) {
	list := func(fields *ast.FieldList, names *[]string, mentioned *[]string) string {
		var texts []string
		if fields == nil {
			return ""
		}
		for _, field := range fields.List {
			*mentioned = append(*mentioned, r.mentions(field.Type)...)
			text := types.ExprString(field.Type)
			for range max(len(field.Names), 1) {
				texts = append(texts, text)
			}
			for _, n := range field.Names {
				*names = append(*names, n.Name)
			}
		}
		return strings.Join(texts, ", ")
	}
	var ignored []string
	s.Text = "func(" + list(f.Params, &s.Arguments, &s.Takes) + ")"
	switch results := list(f.Results, &ignored, &s.Gives); {
	case f.Results.NumFields() > 1:
		s.Text += " (" + results + ")"
	case results != "":
		s.Text += " " + results
	}
}

// mentions returns the types of the package, and those of others, that an
// expression names.
func (r *reader) mentions(x ast.Expr) []string {
	var out []string
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			out = append(out, types.ExprString(n))
			return false
		case *ast.Ident:
			if n.IsExported() {
				out = append(out, r.pkg+"."+n.Name)
			}
		}
		return true
	})
	return out
}

func (r *reader) typeSpec(t *ast.TypeSpec, doc *ast.CommentGroup) {
	if !t.Name.IsExported() {
		return
	}
	if t.Doc != nil {
		doc = t.Doc
	}
	s := Symbol{Name: r.pkg + "." + t.Name.Name, Kind: Type, Deprecated: deprecated(doc)}
	at := len(r.all)
	r.all = append(r.all, s)
	switch x := t.Type.(type) {
	case *ast.StructType:
		r.all[at].Text = "struct"
		r.fields(s.Name, x)
	case *ast.InterfaceType:
		r.all[at].Text = "interface"
		r.methods(s.Name, x)
	default:
		r.all[at].Text = types.ExprString(t.Type)
		r.all[at].Gives = r.mentions(t.Type)
	}
	if t.Assign.IsValid() {
		r.all[at].Text = "= " + r.all[at].Text
	}
}

func (r *reader) fields(of string, t *ast.StructType) {
	for _, f := range t.Fields.List {
		text := types.ExprString(f.Type)
		names := make([]string, 0, 1)
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
		if len(f.Names) == 0 { // embedded
			base := strings.TrimLeft(text, "*")
			names = append(names, base[strings.LastIndexByte(base, '.')+1:])
		}
		for _, name := range names {
			if ast.IsExported(name) {
				r.all = append(r.all, Symbol{
					Name: of + "." + name, Kind: Field, Of: of, Text: text, Gives: r.mentions(f.Type),
					Wire: wire(f.Tag), Deprecated: deprecated(f.Doc),
				})
			}
		}
	}
}

func (r *reader) methods(of string, t *ast.InterfaceType) {
	for _, f := range t.Methods.List {
		fn, ok := f.Type.(*ast.FuncType)
		if !ok {
			name := types.ExprString(f.Type)
			r.all = append(r.all, Symbol{Name: of + "." + name, Kind: Field, Of: of, Text: name})
			continue
		}
		for _, n := range f.Names {
			if n.IsExported() {
				s := Symbol{Name: of + "." + n.Name, Kind: Method, Of: of, Deprecated: deprecated(f.Doc)}
				r.signature(&s, fn)
				r.all = append(r.all, s)
			}
		}
	}
}

func (r *reader) values(v *ast.ValueSpec, decl *ast.GenDecl) {
	kind := Variable
	if decl.Tok == token.CONST {
		kind = Constant
	}
	for i, n := range v.Names {
		if !n.IsExported() {
			continue
		}
		s := Symbol{Name: r.pkg + "." + n.Name, Kind: kind, Deprecated: deprecated(v.Doc)}
		if v.Type != nil {
			s.Text = types.ExprString(v.Type)
			if ast.IsExported(s.Text) && kind == Constant {
				s.Of = r.pkg + "." + s.Text
			}
		}
		// The value of a constant is a part of what users see; that of a variable
		// is not.
		if i < len(v.Values) && kind == Constant {
			s.Text = strings.TrimSpace(s.Text + " = " + types.ExprString(v.Values[i]))
		}
		r.all = append(r.all, s)
		if x, ok := v.Type.(*ast.StructType); ok {
			r.all[len(r.all)-1].Text = "struct"
			r.fields(s.Name, x)
		}
	}
}

// wire returns the name under which a field is sent.
func wire(tag *ast.BasicLit) string {
	if tag == nil {
		return ""
	}
	text, err := strconv.Unquote(tag.Value)
	if err != nil {
		return "" // no tag that anything reads
	}
	for _, key := range []string{"json", "query", "header"} {
		if name, _, _ := strings.Cut(reflect.StructTag(text).Get(key), ","); name != "" {
			return name
		}
	}
	return ""
}

// deprecated reports whether a comment has a paragraph that says so.
func deprecated(doc *ast.CommentGroup) bool {
	return slices.ContainsFunc(strings.Split(doc.Text(), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "Deprecated: ")
	})
}
