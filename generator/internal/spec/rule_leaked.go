package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

var leakedGettersRule = rule{
	name: "leaked-getters",
	what: "Drops boolean properties that are helpers of the server's classes and no fields (names.yaml): the server does not read them, and whoever decodes JSON ignores members it does not know.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			props := get(n, "properties")
			for _, name := range known().LeakedGetters {
				if p := get(props, name); p != nil && baseType(p) == "boolean" {
					remove(props, name)
					dropRequired(n, name)
					r.note(p, "property %s dropped", name)
				}
			}
			if props != nil && len(props.Content) == 0 {
				remove(n, "properties")
			}
		})
	},
}

// dropRequired takes a name off the list of required properties, and an empty
// list off the schema.
func dropRequired(n *yaml.Node, name string) {
	list := get(n, "required")
	if list == nil {
		return
	}
	list.Content = slices.DeleteFunc(list.Content, func(x *yaml.Node) bool { return x.Value == name })
	if len(list.Content) == 0 {
		remove(n, "required")
	}
}
