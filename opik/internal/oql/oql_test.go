package oql_test

//opik:requires TraceFilter_Public.operator.not_in,Trace_Public.environment

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// What other descriptions of the language do not mention.
var more = map[string]testCase{
	"blanks of all sorts":       {table: &oql.Traces, text: "\t name\n=\u00a0'x' ", want: one("name", "", "=", "x")},
	"and in any case":           {table: &oql.Traces, text: `name="a"AnD tags="b"`, want: two(one("name", "", "=", "a"), one("tags", "", "=", "b"))},
	"number before a word":      {table: &oql.Traces, text: `duration=5and ttft=.5`, want: two(one("duration", "", "=", "5"), one("ttft", "", "=", "0.5"))},
	"quote in other quotes":     {table: &oql.Traces, text: `name = 'say "hi"'`, want: one("name", "", "=", `say "hi"`)},
	"doubled quotes":            {table: &oql.Traces, text: `name = "say ""hi"""`, want: one("name", "", "=", `say "hi"`)},
	"backslashes":               {table: &oql.Traces, text: `name = "C:\temp\\new\'s"`, want: one("name", "", "=", `C:\temp\new's`)},
	"backslash at the end":      {table: &oql.Traces, text: `name = "C:\\"`, want: one("name", "", "=", `C:\`)},
	"line break in a text":      {table: &oql.Traces, text: "name = 'a\nb'", want: one("name", "", "=", "a\nb")},
	"key with an index":         {table: &oql.Traces, text: `metadata.steps[0].name = "x"`, want: one("metadata", "steps[0].name", "=", "x")},
	"index without a dot":       {table: &oql.Traces, text: `output_json[1] = "x"`, want: one("output_json", "[1]", "=", "x")},
	"key with a name in quotes": {table: &oql.Traces, text: `metadata.a['b c'].d = "x"`, want: one("metadata", "a['b c'].d", "=", "x")},
	"key from the root":         {table: &oql.Traces, text: `metadata.$.a = "x"`, want: one("metadata", "$.a", "=", "x")},
	"key with a hyphen":         {table: &oql.Traces, text: `feedback_scores.gpt-4>-1`, want: one("feedback_scores", "gpt-4", ">", "-1")},
	"key in other letters":      {table: &oql.Traces, text: `metadata.größe = 1`, want: one("metadata", "größe", "=", "1")},
	"path with its column":      {table: &oql.Traces, text: `custom.input.question contains "x"`, want: one("custom", "input.question", "contains", "x")},
	"number as text":            {table: &oql.Traces, text: `name = 1e3`, want: one("name", "", "=", "1e3")},
	"number in JSON":            {table: &oql.Traces, text: `metadata.n > 1.5E1`, want: one("metadata", "n", ">", "15")},
	"text in JSON":              {table: &oql.Traces, text: `metadata.n = "1e1"`, want: one("metadata", "n", "=", "1e1")},
	"small number":              {table: &oql.Traces, text: `total_estimated_cost > 12.5e-4`, want: one("total_estimated_cost", "", ">", "0.00125")},
	"zero":                      {table: &oql.Traces, text: `duration > -0e7`, want: one("duration", "", ">", "-0")},
	"time zone":                 {table: &oql.Traces, text: `start_time > "2025-01-01T01:00:00.5+01:00"`, want: one("start_time", "", ">", "2025-01-01T00:00:00.5Z")},
	"percent and plus": {
		table: &oql.Traces, text: `metadata.lang = "C++ 50%" AND name = "C++ 50%"`,
		want:    two(one("metadata", "lang", "=", "C%2B%2B 50%25"), one("name", "", "=", "C++ 50%")),
		differs: "sends them as they are; the server undoes percent encoding in such values",
	},
	"percent in a path":   {table: &oql.Traces, text: `custom.input.a = "50%"`, want: one("custom", "input.a", "=", "50%2525")},
	"percent in a column": {table: &oql.Traces, text: `custom.input = "50%"`, want: one("custom", "input", "=", "50%25")},
	"more comparisons":    {table: &oql.PromptVersions, text: `metadata.n >= 5`, want: one("metadata", "n", ">=", "5")},

	"column of text":      {table: &oql.ExperimentItems, text: `data.question contains "x"`, want: []oql.Filter{{Field: "data.question", Operator: "contains", Value: "x", Type: "string"}}},
	"column of numbers":   {table: &oql.ExperimentItems, text: `output.score >= 0.5`, want: []oql.Filter{{Field: "output.score", Operator: ">=", Value: "0.5", Type: "number"}}},
	"column with a type":  {table: &oql.ExperimentItems, text: `data.tags:list is_empty`, want: []oql.Filter{{Field: "data.tags", Operator: "is_empty", Type: "list"}}},
	"value in a column":   {table: &oql.ExperimentItems, text: `output.a.b[0]:dictionary = "x"`, want: []oql.Filter{{Field: "output.a", Key: "b[0]", Operator: "=", Value: "x", Type: "dictionary"}}},
	"all of the output":   {table: &oql.ExperimentItems, text: `output contains "x"`, want: one("output", "", "contains", "x")},
	"column without name": {table: &oql.ExperimentItems, text: `data = "x"`, column: 1},
	"no such type":        {table: &oql.ExperimentItems, text: `data.a:nmber = 1`, column: 8},
	"type of a field":     {table: &oql.Traces, text: `name:string = "x"`, column: 6},
	"no path in a column": {table: &oql.ExperimentItems, text: `data.a:dictionary = 1`, column: 6},
	"text for a number":   {table: &oql.ExperimentItems, text: `data.a:number = "x"`, column: 17},

	"list for a text":        {table: &oql.Traces, text: `name = ("a")`, column: 8},
	"dictionary order":       {table: &oql.Traces, text: `metadata.n >= 5`, column: 12, differs: "offers >=, which the server does not know for the metadata of traces"},
	"not":                    {table: &oql.Traces, text: `NOT name = "a"`, column: 1},
	"not contains":           {table: &oql.Traces, text: `name not contains "a"`, column: 6},
	"parentheses":            {table: &oql.Traces, text: `name = "a" AND (tags = "b")`, column: 16},
	"second column":          {table: &oql.Traces, text: `größe = "a"`, column: 1},
	"after wide characters":  {table: &oql.Traces, text: `name = "größe 🎉" x`, column: 18},
	"unknown before broken":  {table: &oql.Traces, text: `nam = `, column: 1},
	"operator before broken": {table: &oql.Traces, text: `name is_empty "x`, column: 6},
	"plus":                   {table: &oql.Traces, text: `duration > +5`, column: 12},
	"two equal signs":        {table: &oql.Traces, text: `name == "a"`, column: 6},
	"semicolon":              {table: &oql.Traces, text: `name = "a";`, column: 11},
	"no operator":            {table: &oql.Traces, text: `name "a"`, column: 6},
	"no field":               {table: &oql.Traces, text: `AND name = "a"`, column: 1},
	"number as field":        {table: &oql.Traces, text: `5 = 5`, column: 1},
	"key of a plain field":   {table: &oql.Traces, text: `name.key = "a"`, column: 6},
	"blank key":              {table: &oql.Traces, text: `metadata." " = "a"`, column: 10},
	"key after key":          {table: &oql.Traces, text: `metadata."a".b = "a"`, column: 13},
	"dot at the end of key":  {table: &oql.Traces, text: `metadata.a. = "a"`, column: 11},
	"open bracket":           {table: &oql.Traces, text: `metadata.a[ = "a"`, column: 11},
	"no number":              {table: &oql.Traces, text: `duration > "fast"`, column: 12},
	"no time":                {table: &oql.Traces, text: `start_time > "yesterday"`, column: 14},
	"date without time":      {table: &oql.Traces, text: `start_time > "2025-01-01"`, column: 14},
	"number for a time":      {table: &oql.Traces, text: `start_time > 1700000000`, column: 14},
	"huge exponent":          {table: &oql.Traces, text: `duration > 1e999999999`, column: 12},
	"overflowing exponent":   {table: &oql.Traces, text: `duration > 1e99999999999999999999`, column: 12},
	"no UTF-8":               {table: &oql.Traces, text: "name = 'ü\xff'", column: 10},
	"too long":               {table: &oql.Traces, text: `name = "` + strings.Repeat("x", oql.MaxText) + `"`, column: 1},
	"too many conditions":    {table: &oql.Traces, text: strings.Repeat(`name="a"and `, oql.MaxConditions+1), column: 12*oql.MaxConditions + 1},
}

func TestMore(t *testing.T) {
	for name, c := range more {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

// An error names the place, what would be right, and what was probably meant.
func TestErrors(t *testing.T) {
	checkErrors(t, map[string]string{
		`nmae = "x"`:              `column 1: traces have no field "nmae"; did you mean name?`,
		`startTime > 1`:           `column 1: traces have no field "startTime"; did you mean start_time?`,
		`usage.total_token = 1`:   `column 7: "usage" has no part "total_token"; expected completion_tokens, prompt_tokens or total_tokens; did you mean total_tokens?`,
		`usage > 1`:               `column 1: "usage" alone is no field; expected usage.completion_tokens, prompt_tokens or total_tokens`,
		`name includes "x"`:       `column 6: "name" does not take the operator "includes"; expected =, !=, contains, not_contains, starts_with, ends_with, > or <`,
		`name contain "x"`:        `column 6: "name" does not take the operator "contain"; expected =, !=, contains, not_contains, starts_with, ends_with, > or <; did you mean contains?`,
		`name == "x"`:             `column 6: there is no operator "=="; expected =, !=, <, <=, > or >= or a word such as contains; did you mean =?`,
		`name not contains "x"`:   `column 6: there is no operator "not"; expected an operator; write not_contains, not_in or is_not_empty`,
		`name = x`:                `column 8: "x" is no value; expected a number or a text in quotes; write "x"`,
		`name = "x`:               `column 8: the text has no end; expected another " behind it`,
		`name = "a" OR tags="b"`:  `column 12: there is no OR: the server joins conditions with AND only; expected AND or the end; make a search for each side`,
		`(name = "a")`:            `column 1: there are no parentheses: the server joins conditions with AND only; expected a field`,
		`not name = "a"`:          `column 1: there is no NOT: the server joins conditions with AND only; expected a field; write !=, not_contains, not_in or is_empty`,
		`metadata = "x"`:          `column 1: "metadata" needs a key: the server refuses it without one; expected metadata.KEY`,
		`start_time > "now"`:      `column 14: "start_time" is compared with times; "now" is none; expected a time such as "2025-01-31T10:30:00Z"`,
		`name = "a" name = "b"`:   `column 12: "name" is out of place; expected AND or the end`,
		`name = "a" AND`:          `column 15: the end is out of place; expected a field`,
		`metadata.a. = 1`:         `column 11: the key of "metadata" is incomplete; expected a name behind the dot; a key with other characters stands in quotes`,
		strings.Repeat("x", 1000): `column 1: traces have no field "` + strings.Repeat("x", 40) + `…"`,
	})
}

func checkErrors(t *testing.T, errors map[string]string) {
	t.Helper()
	for text, want := range errors {
		_, err := oql.Traces.Filters(text)
		if err == nil || err.Error() != want && !(len(text) == 1000 && strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%.60s:\n got %v\nwant %s", text, err, want)
		}
	}
}
