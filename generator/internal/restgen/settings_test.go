package restgen

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestSettingsAreChecked(t *testing.T) {
	tests := map[string]string{
		"initialism: [X]":                                  "field initialism not found",
		"initialisms: X":                                   "cannot unmarshal",
		"enums: [{name: X, property: x}]":                  `enum "X" needs a name, a property and schemas`,
		"enums: [{name: X, property: x, schemas: ['[']}]":  `enum X: pattern "["`,
		"enums: [{name: X, property: x, schema: [Thing]}]": "field schema not found",
		"{": "did not find expected",
	}
	for data, want := range tests {
		_, err := ParseSettings([]byte(data))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "settings of the REST layer: ") {
			t.Errorf("%s: error is %v", data, err)
		}
	}
}

func TestNoContract(t *testing.T) {
	for name, text := range map[string]string{
		"a list": "[]", "a text": "hello", "another kind of document": "swagger: '2.0'", "nothing": "{}",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if _, err := Generate(&doc, &Settings{}, "example.org/sdk"); err == nil || err.Error() != "not an OpenAPI document" {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestContractWithoutSchemas(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(head+"paths: {/ping: {get: {operationId: ping, responses: {'204': {description: d}}}}}\n"), &doc); err != nil {
		t.Fatal(err)
	}
	result, err := Generate(&doc, &Settings{}, "example.org/sdk")
	if err != nil || result.Index.Operations["ping"] == nil {
		t.Errorf("got %+v, %v", result, err)
	}
}
