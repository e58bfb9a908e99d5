package gosrc_test

import (
	"slices"
	"testing"

	"github.com/opik-go/sdk/generator/internal/gosrc"
)

func TestExported(t *testing.T) {
	files := []gosrc.File{
		{Name: "a.go", Data: []byte(`package books

type Book struct {
	Title, Author string
	Page[int]
	shelf int
}

func (b *Book) Open() {}
func (Book) close()  {}

type List[T any] []T

func (l *List[T]) All() {}
func (l List[T]) Len() int { return 0 }

type Pair[K, V any] struct{ Key K; Value V }

func (p *(Pair[K, V])) Swap() {}

type hidden struct{ Field int }

func (hidden) Method() {}

func Read() {}
func write() {}

const (
	First, second = 1, 2
)

var Last = First
`)},
		{Name: "b.go", Data: []byte("package bookstest\n\ntype Server struct{}\n\nfunc (*Server) Close() {}\n")},
		// A file with an error still declares what is before it.
		{Name: "c.go", Data: []byte("package books\n\nfunc Before() {}\n\nfunc (")},
		{Name: "d.go", Data: []byte("no Go at all")},
	}
	want := []string{
		"Before", "Book", "Book.Author", "Book.Open", "Book.Title", "First", "Last", "List", "List.All", "List.Len",
		"Pair", "Pair.Key", "Pair.Swap", "Pair.Value", "Read", "bookstest.Server", "bookstest.Server.Close",
	}
	if got := gosrc.Exported("books", files); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
