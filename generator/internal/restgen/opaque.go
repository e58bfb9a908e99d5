package restgen

import "gopkg.in/yaml.v3"

// foldOpaque makes every schema that allows any JSON, or objects without a known
// member, the type of opaque JSON, in place: a named schema of that kind gets no
// type of its own.
func (d *document) foldOpaque() {
	opaque := map[string]string{}
	for name, s := range members(d.schemas) {
		if isOpaque(s) {
			opaque[name] = opaqueType
		}
	}
	d.everySchema(func(s *yaml.Node) {
		if isOpaque(s) || opaque[refName(s)] != "" {
			replaceBy(s, object("x-go-type", opaqueType))
		}
	})
	for name := range opaque {
		remove(d.schemas, name)
	}
	for from, now := range d.standsFor {
		if opaque[now] != "" {
			d.standsFor[from] = opaqueType
		}
	}
}

// shaping are the members of a schema that say more about a value than that it is
// JSON.
var shaping = []string{"$ref", "properties", "additionalProperties", "items", "allOf", "oneOf", "enum", "const", "x-go-type"}

func isOpaque(s *yaml.Node) bool {
	if s.Kind == yaml.ScalarNode {
		return s.Value == "true"
	}
	if t := schemaType(s); t != "" && t != "object" {
		return false
	}
	for _, key := range shaping {
		if get(s, key) != nil {
			return false
		}
	}
	// Alternatives of which none is a named schema are only a long way to say
	// any JSON.
	for _, option := range elements(get(s, "anyOf")) {
		if refName(option) != "" {
			return false
		}
	}
	return true
}
