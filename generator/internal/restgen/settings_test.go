package restgen

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestSettingsAreChecked(t *testing.T) {
	tests := map[string]string{
		"initialism: [X]": `rest.yaml:1:1: unknown setting "initialism"` + "\n\tdid you mean initialisms?",
		"initialisms: X":  "rest.yaml:1:14: expected a list, found text",
		"initialisms: [X]\nenums:\n  - {name: X, property: x}": `rest.yaml:3:5: the enum "X" needs a name, a property and schemas`,
		"enums: [{name: X, property: x, schemas: ['[']}]":      `rest.yaml:1:42: the pattern "[" has no meaning`,
		"enums: [{name: X, property: x, schema: [Thing]}]":     `rest.yaml:1:32: unknown setting "schema"` + "\n\tdid you mean schemas?",
		"enums: [X]":                         "rest.yaml:1:9: expected an object, found text",
		"enum_values: {a: [b]}":              "rest.yaml:1:18: expected text, found a list",
		"event_flag: stream\nevent_flag: on": `rest.yaml:2:1: the setting "event_flag" occurs twice`,
		"[]":                                 "rest.yaml:1:1: expected an object, found a list",
		"":                                   "rest.yaml: the file is empty; expected settings, or {} for none",
		"a: b\n{":                            "rest.yaml:2: the settings are no YAML: could not find expected ':'",
	}
	for data, want := range tests {
		s, problems := ParseSettings("rest.yaml", []byte(data))
		if all := problems.Sorted(); s != nil || len(all) != 1 || all[0].String() != want {
			t.Errorf("%s: got %v, want %s", data, all, want)
		}
	}
}

func TestSettingsAreRead(t *testing.T) {
	got, problems := ParseSettings("rest.yaml", []byte("event_flag: stream\ninitialisms: [LLM]\nenum_values: {'=': Equal}\n"+
		"enums: [{name: A, property: a, schemas: ['*']}]\n"))
	want := &Settings{
		EventFlag: "stream", Initialisms: []string{"LLM"}, EnumValues: map[string]string{"=": "Equal"},
		Enums: []EnumSetting{{Name: "A", Property: "a", Schemas: []string{"*"}}},
	}
	if problems.Len() > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, problems.Sorted(), want)
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
