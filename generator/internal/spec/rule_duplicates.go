package spec

import "gopkg.in/yaml.v3"

var allOfDuplicatesRule = rule{
	name: "allof-duplicates",
	what: "Drops a property of an inline part of `allOf` which the schema that it extends has already, in the same form.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			inherited := map[string]*yaml.Node{}
			for _, part := range items(get(n, "allOf")) {
				if refName(part) == "" {
					continue
				}
				for name, p := range r.properties(part) {
					inherited[name] = p
				}
			}
			if len(inherited) == 0 {
				return
			}
			for _, part := range items(get(n, "allOf")) {
				r.dropInherited(part, inherited)
			}
		})
	},
}

func (r *repair) dropInherited(part *yaml.Node, inherited map[string]*yaml.Node) {
	props := get(part, "properties")
	if props == nil {
		return
	}
	kept := props.Content[:0:0]
	for key, v := range entries(props) {
		if twin := inherited[key.Value]; twin != nil && equal(twin, v) {
			r.note(key, "property %s is inherited", key.Value)
			continue
		}
		kept = append(kept, key, v)
	}
	props.Content = kept
	if len(kept) == 0 {
		remove(part, "properties")
	}
}
