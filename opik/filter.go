package opik

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// FilterError says where a filter's text is wrong. Methods return it without having
// sent a request, iterators as their first error. Find it with [errors.As] as
// *FilterError.
type FilterError struct {
	// Filter is the text.
	Filter string
	// Column is the place in it, counted in characters from 1. One behind the last
	// character means the end of the text.
	Column int
	// Problem says what is wrong there.
	Problem string
	// Expected says what would be right; it may be empty.
	Expected string
	// Hint says what to do, for instance the name that was probably meant; it may be
	// empty.
	Hint string
}

// Error says what is wrong, where, and what would be right.
func (e *FilterError) Error() string {
	return "opik: filter: " + (&oql.Error{Column: e.Column, Problem: e.Problem, Expected: e.Expected, Hint: e.Hint}).Error()
}

// And joins filters of one entity: what they choose meets all of them. Those that
// are empty say nothing.
func And[F ~string](filters ...F) F {
	var parts []string
	for _, f := range filters {
		if f != "" {
			parts = append(parts, string(f))
		}
	}
	return F(strings.Join(parts, " AND "))
}

// parseFilter reads a text and makes the REST layer's filters of it.
func parseFilter[T any](text string, table *oql.Table, record func(oql.Filter) T) ([]T, error) {
	conditions, err := table.Filters(text)
	if err != nil {
		var wrong *oql.Error
		if !errors.As(err, &wrong) {
			return nil, fmt.Errorf("opik: filter: %w", err)
		}
		return nil, &FilterError{text, wrong.Column, wrong.Problem, wrong.Expected, wrong.Hint}
	}
	var records []T
	for _, c := range conditions {
		records = append(records, record(c))
	}
	return records, nil
}

// bothFilters joins the filters of a text with those of a list, which it leaves as
// it is.
func bothFilters[T any](parse func() ([]T, error), list []T) ([]T, error) {
	parsed, err := parse()
	if err != nil || len(parsed) == 0 {
		return list, err
	}
	return slices.Concat(parsed, list), nil
}
