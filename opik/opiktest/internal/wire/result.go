package wire

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Result is what a handler answers.
type Result struct {
	Status int
	Header http.Header
	// Body is encoded as JSON, if there is one.
	Body any
	// Created is the id of a new entity; the Location header is made from it.
	Created string
	// Items are sent as a stream, if Streamed is set.
	Items    []doc.Object
	Streamed bool
	// Raw is sent as it is, with RawType, if that is set.
	Raw     []byte
	RawType string
}

// OK answers 200 with a JSON body.
func OK(body any) Result { return Result{Status: http.StatusOK, Body: body} }

// NoContent answers 204.
func NoContent() Result { return Result{Status: http.StatusNoContent} }

// CreatedAt answers 201 with a Location header and no body.
func CreatedAt(id string) Result { return Result{Status: http.StatusCreated, Created: id} }

// Stream answers with one object after the other.
func Stream(items []doc.Object) Result {
	return Result{Status: http.StatusOK, Items: items, Streamed: true}
}

// AppendItem appends an item of a stream in the server's framing.
func AppendItem(b []byte, item doc.Object) []byte {
	return append(append(b, doc.Encode(item)...), '\r', '\n')
}

// Page answers one page of a list.
func Page(c *Call, all []doc.Object, sortable []string) (Result, error) {
	return PageOf(c, len(all), func(i int) doc.Object { return all[i] }, sortable)
}

// PageOf answers one page of a list that has total entities. view is asked for
// those of the page only. The page's size is the number of entities in it, not
// the number asked for.
func PageOf(c *Call, total int, view func(i int) doc.Object, sortable []string) (Result, error) {
	page, err := c.QueryInt("page", 1)
	if err != nil {
		return Result{}, err
	}
	size, err := c.QueryInt("size", 10)
	if err != nil {
		return Result{}, err
	}
	from := total
	if page-1 <= total/size { // else the product may not fit
		from = min((page-1)*size, total)
	}
	content := make([]doc.Object, min(size, total-from))
	for i := range content {
		content[i] = view(from + i)
	}
	body := doc.Object{"page": page, "size": len(content), "total": total, "content": content}
	if sortable != nil {
		body["sortable_by"] = doc.FromStrings(sortable)
	}
	return OK(body), nil
}
