package restgen

import "path"

// Settings is the content of api/rest.yaml: what the REST layer needs to know and
// the contract does not say. No Go code names a schema, a property or an operation.
type Settings struct {
	// Initialisms are words that Go writes in capitals, beside those that the
	// generator of types knows (ID, URL, JSON and so on).
	Initialisms []string `yaml:"initialisms"`
	// EnumValues names values that are not identifiers.
	EnumValues map[string]string `yaml:"enum_values"`
	// Enums names sets of values that several schemas share. Sets without an
	// entry are named by rule.
	Enums []EnumSetting `yaml:"enums"`
	// TypeNames gives Go names to schemas (without view) whose own names are
	// taken or mislead.
	TypeNames map[string]string `yaml:"type_names"`
	// MethodNames gives other names to methods, by HTTP method and path ("GET
	// /v1/things"): numbers that tell equal operationIds apart may be swapped.
	MethodNames map[string]string `yaml:"method_names"`
	// EventFlag is the boolean property of a request body that asks for events
	// instead of one JSON answer, where an operation offers both.
	EventFlag string `yaml:"event_flag"`
}

// EnumSetting names an enum.
type EnumSetting struct {
	// Name is the Go type.
	Name string `yaml:"name"`
	// Property is the property or parameter that holds the value.
	Property string `yaml:"property"`
	// Schemas are patterns, as of [path.Match], of families (a schema's name
	// without view); the values of all of them are united.
	Schemas []string `yaml:"schemas"`
}

// matches reports whether the setting is meant for a property of a family.
func (e *EnumSetting) matches(family, property string) bool {
	if e.Property != property {
		return false
	}
	for _, pattern := range e.Schemas {
		if ok, _ := path.Match(pattern, family); ok { // patterns are checked on reading
			return true
		}
	}
	return false
}
