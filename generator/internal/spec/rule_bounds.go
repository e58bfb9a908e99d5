package spec

import "gopkg.in/yaml.v3"

var boundsRule = rule{
	name: "bounds",
	what: "Turns boolean `exclusiveMinimum` and `exclusiveMaximum`, as OpenAPI 3.0 has them, into numbers: true takes the place of the bound beside it, false goes.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			for _, pair := range [][2]string{{"exclusiveMinimum", "minimum"}, {"exclusiveMaximum", "maximum"}} {
				exclusive, inclusive := pair[0], pair[1]
				flag := get(n, exclusive)
				if flag == nil || flag.ShortTag() != tagBool {
					continue
				}
				limit := get(n, inclusive)
				if isTrue(flag) && limit != nil {
					set(n, exclusive, limit)
					remove(n, inclusive)
					r.note(flag, "%s is %s", exclusive, limit.Value)
					continue
				}
				remove(n, exclusive)
				r.note(flag, "%s: %s has no effect", exclusive, flag.Value)
			}
		})
	},
}
