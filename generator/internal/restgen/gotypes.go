package restgen

import (
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
	"gopkg.in/yaml.v3"
)

// typeName returns the Go type of a named schema.
func (d *document) typeName(schema string) string { return codegen.SchemaNameToTypeName(schema) }

// goType returns the Go type of a schema, as the generator of types writes it.
func (d *document) goType(s *yaml.Node) string {
	if name := refName(s); name != "" {
		return d.typeName(name)
	}
	if t := text(s, "x-go-type"); t != "" {
		return t
	}
	switch schemaType(s) {
	case "array":
		return "[]" + d.goType(get(s, "items"))
	case "object":
		return "map[string]" + d.goType(get(s, "additionalProperties"))
	case "string":
		if text(s, "format") == "date-time" {
			return "time.Time"
		}
		return "string"
	case "boolean":
		return "bool"
	case "number":
		return "float64"
	case "integer":
		if text(s, "format") == "int64" {
			return "int64"
		}
		return "int"
	}
	return opaqueType
}

// isStruct reports whether values of the schema are handed out by pointer.
func (d *document) isStruct(s *yaml.Node) bool {
	s = d.resolve(s)
	for _, key := range []string{"properties", "allOf", "oneOf", "anyOf"} {
		if get(s, key) != nil {
			return true
		}
	}
	return false
}
