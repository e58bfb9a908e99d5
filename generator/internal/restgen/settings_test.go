package restgen

import (
	"regexp"
	"strconv"
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

// TestEverySettingIsUsed finds settings that are about a contract of the past.
func TestEverySettingIsUsed(t *testing.T) {
	doc, settings := project(t)
	result, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	declared := declarations(t, result.Files)
	var constants, all strings.Builder
	for name, text := range declared {
		all.WriteString(name + "\n" + text + "\n")
		if strings.HasPrefix(name, "constants ") {
			constants.WriteString(text)
		}
	}
	for _, enum := range settings.Enums {
		if _, ok := declared["constants "+enum.Name]; !ok {
			t.Errorf("enum %s is not declared", enum.Name)
		}
	}
	for value := range settings.EnumValues {
		if !strings.Contains(constants.String(), strconv.Quote(value)) {
			t.Errorf("no enum has the value %s", value)
		}
	}
	for _, name := range settings.TypeNames {
		if _, ok := declared[name]; !ok {
			t.Errorf("type %s is not declared", name)
		}
	}
	for key, name := range settings.MethodNames {
		if _, ok := declared["Client."+pascal(name)]; !ok {
			t.Errorf("method %s for %s is not declared", name, key)
		}
	}
	for _, word := range settings.Initialisms {
		if !regexp.MustCompile(`\b\w*` + word + `(?:[A-Z]\w*)?\b`).MatchString(all.String()) {
			t.Errorf("no name holds the initialism %s", word)
		}
	}
	if !strings.Contains(all.String(), "body."+pascal(settings.EventFlag)+" = &on") {
		t.Errorf("no body has the flag %s", settings.EventFlag)
	}
}
