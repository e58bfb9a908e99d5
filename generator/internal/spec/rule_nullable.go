package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

var nullableRule = rule{
	name: "nullable",
	what: "Replaces `nullable`, which OpenAPI 3.1 does not know: a type becomes a list with null, anything else an alternative beside null.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			flag := get(n, "nullable")
			if flag == nil {
				return
			}
			remove(n, "nullable")
			r.note(flag, "nullable: %s", flag.Value)
			if !isTrue(flag) {
				return
			}
			null := str("null", flag)
			switch t := get(n, "type"); {
			case t != nil && t.Kind == yaml.ScalarNode:
				set(n, "type", sequence(t, t, null))
			case t != nil || isAnything(n):
				// A list of types has null already; anything includes null.
			default:
				r.orNull(n, null)
			}
		})
	},
}

// orNull moves the restrictions of n into an alternative beside null. The
// annotations stay where they are.
func (r *repair) orNull(n, null *yaml.Node) {
	inner := mapping(n)
	var outer []*yaml.Node
	for k, v := range entries(n) {
		if slices.Contains(annotations, k.Value) {
			outer = append(outer, k, v)
		} else {
			inner.Content = append(inner.Content, k, v)
		}
	}
	// allOf with a single part is how OpenAPI 3.0 puts a member beside a reference.
	if only := items(get(inner, "allOf")); len(only) == 1 && len(inner.Content) == 2 {
		inner = only[0]
	}
	typeNull := mapping(null, str("type", null), null)
	n.Content = append(outer, str("anyOf", n), sequence(n, inner, typeNull))
}
