package spec

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
)

const (
	contractFile = "../../../api/openapi.yaml"
	overlayFile  = "../../../api/overlay.yaml"
)

func loadOurs(t testing.TB) *Contract {
	t.Helper()
	c, problems := Load(contractFile, overlayFile, true)
	if all := problems.Sorted(); len(all) > 0 {
		t.Fatal(all)
	}
	return c
}

func TestLoadContract(t *testing.T) {
	c := loadOurs(t)
	if len(c.Operations) < 300 || len(c.Schemas) < 500 || len(c.SourceDigest) != 64 || c.File != contractFile {
		t.Errorf("%d operations, %d schemas, digest %q, file %q", len(c.Operations), len(c.Schemas), c.SourceDigest, c.File)
	}
	if !slices.IsSortedFunc(c.Operations, compareOperations) {
		t.Error("the operations are not sorted")
	}
	for _, op := range c.Operations {
		if op.ID == "" || op.Pos.Line == 0 || len(op.Responses) == 0 || op.Method != strings.ToUpper(op.Method) {
			t.Errorf("incomplete: %+v", op)
		}
	}
	for name, s := range c.Schemas {
		if s.Name != name || s.Pos.Line == 0 {
			t.Errorf("incomplete: %s %+v", name, s.Pos)
		}
	}
}

// detailed is a contract with one of everything that the model holds.
const detailed = `openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /b:
    put:
      operationId: putB
      tags: [B things, other]
      deprecated: true
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Shape'}}
      responses:
        "204": {description: none}
        default: {description: other}
    get:
      operationId: getB
      parameters:
        - {name: q, in: query, required: true, schema: {type: integer, format: int32, default: 10}}
      responses:
        "201":
          description: made
          headers: {Location: {schema: {type: string}}}
          content: {text/csv: {}}
  /a:
    post:
      operationId: postA
      responses: {"200": {description: ok}}
components:
  schemas:
    Shape:
      oneOf: [{$ref: '#/components/schemas/Circle'}]
      discriminator: {propertyName: type, mapping: {z: '#/components/schemas/Circle', a: '#/components/schemas/Circle'}}
    Circle:
      type: object
      required: [name]
      properties:
        name: {type: [string, 'null'], minLength: 1, maxLength: 5, pattern: \S}
        maybe: {readOnly: true, anyOf: [{$ref: '#/components/schemas/Plain'}, {type: 'null'}]}
        kinds: {type: array, uniqueItems: true, minItems: 1, maxItems: 3, items: {type: string, enum: [a, b]}}
        labels: {type: object, additionalProperties: {type: number, format: double}}
        secret: {writeOnly: true, deprecated: true, default: {b: [1, true, null], a: "x\"y"}}
    Plain: {allOf: [{type: object}], anyOf: [{type: string}]}
`

const detailedOverlay = `overlay: 1.0.0
info: {title: T, version: 1.0.0}
actions:
  - target: $.paths['/a'].post
    description: Searches.
    update: {x-opik-retryable: true, description: Searches.}
  - target: $.paths['/b'].get.parameters[0]
    description: JSON.
    update:
      description: A question.
      schema: {contentMediaType: application/json, contentSchema: {type: array, items: {$ref: '#/components/schemas/Plain'}}}
  - target: $.components.schemas.Circle.properties.name
    update: {description: The name.}
`

