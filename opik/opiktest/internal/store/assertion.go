package store

import (
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// assertionKey identifies the result of an assertion about an entity.
type assertionKey struct{ Name, Author string }

// assertion is the result of one assertion of a test suite.
type assertion struct {
	passed bool
	reason string
}

func (s *Store) putAssertion(e entity, key assertionKey, a assertion) {
	if s.assertions[e] == nil {
		s.assertions[e] = map[assertionKey]assertion{}
	}
	s.assertions[e][key] = a
}

// scoredAssertion is the result that a score of the category for assertions stands for.
func scoredAssertion(body doc.Object) assertion {
	value, ok := doc.Decimal(doc.Text(body["value"]))
	return assertion{passed: ok && value.Sign() > 0, reason: doc.String(body, "reason")}
}

// PutAssertions stores results of assertions. The entities need not exist. Either
// all are stored or none.
func (s *Store) PutAssertions(t EntityType, results []doc.Object, user string) error {
	for _, r := range results {
		if id, _ := uuid7.Parse(doc.String(r, "entity_id")); !uuid7.IsV7(id) {
			return apierr.NotVersion7(t.String())
		}
	}
	for _, r := range results {
		if _, err := s.optionalProject(r, user); err != nil {
			return err
		}
		s.putAssertion(entity{t, lower(doc.String(r, "entity_id"))}, assertionKey{doc.String(r, "name"), user},
			assertion{passed: doc.String(r, "status") == "passed", reason: doc.String(r, "reason")})
	}
	return nil
}

// assertionViews returns the results about an entity, by the text of the assertion.
func (s *Store) assertionViews(e entity) []any {
	byName := map[string][]assertionKey{}
	for key := range s.assertions[e] {
		byName[key.Name] = append(byName[key.Name], key)
	}
	out := []any{}
	for _, name := range sortedKeys(byName) {
		passed, reasons := true, []string{}
		for _, key := range byName[name] {
			a := s.assertions[e][key]
			passed = passed && a.passed
			if a.reason != "" {
				reasons = append(reasons, a.reason)
			}
		}
		o := doc.Object{"value": name, "passed": passed}
		if len(reasons) > 0 {
			slices.Sort(reasons)
			o["reason"] = strings.Join(reasons, ", ")
		}
		out = append(out, o)
	}
	return out
}

// allPassed tells whether a run passed: all of its assertions did.
func allPassed(results []any) bool {
	return !slices.ContainsFunc(results, func(r any) bool { return !doc.Bool(r.(doc.Object), "passed", false) })
}

func runStatus(passed bool) string {
	if passed {
		return "passed"
	}
	return "failed"
}
