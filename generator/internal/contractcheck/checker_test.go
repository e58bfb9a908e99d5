package contractcheck

import (
	"bytes"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
)

// contract is a small document with every construct that the checker knows.
const contract = `
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
        - {name: size, in: query, schema: {type: integer, minimum: 1}}
        - {name: deep, in: query, schema: {type: boolean}}
        - {name: day, in: query, required: true, schema: {type: string}}
        - name: filters
          in: query
          schema:
            type: string
            contentMediaType: application/json
            contentSchema: {type: array, items: {$ref: '#/components/schemas/Filter'}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Item_Write'}}}}
        "204": {description: gone}
        default: {description: error}
  /items/search:
    get:
      operationId: searchItems
      responses:
        "200":
          description: ok
          content:
            application/octet-stream:
              schema: {type: array, items: {$ref: '#/components/schemas/Item_Write'}}
  /items:
    post:
      operationId: createItem
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Item_Write'}}}
      responses: {"201": {description: ok}}
    delete:
      operationId: deleteItems
      responses: {"204": {description: ok}}
  /shapes:
    post:
      operationId: createShape
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Shape'}}}}
      responses: {"201": {description: ok}}
  /files:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file, owner]
              properties:
                file: {type: string, format: binary}
                owner: {type: string, format: uuid}
      responses: {"202": {description: ok}}
  /tokens:
    post:
      operationId: token
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [grant]
              properties: {grant: {type: string}, ttl: {type: integer}}
      responses: {"200": {description: ok}}
components:
  schemas:
    Filter:
      type: object
      required: [field]
      properties: {field: {type: string}, value: {type: string}}
    Item_Write:
      type: object
      required: [name]
      properties:
        id: {type: string, format: uuid}
        name: {type: string, minLength: 1}
        kind: {type: string, enum: [a, b]}
        at: {type: string, format: date-time}
        note: {type: [string, "null"]}
        count: {type: integer, minimum: 0}
        free: {}
        filter:
          type: string
          contentMediaType: application/json
          contentSchema: {$ref: '#/components/schemas/Filter'}
        data: {type: object}
        labels: {type: object, additionalProperties: {type: integer}}
        parts: {type: array, maxItems: 2, items: {$ref: '#/components/schemas/Part'}}
        created: {type: string, readOnly: true}
    Part:
      type: object
      properties: {n: {type: integer}}
    Base:
      type: object
      required: [type]
      properties: {type: {type: string}, color: {type: string}}
    Circle:
      type: object
      required: [r, type]
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - {type: object, properties: {r: {type: number}}}
    Square:
      type: object
      required: [a, type]
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - {type: object, properties: {a: {type: number}}}
    Shape:
      oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
      discriminator:
        propertyName: type
        mapping: {circle: '#/components/schemas/Circle', square: '#/components/schemas/Square'}
`

const id = "01942ab4-7a2e-7000-8000-0000000000a1"

