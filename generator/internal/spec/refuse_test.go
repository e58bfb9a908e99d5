package spec

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// refusal is a bad input and what is said about it.
type refusal struct {
	name, input string
	code        string
	line, col   int
	message     string
	hint        string
}

// doc is a document with one operation, whose parts can be replaced.
func doc(operation, schemas string) string {
	return "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n  /x:\n    get:\n" + operation + "components:\n  schemas:\n" + schemas
}

const (
	fine   = "      operationId: getX\n      responses: {\"204\": {description: ok}}\n"
	noneOf = "    A: {type: string}\n"
)

// manySchemas makes n schemas, all alike.
func manySchemas(n int, schema string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    A%d: %s\n", i, schema)
	}
	return b.String()
}

// doubled makes n schemas, each of which is made of the one before, twice.
func doubled(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    A%d: {allOf: [{$ref: '#/components/schemas/A%d'}, {$ref: '#/components/schemas/A%d'}]}\n", i+1, i, i)
	}
	return b.String()
}

// chained makes n schemas, each of which refers to the one before.
func chained(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    A%d: {$ref: '#/components/schemas/A%d'}\n", i+1, i)
	}
	return b.String()
}

var refusals = []refusal{
	{name: "empty file", input: "", code: CodeEmpty, line: 1, col: 1, message: "the document is empty"},
	{name: "blanks only", input: " \n\t\n", code: CodeEmpty, line: 1, col: 1, message: "the document is empty"},
	{name: "comment only", input: "# nothing\n", code: CodeEmpty, line: 1, col: 1, message: "the document is empty"},
	{name: "web page", input: "<!DOCTYPE html>\n<html></html>", code: CodeHTML, line: 1, col: 1, message: "this is a web page or XML, not an OpenAPI document"},
	{name: "invalid YAML", input: "a: [1\nb: 2\n", code: CodeSyntax, line: 1, message: "the document is neither valid YAML nor JSON: did not find expected ',' or ']'"},
	{name: "invalid UTF-8", input: "a: \xff\n", code: CodeSyntax, line: 1, col: 4, message: "a document is text in UTF-8; here is the byte 0xff"},
	{name: "control character", input: "a:\n  b: \x01\n", code: CodeSyntax, line: 2, col: 6, message: "a document is text in UTF-8; here is the byte 0x01"},
	{name: "UTF-16", input: "\xff\xfea\x00", code: CodeSyntax, line: 1, col: 1, message: "a document is text in UTF-8; here is the byte 0xff"},
	{name: "mistake in the first line", input: "a: b: c", code: CodeSyntax, line: 1, message: "the document is neither valid YAML nor JSON: mapping values are not allowed in this context"},
	{name: "too much", input: "openapi: 3.1.0\npaths: [" + strings.Repeat("1,", maxSeparators), code: CodeTooLarge, line: 2, col: 1000002,
		message: "the document has more than 500000 lines, members and elements, ten times what the published one has"},
	{name: "too long a list", input: doc(fine, "    A: {type: string, enum: ["+strings.Repeat("x,", maxMembers)+"x]}\n"), code: CodeTooLarge, line: 10, col: 29,
		message: "a list with 5001 elements; at most 5000 are read"},
	{name: "too large an object", input: doc(fine, manySchemas(maxMembers+1, "{type: string}")), code: CodeTooLarge, line: 10, col: 5,
		message: "an object with 5001 members; at most 5000 are read"},
	{name: "few lines for many parts", input: doc(fine, "    A0: {type: object}\n"+doubled(12)), code: CodeTooLarge, line: 19, col: 5,
		message: `the schema "A9" is made of more than 1000 others`},
	{name: "a long chain of parts", input: doc(fine, "    A0: {type: object}\n"+chained(maxComposition+1)), code: CodeNesting, line: 43, col: 5,
		message: `the schema "A33" is made of others over more than 32 steps`},
	{name: "two documents", input: "a: 1\n---\nb: 2\n", code: CodeSeveral, line: 2, col: 1, message: "a second YAML document begins here; expected one"},
	{name: "aliases", input: "a: &x {b: 1}\nc: *x\n", code: CodeAlias, line: 1, col: 4, message: "YAML anchors and aliases are not supported"},
	{name: "unknown tag", input: "a: !thing {}\n", code: CodeSyntax, line: 1, col: 4, message: "the YAML tag !thing is not supported"},
	{name: "tag that does not fit", input: "a: !!bool maybe\n", code: CodeSyntax, line: 1, col: 4, message: "the YAML tag !!bool does not fit the value \"maybe\""},
	{name: "complex key", input: "? [a]\n: 1\n", code: CodeSyntax, line: 1, col: 3, message: "a key must be a string, found a list"},
	{name: "repeated key", input: "openapi: 3.1.0\nopenapi: 3.1.0\n", code: CodeDuplicate, line: 2, col: 1, message: `the key "openapi" occurs twice`},
	{name: "deep nesting", input: strings.Repeat("[", 200) + strings.Repeat("]", 200), code: CodeNesting, line: 1, col: 102, message: "nested deeper than 100 levels"},
	{name: "deep nesting in JSON", input: `{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}", code: CodeNesting, line: 1, col: 106, message: "nested deeper than 100 levels"},
	{name: "a list", input: "- a\n", code: CodeNotOpenAPI, line: 1, col: 1, message: "this is no OpenAPI document: expected an object, found a list"},
	{name: "a text", input: "hello", code: CodeNotOpenAPI, line: 1, col: 1, message: `this is no OpenAPI document: expected an object, found "hello"`},
	{name: "JSON that is not OpenAPI", input: `{"name": "opik", "version": "1.0.0"}`, code: CodeNotOpenAPI, line: 1, col: 1, message: `this is no OpenAPI document: it has no member "openapi"`},
	{name: "Swagger 2", input: "swagger: '2.0'\ninfo: {}\n", code: CodeSwagger, line: 1, col: 10, message: "this is a Swagger 2.0 document; expected OpenAPI 3.0 or 3.1"},
	{name: "OpenAPI 4", input: "openapi: 4.0.0\n", code: CodeVersion, line: 1, col: 10, message: `OpenAPI version "4.0.0" is not supported; expected 3.0 or 3.1`},
	{name: "no operations", input: "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths: {}\n", code: CodeNotOpenAPI, line: 1, col: 1, message: "the document has no operations"},

	{name: "dangling reference", input: doc(fine, "    Thing: {type: object, properties: {a: {$ref: '#/components/schemas/Thnig'}}}\n"),
		code: CodeDanglingRef, line: 10, col: 50, message: `the reference "#/components/schemas/Thnig" leads nowhere`, hint: `did you mean "Thing"?`},
	{name: "reference out of the document", input: doc(fine, "    A: {$ref: 'other.yaml#/A'}\n"),
		code: CodeDanglingRef, line: 10, col: 15, message: `the reference "other.yaml#/A" does not lead to a schema of this document`},
	{name: "dangling mapping", input: doc(fine, "    A: {type: object, discriminator: {propertyName: t, mapping: {b: '#/components/schemas/B'}}}\n"),
		code: CodeDanglingRef, line: 10, col: 69, message: `the reference "#/components/schemas/B" leads nowhere`},
	{name: "cyclic allOf", input: doc(fine, "    A: {allOf: [{$ref: '#/components/schemas/B'}]}\n    B: {allOf: [{type: object, allOf: [{$ref: '#/components/schemas/A'}]}]}\n"),
		code: CodeCyclicAllOf, line: 10, col: 8, message: "the schema is a part of itself: A -> B -> A"},
	{name: "reference to itself", input: doc(fine, "    A: {$ref: '#/components/schemas/A'}\n"),
		code: CodeCyclicAllOf, line: 10, col: 8, message: "the schema is a part of itself: A -> A"},
	{name: "repeated operationId", input: doc(fine+"    put:\n"+fine, noneOf),
		code: CodeOperationID, line: 9, col: 20, message: `the operationId "getX" occurs twice`},
	{name: "missing operationId", input: doc("      responses: {\"204\": {description: ok}}\n", noneOf),
		code: CodeNoOperationID, line: 6, col: 7, message: "GET /x has no operationId"},
	{name: "operation without responses", input: doc("      operationId: getX\n", noneOf),
		code: CodeNoResponses, line: 6, col: 7, message: "GET /x has no responses"},
	{name: "operation with empty responses", input: doc("      operationId: getX\n      responses: {}\n", noneOf),
		code: CodeNoResponses, line: 6, col: 7, message: "GET /x has no responses"},
	{name: "undeclared path parameter", input: strings.Replace(doc(fine, noneOf), "/x:", "/x/{id}:", 1),
		code: CodePathParameters, line: 6, col: 7, message: `GET /x/{id}: the path parameter "id" is not declared`},
	{name: "declared parameter that is not in the path", input: doc(fine+"      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n", noneOf),
		code: CodePathParameters, line: 6, col: 7, message: `GET /x: the declared path parameter "id" is not in the path`},

	{name: "unknown schema keyword", input: doc(fine, "    A: {type: object, patternProperties: {a: {}}}\n"),
		code: CodeUnknown, line: 10, col: 23, message: `a schema object has the unknown member "patternProperties"`, hint: "the importer stops at what it does not understand"},
	{name: "misspelled schema keyword", input: doc(fine, "    A: {type: string, minLenght: 1}\n"),
		code: CodeUnknown, line: 10, col: 23, message: `a schema object has the unknown member "minLenght"`, hint: `did you mean "minLength"?`},
	{name: "bare const", input: doc(fine, "    A: {const: x}\n"), code: CodeUnknown, line: 10, col: 9, message: `a schema object has the unknown member "const"`},
	{name: "extension", input: doc(fine+"      x-thing: 1\n", noneOf), code: CodeUnknown, line: 8, col: 7, message: `an operation object has the unknown member "x-thing"`},
	{name: "our own extension in a published document", input: doc(fine+"      x-opik-retryable: true\n", noneOf), code: CodeUnknown, line: 8, col: 7,
		message: `an operation object has the unknown member "x-opik-retryable"`, hint: "it does not belong into the contract at this stage"},
	{name: "unknown method", input: doc(fine+"    trace:\n"+strings.Replace(fine, "getX", "traceX", 1), noneOf), code: CodeUnknown, line: 8, col: 5, message: `a path object has the unknown member "trace"`},
	{name: "parameters of a path", input: doc(fine+"    parameters: []\n", noneOf), code: CodeUnknown, line: 8, col: 5, message: `a path object has the unknown member "parameters"`},
	{name: "security", input: doc(fine, noneOf) + "security: []\n", code: CodeUnknown, line: 11, col: 1, message: `a document object has the unknown member "security"`},
	{name: "unknown media type", input: doc("      operationId: getX\n      responses: {\"200\": {description: ok, content: {text/plain: {schema: {type: string}}}}}\n", noneOf),
		code: CodeUnknown, line: 7, col: 54, message: `unknown media type "text/plain"`, hint: "known are */*, application/gzip"},
	{name: "unknown type", input: doc(fine, "    A: {type: file}\n"), code: CodeUnknown, line: 10, col: 15, message: `unknown type "file"; expected object, array, string, integer, number, boolean`},
	{name: "list of types", input: doc(fine, "    A: {type: [string, integer]}\n"), code: CodeUnknown, line: 10, col: 15, message: "a list of types is understood only as one type followed by null"},
	{name: "type null with restrictions", input: doc(fine, "    A: {type: 'null', minLength: 1}\n"), code: CodeUnknown, line: 10, col: 15, message: "the type null is understood only as an alternative without further members"},
	{name: "reference with siblings", input: doc(fine, "    A: {type: string}\n    B: {$ref: '#/components/schemas/A', readOnly: true}\n"), code: CodeUnknown, line: 11, col: 8, message: "a reference has other members beside $ref"},
	{name: "enum of numbers", input: doc(fine, "    A: {type: integer, enum: ['1']}\n"), code: CodeUnknown, line: 10, col: 30, message: "an enum is understood only for the type string"},
	{name: "array without items", input: doc(fine, "    A: {type: array}\n"), code: CodeUnknown, line: 10, col: 8, message: "an array without items"},
	{name: "parameter in a cookie", input: doc(fine+"      parameters: [{name: a, in: cookie, schema: {type: string}}]\n", noneOf), code: CodeUnknown, line: 8, col: 34, message: `a parameter is in path, query or header, not in "cookie"`},
	{name: "parameter of type array", input: doc(fine+"      parameters: [{name: a, in: query, schema: {type: array, items: {type: string}}}]\n", noneOf),
		code: CodeUnknown, line: 8, col: 49, message: `the parameter "a" is of type array; only string, integer, number and boolean are understood`},
	{name: "parameter without schema", input: doc(fine+"      parameters: [{name: a, in: query}]\n", noneOf), code: CodeUnknown, line: 8, col: 20, message: `the parameter "a" has no schema`},
	{name: "parameter without name", input: doc(fine+"      parameters: [{in: query, schema: {type: string}}]\n", noneOf), code: CodeValue, line: 8, col: 20, message: "a parameter has no name"},

	{name: "text instead of a boolean", input: doc(fine+"      deprecated: maybe\n", noneOf), code: CodeValue, line: 8, col: 19, message: `deprecated: expected true or false, found "maybe"`},
	{name: "text instead of a number", input: doc(fine, "    A: {type: number, minimum: low}\n"), code: CodeValue, line: 10, col: 32, message: `minimum: expected a number, found "low"`},
	{name: "text instead of a bound", input: doc(fine, "    A: {type: number, exclusiveMinimum: low}\n"), code: CodeValue, line: 10, col: 41, message: `exclusiveMinimum: expected a number, found "low"`},
	{name: "hexadecimal number", input: doc(fine, "    A: {type: number, minimum: 0x10}\n"), code: CodeValue, line: 10, col: 32, message: "minimum: expected a number, found the number 0x10"},
	{name: "hexadecimal default", input: doc(fine, "    A: {type: integer, default: 0x10}\n"), code: CodeValue, line: 10, col: 33, message: "default: 0x10 is no JSON number"},
	{name: "negative length", input: doc(fine, "    A: {type: string, minLength: -1}\n"), code: CodeValue, line: 10, col: 34, message: "minLength: expected a whole number, zero or more, found the number -1"},
	{name: "object instead of a list", input: doc(fine+"      tags: {}\n", noneOf), code: CodeValue, line: 8, col: 13, message: "tags: expected a list of strings, found an object"},
	{name: "number in a list of strings", input: doc(fine, "    A: {type: string, enum: [a, 1]}\n"), code: CodeValue, line: 10, col: 33, message: "enum: expected a string, found the number 1"},
	{name: "list instead of an object", input: doc(fine, "    A: []\n"), code: CodeValue, line: 10, col: 8, message: "expected a schema object, found a list"},
	{name: "boolean schema", input: doc(fine, "    A: {type: object, additionalProperties: true}\n"), code: CodeValue, line: 10, col: 45, message: "expected a schema object, found the boolean true"},
	{name: "text instead of a table", input: doc(fine, "    A: {type: object, properties: none}\n"), code: CodeValue, line: 10, col: 35, message: `properties: expected an object, found "none"`},
	{name: "text instead of a list of objects", input: doc(fine, "    A: {allOf: none}\n"), code: CodeValue, line: 10, col: 16, message: `allOf: expected a list, found "none"`},
	{name: "null instead of a text", input: doc(fine, "    A: {type: string, format: null}\n"), code: CodeValue, line: 10, col: 31, message: "format: expected a string, found null"},
	{name: "object in a mapping", input: doc(fine, "    A: {discriminator: {propertyName: t, mapping: {a: {}}}}\n"), code: CodeValue, line: 10, col: 55, message: "mapping: expected a string, found an object"},
	{name: "pattern that does not compile", input: doc(fine, "    A: {type: string, pattern: 'a['}\n"), code: CodePattern, line: 10, col: 32, message: "the pattern \"a[\" is not understood: error parsing regexp: missing closing ]: `[`"},
	{name: "types that exclude each other over allOf", input: doc(fine, "    A: {type: object, properties: {x: {type: string}}}\n    B: {allOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {x: {type: integer}}}]}\n"),
		code: CodeLint, line: 11, col: 82, message: `the property "x" is of type string in one part of allOf and integer in another`},
	{name: "invalid path", input: strings.Replace(doc(fine, noneOf), "/x:", "x:", 1), code: CodeInvalid, line: 4, col: 3, message: "the repaired document is no valid OpenAPI 3.1: "},
}

func TestImportRefuses(t *testing.T) {
	target := filepath.Join(t.TempDir(), "openapi.yaml")
	mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal), Target: target})
	before := readFileString(t, target)
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			source := write(t, "bad.yaml", tt.input)
			_, problems := Import(t.Context(), ImportOptions{Source: source, Target: target, Force: true})
			checkRefusal(t, tt, filepath.ToSlash(source), problems)
			if readFileString(t, target) != before {
				t.Error("the target has changed")
			}
		})
	}
}

// checkRefusal looks at the first diagnostic, in order of position.
func checkRefusal(t *testing.T, want refusal, file string, problems diag.List) {
	t.Helper()
	all := problems.Sorted()
	if len(all) == 0 || !problems.Failed() {
		t.Fatal("nothing is refused")
	}
	got := all[0]
	if got.Code != want.code || !strings.HasPrefix(got.Message, want.message) || want.code != CodeInvalid && got.Message != want.message {
		t.Errorf("got %s: %s\nwant %s: %s", got.Code, got.Message, want.code, want.message)
	}
	if p := (diag.Position{File: file, Line: want.line, Column: want.col}); got.Pos != p {
		t.Errorf("position %s, want %s", got.Pos, p)
	}
	if !strings.Contains(got.Hint, want.hint) {
		t.Errorf("hint %q, want %q in it", got.Hint, want.hint)
	}
}

func TestImportReportsEveryProblem(t *testing.T) {
	bad := doc(strings.Replace(fine, "getX", "getX\n      colour: red", 1), "    A: {const: 1}\n    B: {type: file}\n")
	_, problems := Import(t.Context(), ImportOptions{Source: write(t, "bad.yaml", bad)})
	if got := problems.Sorted(); len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

func TestImportWarnsOfAnUnknownFormat(t *testing.T) {
	target := filepath.Join(t.TempDir(), "openapi.yaml")
	source := write(t, "a.yaml", strings.Replace(minimal, "{name: {type: string}}", "{name: {type: string, format: colour}}", 1))
	report, problems := Import(t.Context(), ImportOptions{Source: source, Target: target})
	got := problems.Sorted()
	if len(got) != 1 || got[0].Severity != diag.Warning || got[0].Code != CodeFormat || !report.Written {
		t.Errorf("got %v, written %v", got, report.Written)
	}
}

func TestImportRefusesSources(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(bytes.Repeat([]byte("x"), 5000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	tests := []struct {
		name, source, code, message string
	}{
		{"missing file", filepath.Join(dir, "none.yaml"), CodeRead, "cannot read the source: no such file or directory"},
		{"directory", dir, CodeRead, "cannot read the source: is a directory"},
		{"gzip with a damaged header", write(t, "a.gz", "\x1f\x8bnonsense"), CodeGzip, "the source begins like a gzip archive, but it is damaged: "},
		{"gzip cut short", write(t, "b.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), CodeGzip, "the source begins like a gzip archive, but it is damaged: unexpected EOF"},
		{"large file", write(t, "c.yaml", strings.Repeat("x", 2000)), CodeTooLarge, "the source is larger than 1000 bytes"},
		{"large when unpacked", write(t, "d.gz", packed.String()), CodeTooLarge, "the source is larger than 1000 bytes when unpacked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Import(t.Context(), ImportOptions{Source: tt.source, MaxBytes: 1000})
			wantSourceProblem(t, problems, filepath.ToSlash(tt.source), tt.code, tt.message)
		})
	}
}

func wantSourceProblem(t *testing.T, problems diag.List, file, code, message string) {
	t.Helper()
	got := problems.Sorted()
	if len(got) != 1 || got[0].Code != code || !strings.HasPrefix(got[0].Message, message) || got[0].Pos.File != file {
		t.Errorf("got %+v\nwant %s: %s: %s", got, file, code, message)
	}
}

func TestImportFromURL(t *testing.T) {
	server := func(h http.HandlerFunc) *httptest.Server {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s
	}
	send := func(data string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if _, err := io.WriteString(w, data); err != nil {
				t.Error(err)
			}
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(minimal)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	plain := mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal)})

	good := map[string]*httptest.Server{
		"plain":  server(send(minimal)),
		"packed": server(send(packed.String())),
		"content encoding": server(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			send(packed.String())(w, r)
		}),
		"redirect within the host": server(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/there" {
				http.Redirect(w, r, "/there", http.StatusFound)
				return
			}
			send(minimal)(w, r)
		}),
	}
	for name, s := range good {
		t.Run(name, func(t *testing.T) {
			report := mustImport(t, ImportOptions{Source: s.URL + "/openapi.yaml?token=secret"})
			if !bytes.Equal(report.Data, plain.Data) {
				t.Errorf("got\n%s", report.Data)
			}
			if report.Source != s.URL+"/openapi.yaml" {
				t.Errorf("source %s", report.Source)
			}
		})
	}

	// Programs do not get port 1 by chance, as they may get one that was just closed.
	const nobody = "http://127.0.0.1:1"
	other := server(send(minimal))
	bad := []struct {
		name, url, code, message string
	}{
		{"status 404", server(http.NotFound).URL, CodeHTTPStatus, "the server answers 404 Not Found"},
		{"status 204", server(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }).URL, CodeHTTPStatus, "the server answers 204 No Content"},
		{"web page", server(send("<html>sign in</html>")).URL, CodeHTML, "this is a web page"},
		{"redirect to another host", server(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }).URL, CodeRedirect,
			"127.0.0.1:"},
		{"endless redirect", server(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"a", http.StatusFound) }).URL + "/", CodeRead, "more than 5 redirects"},
		{"nobody listens", nobody, CodeRead, "cannot fetch the source: dial tcp"},
		{"too large", server(func(w http.ResponseWriter, _ *http.Request) {
			// The reader hangs up in the middle, so that the error means nothing.
			_, _ = io.WriteString(w, strings.Repeat("x", 200_000))
		}).URL, CodeTooLarge, "the source is larger than 100000 bytes"},
		{"cut short", server(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			send("short")(w, nil)
		}).URL, CodeRead, "cannot read the source: unexpected EOF"},
	}
	target := filepath.Join(t.TempDir(), "openapi.yaml")
	for _, tt := range bad {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Import(t.Context(), ImportOptions{Source: tt.url, Target: target, MaxBytes: 100_000})
			wantSourceProblem(t, problems, tt.url, tt.code, tt.message)
			if _, err := os.Stat(target); err == nil {
				t.Error("something was written")
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, problems := Import(ctx, ImportOptions{Source: other.URL})
		wantSourceProblem(t, problems, other.URL, CodeRead, "cannot fetch the source: context canceled")
	})
	t.Run("secrets are not repeated", func(t *testing.T) {
		host := strings.TrimPrefix(nobody, "http://")
		_, problems := Import(t.Context(), ImportOptions{Source: "http://user:password@" + host + "/a?key=secret"})
		for _, p := range problems.Sorted() {
			if s := p.String(); strings.Contains(s, "password") || strings.Contains(s, "secret") {
				t.Errorf("the diagnostic holds a secret: %s", s)
			}
		}
	})
}

func TestSameHost(t *testing.T) {
	tests := []struct {
		from, to string
		want     bool
	}{
		{"http://a/x", "http://a/y", true},
		{"http://a/x", "https://A/y", true},
		{"https://a/x", "http://a/y", false},
		{"http://a/x", "http://b/y", false},
		{"http://a/x", "http://a.b/y", false},
		{"http://a:1/x", "http://a:2/y", false},
		{"http://a:80/x", "https://a:443/y", false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s to %s", tt.from, tt.to), func(t *testing.T) {
			if got := sameHost(mustURL(t, tt.from), mustURL(t, tt.to)); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
