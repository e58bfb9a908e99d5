package spec

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// lint reports what is valid OpenAPI and still wrong for a generator: unions that
// would lose their variants, properties spelled twice, types that exclude each
// other. The import repairs all of it, so a finding means a new kind of mistake in
// the document, a hand edit, or a slip in the overlay.
func (d *document) lint(problems *diag.List) {
	report := func(n *yaml.Node, format string, args ...any) {
		problems.Errorf(d.position(n), CodeLint, format, args...)
	}
	walk(d.root, documentKind, func(n *yaml.Node, k *kind) {
		if k != schemaKind {
			return
		}
		if disc := get(n, "discriminator"); disc != nil && !hasAny(n, "oneOf", "anyOf") {
			report(disc, "a discriminator without oneOf loses the variants")
		}
		if t := get(n, "type"); t != nil && contradictory(n) {
			report(t, "type %s contradicts the alternatives beside it", baseType(n))
		}
		d.lintSpelling(n, report)
		d.lintInheritance(n, report)
	})
}

// lintSpelling reports properties that are one on the wire.
func (d *document) lintSpelling(n *yaml.Node, report func(*yaml.Node, string, ...any)) {
	if !hasAny(n, "properties", "allOf") {
		return
	}
	spelled := map[string]string{}
	props := d.properties(n)
	for _, name := range slices.Sorted(maps.Keys(props)) {
		snake := snakeCase(name)
		if first, ok := spelled[snake]; ok {
			report(props[name], "the properties %q and %q are one on the wire", first, name)
		}
		spelled[snake] = name
	}
}

// lintInheritance reports a property that two parts of allOf give different types.
func (d *document) lintInheritance(n *yaml.Node, report func(*yaml.Node, string, ...any)) {
	seen := map[string]*yaml.Node{}
	for _, part := range items(get(n, "allOf")) {
		for name, p := range d.properties(part) {
			first := seen[name]
			if first == nil {
				seen[name] = p
				continue
			}
			if a, b := baseType(d.deref(first)), baseType(d.deref(p)); a != "" && b != "" && a != b {
				report(p, "the property %q is of type %s in one part of allOf and %s in another", name, a, b)
			}
		}
	}
}
