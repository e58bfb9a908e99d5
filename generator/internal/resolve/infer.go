package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// verb says which operations the first word of a method's name stands for: a
// kind, and what follows the collection in the path.
type verb struct {
	word string
	kind ir.Kind
	ends []string // "{}" is a parameter, "" the collection itself
}

// verbs are tried in this order, longer words before the words they begin with.
var verbs = []verb{
	{"UpdateBatch", ir.KindBatchUpdate, []string{"batch"}},
	{"DeleteBatch", ir.KindBatchDelete, []string{"delete", "delete-batch"}},
	{"Get", ir.KindGet, []string{"{}"}},
	{"List", ir.KindList, []string{""}},
	{"Search", ir.KindSearch, []string{"search", "stream"}},
	{"Create", ir.KindCreate, []string{""}},
	{"Add", ir.KindCreate, []string{""}},
	{"Update", ir.KindUpdate, []string{"{}"}},
	{"Retrieve", ir.KindGet, []string{"retrieve"}},
	{"Delete", ir.KindDelete, []string{"{}"}},
	{"Delete", ir.KindBatchDelete, []string{"delete"}},
	{"Stats", ir.KindQuery, []string{"stats"}},
}

// infer finds the operation of a method that names none, and the rule that found
// it. It reports when there is none, or more than one.
func (b *binder) infer() (*spec.Operation, string) {
	if b.group.Client {
		return b.sameName(b.tmpl.Name)
	}
	var found []*spec.Operation
	rule := ""
	for _, v := range verbs {
		sub, ok := strings.CutPrefix(b.tmpl.Name, v.word)
		if !ok || sub != "" && strings.ToUpper(sub[:1]) != sub[:1] || len(found) > 0 {
			continue
		}
		for _, op := range b.Contract.Operations {
			if op.Tag == b.group.Tag && b.rows[op.ID].Kind == v.kind && b.onCollection(op.Path, v.ends, sub) {
				found = append(found, op)
			}
		}
		if len(found) > 0 {
			what := b.noun
			if sub != "" {
				what = strings.Join(words(sub), " ")
			}
			rule = fmt.Sprintf("the verb %s and the noun %q fit this %s alone", v.word, what, v.kind)
		}
	}
	if len(found) == 0 {
		return b.sameName(b.namesWithNoun()...)
	}
	if len(found) > 1 {
		b.ambiguous(found)
		return nil, ""
	}
	return found[0], rule
}

// onCollection reports whether a path is that of the service's collection, or of
// a collection below it that sub names, with one of the ends.
func (b *binder) onCollection(path string, ends []string, sub string) bool {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	if parameterSegment(last) {
		last = "{}"
	}
	switch {
	case slices.Contains(ends, last):
		segments = segments[:len(segments)-1]
	case !slices.Contains(ends, "") || last == "{}":
		return false
	}
	if len(segments) == 0 || parameterSegment(segments[len(segments)-1]) {
		return false
	}
	literals := slices.DeleteFunc(segments, parameterSegment)
	slices.Reverse(literals)
	same := func(segment, name string) bool { return singular(folded(segment)) == singular(folded(name)) }
	if sub == "" {
		return same(literals[0], b.noun)
	}
	return same(literals[0], sub) && len(literals) > 1 && same(literals[1], b.noun)
}

func parameterSegment(s string) bool { return strings.HasPrefix(s, "{") }

// namesWithNoun returns the method's name, and the names that it has when the
// service's noun is put after its first word: AddScore of traces is AddTraceScore.
func (b *binder) namesWithNoun() []string {
	all := words(b.tmpl.Name)
	rest := strings.Join(all[1:], " ")
	return []string{
		b.tmpl.Name,
		strings.Join([]string{all[0], b.noun, rest}, " "),
		strings.Join([]string{all[0], plural(b.noun), rest}, " "),
	}
}

// sameName finds the operation that has one of the names, however it is spelt.
func (b *binder) sameName(names ...string) (*spec.Operation, string) {
	for _, name := range names {
		for _, op := range b.Contract.Operations {
			if folded(op.ID) == folded(name) && (b.group.Client || op.Tag == b.group.Tag) {
				return op, "the operation has the method's name"
			}
		}
	}
	b.missing(diag.Diagnostic{
		Code: "nothing-inferred", Pos: b.tmpl.Pos,
		Message: fmt.Sprintf("no operation can be inferred for %s.%s", b.owner, b.tmpl.Name),
		Hint:    orHint(diag.DidYouMean(folded(names[min(1, len(names)-1)]), b.operationIDs()), "name it with //opik:op"),
	})
	return nil, ""
}

// ambiguous reports that several operations fit.
func (b *binder) ambiguous(found []*spec.Operation) {
	var lines []string
	for _, op := range found {
		lines = append(lines, fmt.Sprintf("//opik:op %s  (%s %s)", op.ID, op.Method, op.Path))
	}
	b.diags.Add(diag.Diagnostic{
		Code: "ambiguous", Pos: b.tmpl.Pos,
		Message: fmt.Sprintf("%s.%s can be %d operations", b.owner, b.tmpl.Name, len(found)),
		Hint:    "name one of them:\n" + strings.Join(lines, "\n"),
		Related: found[0].Pos,
	})
}

func orHint(hint, other string) string {
	if hint == "" {
		return other
	}
	return hint + " Otherwise " + other
}
