package spec

import (
	"gopkg.in/yaml.v3"
)

var binaryRule = rule{
	name: "binary",
	what: "Makes bytes (`type: string`, `format: binary`) of the empty objects that stand for content which is no JSON: files of a multipart body, and bodies of binary media types.",
	apply: func(r *repair) {
		for _, op := range r.operations() {
			op.content(func(status string, mediaType, media *yaml.Node) {
				schema := get(media, "schema")
				if schema == nil {
					return
				}
				switch mediaType.Value {
				case "application/json", "application/x-www-form-urlencoded", "text/event-stream":
				case "multipart/form-data":
					for name, part := range entries(get(r.deref(schema), "properties")) {
						if isBareObject(part) {
							*part = *binary(part)
							r.note(part, "the part %s is a file", name.Value)
						}
					}
				default:
					if target := r.deref(schema); isBareObject(target) || isAnything(target) {
						set(media, "schema", binary(schema))
						r.note(schema, "content of type %s is bytes", mediaType.Value)
					}
				}
			})
		}
	},
}

func binary(origin *yaml.Node) *yaml.Node {
	return mapping(origin, str("type", origin), str("string", origin), str("format", origin), str("binary", origin))
}

// annotations are members of a schema that do not restrict its values.
var annotations = []string{"readOnly", "writeOnly", "deprecated", "default", "description"}

// restrictions counts the members that restrict values.
func restrictions(n *yaml.Node) int {
	count := len(n.Content) / 2
	for _, a := range annotations {
		if has(n, a) {
			count--
		}
	}
	return count
}

// isBareObject recognises an object about which nothing is said: the document's
// form of a value of the class Object, which may be any JSON.
func isBareObject(n *yaml.Node) bool {
	return n != nil && baseType(n) == "object" && restrictions(n) == 1
}

// isAnything recognises a schema without restrictions.
func isAnything(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.MappingNode && restrictions(n) == 0
}
