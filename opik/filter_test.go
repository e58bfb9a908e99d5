package opik_test

//opik:requires TraceFilter_Public.operator.not_in,Trace_Public.environment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// A search, a list and a figure take the same text.
func TestFilterChooses(t *testing.T) {
	c, _ := served(t, 3)
	const filter = `name = "1"`
	if got := names(t, c.SearchTraces(t.Context(), opik.SearchTracesParams{Filter: filter})); !slices.Equal(got, []string{"1"}) {
		t.Errorf("search: %v", got)
	}
	if got := names(t, c.Traces.List(t.Context(), opik.TraceListParams{Filter: filter})); !slices.Equal(got, []string{"1"}) {
		t.Errorf("list: %v", got)
	}
	stats, err := c.Traces.Stats(t.Context(), opik.TraceStatsParams{Filter: filter})
	if err != nil || len(stats) == 0 {
		t.Errorf("stats: %v, %v", stats, err)
	}
}

// Values arrive as they are written, also where the server undoes percent encoding.
func TestFilterValuesArrive(t *testing.T) {
	c, _ := served(t, 0)
	_, trace := c.StartTrace(t.Context(), "50%+", opik.WithMetadata(map[string]any{
		"lang": "C++ 50%", "a b": map[string]any{"n": -1.5, "it's": "\"so\""},
	}))
	trace.End()
	flush(t, c)
	for filter, found := range map[opik.TraceFilter]bool{
		`name = "50%+"`:                                    true,
		`metadata.lang = "C++ 50%"`:                        true,
		`metadata.lang = "C   50%"`:                        false,
		`custom.metadata.lang = "C++ 50%"`:                 true,
		`custom.metadata contains "C++ 50%"`:               true,
		`metadata['a b'].n < -1e0`:                         true,
		`metadata.$["a b"]["it's"] = "\"so\""`:             true,
		`source in ("ui", "sdk") AND environment is_empty`: true,
		`source not_in ["sdk"]`:                            false,
	} {
		if n := len(names(t, c.SearchTraces(t.Context(), opik.SearchTracesParams{Filter: filter}))); (n == 1) != found {
			t.Errorf("%s: search finds %d", filter, n)
		}
		if n := len(names(t, c.Traces.List(t.Context(), opik.TraceListParams{Filter: filter}))); (n == 1) != found {
			t.Errorf("%s: list finds %d", filter, n)
		}
	}
}

