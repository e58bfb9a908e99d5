package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

var unionsRule = rule{
	name: "unions",
	what: "Makes a union of a base schema with a discriminator but no `oneOf`: the base becomes the `oneOf` of its mapping, and its own members move to a schema `<Name>Base` (views: `<Name>Base_<View>`), which its variants then extend.",
	apply: func(r *repair) {
		schemas := r.schemas()
		if schemas == nil {
			return
		}
		named := slices.Clone(schemas.Content) // the repair adds schemas
		for i := 0; i < len(named); i += 2 {
			key, n := named[i], named[i+1]
			if has(n, "discriminator") && !hasAny(n, "oneOf", "anyOf") {
				r.makeUnion(schemas, key, n)
			}
		}
	},
}

func (r *repair) makeUnion(schemas, key, n *yaml.Node) {
	discriminator := get(n, "discriminator")
	variants := unionVariants(discriminator)
	if len(variants) == 0 {
		r.problems.Errorf(r.position(discriminator), CodeUnion, "the discriminator of %s has no mapping, so its variants are unknown", key.Value)
		return
	}
	family, view := splitView(key.Value)
	baseName := family + "Base" + view
	base := mapping(n)
	for k, v := range entries(n) {
		if k.Value != "discriminator" {
			base.Content = append(base.Content, k, v)
		}
	}
	if extended := r.extendInstead(key.Value, baseName); extended {
		if taken := get(schemas, baseName); taken != nil {
			r.problems.Errorf(r.position(taken), CodeConflict, "the name %s is needed for the members of %s, but is taken", baseName, key.Value)
			return
		}
		set(schemas, baseName, base)
	} else if missing := r.missingFrom(base, variants); missing != "" {
		// Nothing extends the base, so its members must be in the variants
		// already, or they would be lost.
		r.problems.Errorf(r.position(n), CodeUnion, "%s has a member that its variants lack: %s", key.Value, missing)
		return
	}
	var refs []*yaml.Node
	for _, v := range variants {
		refs = append(refs, reference(v, discriminator))
	}
	n.Content = []*yaml.Node{str("oneOf", n), sequence(n, refs...), str("discriminator", n), discriminator}
	r.note(n, "%s is a union of %d variants", key.Value, len(variants))
}

// unionVariants returns the schemas of the mapping, each once, in its order.
func unionVariants(discriminator *yaml.Node) []string {
	var out []string
	for _, ref := range entries(get(discriminator, "mapping")) {
		name := ref.Value[min(len(schemaPrefix), len(ref.Value)):]
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// extendInstead makes the schemas that extend one extend another, and reports
// whether there are any.
func (r *repair) extendInstead(of, base string) bool {
	found := false
	r.each(schemaKind, func(n *yaml.Node) {
		for _, part := range items(get(n, "allOf")) {
			if refName(part) == of {
				set(part, "$ref", str(schemaPrefix+base, part))
				found = true
			}
		}
	})
	return found
}

// missingFrom returns the name of a property of base that one of the variants
// does not have, or "".
func (r *repair) missingFrom(base *yaml.Node, variants []string) string {
	for _, variant := range variants {
		have := r.properties(r.schema(variant))
		for p := range entries(get(base, "properties")) {
			if _, ok := have[p.Value]; !ok {
				return p.Value
			}
		}
	}
	return ""
}

// properties returns the properties of a schema, over references and allOf. The
// reference checks have made sure that this ends.
func (d *document) properties(n *yaml.Node) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	n = d.deref(n)
	for k, v := range entries(get(n, "properties")) {
		out[k.Value] = v
	}
	for _, part := range items(get(n, "allOf")) {
		for k, v := range d.properties(part) {
			if _, ok := out[k]; !ok {
				out[k] = v
			}
		}
	}
	return out
}