func newChecker(t *testing.T) *Checker {
	t.Helper()
	c, err := New([]byte(contract))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func post(path, body string) Request {
	return Request{Method: "POST", Path: path, ContentType: "application/json", Body: []byte(body)}
}

func TestCheck(t *testing.T) {
	c := newChecker(t)
	tests := []struct {
		name      string
		request   Request
		operation string
		problems  []string // a part of each; none for a good request
	}{
		{"fixed segment wins", Request{Method: "GET", Path: "/items/search"}, "searchItems", nil},
		{"all parameters", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&size=5&deep=true&filters=%5B%7B%22field%22%3A%22a%22%7D%5D"}, "getItem", nil},
		{"unknown path", Request{Method: "GET", Path: "/nothing"}, "", []string{"path: the contract has no operation GET /nothing"}},
		{"unknown method", Request{Method: "PUT", Path: "/items"}, "", []string{"no operation PUT /items"}},
		{"empty segment", Request{Method: "GET", Path: "/items//"}, "", []string{"no operation"}},
		{"path parameter", Request{Method: "GET", Path: "/items/7", Query: "day=x"}, "getItem", []string{"path parameter id: "}},
		{"escaped path parameter", Request{Method: "GET", Path: "/items/%zz", Query: "day=x"}, "getItem", []string{"path parameter id: invalid URL escape"}},
		{"required parameter", Request{Method: "GET", Path: "/items/" + id}, "getItem", []string{"query parameter day: it is required"}},
		{"unknown parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&page=1"}, "getItem", []string{"query parameter page: the operation has no such parameter"}},
		{"repeated parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&day=y"}, "getItem", []string{"query parameter day: it is given 2 times"}},
		{"integer parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&size=many"}, "getItem", []string{`query parameter size: "many" is not of type integer`}},
		{"empty integer parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&size="}, "getItem", []string{`query parameter size: ""`}},
		{"bound of a parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&size=0"}, "getItem", []string{"query parameter size: number must be at least 1"}},
		{"boolean parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&deep=1"}, "getItem", []string{"query parameter deep: value must be a boolean"}},
		{"JSON in a parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&filters=%7B"}, "getItem", []string{"query parameter filters: it is no JSON"}},
		{"type inside of a parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&filters=%5B%7B%22field%22%3A1%7D%5D"}, "getItem", []string{"query parameter filters /0/field: value must be a string"}},
		{"member inside of a parameter", Request{Method: "GET", Path: "/items/" + id, Query: "day=x&filters=%5B%7B%22field%22%3A%22a%22%2C%22op%22%3A%22b%22%7D%5D"}, "getItem", []string{"query parameter filters /0/op: the schema has no such member"}},
		{"bad query", Request{Method: "GET", Path: "/items/search", Query: "a=%zz"}, "searchItems", []string{"query: "}},

		{"complete body", post("/items", `{"id":"`+id+`","name":"n","kind":"a","at":"2025-01-02T03:04:05.678Z","note":null,"count":1,"free":[1,{"x":null}],"data":{"any":1},"labels":{"l":1},"parts":[{"n":1}]}`), "createItem", nil},
		{"any value", post("/items", `{"name":"n","free":"text"}`), "createItem", nil},
		{"content type with parameter", Request{Method: "POST", Path: "/items", ContentType: "application/json; charset=utf-8", Body: []byte(`{"name":"n"}`)}, "createItem", nil},
		{"wrong content type", Request{Method: "POST", Path: "/items", ContentType: "text/plain", Body: []byte(`{"name":"n"}`)}, "createItem", []string{"content type: text/plain is not one of application/json"}},
		{"no content type", Request{Method: "POST", Path: "/items", Body: []byte(`{"name":"n"}`)}, "createItem", []string{"content type: "}},
		{"missing body", post("/items", ""), "createItem", []string{"body: it is required"}},
		{"broken body", post("/items", `{"name":`), "createItem", []string{"body: it is no JSON"}},
		{"two values", post("/items", `{"name":"n"}{}`), "createItem", []string{"body: it is no JSON"}},
		{"wrong kind of body", post("/items", `[]`), "createItem", []string{"body: value must be an object"}},
		{"missing member", post("/items", `{}`), "createItem", []string{`body /name: property "name" is missing`}},
		{"null where none is allowed", post("/items", `{"name":"n","kind":null}`), "createItem", []string{"body /kind: "}},
		{"null for required", post("/items", `{"name":null}`), "createItem", []string{"body /name: "}},
		{"unknown member", post("/items", `{"name":"n","project":"p"}`), "createItem", []string{"body /project: the schema has no such member"}},
		{"unknown member below", post("/items", `{"name":"n","parts":[{"n":1,"m":2}]}`), "createItem", []string{"body /parts/0/m: the schema has no such member"}},
		{"read-only member", post("/items", `{"name":"n","created":"now"}`), "createItem", []string{"body /created: only the server sets this member"}},
		{"enum", post("/items", `{"name":"n","kind":"z"}`), "createItem", []string{"body /kind: "}},
		{"format", post("/items", `{"name":"n","id":"7","at":"yesterday"}`), "createItem", []string{"body /at: ", "body /id: "}},
		{"length", post("/items", `{"name":""}`), "createItem", []string{"body /name: "}},
		{"too many elements", post("/items", `{"name":"n","parts":[{},{},{}]}`), "createItem", []string{"body /parts: "}},
		{"values of a map", post("/items", `{"name":"n","labels":{"l":"x"}}`), "createItem", []string{"body /labels/l: "}},
		{"several problems", post("/items", `{"kind":"z","x":1}`), "createItem", []string{"body /kind", "body /name", "body /x"}},
		{"body where none is taken", Request{Method: "DELETE", Path: "/items", Body: []byte(`{"ids":[]}`)}, "deleteItems", []string{"body: the operation takes none"}},
		{"empty object where none is taken", Request{Method: "DELETE", Path: "/items", Body: []byte(`{}`)}, "deleteItems", nil},

		{"variant", post("/shapes", `{"type":"circle","color":"red","r":1.5}`), "createShape", nil},
		{"member of another variant", post("/shapes", `{"type":"circle","r":1,"a":2}`), "createShape", []string{"body /a: the schema has no such member"}},
		{"unknown variant", post("/shapes", `{"type":"cube","r":1}`), "createShape", []string{"body"}},
		{"body that may be missing", post("/shapes", ""), "createShape", nil},

		{"form", Request{Method: "POST", Path: "/tokens", ContentType: "application/x-www-form-urlencoded", Body: []byte("grant=code&ttl=5")}, "token", nil},
		{"bad form", Request{Method: "POST", Path: "/tokens", ContentType: "application/x-www-form-urlencoded", Body: []byte("ttl=x&ttl=y&z=1")}, "token",
			[]string{"body /ttl: it is given 2 times", `body /ttl: "x"`, "body /z: the schema has no such member", "body /grant: it is required"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			operation, problems := c.Check(test.request)
			if operation != test.operation {
				t.Errorf("operation %q, want %q", operation, test.operation)
			}
			compare(t, problems, test.problems)
		})
	}
}

