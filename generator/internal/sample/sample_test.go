package sample_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/sample"
	"github.com/opik-go/sdk/generator/internal/spec"
)

const contract = `openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /things:
    get:
      operationId: getThings
      responses:
        '200':
          description: OK
          content:
            application/json: {schema: {$ref: '#/components/schemas/Thing'}}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string, format: uuid}
        other_id: {type: string, format: uuid}
        name: {type: string}
        short: {type: string, maxLength: 3}
        long: {type: string, minLength: 20}
        commit: {type: string, pattern: '^[a-zA-Z0-9]{8}$'}
        version: {type: string, pattern: 'v\d+'}
        spoken: {type: string, pattern: '\S'}
        at: {type: string, format: date-time}
        day: {type: string, format: date}
        mail: {type: string, format: email}
        level: {type: string, enum: [low, high]}
        count: {type: integer}
        share: {type: number, minimum: 0, maximum: 1}
        over: {type: number, exclusiveMinimum: 100}
        top: {type: integer, maximum: 2}
        set: {type: boolean}
        tags: {type: array, items: {type: string}, minItems: 2, uniqueItems: true}
        scores: {type: object, additionalProperties: {type: number}}
        any: {}
        nothing: {type: object}
        made_at: {type: string, readOnly: true}
        secret: {type: string, writeOnly: true}
        parent: {$ref: '#/components/schemas/Thing'}
        children: {type: array, items: {$ref: '#/components/schemas/Thing'}}
        shape: {$ref: '#/components/schemas/Shape'}
        filters: {type: string}
        both:
          allOf:
            - type: object
              properties: {first: {type: string}}
            - type: object
              properties: {second: {type: string}}
    Shape:
      oneOf:
        - $ref: '#/components/schemas/Circle'
        - $ref: '#/components/schemas/Square'
      discriminator:
        propertyName: kind
        mapping: {round: '#/components/schemas/Circle', square: '#/components/schemas/Square'}
    Circle:
      type: object
      required: [kind]
      properties: {kind: {type: string}, radius: {type: number}}
    Square:
      type: object
      required: [kind]
      properties: {kind: {type: string}, side: {type: number}}
    Endless:
      type: object
      required: [next]
      properties: {next: {$ref: '#/components/schemas/Endless'}}
`

const overlay = `overlay: 1.0.0
info: {title: T, version: 1.0.0}
actions:
  - target: $.components.schemas.Thing.properties.filters
    description: The string holds JSON.
    update: {contentMediaType: application/json, contentSchema: {type: array, items: {type: string}}}
`

func load(t *testing.T) *spec.Contract {
	t.Helper()
	doc, problems := spec.ParseDocument("contract.yaml", []byte(contract), "overlay.yaml", []byte(overlay), true)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	return doc.Contract()
}

