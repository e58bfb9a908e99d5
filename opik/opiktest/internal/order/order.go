// Package order reads the sorting parameter of list operations and compares
// read views by it.
package order

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// By is one criterion. The zero value means: as the list is.
type By struct {
	path       []string
	score      string // name of a score, for fields like feedback_scores.quality
	descending bool
}

// Parse reads the text of the parameter. Only its first element counts, and a
// field that cannot be sorted by is ignored. A field of sortable that ends in
// ".*" stands for all names below it.
func Parse(text string, sortable []string) (By, error) {
	if text == "" {
		return By{}, nil
	}
	var list []struct {
		Field     string `json:"field"`
		Direction string `json:"direction"`
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return By{}, apierr.Message(http.StatusBadRequest, "Invalid sorting query parameter '%s'", text)
	}
	if len(list) == 0 || !canSort(list[0].Field, sortable) {
		return By{}, nil
	}
	field := list[0].Field
	by := By{descending: strings.EqualFold(list[0].Direction, "DESC")}
	if head, name, found := strings.Cut(field, "."); found && strings.HasSuffix(head, "scores") {
		by.path, by.score = []string{head}, name
	} else {
		by.path = strings.Split(field, ".")
	}
	return by, nil
}

func canSort(field string, sortable []string) bool {
	return slices.ContainsFunc(sortable, func(s string) bool {
		prefix, dynamic := strings.CutSuffix(s, "*")
		return s == field || dynamic && strings.HasPrefix(field, prefix) && len(field) > len(prefix)
	})
}

// Sorts tells whether there is a criterion.
func (b By) Sorts() bool { return b.path != nil }

// Sort sorts views in place; equal ones keep their order. Views without a value
// come last.
func (b By) Sort(views []doc.Object) {
	if !b.Sorts() {
		return
	}
	slices.SortStableFunc(views, func(x, y doc.Object) int {
		vx, vy := b.value(x), b.value(y)
		if vx == nil || vy == nil {
			return cmp.Compare(absent(vx), absent(vy))
		}
		c := compare(vx, vy)
		if b.descending {
			return -c
		}
		return c
	})
}

func absent(v any) int {
	if v == nil {
		return 1
	}
	return 0
}

func (b By) value(view doc.Object) any {
	var v any = view
	for _, name := range b.path {
		o, _ := v.(doc.Object)
		v = o[name]
	}
	if b.score == "" {
		return v
	}
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(doc.Object); ok && doc.String(o, "name") == b.score {
			return o["value"]
		}
	}
	return nil
}

// compare orders numbers as numbers, instants as instants and the rest as text.
func compare(x, y any) int {
	sx, sy := doc.Text(x), doc.Text(y)
	if rx, ok := doc.Decimal(sx); ok {
		if ry, ok := doc.Decimal(sy); ok {
			return rx.Cmp(ry)
		}
	}
	if tx, err := doc.ParseTime(sx); err == nil {
		if ty, err := doc.ParseTime(sy); err == nil {
			return tx.Compare(ty)
		}
	}
	return strings.Compare(sx, sy)
}
