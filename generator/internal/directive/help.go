package directive

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
)

// source is this package's registry: its comments are the help.
//
//go:embed registry.go
var source string

// Help describes a directive.
type Help struct {
	Name      string   `json:"name"`
	Usage     string   `json:"usage"`
	Doc       string   `json:"doc"`
	Places    []Place  `json:"places"`
	Repeat    bool     `json:"repeat"`
	Arguments []Option `json:"arguments"`
}

// Option describes an argument of a directive.
type Option struct {
	Name     string `json:"name"`
	Sort     string `json:"sort"` // arg, key, flag, text
	Required bool   `json:"required"`
	// Values lists what is allowed, if not everything is.
	Values []string `json:"values,omitempty"`
	Doc    string   `json:"doc"`
}

// All returns the help for all directives, in the registry's order.
func All() ([]Help, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "registry.go", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	docs := comments(file)
	var all []Help
	for _, e := range entries {
		t := reflect.TypeOf(e.make()).Elem()
		h := Help{Name: e.name, Usage: usage(e.name), Doc: docs[t.Name()], Places: e.places, Repeat: e.repeat}
		for f := range fields(t) {
			how, rule := tag(f)
			o := Option{Name: strings.ToLower(f.Name), Sort: how, Required: rule == "required", Doc: docs[t.Name()+"."+f.Name]}
			if rule != "" && !o.Required {
				o.Values = strings.Split(rule, "|")
			}
			h.Arguments = append(h.Arguments, o)
		}
		all = append(all, h)
	}
	return all, nil
}

// comments returns the doc comments of a file's structs and their fields, by
// Type and Type.Field.
func comments(file *ast.File) map[string]string {
	docs := map[string]string{}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range gen.Specs {
			t, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			docs[t.Name.Name] = strings.TrimSpace(gen.Doc.Text())
			st, ok := t.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range st.Fields.List {
				docs[t.Name.Name+"."+f.Names[0].Name] = strings.TrimSpace(f.Doc.Text())
			}
		}
	}
	return docs
}

// usage returns a directive as it is written: required arguments first.
func usage(name string) string {
	t := reflect.TypeOf(lookup(name).make()).Elem()
	b := strings.Builder{}
	b.WriteString("//opik:" + name)
	for f := range fields(t) {
		how, rule := tag(f)
		word := strings.ToLower(f.Name)
		switch how {
		case "key":
			value := "..."
			if rule != "" && rule != "required" {
				value = rule
			}
			word += "=" + value
		case "text":
			word = `"` + word + `"`
		}
		if rule == "required" {
			fmt.Fprintf(&b, " %s", word)
		} else {
			fmt.Fprintf(&b, " [%s]", word)
		}
	}
	return b.String()
}