// make returns the value as a caller of the server sees it.
func make(t *testing.T, m sample.Maker, schema string) map[string]any {
	t.Helper()
	m.Contract = load(t)
	v, ok := m.Make(&spec.Schema{Ref: schema}, "thing")
	if !ok {
		t.Fatal("no value")
	}
	text, err := sample.JSON(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMake(t *testing.T) {
	thing := make(t, sample.Maker{Purpose: sample.ForRequest, Variant: 1}, "Thing")
	for name, want := range map[string]any{
		"name": "name", "short": "sho", "level": "low", "set": true, "spoken": "spoken", "day": "2024-05-01", "mail": "mail@example.com",
		"share": 0.5, "filters": `["filters"]`, "tags": []any{"tags", "tags 2"}, "top": 2.0,
		"both": map[string]any{"first": "first", "second": "second"},
	} {
		if !reflect.DeepEqual(thing[name], want) {
			t.Errorf("%s is %v, want %v", name, thing[name], want)
		}
	}
	for name, pattern := range map[string]string{
		"id":      `^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$`,
		"commit":  `^[a-zA-Z0-9]{8}$`,
		"version": `v\d+`,
		"at":      `^2024-05-01T\d\d:\d\d:\d\d\.\d+Z$`,
		"long":    `^.{20}$`,
	} {
		if text, _ := thing[name].(string); !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("%s is %q, which does not match %s", name, text, pattern)
		}
	}
	if over, _ := thing["over"].(float64); over <= 100 {
		t.Errorf("over is %v", over)
	}
	if thing["id"] == thing["other_id"] {
		t.Error("two properties have one id")
	}
	if shape, _ := thing["shape"].(map[string]any); shape["kind"] != "round" || shape["radius"] == nil {
		t.Errorf("shape %v", shape)
	}
	if scores, _ := thing["scores"].(map[string]any); len(scores) != 1 {
		t.Errorf("scores %v", scores)
	}
	if thing["any"] == nil || thing["nothing"] == nil {
		t.Error("what may be anything is nothing")
	}
	if _, recursive := thing["parent"]; recursive {
		t.Error("an object contains itself")
	}
	if children, ok := thing["children"].([]any); !ok || len(children) != 0 {
		t.Errorf("children %v", thing["children"])
	}
}

// Requests and answers lack what goes the other way only.
func TestPurpose(t *testing.T) {
	for purpose, want := range map[sample.Purpose][2]bool{sample.ForRequest: {false, true}, sample.ForAnswer: {true, false}} {
		thing := make(t, sample.Maker{Purpose: purpose, Variant: 1}, "Thing")
		if (thing["made_at"] != nil) != want[0] || (thing["secret"] != nil) != want[1] {
			t.Errorf("purpose %d: made_at %v, secret %v", purpose, thing["made_at"], thing["secret"])
		}
	}
}

// Each variant differs wherever the schema leaves room, and is the same each time.
func TestVariants(t *testing.T) {
	first := make(t, sample.Maker{Variant: 1}, "Thing")
	second := make(t, sample.Maker{Variant: 2}, "Thing")
	for _, name := range strings.Fields("id name commit at day count any scores spoken") {
		if reflect.DeepEqual(first[name], second[name]) {
			t.Errorf("%s is %v twice", name, first[name])
		}
	}
	if again := make(t, sample.Maker{Variant: 2}, "Thing"); !reflect.DeepEqual(again, second) {
		t.Error("a second time, the value is another one")
	}
}

// What has to contain itself has no value, and what no text can match neither.
func TestImpossible(t *testing.T) {
	m := sample.Maker{Contract: load(t), Variant: 1}
	if v, ok := m.Make(&spec.Schema{Ref: "Endless"}, "endless"); ok {
		t.Errorf("an endless value: %v", v)
	}
	for _, pattern := range []string{`(?=a)b`, `a{`, `[^\x00-\x{10FFFF}]`} {
		if v, ok := m.Make(&spec.Schema{Type: "string", Pattern: pattern}, "text"); ok && !regexp.MustCompile(pattern).MatchString(v.(string)) {
			t.Errorf("pattern %s: %v", pattern, v)
		}
	}
}

// What would be too large has no value, or lacks what it may lack.
func TestBounded(t *testing.T) {
	c := &spec.Contract{Schemas: map[string]*spec.Schema{"Leaf": {Type: "string"}}}
	below := "Leaf"
	for i := range 40 { // each has twice as many values as the one before
		name := fmt.Sprint("Level", i)
		c.Schemas[name] = &spec.Schema{Type: "object", Properties: []*spec.Property{
			{Name: "left", Schema: &spec.Schema{Ref: below}}, {Name: "right", Schema: &spec.Schema{Ref: below}},
		}}
		below = name
	}
	m := sample.Maker{Contract: c, Variant: 1}
	v, ok := m.Make(&spec.Schema{Ref: below}, "tree")
	if text, err := sample.JSON(v); !ok || err != nil || len(text) > 1<<17 {
		t.Errorf("%v, %v, %d bytes", ok, err, len(text))
	}
	huge := 1 << 40
	for _, s := range []*spec.Schema{{Type: "string", MinLength: &huge}, {Type: "array", MinItems: &huge, Items: &spec.Schema{Type: "string"}}} {
		if _, ok := m.Make(s, "huge"); ok {
			t.Errorf("a value for %s", s.Type)
		}
	}
}

// The texts for patterns match them.
func TestPatterns(t *testing.T) {
	for _, pattern := range []string{
		`^[A-Za-z0-9_-]+$`, `S256`, `^\d{2}:\d{2}:\d{2}$`, `^(a|b)c*d?$`, `^#[0-9a-f]{6}$`, `^.+@.+$`, `^\p{Lu}+$`, `(?s)^\s*(\S.*\S|\S)\s*$`,
	} {
		m := sample.Maker{Variant: 3}
		v, ok := m.Make(&spec.Schema{Type: "string", Pattern: pattern}, "a name")
		if text, _ := v.(string); !ok || !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("pattern %s: %q, %v", pattern, text, ok)
		}
	}
}