func TestLoadModel(t *testing.T) {
	contract := mustImport(t, ImportOptions{Source: write(t, "a.yaml", detailed)}).Data
	doc, problems := ParseDocument("openapi.yaml", contract, "overlay.yaml", []byte(detailedOverlay), true)
	if all := problems.Sorted(); len(all) > 0 {
		t.Fatal(all)
	}
	c := doc.Contract()
	var order []string
	for _, op := range c.Operations {
		order = append(order, op.Method+" "+op.Path)
	}
	if !slices.Equal(order, []string{"POST /a", "GET /b", "PUT /b"}) {
		t.Errorf("order %v", order)
	}

	post, get, put := c.Operation("postA"), c.Operation("getB"), c.Operation("putB")
	if !post.Retryable || post.Description != "Searches." || post.Tag != "" || put.Retryable {
		t.Errorf("postA: %+v", post)
	}
	if put.Tag != "B things" || !put.Deprecated || !put.Body.Required || put.Body.Content[0].Schema.Ref != "Shape" {
		t.Errorf("putB: %+v", put)
	}
	if len(put.Responses) != 2 || put.Responses[0].Status != "204" || put.Responses[1].Status != "default" {
		t.Errorf("responses: %+v", put.Responses)
	}
	p := get.Parameters[0]
	if p.Name != "q" || p.In != "query" || !p.Required || p.Description != "A question." || p.Schema.Default != "10" ||
		p.Schema.Format != "int32" || p.Schema.ContentSchema == nil || p.Schema.ContentSchema.Items.Ref != "Plain" {
		t.Errorf("parameter: %+v %+v", p, p.Schema)
	}
	if p.Schema.ContentSchema.Pos.File != "overlay.yaml" || p.Pos.File != "openapi.yaml" {
		t.Errorf("positions %s and %s", p.Schema.ContentSchema.Pos, p.Pos)
	}
	if r := get.Responses[0]; !slices.Equal(r.Headers, []string{"Location"}) || r.Content[0].Type != "text/csv" || r.Content[0].Schema != nil {
		t.Errorf("response: %+v", r)
	}
	if c.Operation("none") != nil || c.Resolve(nil) != nil || c.Resolve(put.Body.Content[0].Schema) != c.Schemas["Shape"] {
		t.Error("look-ups")
	}

	if d := c.Schemas["Shape"].Discriminator; d.Property != "type" || !slices.Equal(d.Mapping, []MappingEntry{{"a", "Circle"}, {"z", "Circle"}}) {
		t.Errorf("discriminator: %+v", d)
	}
	properties := map[string]*Schema{}
	for _, p := range c.Schemas["Circle"].Properties {
		properties[p.Name] = p.Schema
		if p.Pos.Line == 0 {
			t.Errorf("%s has no position", p.Name)
		}
	}
	if s := properties["name"]; !s.Nullable || s.Type != "string" || *s.MinLength != 1 || *s.MaxLength != 5 || s.Pattern != `\S` || s.Description != "The name." {
		t.Errorf("name: %+v", s)
	}
	if s := properties["maybe"]; !s.Nullable || s.Ref != "Plain" || !s.ReadOnly || s.AnyOf != nil {
		t.Errorf("maybe: %+v", s)
	}
	if s := properties["kinds"]; !s.UniqueItems || *s.MinItems != 1 || *s.MaxItems != 3 || !slices.Equal(s.Items.Enum, []string{"a", "b"}) {
		t.Errorf("kinds: %+v", s)
	}
	if s := properties["labels"]; s.Additional == nil || s.Additional.Format != "double" {
		t.Errorf("labels: %+v", s)
	}
	if s := properties["secret"]; !s.WriteOnly || !s.Deprecated || s.Default != `{"a":"x\"y","b":[1,true,null]}` {
		t.Errorf("secret: %+v", s)
	}
	if s := c.Schemas["Plain"]; len(s.AllOf) != 1 || len(s.AnyOf) != 1 || s.Type != "" {
		t.Errorf("Plain: %+v", s)
	}
}

func TestLoadProblems(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.yaml")
	good := write(t, "good.yaml", string(mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal)}).Data))
	tests := []struct {
		name, contract, overlay, want string
	}{
		{"missing contract", missing, "", missing + ": cannot read the contract: no such file or directory\n\topikgen import writes it"},
		{"missing overlay", good, missing, missing + ": cannot read the overlay: no such file or directory"},
		{"published document instead of a contract", write(t, "b.yaml", strings.Replace(minimal, "type: object,", "type: object, nullable: true,", 1)), "",
			`:13:27: a schema object has the unknown member "nullable"` + "\n\tit does not belong into the contract at this stage"},
		{"prose", write(t, "c.yaml", strings.Replace(minimal, "type: object,", "type: object, description: x,", 1)), "",
			`:13:27: a schema object has the unknown member "description"`},
		{"discriminator without oneOf", write(t, "d.yaml", strings.Replace(minimal, "type: object,", "type: object, discriminator: {propertyName: name},", 1)), "",
			":13:42: a discriminator without oneOf loses the variants"},
		{"type beside alternatives", write(t, "e.yaml", strings.Replace(minimal, "type: object,", "type: object, anyOf: [{type: string}],", 1)), "",
			":13:19: type object contradicts the alternatives beside it"},
		{"no OpenAPI", write(t, "f.yaml", "a: 1\n"), "", `:1:1: this is no OpenAPI document: it has no member "openapi"`},
		{"broken contract", write(t, "g.yaml", "a: [\n"), "", "the document is neither valid YAML nor JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, problems := Load(tt.contract, tt.overlay, true)
			all := problems.Sorted()
			if c != nil || len(all) == 0 || !strings.Contains(all[0].String(), tt.want) {
				t.Errorf("got %v, %v\nwant %s", c, all, tt.want)
			}
			for _, p := range all {
				if p.Severity != diag.Error {
					t.Errorf("a warning: %v", p)
				}
			}
		})
	}
}

func TestYAMLIsStable(t *testing.T) {
	doc, problems := LoadDocument(contractFile, overlayFile, true)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	first, err := doc.YAML()
	if err != nil {
		t.Fatal(err)
	}
	second, err := doc.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) || get(doc.Node(), "paths") == nil {
		t.Error("encoding changes the document")
	}
}

// BenchmarkLoad reads the contract and applies the overlay, which every run does first.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loadOurs(b)
	}
}
