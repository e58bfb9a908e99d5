package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

var streamItemsRule = rule{
	name: "stream-items",
	what: "Makes the entity the item of a stream, where the document says type string or object and, beside it, either the entity or an error object. Readers of streams look for the error object on their own.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			item := get(n, "items")
			alternatives := items(get(item, "anyOf"))
			if len(alternatives) != 2 || !has(item, "type") {
				return
			}
			var entities []string
			for _, a := range alternatives {
				name := refName(a)
				if name == "" {
					return
				}
				if !slices.Contains(known().ErrorFamilies, Family(name)) {
					entities = append(entities, name)
				}
			}
			if len(entities) != 1 {
				return
			}
			set(n, "items", reference(entities[0], item))
			r.note(item, "the items of the stream are %s", entities[0])
		})
	},
}
