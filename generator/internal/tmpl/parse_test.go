package tmpl_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

const library = `package templates

import "context"

// Books reads books.
// It does not write them.
//
//opik:service tag=Books noun=book
type Books interface {
	// Get returns a book.
	//
	//opik:op getBook path=/books/{id}
	//opik:field cover hide
	Get(ctx context.Context, id, edition string) (*rest.Book, error)
}

// Loan is a loan.
//
//opik:async createLoans items=loans key=id,reader max=10 stage=2
type Loan rest.Loan

//opik:skip burnBooks "they are needed"
//opik:pending lendBook
`

func TestParse(t *testing.T) {
	set, problems := tmpl.Parse([]tmpl.File{{Name: "templates/books.go", Data: []byte(library)}})
	if problems.Len() > 0 {
		t.Fatal(problems.Sorted())
	}
	at := func(line, column int) diag.Position {
		return diag.Position{File: "templates/books.go", Line: line, Column: column}
	}
	want := &tmpl.Set{
		Package: "templates",
		Groups: []*tmpl.Group{{
			Name: "Books", Doc: "Books reads books.\nIt does not write them.", Tag: "Books", Noun: "book",
			Pos: at(9, 6), TagPos: at(8, 16),
			Methods: []*tmpl.Method{{
				Name: "Get", Doc: "Get returns a book.", Operation: "getBook", Path: "/books/{id}",
				Args:    []tmpl.Arg{{Name: "id", Type: "string", Pos: at(14, 27)}, {Name: "edition", Type: "string", Pos: at(14, 31)}},
				Results: []string{"*rest.Book"}, ResultPos: at(14, 47),
				Fields: []tmpl.FieldRule{{Property: "cover", Hide: true, Pos: at(13, 15)}},
				Pos:    at(14, 2), OperationPos: at(12, 12),
			}},
		}},
		Messages: []*tmpl.Message{{
			Name: "Loan", Doc: "Loan is a loan.", Operation: "createLoans", Source: "rest.Loan", Items: "loans",
			Key: []string{"id", "reader"}, Max: 10, Stage: 2, Pos: at(20, 6), OperationPos: at(19, 14),
		}},
		Skips:    []*tmpl.Skip{{Operation: "burnBooks", Reason: "they are needed", Pos: at(22, 1)}},
		Pendings: []*tmpl.Pending{{Operation: "lendBook", Pos: at(23, 1)}},
		Lines:    map[string]int{"templates/books.go": 12},
	}
	if !reflect.DeepEqual(set, want) {
		t.Errorf("got\n%+v\nwant\n%+v", set, want)
	}
}

// Files are read in the order of their names, whatever the order they come in.
func TestParseSortsFiles(t *testing.T) {
	file := func(name, operation string) tmpl.File {
		return tmpl.File{Name: name, Data: []byte("package templates\n\n//opik:pending " + operation + "\n")}
	}
	set, problems := tmpl.Parse([]tmpl.File{file("b.go", "second"), file("a.go", "first")})
	if problems.Failed() || len(set.Pendings) != 2 || set.Pendings[0].Operation != "first" {
		t.Errorf("pendings %+v, problems %v", set.Pendings, problems.Sorted())
	}
}

// Whatever is in a template, it is either understood or reported.
func FuzzParse(f *testing.F) {
	f.Add(library)
	f.Add("package templates\n\n// opik:skip x\ntype T[P any] interface{ comparable }\n")
	f.Add("package templates\n/*opik:op*/ type T = struct{}\n//opik:\n//opik:async x=\"\n")
	f.Add("package templates\ntype I interface { M(_ ...int) (a, b error); ~int | string }")
	f.Add("package templates\n//line other.go:70\n//opik:skip\n/*line a.go:1:2*/ type T int\n")
	f.Add("package templates\r\n\r\n//opik:skip a \"b\r\n//opik:pending\r\n")
	f.Add("\ufeffpackage templates\n//opik:field a rename=\xff\ntype T struct{}")
	f.Add("package templates\n\ntype I interface {\n\t//opik:op a path=\n\tM(ctx context.Context, a []map[string]func(...int)) (iter.Seq2[a, error])\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, problems := tmpl.Parse([]tmpl.File{{Name: "t.go", Data: []byte(text)}})
		for _, d := range problems.Sorted() {
			inside := d.Pos.Line >= 1 && d.Pos.Line <= strings.Count(text, "\n")+1
			if d.Message == "" || d.Code == "" || d.Pos.File != "t.go" || !inside || d.Pos.Column < 1 {
				t.Errorf("incomplete diagnostic %+v", d)
			}
		}
		for _, m := range set.Messages {
			if m.Operation == "" {
				t.Errorf("message %s without an operation", m.Name)
			}
		}
	})
}
