package contractdiff_test

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/contractdiff"
)

const document = `openapi: 3.1.0
info: {title: Test, version: '1'}
paths:
  /books:
    get:
      operationId: findBooks
      parameters:
        - {name: page, in: query, schema: {type: integer}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  name: {type: [string, 'null']}
                  count: {type: integer, exclusiveMinimum: 0}
`

func TestCompare(t *testing.T) {
	after := strings.NewReplacer(
		"schema: {type: integer}}", "required: true, schema: {type: integer}}",
		"                  name: {type: [string, 'null']}\n", "                  title: {type: string}\n",
	).Replace(document)
	changes, err := contractdiff.Compare([]byte(document), []byte(after))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, string(c.Level)+" "+c.String())
	}
	want := []string{
		"error GET /books: the `query` request parameter `page` became required [request-parameter-became-required]",
		"warning GET /books: removed the optional property `name` from the response with the `200` status [response-optional-property-removed]",
		"info GET /books: added the optional property `title` to the response with the `200` status [response-optional-property-added]",
	}
	if text := strings.Join(got, "\n"); text != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", text, strings.Join(want, "\n"))
	}
}

func TestCompareSame(t *testing.T) {
	changes, err := contractdiff.Compare([]byte(document), []byte(document))
	if err != nil || len(changes) != 0 {
		t.Errorf("%v, %v", changes, err)
	}
}

func TestCompareUnreadable(t *testing.T) {
	for _, pair := range [][2]string{{"{", document}, {document, "{"}} {
		if _, err := contractdiff.Compare([]byte(pair[0]), []byte(pair[1])); err == nil {
			t.Errorf("no error for %q", pair)
		}
	}
}
