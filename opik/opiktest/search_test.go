package opiktest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// ids returns the ids of views, in order.
func ids(views []object) string {
	var out []string
	for _, v := range views {
		id, _ := v["id"].(string)
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

// content returns the entities of a page.
func (a *answer) content() []object {
	a.t.Helper()
	var page struct{ Content []object }
	if err := json.Unmarshal(a.must(200).body, &page); err != nil {
		a.t.Fatal(err)
	}
	return page.Content
}

// query encodes parameters given as alternating names and values.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// fill stores three traces and three spans.
func fill(c *client) {
	c.t.Helper()
	c.do("POST", "/traces/batch", object{"traces": []object{
		trace(id1, object{"name": "Alpha", "input": object{"q": "Hello"}, "tags": []string{"one", "two"}, "end_time": end, "ttft": 5, "source": "sdk",
			"metadata": object{"env": "Prod", "n": 7, "a": []any{object{"b": "deep"}}}, "thread_id": "Thread"}),
		trace(id2, object{"name": "beta", "output": "text", "error_info": object{"exception_type": "E", "message": "m", "traceback": "t"}, "source": "experiment"}),
		trace(id3, object{"name": "gamma", "start_time": "2025-01-02T03:04:06.678Z", "end_time": end}),
	}}).must(204)
	c.do("POST", "/spans/batch", object{"spans": []object{
		span(id4, id1, object{"type": "llm", "model": "gpt", "usage": object{"total_tokens": 10}, "total_estimated_cost": 0.5}),
		span(id5, id2, object{"type": "tool", "usage": object{"total_tokens": 20}}),
	}}).must(204)
	c.do("PUT", "/traces/feedback-scores", object{"scores": []object{
		{"id": id1, "project_name": "demo", "name": "my score", "value": 0.5, "source": "sdk"},
		{"id": id2, "project_name": "demo", "name": "my score", "value": 0.75, "source": "sdk"},
	}}).must(204)
}

func TestSearchPagesDownwards(t *testing.T) {
	c := newClient(t)
	fill(c)
	var seen []object
	last := ""
	for range 5 {
		body := object{"project_name": "Demo", "limit": 2}
		if last != "" {
			body["last_retrieved_id"] = strings.ToUpper(last)
		}
		items := c.do("POST", "/traces/search", body).items()
		if len(items) == 0 {
			break
		}
		seen = append(seen, items...)
		last = items[len(items)-1]["id"].(string)
	}
	if got, want := ids(seen), id3+" "+id2+" "+id1; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if a := c.do("POST", "/spans/search", object{"project_name": "demo", "trace_id": id1}); ids(a.items()) != id4 {
		t.Errorf("spans of a trace: %s", a.body)
	}
	if a := c.do("POST", "/spans/search", object{"project_name": "demo", "type": "tool"}); ids(a.items()) != id5 {
		t.Errorf("spans of a type: %s", a.body)
	}
}

func TestSearchValidation(t *testing.T) {
	c := newClient(t, lenient)
	fill(c)
	for _, kind := range []string{"traces", "spans"} {
		path := "/" + kind + "/search"
		for _, limit := range []int{0, 2001} {
			c.do("POST", path, object{"project_name": "demo", "limit": limit}).refused(422, "B", "limit must be")
		}
		c.do("POST", path, object{}).refused(400, "A", "Either 'project_name' or 'project_id' query params must be provided")
		c.do("POST", path, object{"project_name": "lost"}).refused(404, "B", "Project not found")
		c.do("POST", path, object{"project_name": "demo", "exclude": []string{"id"}}).refused(400, "A", "exclude[0]")
		c.do("POST", path, object{"project_name": "demo", "from_time": end, "to_time": start}).refused(400, "A", "from_time")
		c.do("GET", "/"+kind, nil).refused(400, "A", "Either 'project_name'")
		c.do("GET", "/"+kind+"?project_name=lost", nil).refused(404, "B", "Project not found")
		c.do("GET", "/"+kind+"?project_id="+id5, nil).refused(404, "B", "Project not found")
		c.do("GET", "/"+kind+"?project_name=demo&page=0", nil).refused(400, "B", "query param page must be greater than or equal to 1")
		c.do("GET", "/"+kind+"?project_name=demo&size=2147483648", nil).refused(404, "A", "HTTP 404")
		c.do("GET", "/"+kind+"?project_name=demo&size=0", nil).refused(400, "B", "query param size")
		c.do("GET", "/"+kind+query("project_name", "demo", "exclude", `["id"]`), nil).refused(400, "A", "exclude")
		c.do("GET", "/"+kind+query("project_name", "demo", "sorting", `{`), nil).refused(400, "A", "Invalid sorting query parameter '{'")
		c.do("GET", "/"+kind+"/stats", nil).refused(400, "A", "Either 'project_name'")
	}
}

// TestFilters has, for each type of field, what each operator keeps.
func TestFilters(t *testing.T) {
	c := newClient(t)
	fill(c)
	const all = "3 2 1"
	number := map[string]string{id1: "1", id2: "2", id3: "3", id4: "4", id5: "5"}
	tests := []struct{ field, operator, key, value, want string }{
		{"name", "=", "", "ALPHA", "1"}, {"name", "!=", "", "alpha", "3 2"},
		{"name", "contains", "", "A", all}, {"name", "not_contains", "", "eta", "3 1"},
		{"name", "starts_with", "", "be", "2"}, {"name", "ends_with", "", "ta", "2"},
		{"name", ">", "", "beta", "3"}, {"name", "<", "", "beta", "1"},
		{"id", "=", "", id2, "2"}, {"id", ">", "", id2, "3"},
		{"thread_id", "=", "", "Thread", "1"}, {"thread_id", "=", "", "thread", ""},
		{"input", "contains", "", "hello", "1"}, {"output", "=", "", "text", "2"}, {"input", "not_contains", "", "hello", "3 2"},
		{"start_time", ">", "", "2025-01-02T03:04:06Z", "3"}, {"start_time", "<=", "", start, "2 1"},
		{"start_time", "=", "", "2025-01-02T04:04:05.678%2B01:00", "2 1"}, {"start_time", "!=", "", start, "3"}, {"end_time", ">=", "", end, "3 1"},
		{"duration", "=", "", "1500", "1"}, {"duration", "<", "", "1500", "3"}, {"duration", "!=", "", "1500", "3"},
		{"ttft", ">=", "", "5.0", "1"},
		{"total_estimated_cost", "<=", "", "0.01", "3 2"}, {"total_estimated_cost", ">", "", "0.4", "1"},
		{"llm_span_count", "=", "", "1", "1"}, {"usage.total_tokens", ">", "", "10", "2"}, {"usage.total_tokens", "<=", "", "10", "1"},
		{"feedback_scores", ">", "my score", "0.5", "2"}, {"feedback_scores", "=", "my score", "0.50", "1"},
		{"feedback_scores", "is_empty", "my score", "", "3"}, {"feedback_scores", "is_not_empty", "my score", "", "2 1"}, {"feedback_scores", "is_empty", "other", "", all},
		{"tags", "contains", "", "TW", "1"}, {"tags", "not_contains", "", "tw", "3 2"}, {"tags", "=", "", "one", "1"},
		{"tags", "!=", "", "one", "3 2"}, {"tags", "is_empty", "", "", "3 2"}, {"tags", "is_not_empty", "", "", "1"},
		{"metadata", "=", "env", "prod", "1"}, {"metadata", "=", "$.env", "prod", "1"}, {"metadata", "contains", "a[0].b", "EE", "1"},
		{"metadata", ">", "n", "6.5", "1"}, {"metadata", "<", "n", "10", "1"}, {"metadata", "is_empty", "env", "", "3 2"}, {"metadata", "is_not_empty", ".env", "", "1"},
		{"input_json", "starts_with", "q", "hel", "1"}, {"output_json", "is_empty", "x", "", all},
		{"error_info", "is_not_empty", "", "", "2"}, {"error_info", "is_empty", "", "", "3 1"}, {"error_type", "=", "", "e", "2"},
		{"source", "=", "", "sdk", "3 1"}, {"source", "!=", "", "sdk", "2"}, {"source", "in", "", "sdk, other", "3 1"}, {"source", "not_in", "", "sdk", "2"},
		{"environment", "is_empty", "", "", all}, {"environment", "not_in", "", "a,b", all}, {"experiment_ids", "not_in", "", id1, all},
		{"visibility_mode", "=", "", "default", all},
		{"custom", "=", "input.q", "hello", "1"}, {"custom", "is_not_empty", "metadata.a[0].b", "", "1"},
	}
	for _, test := range tests {
		f := object{"field": test.field, "operator": test.operator, "value": test.value}
		if test.key != "" {
			f["key"] = test.key
		}
		text, err := json.Marshal([]object{f})
		if err != nil {
			t.Fatal(err)
		}
		items := c.do("POST", "/traces/search", object{"project_name": "demo", "filters": []object{f}}).items()
		page := c.do("GET", "/traces"+query("project_name", "demo", "filters", string(text)), nil).content()
		for form, views := range map[string][]object{"search": items, "list": page} {
			var got []string
			for _, v := range views {
				got = append(got, number[v["id"].(string)])
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("%s: %s keeps %q, want %q", form, text, s, test.want)
			}
		}
	}
}

func TestFiltersAreJoined(t *testing.T) {
	c := newClient(t, lenient)
	fill(c)
	// As from clients that encode twice.
	filters := url.QueryEscape(`[{"field":"name","operator":"contains","value":"a"},{"field":"duration","operator":">","value":"1200"}]`)
	if got := ids(c.do("GET", "/traces?project_name=demo&filters="+url.QueryEscape(filters), nil).content()); got != id1 {
		t.Errorf("got %s", got)
	}
}

func TestFilterErrors(t *testing.T) {
	c := newClient(t, lenient)
	fill(c)
	tests := []struct{ filters, message string }{
		{`{`, "Invalid filters query parameter '{'"},
		{`{}`, "Invalid filters query parameter '{}'"},
		{`[1]`, "Invalid filters query parameter '[1]'"},
		{`[{"field":"colour","operator":"=","value":"red"}]`, "Invalid filters query parameter"},
		{`[{"field":"name","operator":"~","value":"red"}]`, "Invalid filters query parameter"},
		{`[{"field":"name","operator":">=","value":"x"}]`, "Invalid operator '>=' for field 'name' of type 'string'"},
		{`[{"field":"start_time","operator":"contains","value":"x"}]`, "Invalid operator 'contains' for field 'start_time' of type 'date_time'"},
		{`[{"field":"error_info","operator":"=","value":"x"}]`, "Invalid operator '=' for field 'error_info' of type 'error_container'"},
		{`[{"field":"metadata","operator":">=","key":"a","value":"1"}]`, "Invalid operator '>=' for field 'metadata' of type 'dictionary'"},
		{`[{"field":"duration","operator":"=","value":"long"}]`, "Invalid value 'long' or key '' for field 'duration' of type 'number'"},
		{`[{"field":"duration","operator":"="}]`, "Invalid value '' or key '' for field 'duration' of type 'number'"},
		{`[{"field":"start_time","operator":"=","value":"today"}]`, "Invalid value 'today' or key '' for field 'start_time' of type 'date_time'"},
		{`[{"field":"feedback_scores","operator":"=","value":"1"}]`, "Invalid value '1' or key '' for field 'feedback_scores' of type 'feedback_scores_number'"},
		{`[{"field":"metadata","operator":"=","value":"1"}]`, "Invalid value '1' or key '' for field 'metadata' of type 'dictionary'"},
		{`[{"field":"metadata","operator":"=","key":"a[","value":"1"}]`, "Invalid value '1' or key 'a[' for field 'metadata' of type 'dictionary'"},
		{`[{"field":"source","operator":"in","value":" , "}]`, "Invalid value ' , ' or key '' for field 'source' of type 'enum_legacy'"},
		{`[{"field":"name","operator":"in","value":"a"}]`, "Invalid operator 'in' for field 'name' of type 'string'"},
		{`[{"field":"metadata","key":"k","operator":"=","value":"50%"}]`, "Invalid filter '50%'"},
	}
	for _, test := range tests {
		c.do("GET", "/traces"+query("project_name", "demo", "filters", test.filters), nil).refused(400, "A", test.message)
		var list []any
		if json.Unmarshal([]byte(test.filters), &list) == nil && test.filters != "[1]" {
			c.do("POST", "/traces/search", object{"project_name": "demo", "filters": list}).refused(400, "A", test.message)
		}
	}
}

func TestSelection(t *testing.T) {
	c := newClient(t, lenient)
	fill(c)
	for params, want := range map[string]string{
		query("search", "HELLO"):                     id1,
		query("search", "gam"):                       id3,
		query("search", id2):                         id2,
		query("from_time", "2025-01-03T05:48:00Z"):   "",
		query("from_time", "1735883258415"):          id3 + " " + id2, // when id2 was made, in milliseconds
		query("to_time", "2025-01-03T05:47:38.414Z"): id1,
		query("sorting", `[{"field":"name","direction":"ASC"},{"field":"id","direction":"DESC"}]`): id1 + " " + id2 + " " + id3,
		query("sorting", `[{"field":"name","direction":"DESC"}]`):                                  id3 + " " + id2 + " " + id1,
		query("sorting", `[{"field":"duration","direction":"ASC"}]`):                               id3 + " " + id1 + " " + id2,
		query("sorting", `[{"field":"feedback_scores.my score","direction":"DESC"}]`):              id2 + " " + id1 + " " + id3,
		query("sorting", `[{"field":"usage.total_tokens","direction":"DESC"}]`):                    id2 + " " + id1 + " " + id3,
		query("sorting", `[{"field":"visibility_mode","direction":"ASC"}]`):                        id3 + " " + id2 + " " + id1,
		query("size", "2"):                       id3 + " " + id2,
		query("size", "2", "page", "2"):          id1,
		query("size", "2", "page", "2147483647"): "",
		query("size", "2147483647"):              id3 + " " + id2 + " " + id1,
	} {
		a := c.do("GET", "/traces"+params+"&project_name=demo", nil)
		if got := ids(a.content()); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	c.do("GET", "/traces?project_name=demo&size=2&page=2", nil).fields(object{"page": 2, "size": 1, "total": 3})
	if s := fmt.Sprint(c.do("GET", "/traces?project_name=demo", nil).json()["sortable_by"]); !strings.Contains(s, "feedback_scores.*") {
		t.Errorf("sortable_by %s", s)
	}
	if got := ids(c.do("GET", "/spans?project_name=demo&trace_id="+id1+"&type=llm", nil).content()); got != id4 {
		t.Errorf("spans: %s", got)
	}
}

func TestPresentation(t *testing.T) {
	c := newClient(t)
	long := strings.Repeat("é", 10002)
	blob := strings.Repeat("QUJD", 64001)
	c.do("POST", "/traces", trace(id1, object{
		"input": object{"text": long}, "output": "data:image/png;base64,QUJD rest", "metadata": object{"k": 1}, "tags": []string{"x"},
	})).must(201)
	c.do("POST", "/spans", span(id2, id1, object{"provider": "openai", "metadata": object{"k": 1}, "input": object{"file": blob}})).must(201)

	short := c.do("GET", "/traces?project_name=demo&truncate=true", nil).content()[0]
	if s, ok := short["input"].(string); !ok || len([]rune(s)) != 10001 {
		t.Errorf("truncated input is %T of %d characters", short["input"], len([]rune(s)))
	}
	checkFields(t, short, object{"output": "[image] rest"})
	whole := c.do("POST", "/traces/search", object{"project_name": "demo"}).items()[0]
	checkFields(t, whole, object{"input": object{"text": long}})

	c.odd = true // a member that the contract requires is left out
	out := c.do("POST", "/traces/search", object{"project_name": "demo", "truncate": true, "exclude": []string{"input", "tags", "start_time", "providers"}}).items()[0]
	checkFields(t, out, object{"input": nil, "tags": nil, "start_time": nil, "providers": nil, "metadata": object{"k": 1}, "id": id1})
	out = c.do("GET", "/spans"+query("project_name", "demo", "exclude", `["provider"]`), nil).content()[0]
	checkFields(t, out, object{"provider": nil, "metadata": object{"k": 1}})

	stripped := c.do("GET", "/spans/"+id2+"?strip_attachments=true", nil).json()
	checkFields(t, stripped, object{"input": object{"file": "[input-attachment-1-0.bin]"}})
	c.do("GET", "/spans/"+id2, nil).fields(object{"input": object{"file": blob}})
}

func TestStats(t *testing.T) {
	c := newClient(t)
	fill(c)
	stats := map[string]any{}
	types := map[string]any{}
	list, _ := c.do("GET", "/traces/stats?project_name=demo", nil).must(200).json()["stats"].([]any)
	for _, s := range list {
		o := s.(object)
		stats[o["name"].(string)], types[o["name"].(string)] = o["value"], o["type"]
	}
	checkFields(t, stats, object{
		"trace_count": 3, "input": 1, "output": 1, "error_count": 1, "feedback_scores.my score": 0.625, "usage.total_tokens": 15,
		"usage_sum.total_tokens": 30, "total_estimated_cost": 0.5, "llm_span_count": 0.333333333,
		"duration": object{"p50": 1000, "p90": 1400, "p99": 1490},
	})
	checkFields(t, types, object{"trace_count": "COUNT", "duration": "PERCENTAGE", "llm_span_count": "AVG"})
	if s := string(c.do("GET", "/spans/stats?project_name=demo&type=llm", nil).must(200).body); !strings.Contains(s, `{"name":"span_count","type":"COUNT","value":1}`) {
		t.Errorf("span stats: %s", s)
	}
}
