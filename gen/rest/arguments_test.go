package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

func TestPathArgumentsAreEscaped(t *testing.T) {
	tests := map[string]string{
		"0190babc-62a0-71d2-832a-0feffa4676eb": "0190babc-62a0-71d2-832a-0feffa4676eb",
		"a/b":                                  "a%2Fb",
		"../../admin":                          "..%2F..%2Fadmin",
		"a b":                                  "a%20b",
		"a?b=c#d":                              "a%3Fb=c%23d",
		"100%":                                 "100%25",
		"%2F":                                  "%252F",
		"größe/日本":                             "gr%C3%B6%C3%9Fe%2F%E6%97%A5%E6%9C%AC",
		"{id}":                                 "%7Bid%7D",
		"...":                                  "...",
		"a\r\nX-Evil: 1":                       "a%0D%0AX-Evil:%201",
	}
	for id, want := range tests {
		t.Run(want, func(t *testing.T) {
			b := serve(t, noContent)
			if err := b.DeleteTraceByID(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if got := b.last(t).path; got != "/api/v1/private/traces/"+want {
				t.Errorf("path is %s", got)
			}
		})
	}
}

func TestImpossibleArgumentsAreRefusedBeforeSending(t *testing.T) {
	b := serve(t, noContent)
	var nilContext context.Context
	calls := map[string]struct {
		argument string
		err      error
	}{
		"empty":       {"id", b.DeleteTraceByID(t.Context(), "")},
		"dot":         {"id", b.DeleteTraceByID(t.Context(), ".")},
		"dot dot":     {"id", b.DeleteTraceByID(t.Context(), "..")},
		"second":      {"traceId", second(b.GetTraceComment(t.Context(), "", ""))},
		"query":       {"trace_id", second(b.ProjectsRedirect(t.Context(), nil))},
		"body":        {"body", b.UpdateTrace(t.Context(), "1", rest.TraceUpdate{Input: json.RawMessage("{")})},
		"no reader":   {"body", b.ReplaceOllieState(t.Context(), "", nil)},
		"no file":     {"file", b.CreateDatasetItemsFromCSV(t.Context(), rest.CreateDatasetItemsFromCSVForm{DatasetID: "1"})},
		"no content":  {"file", b.CreateDatasetItemsFromCSV(t.Context(), rest.CreateDatasetItemsFromCSVForm{DatasetID: "1", File: &rest.File{}})},
		"nil context": {"ctx", b.DeleteTraceByID(nilContext, "1")},
	}
	for name, call := range calls {
		var refused *rest.ArgumentError
		if !errors.As(call.err, &refused) || refused.Argument != call.argument || refused.Operation == "" {
			t.Errorf("%s: %v", name, call.err)
		}
	}
	if b.count() != 0 {
		t.Errorf("%d requests were sent", b.count())
	}
}

// second returns the error of a call with a result.
func second[T any](_ T, err error) error { return err }

func TestJSONParametersTravelAsText(t *testing.T) {
	b := serve(t, answerJSON(200, `{"content":[]}`))
	filters := []rest.TraceFilter{
		{Field: "name", Operator: rest.FilterOperatorNotEqual, Value: "a+b & c/ü \"quoted\""},
		{Field: "feedback_scores", Key: "quality", Operator: rest.FilterOperatorGreaterThanOrEqual, Value: "0.5"},
	}
	sorting := []rest.SortingField{{Field: "start_time", Direction: "DESC"}}
	_, err := b.GetTracesByProject(t.Context(), &rest.GetTracesByProjectParams{
		ProjectName: "my project+1", Filters: filters, Sorting: sorting, Exclude: []string{"input"},
	})
	if err != nil {
		t.Fatal(err)
	}
	raw := b.last(t).query
	if strings.Contains(raw, "+") || !strings.Contains(raw, "project_name=my%20project%2B1") {
		t.Errorf("blanks and plus signs are not percent-encoded: %s", raw)
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	var gotFilters []rest.TraceFilter
	if err := json.Unmarshal([]byte(query.Get("filters")), &gotFilters); err != nil || !reflect.DeepEqual(gotFilters, filters) {
		t.Errorf("filters are %s, %v", query.Get("filters"), err)
	}
	if got := query.Get("sorting"); got != `[{"direction":"DESC","field":"start_time"}]` {
		t.Errorf("sorting is %s", got)
	}
	if got := query.Get("exclude"); got != `["input"]` {
		t.Errorf("exclude is %s", got)
	}
}

func TestTimesInQueriesHaveNoPlusSign(t *testing.T) {
	b := serve(t, answerJSON(200, `{"content":[]}`))
	from := time.Date(2026, 1, 2, 3, 4, 5, 678, time.FixedZone("", 5*3600+1800))
	if _, err := b.GetTracesByProject(t.Context(), &rest.GetTracesByProjectParams{FromTime: from}); err != nil {
		t.Fatal(err)
	}
	if got := b.last(t).query; got != "from_time=2026-01-01T21%3A34%3A05.000000678Z" {
		t.Errorf("query is %s", got)
	}
}

func TestCallOptions(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":"1"}`))
	var response rest.Response
	_, err := b.GetTraceByID(t.Context(), "1", nil,
		rest.WithHeader("X-One", "1"), rest.WithHeader("Accept", ""), rest.WithQuery("extra", "a b"), rest.WithResponse(&response), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := b.last(t)
	if got.header.Get("X-One") != "1" || got.query != "extra=a%20b" {
		t.Errorf("got %+v", got)
	}
	if _, ok := got.header["Accept"]; ok {
		t.Error("a header that was removed is sent")
	}
	if response.Status != 200 || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("response is %+v", response)
	}
}

func TestDefaultsApplyBeforeOptions(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":"1"}`))
	client, err := rest.NewClient(b.BaseURL(), nil, rest.WithHeader("X-One", "default"), rest.WithHeader("X-Two", "default"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetTraceByID(t.Context(), "1", nil, rest.WithHeader("X-One", "call")); err != nil {
		t.Fatal(err)
	}
	if h := b.last(t).header; h.Get("X-One") != "call" || h.Get("X-Two") != "default" {
		t.Errorf("headers are %v", h)
	}
}
