package oql_test

//opik:requires TraceFilter.operator.in,TraceFilter.operator.not_in,Trace_Public.environment,Trace_Public.source,Span_Public.environment,TraceThread.environment

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// Lists of values, which only newer servers know, and fields that only they have.
var lists = map[string]testCase{
	"in":                     {table: &oql.Spans, text: `type in ("llm", 'tool')`, want: one("type", "", "in", "llm,tool")},
	"in brackets":            {table: &oql.Traces, text: `source not_in["sdk"]`, want: one("source", "", "not_in", "sdk")},
	"ids":                    {table: &oql.Traces, text: `experiment_ids in ("a","b")`, want: one("experiment_ids", "", "in", "a,b")},
	"absent label":           {table: &oql.Traces, text: `environment is_empty`, want: one("environment", "", "is_empty", "")},
	"in without parentheses": {table: &oql.Spans, text: `type in "llm"`, column: 9},
	"in nothing":             {table: &oql.Spans, text: `type in ()`, column: 10},
	"in without an end":      {table: &oql.Spans, text: `type in ("llm"`, column: 15},
	"in with the wrong end":  {table: &oql.Spans, text: `type in ("llm"]`, column: 15},
	"in for text":            {table: &oql.Traces, text: `name in ("a","b")`, column: 6},
	"comma in a list":        {table: &oql.Traces, text: `environment in ("a,b")`, column: 17},
	"blank in a list":        {table: &oql.Traces, text: `environment in ("a", " b")`, column: 22},
	"too many values":        {table: &oql.Traces, text: `source in (` + strings.Repeat(`"a",`, oql.MaxValues+1) + `"a")`, column: 12 + 4*oql.MaxValues},
}

func TestLists(t *testing.T) {
	for name, c := range lists {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

func TestErrorsOfLists(t *testing.T) {
	checkErrors(t, map[string]string{
		`name in ("a")`: `column 6: "name" does not take the operator "in"; expected =, !=, contains, not_contains, starts_with, ends_with, > or <; the server knows it for visibility_mode, experiment_ids, source, environment`,
	})
}
