package restgen

import (
	"encoding/json"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// small has one operation of most kinds.
const small = head + `
paths:
  /cars/{carId}/parts:
    get:
      operationId: listParts
      parameters:
        - {name: carId, in: path, required: true, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer, format: int32, minimum: 1}}
        - {name: X-Token, in: header, schema: {type: string}}
      responses: {'200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Part_Public'}}}}}}
    post:
      operationId: createPart
      parameters: [{name: carId, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Part_Write'}}}}
      responses: {'201': {description: d, headers: {Location: {schema: {type: string}}}}}
  /chat:
    post:
      operationId: chat
      requestBody: {content: {'*/*': {}}}
      responses: {'200': {description: d, content: {text/event-stream: {}, application/json: {schema: {$ref: '#/components/schemas/Anything'}}}}}
components:
  schemas:
    Anything: {type: object}
    Part_Public: {type: object, required: [kind], properties: {id: {type: string}, kind: {type: string, enum: [x]}, weight: {type: number}}}
    Part_Write: {type: object, required: [kind], properties: {kind: {type: string, enum: [x]}, extra: {$ref: '#/components/schemas/Anything'}}}
    Unused: {type: object, properties: {id: {type: string}}}
`

func generateSmall(t *testing.T) *Result {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(small), &doc); err != nil {
		t.Fatal(err)
	}
	result, err := Generate(&doc, &Settings{}, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestIndexOfOperations(t *testing.T) {
	got := generateSmall(t).Index
	if got.Package != "example.org/sdk/gen/rest" {
		t.Errorf("package is %s", got.Package)
	}
	compare(t, got.Operations, map[string]*Operation{
		"listParts": {
			ID: "listParts", Method: "ListParts", Path: []Arg{{"carID", "carId", "string"}}, Params: "ListPartsParams",
			Result: ResultJSON, ResultType: "[]Part",
		},
		"createPart": {
			ID: "createPart", Method: "CreatePart", Path: []Arg{{"carID", "carId", "string"}},
			Body: BodyJSON, BodyType: "Part", Result: ResultLocation,
		},
		"chat": {ID: "chat", Method: "Chat", Body: BodyRaw, Result: ResultJSON, ResultType: "json.RawMessage", Events: "ChatEvents"},
	})
}

func TestIndexOfTypes(t *testing.T) {
	got := generateSmall(t).Index
	compare(t, got.Schemas, map[string]string{"Part_Public": "Part", "Part_Write": "Part", "Anything": "json.RawMessage"})
	compare(t, got.Types["Part"], &Type{Name: "Part", Kind: KindStruct, Fields: []Field{
		{"Extra", "extra", "json.RawMessage"}, {"ID", "id", "string"}, {"Kind", "kind", "PartKind"}, {"Weight", "weight", "*float64"},
	}})
	compare(t, got.Types["PartKind"], &Type{Name: "PartKind", Kind: KindEnum, Underlying: "string"})
	compare(t, got.Types["ListPartsParams"], &Type{Name: "ListPartsParams", Kind: KindStruct, Fields: []Field{
		{"Page", "page", "int"}, {"XToken", "X-Token", "string"},
	}})
	if got.Types["APIError"] == nil {
		t.Error("the types of the support sources are missing")
	}
}

// TestIndexOfTheContract makes sure that nothing of the real contract is lost.
func TestIndexOfTheContract(t *testing.T) {
	doc, settings := project(t)
	result, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	for _, item := range members(get(doc, "paths")) {
		for _, op := range members(item) {
			if id := text(op, "operationId"); id != "" {
				ids++
				if result.Index.Operations[id] == nil {
					t.Errorf("%s is missing", id)
				}
			}
		}
	}
	if ids != len(result.Index.Operations) {
		t.Errorf("%d operations in the contract, %d in the index", ids, len(result.Index.Operations))
	}
	unions := 0
	for _, typ := range result.Index.Types {
		if typ.Kind == KindUnion {
			unions++
		}
		for _, f := range typ.Fields {
			if strings.Contains(f.Type, "interface{}") || strings.Contains(f.Type, "struct{") {
				t.Errorf("%s.%s has type %s", typ.Name, f.Name, f.Type)
			}
		}
	}
	if unions == 0 {
		t.Error("there are no unions")
	}
}

func compare(t *testing.T, got, want any) {
	t.Helper()
	text := func(v any) string {
		out, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if text(got) != text(want) {
		t.Errorf("got %s\nwant %s", text(got), text(want))
	}
}
