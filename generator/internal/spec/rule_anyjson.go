package spec

import "gopkg.in/yaml.v3"

var anyJSONRule = rule{
	name: "any-json",
	what: "Gives free-form JSON the empty schema, which accepts it. The document writes it as an object without properties, or as type object beside alternatives that are no objects; both are too narrow for the server.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			if isBareObject(n) {
				remove(n, "type")
				r.note(n, "an object without properties is any JSON")
				return
			}
			if t := get(n, "type"); t != nil && contradictory(n) {
				remove(n, "type")
				r.note(t, "type %s contradicts the alternatives", t.Value)
			}
			// An alternative that accepts anything makes the others void.
			for _, a := range items(get(n, "anyOf")) {
				if isBareObject(a) || isAnything(a) {
					remove(n, "anyOf")
					r.note(a, "alternatives with a free-form object are any JSON")
					return
				}
			}
		})
	},
}

// contradictory reports whether the schema's type excludes one of its inline
// alternatives.
func contradictory(n *yaml.Node) bool {
	for _, a := range append(items(get(n, "anyOf")), items(get(n, "oneOf"))...) {
		if t := baseType(a); t != "" && t != baseType(n) {
			return true
		}
	}
	return false
}
