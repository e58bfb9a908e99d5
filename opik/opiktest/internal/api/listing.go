package api

import (
	"iter"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/order"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// listing is a list whose records can be filtered and sorted.
type listing struct {
	filters  filter.Fields
	sortable []string
	// asGiven keeps the order of the records where a query wants no other; without
	// it they are sorted by id, greatest first.
	asGiven bool
}

// page answers with those of the views that the query's filters keep. They are
// asked for once the query is known to be right.
func (l listing) page(c *wire.Call, views iter.Seq[doc.Object]) (wire.Result, error) {
	f, err := filter.ParseQuery(c.Query.Get("filters"), l.filters)
	if err != nil {
		return wire.Result{}, err
	}
	by, err := order.Parse(c.Query.Get("sorting"), l.sortable)
	if err != nil {
		return wire.Result{}, err
	}
	kept := []doc.Object{}
	for v := range views {
		if f.Match(v) {
			kept = append(kept, v)
		}
	}
	if !l.asGiven {
		newestFirst(kept)
	}
	by.Sort(kept)
	return wire.Page(c, kept, l.sortable)
}

// named yields those of the records that belong to a project, if one is given, and
// have the text of the query's name in theirs, in upper or lower case.
func named[T any](c *wire.Call, project string, records []T, of func(T) (project, name string)) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, record := range records {
			its, name := of(record)
			if project != "" && its != project || !containsFold(name, c.Query.Get("name")) {
				continue
			}
			if !yield(record) {
				return
			}
		}
	}
}

// inPath returns the record whose id a part of the path has.
func inPath[T any](c *wire.Call, param string, find func(id string) (T, error)) (T, error) {
	id, err := c.ID(param)
	if err != nil {
		var none T
		return none, err
	}
	return find(id)
}