// The text and the list both hold, and the caller's list stays as it is.
func TestFilterAndFilters(t *testing.T) {
	c, srv := served(t, 3)
	list := make([]rest.TraceFilter, 1, 4)
	list[0] = rest.TraceFilter{Field: "name", Operator: rest.FilterOperatorNotEqual, Value: "2"}
	params := opik.SearchTracesParams{Filter: `name > "0" AND tags is_empty`, Filters: list}
	if got := names(t, c.SearchTraces(t.Context(), params)); !slices.Equal(got, []string{"1"}) {
		t.Errorf("found %v", got)
	}
	if extra := list[:2][1]; extra != (rest.TraceFilter{}) {
		t.Errorf("the caller's list has %v behind its end", extra)
	}
	requests := srv.Requests()
	sent, err := json.Marshal(requests[len(requests)-1].Body.(map[string]any)["filters"])
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"field":"name","operator":"\u003e","value":"0"},{"field":"tags","operator":"is_empty","value":""},{"field":"name","operator":"!=","value":"2"}]`
	if string(sent) != want {
		t.Errorf("sent %s", sent)
	}
}

// A mistake in a text is an error with its place, before any request.
func TestFilterErrorBeforeAnyRequest(t *testing.T) {
	c, srv := served(t, 1)
	before := len(srv.Requests())
	check := func(what string, err error, column int) {
		t.Helper()
		var wrong *opik.FilterError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: error %v", what, err)
			return
		}
		if wrong.Column != column || wrong.Filter == "" || wrong.Problem == "" {
			t.Errorf("%s: %+v", what, wrong)
		}
	}
	failing := func(what string, seq func(func(rest.Trace, error) bool)) {
		t.Helper()
		for range 2 { // every range starts anew
			n := 0
			for _, err := range seq {
				n++
				check(what, err, 6)
			}
			if n != 1 {
				t.Errorf("%s: %d elements", what, n)
			}
		}
	}
	failing("search", c.SearchTraces(t.Context(), opik.SearchTracesParams{Filter: `name ~ "1"`}))
	failing("list", c.Traces.List(t.Context(), opik.TraceListParams{Filter: `name ~ "1"`}))
	for _, err := range c.SearchThreads(t.Context(), opik.SearchThreadsParams{Filter: `nme = "x"`}) {
		check("search once", err, 1)
	}
	_, err := c.Traces.ListPage(t.Context(), opik.TraceListParams{Filter: `name`})
	check("page", err, 5)
	_, err = c.Traces.Stats(t.Context(), opik.TraceStatsParams{Filter: ` `})
	check("stats", err, 2)
	_, err = c.Projects.Metrics(t.Context(), "id", "TRACE_COUNT", "DAILY", opik.ProjectMetricsParams{SpanFilter: `type = "llm"`, ThreadFilter: `type = "llm"`})
	check("metrics", err, 1)
	err = c.Datasets.DeleteItems(t.Context(), opik.DatasetDeleteItemsParams{Filter: `data = "x"`})
	check("delete", err, 1)
	if n := len(srv.Requests()); n != before {
		t.Errorf("%d requests", n-before)
	}
}

func TestFilterErrorText(t *testing.T) {
	_, err := opik.TraceFilter(`nmae = "x"`).Parse()
	const want = `opik: filter: column 1: traces have no field "nmae"; did you mean name?`
	if err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
}

// Builders write what the parser reads as the same.
func TestFilterBuilders(t *testing.T) {
	at := time.Date(2025, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
	f := opik.TraceFields
	for filter, want := range map[opik.TraceFilter]rest.TraceFilter{
		f.Name.Equal(`say "hi" \`):                               {Field: "name", Operator: "=", Value: `say "hi" \`},
		f.ID.StartsWith("01"):                                    {Field: "id", Operator: "starts_with", Value: "01"},
		f.StartTime.GreaterThanOrEqual(at):                       {Field: "start_time", Operator: ">=", Value: "2025-01-02T02:04:05.000006Z"},
		f.Metadata.Key("model").Equal("gpt"):                     {Field: "metadata", Key: "model", Operator: "=", Value: "gpt"},
		f.Metadata.Key("a b").GreaterThan(-1.5):                  {Field: "metadata", Key: "a b", Operator: ">", Value: "-1.5"},
		f.Metadata.Key("a.b[0]").IsEmpty():                       {Field: "metadata", Key: "a.b[0]", Operator: "is_empty"},
		f.Custom.Key("output.text").Contains("C++"):              {Field: "custom", Key: "output.text", Operator: "contains", Value: "C%252B%252B"},
		f.FeedbackScores.Name("accuracy").GreaterThan(0.8):       {Field: "feedback_scores", Key: "accuracy", Operator: ">", Value: "0.8"},
		f.FeedbackScores.Name("it's, so").IsNotEmpty():           {Field: "feedback_scores", Key: "it's, so", Operator: "is_not_empty"},
		f.TotalTokens.LessThan(1e21):                             {Field: "usage.total_tokens", Operator: "<", Value: "1000000000000000000000"},
		f.Tags.Contains("prod"):                                  {Field: "tags", Operator: "contains", Value: "prod"},
		f.ErrorInfo.IsNotEmpty():                                 {Field: "error_info", Operator: "is_not_empty"},
		f.VisibilityMode.NotEqual(rest.TraceVisibilityMode("x")): {Field: "visibility_mode", Operator: "!=", Value: "x"},
	} {
		got, err := filter.Parse()
		if err != nil || !slices.Equal(got, []rest.TraceFilter{want}) {
			t.Errorf("%s: %+v, %v", filter, got, err)
		}
	}
	items := opik.ExperimentItemFields
	for filter, want := range map[opik.ExperimentItemFilter]rest.ExperimentComparisonFilter{
		items.Data.Text("a b").Contains("x"):               {Field: "data.a b", Type: "string", Operator: "contains", Value: "x"},
		items.OutputColumn.Number("score").LessThan(1):     {Field: "output.score", Type: "number", Operator: "<", Value: "1"},
		items.Data.List("tags").IsEmpty():                  {Field: "data.tags", Type: "list", Operator: "is_empty"},
		items.OutputColumn.JSON("a", "b.c").Equal("x"):     {Field: "output.a", Key: "b.c", Type: "dictionary", Operator: "=", Value: "x"},
		items.OutputColumn.JSON("a", "[0]").GreaterThan(2): {Field: "output.a", Key: "[0]", Type: "dictionary", Operator: ">", Value: "2"},
		items.Output.Equal("x"):                            {Field: "output", Operator: "=", Value: "x"},
	} {
		got, err := filter.Parse()
		if err != nil || !slices.Equal(got, []rest.ExperimentComparisonFilter{want}) {
			t.Errorf("%s: %+v, %v", filter, got, err)
		}
	}
}

// What no type can keep out is an error when the filter is read.
func TestFilterBuildersWithBadValues(t *testing.T) {
	for _, filter := range []opik.TraceFilter{
		opik.TraceFields.Duration.Equal(math.NaN()),
		opik.TraceFields.Duration.LessThan(math.Inf(1)),
		opik.TraceFields.Metadata.Key("").Equal("x"),
		opik.TraceFields.Name.Equal("\xff"),
		opik.TraceFields.StartTime.LessThan(time.Date(12025, 1, 1, 0, 0, 0, 0, time.UTC)),
	} {
		var wrong *opik.FilterError
		if got, err := filter.Parse(); !errors.As(err, &wrong) {
			t.Errorf("%s: %v, %v", filter, got, err)
		}
	}
}

func TestAnd(t *testing.T) {
	for got, want := range map[opik.SpanFilter]opik.SpanFilter{
		opik.And[opik.SpanFilter]():                             "",
		opik.And[opik.SpanFilter]("", ""):                       "",
		opik.And("", opik.SpanFields.Model.Equal("m"), ""):      `model = "m"`,
		opik.And(opik.SpanFields.Tags.IsEmpty(), `name = "it"`): `tags is_empty AND name = "it"`,
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// Every method of every field of every filter makes a text that is read as one
// condition with its operator on the field.
func TestAllBuilders(t *testing.T) {
	for _, fields := range []any{
		opik.TraceFields, opik.SpanFields, opik.ThreadFields, opik.DatasetItemFields, opik.ExperimentItemFields, opik.DatasetFields,
		opik.ExperimentFields, opik.PromptFields, opik.PromptVersionFields, opik.OptimizationFields, opik.AnnotationQueueFields,
		opik.AlertFields, opik.AutomationRuleFields, opik.DashboardFields,
	} {
		v := reflect.ValueOf(fields)
		for i := range v.NumField() {
			buildAll(t, v.Type().Field(i).Name, v.Field(i))
		}
	}
}

// buildAll calls the methods of a field, and those of what takes a key first.
func buildAll(t *testing.T, name string, field reflect.Value) {
	for i := range field.NumMethod() {
		method := field.Method(i)
		var args []reflect.Value
		for j := range method.Type().NumIn() {
			if in := method.Type().In(j); in.Kind() != reflect.Slice {
				args = append(args, sample(in))
			}
		}
		got := method.Call(args)[0]
		what := fmt.Sprintf("%s.%s", name, field.Type().Method(i).Name)
		if got.Kind() == reflect.Struct {
			buildAll(t, what, got)
			continue
		}
		result := got.MethodByName("Parse").Call(nil)
		if err, _ := result[1].Interface().(error); err != nil || result[0].Len() != 1 {
			t.Errorf("%s makes %q: %v, %v", what, got, result[0], err)
			continue
		}
		operator := strings.Join(strings.Fields(got.String()), " ")
		if f := result[0].Index(0); !strings.Contains(operator, " "+f.FieldByName("Operator").String()) {
			t.Errorf("%s makes %q, which is %v", what, got, f)
		}
	}
}

func sample(t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Unix(0, 0))
	case reflect.TypeFor[float64]():
		return reflect.ValueOf(-0.25)
	}
	return reflect.ValueOf("sample").Convert(t)
}

func ExampleFilterError() {
	filter := opik.TraceFilter(`name = "a" AND metadata.model contain "gpt"`)
	_, err := filter.Parse()
	var wrong *opik.FilterError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Filter)
		fmt.Println(strings.Repeat(" ", wrong.Column-1) + "^ " + wrong.Hint)
	}
	// Output:
	// name = "a" AND metadata.model contain "gpt"
	//                               ^ did you mean contains?
}

func ExampleAnd() {
	// Conditions of a builder and of a text of the same entity can be joined.
	filter := opik.And(
		opik.TraceFields.Metadata.Key("model").Equal("gpt-4o"),
		opik.TraceFields.FeedbackScores.Name("accuracy").GreaterThan(0.8),
		`duration >= 1500`,
	)
	fmt.Println(filter)
	// Output:
	// metadata.model = "gpt-4o" AND feedback_scores.accuracy > 0.8 AND duration >= 1500
}

func ExampleTraceFilter() {
	srv, client := server()
	defer srv.Close()
	defer client.Close(context.Background())
	for i, name := range []string{"question", "summary", "question"} {
		_, trace := client.StartTrace(context.Background(), name)
		trace.Score("accuracy", float64(i)/2)
		trace.End()
	}
	if _, err := client.Flush(context.Background()); err != nil {
		panic(err)
	}

	params := opik.SearchTracesParams{Filter: `name = "question" AND feedback_scores.accuracy > 0.8`}
	for trace, err := range client.SearchTraces(context.Background(), params) {
		if err != nil {
			panic(err)
		}
		fmt.Println(trace.Name, trace.FeedbackScores[0].Value)
	}
	// Output:
	// question 1
}
