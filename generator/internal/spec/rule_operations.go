package spec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

var requiredBodiesRule = rule{
	name: "required-bodies",
	what: "Marks request bodies as required: the server refuses an operation that has a body without it.",
	apply: func(r *repair) {
		r.each(bodyKind, func(n *yaml.Node) {
			if isTrue(get(n, "required")) {
				return
			}
			set(n, "required", boolean(true, n))
			r.note(n, "the request body is required")
		})
	},
}

var transportHeadersRule = rule{
	name: "transport-headers",
	what: "Drops header parameters that the HTTP client sets by itself (names.yaml).",
	apply: func(r *repair) {
		r.each(operationKind, func(n *yaml.Node) {
			list := get(n, "parameters")
			if list == nil {
				return
			}
			list.Content = slices.DeleteFunc(list.Content, func(p *yaml.Node) bool {
				drop := text(p, "in") == "header" && slices.ContainsFunc(known().TransportHeaders,
					func(h string) bool { return strings.EqualFold(h, text(p, "name")) })
				if drop {
					r.note(p, "header parameter %s dropped", text(p, "name"))
				}
				return drop
			})
			if len(list.Content) == 0 {
				remove(n, "parameters")
			}
		})
	},
}

var headerSchemasRule = rule{
	name: "header-schemas",
	what: "Gives response headers without a schema the type string; OpenAPI demands a schema.",
	apply: func(r *repair) {
		r.each(headerKind, func(n *yaml.Node) {
			if has(n, "schema") {
				return
			}
			set(n, "schema", mapping(n, str("type", n), str("string", n)))
			r.note(n, "the header is a string")
		})
	},
}
