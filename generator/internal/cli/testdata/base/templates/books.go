package templates

import (
	"context"
	"iter"

	"example.com/library/gen/rest"
)

// Books reads and writes books.
//
//opik:service tag=Books
type Books interface {
	Get(ctx context.Context, id string) (*rest.Book, error)
	List(ctx context.Context) iter.Seq2[rest.Book, error]
	Search(ctx context.Context) iter.Seq2[rest.Book, error]
	Create(ctx context.Context, name string) (*rest.Book, error)
	Update(ctx context.Context, id string) error
	Delete(ctx context.Context, id string) error
	DeleteBatch(ctx context.Context, ids []string) error
	AddNote(ctx context.Context, bookID, text string) (string, error)
	//opik:op importBooks
	Import(ctx context.Context, file rest.File) error
	//opik:op downloadScan
	Scan(ctx context.Context, id string) (*rest.Content, error)
	//opik:op findNames_1 path=/v1/books/names
	Names(ctx context.Context) ([]string, error)
	//opik:op getLoan
	Loan(ctx context.Context, bookID, loanID string) (*rest.Loan, error)
	UpdateBatch(ctx context.Context, ids []string, update rest.BookUpdate) error
}

// Authors reads authors.
//
//opik:service tag=Authors
type Authors interface {
	List(ctx context.Context) iter.Seq2[rest.Author, error]
}

//opik:skip getOldBook "the archive is closed"
//opik:pending getOlderBook
