package spec

import "strings"

// Family returns the name of a schema without its view: Trace_Public and
// Trace_Write are of the family Trace. A view is what follows the last underscore.
func Family(schema string) string {
	family, _ := splitView(schema)
	return family
}

// splitView splits a schema name before the underscore of its view.
func splitView(schema string) (family, view string) {
	if i := strings.LastIndexByte(schema, '_'); i > 0 {
		return schema[:i], schema[i:]
	}
	return schema, ""
}
