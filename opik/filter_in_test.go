package opik_test

//opik:requires TraceFilter.operator.in,TraceFilter.operator.not_in,Trace_Public.environment,Trace_Public.source

import (
	"errors"
	"slices"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// Lists of values, which only newer servers know, and fields that only they have.
func TestFilterLists(t *testing.T) {
	c, _ := served(t, 2)
	for filter, found := range map[opik.TraceFilter]int{
		`source in ("playground", "sdk") AND environment is_empty`: 2,
		`source not_in ["sdk"]`:                           0,
		opik.TraceFields.Source.In(opik.SourceExperiment): 0,
		opik.TraceFields.Environment.NotIn("test"):        2,
	} {
		if n := len(names(t, c.SearchTraces(t.Context(), opik.SearchTracesParams{Filter: filter}))); n != found {
			t.Errorf("%s: search finds %d", filter, n)
		}
	}
}

func TestFilterListBuilders(t *testing.T) {
	f := opik.TraceFields
	for filter, want := range map[opik.TraceFilter]rest.TraceFilter{
		f.Source.In(opik.SourceSDK, opik.SourceExperiment): {Field: "source", Operator: "in", Value: "sdk,experiment"},
		f.Environment.NotIn("test"):                        {Field: "environment", Operator: "not_in", Value: "test"},
		f.ExperimentIDs.In("a", "b"):                       {Field: "experiment_ids", Operator: "in", Value: "a,b"},
	} {
		got, err := filter.Parse()
		if err != nil || !slices.Equal(got, []rest.TraceFilter{want}) {
			t.Errorf("%s: %+v, %v", filter, got, err)
		}
	}
	var wrong *opik.FilterError
	if got, err := f.Environment.In("a,b").Parse(); !errors.As(err, &wrong) {
		t.Errorf("%v, %v", got, err)
	}
}
