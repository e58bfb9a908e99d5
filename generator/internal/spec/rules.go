package spec

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// rule is one repair. A rule names no schema, property or operation: it goes by
// structure, or takes names from names.yaml. It is idempotent: applied to its own
// result, it changes nothing.
type rule struct {
	name string
	// what it repairs, in a sentence for the documentation.
	what  string
	apply func(*repair)
}

// rules in the order in which they run. The order matters where a comment says so.
var rules = []rule{
	proseRule,
	scalarsRule,
	boundsRule,
	patternsRule,
	leakedGettersRule,
	snakeCaseRule,
	streamItemsRule,
	binaryRule,  // before anyJSONRule: an empty object means bytes there
	anyJSONRule, // after streamItemsRule, which needs the contradiction to recognise items
	nullableRule,
	unionsRule,
	allOfDuplicatesRule, // after snakeCaseRule and unionsRule, which bring the duplicates together
	requiredBodiesRule,
	transportHeadersRule,
	headerSchemasRule,
}

// Change is one thing that a rule changed.
type Change struct {
	Rule string        `json:"rule"`
	Pos  diag.Position `json:"position"`
	What string        `json:"what"`
}

// repair is a document under repair by one rule.
type repair struct {
	*document
	rule     string
	changes  *[]Change
	problems *diag.List
}

// note records a change at n.
func (r *repair) note(n *yaml.Node, format string, args ...any) {
	*r.changes = append(*r.changes, Change{Rule: r.rule, Pos: r.position(n), What: fmt.Sprintf(format, args...)})
}

// each visits the objects of one kind.
func (r *repair) each(k *kind, visit func(n *yaml.Node)) {
	walk(r.root, documentKind, func(n *yaml.Node, found *kind) {
		if found == k {
			visit(n)
		}
	})
}

// repairAll applies all rules and returns what they changed.
func (d *document) repairAll(problems *diag.List) []Change {
	var changes []Change
	for _, rule := range rules {
		rule.apply(&repair{document: d, rule: rule.name, changes: &changes, problems: problems})
	}
	return changes
}