// compare checks that each problem is wanted, and each wanted one is there.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, w) }) {
			t.Errorf("no problem with %q in %q", w, got)
		}
	}
	for _, g := range got {
		if !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(g, w) }) {
			t.Errorf("unexpected problem %q", g)
		}
	}
}

func TestCheckMultipart(t *testing.T) {
	c := newChecker(t)
	body := func(parts map[string]string, file bool) Request {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, value := range parts {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if file {
			f, err := w.CreateFormFile("file", "data.csv")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write([]byte("a,b\n")); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return Request{Method: "POST", Path: "/files", ContentType: w.FormDataContentType(), Body: b.Bytes()}
	}
	cut := body(map[string]string{"owner": id}, true)
	cut.Body = cut.Body[:len(cut.Body)-20]
	for name, test := range map[string]struct {
		request  Request
		problems []string
	}{
		"good":           {body(map[string]string{"owner": id}, true), nil},
		"file missing":   {body(map[string]string{"owner": id}, false), []string{"body /file: it is required"}},
		"unknown part":   {body(map[string]string{"owner": id, "x": "y"}, true), []string{"body /x: the schema has no such member"}},
		"wrong format":   {body(map[string]string{"owner": "me"}, true), []string{"body /owner: "}},
		"not terminated": {cut, []string{"body: it is no multipart form"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := c.Check(test.request)
			compare(t, problems, test.problems)
		})
	}
}

func TestCheckResponse(t *testing.T) {
	c := newChecker(t)
	get := func(status int, contentType, body string) Response {
		return Response{Method: "GET", Path: "/items/" + id, Status: status, ContentType: contentType, Body: []byte(body)}
	}
	search := func(body string) Response {
		return Response{Method: "GET", Path: "/items/search", Status: 200, ContentType: "application/octet-stream", Body: []byte(body)}
	}
	for name, test := range map[string]struct {
		response Response
		problems []string
	}{
		"good":                      {get(200, "application/json", `{"name":"n","created":"now"}`), nil},
		"unknown member":            {get(200, "application/json", `{"name":"n","x":1}`), []string{"answer /x: the schema has no such member"}},
		"missing member":            {get(200, "application/json", `{}`), []string{"answer /name: "}},
		"no JSON":                   {get(200, "application/json", `{`), []string{"answer: it is no JSON"}},
		"wrong content type":        {get(200, "text/html", `<p>`), []string{"content type: text/html is not one of application/json"}},
		"no content type":           {get(200, "", `{}`), []string{"content type: "}},
		"no body":                   {get(204, "", ""), nil},
		"body where there is none":  {get(204, "application/json", "{}"), []string{"answer: the operation sends none with status 204"}},
		"status":                    {get(201, "", ""), []string{"status: the operation does not answer with 201"}},
		"errors are not compared":   {get(404, "text/html", "<p>"), nil},
		"nor are unknown paths":     {Response{Method: "GET", Path: "/lost", Status: 200}, nil},
		"stream":                    {search("{\"name\":\"a\"}\r\n{\"name\":\"b\"}\r\n"), nil},
		"empty stream":              {search(""), nil},
		"stream that ends in error": {search("{\"name\":\"a\"}\r\n{\"code\":500,\"message\":\"m\"}\r\n"), nil},
		"item of a stream":          {search("{\"name\":\"a\"}\r\n{\"name\":1}\r\n{"), []string{"item 1 /name: ", "item 2: it is no JSON"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := c.CheckResponse(test.response)
			compare(t, problems, test.problems)
		})
	}
}

func TestNewRefusesBadContracts(t *testing.T) {
	for name, text := range map[string]string{
		"no YAML":      "\t{",
		"not valid":    "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {operationId: x, responses: {}}}}\n",
		"no reference": strings.Replace(contract, "schemas/Part'", "schemas/Lost'", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New([]byte(text)); err == nil || !strings.Contains(err.Error(), "reading the contract") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCheckFindsWhatDecodersHide(t *testing.T) {
	c := newChecker(t)
	for name, test := range map[string]struct {
		request Request
		want    []string
	}{
		"slash at the end":         {post("/items/", `{"name":"n"}`), []string{"no operation POST /items/"}},
		"two slashes at the start": {post("//items", `{"name":"n"}`), []string{"no operation POST //items"}},
		"member given twice":       {post("/items", `{"name":"n","name":"m"}`), []string{"body /name: it is given 2 times"}},
		"member below given twice": {post("/items", `{"name":"n","parts":[{},{"n":1,"n":2,"n":3}]}`), []string{"body /parts/1/n: it is given 3 times"}},
		"free JSON given twice":    {post("/items", `{"name":"n","free":{"a":{"b":1,"b":2}}}`), []string{"body /free/a/b: it is given 2 times"}},
		"same member elsewhere":    {post("/items", `{"name":"n","free":[{"a":1},{"a":2},{"name":{"name":1}}]}`), nil},
		"bytes that are no UTF-8":  {post("/items", "{\"name\":\"a\xffb\"}"), []string{"body: it is no UTF-8"}},
		"plus for a space":         {Request{Method: "GET", Path: "/items/" + id, Query: "day=a+b"}, nil},
		"plus for a space in JSON": {Request{Method: "GET", Path: "/items/" + id, Query: "day=x&filters=%5B%7B%22field%22%3A%22a+b%22%7D%5D"}, []string{"query parameter filters: a space is written %20"}},
		"JSON in a text":           {post("/items", `{"name":"n","filter":"{\"field\":1}"}`), []string{"body /filter/field: value must be a string"}},
		"text that is no JSON":     {post("/items", `{"name":"n","filter":"x"}`), []string{"body /filter: it is no JSON"}},
		"escaped plus":             {Request{Method: "GET", Path: "/items/" + id, Query: "day=a%2Bb%20c"}, nil},
		"JSON twice in parameter":  {Request{Method: "GET", Path: "/items/" + id, Query: "day=x&filters=%5B%7B%22field%22%3A%22a%22%2C%22field%22%3A%22b%22%7D%5D"}, []string{"query parameter filters /0/field: it is given 2 times"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := c.Check(test.request)
			compare(t, problems, test.want)
		})
	}
}
