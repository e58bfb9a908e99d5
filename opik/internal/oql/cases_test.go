package oql_test

import (
	"errors"
	"testing"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// testCase is a text and what it comes to: filters, or an error at a column.
type testCase struct {
	table *oql.Table
	text  string
	want  []oql.Filter
	// column is the place of the error; 0 if there is none.
	column int
	// differs says what the Python SDK does instead, and why that is wrong.
	differs string
}

func one(field, key, operator, value string) []oql.Filter {
	return []oql.Filter{{Field: field, Key: key, Operator: operator, Value: value}}
}

func two(a, b []oql.Filter) []oql.Filter { return append(a, b...) }

// cases are those that the behaviour of the Python SDK is described with, by number.
var cases = map[string]testCase{
	"1":  {table: &oql.Traces, text: `name = "test"`, want: one("name", "", "=", "test")},
	"2":  {table: &oql.Traces, text: `name="test"`, want: one("name", "", "=", "test")},
	"3":  {table: &oql.Traces, text: `name != "x"`, want: one("name", "", "!=", "x")},
	"4":  {table: &oql.Traces, text: `name!="x"`, want: one("name", "", "!=", "x"), differs: "refuses it, though = needs no blanks either"},
	"5":  {table: &oql.Traces, text: `name contains"x"`, want: one("name", "", "contains", "x"), differs: "refuses it, though no operator has a quote"},
	"6":  {table: &oql.Traces, text: `usage.total_tokens >= 100`, want: one("usage.total_tokens", "", ">=", "100")},
	"7":  {table: &oql.Traces, text: `usage."total_tokens" = 1`, want: one("usage.total_tokens", "", "=", "1")},
	"8":  {table: &oql.Traces, text: `usage.foo = 1`, column: 7},
	"9":  {table: &oql.Traces, text: `usage = 1`, column: 1, differs: "sends a field that no server has"},
	"10": {table: &oql.Traces, text: `tags contains "prod"`, want: one("tags", "", "contains", "prod")},
	"11": {table: &oql.Traces, text: `tags is_empty`, want: one("tags", "", "is_empty", "")},
	"12": {table: &oql.Traces, text: `tags is_empty and name = "x"`, want: two(one("tags", "", "is_empty", ""), one("name", "", "=", "x"))},
	"13": {table: &oql.Traces, text: `metadata.model = "gpt"`, want: one("metadata", "model", "=", "gpt")},
	"14": {table: &oql.Traces, text: `metadata."a b" = "x"`, want: one("metadata", "a b", "=", "x")},
	"15": {table: &oql.Traces, text: `metadata.'a''b' = "x"`, want: one("metadata", "a'b", "=", "x")},
	"16": {table: &oql.Traces, text: `metadata."a""b" = "x"`, want: one("metadata", `a"b`, "=", "x")},
	"17": {table: &oql.Traces, text: `metadata.a.b = "x"`, want: one("metadata", "a.b", "=", "x"), differs: "refuses it, though a second dot can mean nothing else"},
	"18": {table: &oql.Traces, text: `metadata."a.b" = "x"`, want: one("metadata", "a.b", "=", "x")},
	"19": {table: &oql.Traces, text: `input_json."$.a[0]" contains "z"`, want: one("input_json", "$.a[0]", "contains", "z")},
	"20": {table: &oql.Traces, text: `metadata = "x"`, column: 1, differs: "sends no key, without which the server refuses the field"},
	"21": {table: &oql.Traces, text: `metadata. = "x"`, column: 10, differs: "sends no key, without which the server refuses the field"},
	"22": {table: &oql.Traces, text: `metadata.n > 5`, want: one("metadata", "n", ">", "5")},
	"23": {table: &oql.Traces, text: `feedback_scores.accuracy > 0.8`, want: one("feedback_scores", "accuracy", ">", "0.8")},
	"24": {table: &oql.Traces, text: `feedback_scores."Answer Relevance" >= 0.5`, want: one("feedback_scores", "Answer Relevance", ">=", "0.5")},
	"25": {table: &oql.Traces, text: `feedback_scores.acc is_empty`, want: one("feedback_scores", "acc", "is_empty", "")},
	"26": {table: &oql.Traces, text: `span_feedback_scores.q = 1`, want: one("span_feedback_scores", "q", "=", "1")},
	"27": {table: &oql.Traces, text: `start_time >= "2024-01-01T00:00:00Z" AND name contains "x"`, want: two(one("start_time", "", ">=", "2024-01-01T00:00:00Z"), one("name", "", "contains", "x"))},
	"28": {table: &oql.Traces, text: `name = "x"and tags contains "y"`, want: two(one("name", "", "=", "x"), one("tags", "", "contains", "y"))},
	"29": {table: &oql.Traces, text: `duration < 5.25`, want: one("duration", "", "<", "5.25")},
	"30": {table: &oql.Traces, text: `duration = 5.`, want: one("duration", "", "=", "5"), differs: "sends 5. as it is, which the server refuses"},
	"31": {table: &oql.Traces, text: `duration > -1`, want: one("duration", "", ">", "-1"), differs: "knows no negative numbers"},
	"32": {table: &oql.Traces, text: `duration > "-1"`, want: one("duration", "", ">", "-1")},
	"33": {table: &oql.Traces, text: `duration = .5`, want: one("duration", "", "=", "0.5"), differs: "wants a digit before the point"},
	"34": {table: &oql.Traces, text: `duration = 1e5`, want: one("duration", "", "=", "100000"), differs: "knows no exponents"},
	"35": {table: &oql.Traces, text: `error_info is_not_empty`, want: one("error_info", "", "is_not_empty", "")},
	"36": {table: &oql.Traces, text: `error_info = "x"`, column: 12},
	"37": {table: &oql.Traces, text: `name = "unterminated`, column: 8, differs: "takes the rest of the text for the value, so that a forgotten quote swallows conditions"},

	"38":                {table: &oql.Traces, text: `name = unquoted`, column: 8},
	"38, single quotes": {table: &oql.Traces, text: `name = 'single'`, want: one("name", "", "=", "single"), differs: "takes single quotes around keys only"},

	"39": {table: &oql.Traces, text: `name = "a" or name = "b"`, column: 12},
	"40": {table: &oql.Traces, text: `name = "a" foo`, column: 12},
	"41": {table: &oql.Traces, text: `input contains "esc \" q"`, want: one("input", "", "contains", `esc " q`), differs: "has no way to write a quote in a value"},
	"42": {table: &oql.Traces, text: `unknown_field = "x"`, column: 1, differs: "sends it as a text field, and the server refuses all of the request without naming the field"},

	"43":              {table: &oql.Traces, text: `unknown_field >= "x"`, column: 1},
	"43, known field": {table: &oql.Traces, text: `name >= "x"`, column: 6},

	"44": {table: &oql.Traces, text: `unknown.key = "x"`, column: 1},
	"45": {table: &oql.Traces, text: `name is_empty`, column: 6},

	"46, field":    {table: &oql.Traces, text: `name`, column: 5},
	"46, operator": {table: &oql.Traces, text: `name =`, column: 7},
	"46, and":      {table: &oql.Traces, text: `name = "a" and`, column: 15},
	"46, blank":    {table: &oql.Traces, text: ` `, column: 2},

	"47": {table: &oql.Traces, text: ``},
	"48": {table: &oql.Traces, text: `name = ""`, want: one("name", "", "=", "")},
	"49": {table: &oql.Spans, text: `type = "llm"`, want: one("type", "", "=", "llm")},
	"50": {table: &oql.Spans, text: `type contains "l"`, column: 6},
	"51": {table: &oql.Spans, text: `model = "gpt-4" and provider != "openai"`, want: two(one("model", "", "=", "gpt-4"), one("provider", "", "!=", "openai"))},
	"52": {table: &oql.Spans, text: `span_feedback_scores.x > 1`, column: 1},
	"53": {table: &oql.Threads, text: `status = "active"`, want: one("status", "", "=", "active")},
	"54": {table: &oql.Threads, text: `number_of_messages >= 2`, want: one("number_of_messages", "", ">=", "2")},
	"55": {table: &oql.Threads, text: `usage.total_tokens > 1`, column: 1},
	"56": {table: &oql.Threads, text: `metadata.x = "1"`, column: 1},
	"57": {table: &oql.DatasetItems, text: `data.category = "x"`, want: one("data", "category", "=", "x")},
	"58": {table: &oql.DatasetItems, text: `data.category > "x"`, column: 15},
	"59": {table: &oql.PromptVersions, text: `tags contains "prod"`, want: one("tags", "", "contains", "prod")},
	"60": {table: &oql.PromptVersions, text: `type contains "m"`, column: 6},

	// From the tests of the Python SDK.
	"escaped quotes in a key": {table: &oql.Traces, text: `feedback_scores."Escaped ""Quote""" < 0.8`, want: one("feedback_scores", `Escaped "Quote"`, "<", "0.8")},
	"key without an end":      {table: &oql.Traces, text: `feedback_scores."Unterminated < 0.8 `, column: 17},
}

func TestCases(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

func (c *testCase) check(t *testing.T) {
	t.Helper()
	got, err := c.table.Filters(c.text)
	if c.column > 0 {
		var wrong *oql.Error
		if !errors.As(err, &wrong) {
			t.Fatalf("%s: %v, error %v", c.text, got, err)
		}
		if wrong.Column != c.column {
			t.Errorf("%s: %v, not at column %d", c.text, err, c.column)
		}
		if got != nil {
			t.Errorf("%s: %v beside an error", c.text, got)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", c.text, err)
	}
	if len(got) != len(c.want) {
		t.Fatalf("%s: %v, not %v", c.text, got, c.want)
	}
	for i := range got {
		if got[i] != c.want[i] {
			t.Errorf("%s: %+v, not %+v", c.text, got[i], c.want[i])
		}
	}
}
