package opiktest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// lenient is for tests that send wrong requests on purpose.
var lenient = opiktest.AllowViolations()

// trace is a complete trace to create; extra members replace its own.
func trace(id string, extra object) object {
	return with(object{"id": id, "name": "t", "start_time": start, "project_name": "demo"}, extra)
}

// span is a complete span to create.
func span(id, traceID string, extra object) object {
	return with(object{"id": id, "trace_id": traceID, "name": "s", "start_time": start, "project_name": "demo"}, extra)
}

func with(o, extra object) object {
	for k, v := range extra {
		o[k] = v
	}
	return o
}

// fields checks members of an object; a wanted nil means: absent.
func (a *answer) fields(want object) {
	a.t.Helper()
	checkFields(a.t, a.json(), want)
}

func checkFields(t *testing.T, got, want object) {
	t.Helper()
	for name, w := range want {
		g, ok := got[name]
		if w == nil {
			if ok {
				t.Errorf("%s = %v, want none", name, g)
			}
			continue
		}
		// What was written as Go values is compared as what it is in JSON.
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var decoded any
		if err := json.Unmarshal(b, &decoded); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(g, decoded) {
			t.Errorf("%s = %v, want %v", name, g, decoded)
		}
	}
}

func TestCreateAnswersWithLocationOnly(t *testing.T) {
	for kind, body := range map[string]object{"traces": trace(id1, nil), "spans": span(id1, id2, nil)} {
		c := newClient(t)
		a := c.do("POST", "/"+kind, body).must(201)
		if want := c.srv.URL + "/v1/private/" + kind + "/" + id1; a.header.Get("Location") != want {
			t.Errorf("Location %q, want %q", a.header.Get("Location"), want)
		}
		if len(a.body) != 0 {
			t.Errorf("body %q", a.body)
		}
	}
}

func TestBareLocation(t *testing.T) {
	c := newClient(t, opiktest.WithBareLocation())
	a := c.do("POST", "/traces", trace(id1, nil)).must(201)
	if got, want := a.header.Get("Location"), "http://127.0.0.1/v1/private/traces/"+id1; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
}

func TestCreateMakesIDs(t *testing.T) {
	c := newClient(t)
	tr := trace("", nil)
	delete(tr, "id")
	location := c.do("POST", "/traces", tr).must(201).header.Get("Location")
	c.do("GET", location[strings.Index(location, "/v1/"):], nil).must(200).fields(object{"name": "t"})
}

func TestSingleCreateConflicts(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.do("POST", "/traces", trace(id1, object{"name": "again"})).refused(409, "B", "already exists")
	c.do("POST", "/traces", trace(id1, object{"project_name": "other"})).refused(409, "B", "do not match")

	c.do("POST", "/spans", span(id2, id1, object{"name": "first"})).must(201)
	c.do("POST", "/spans", span(id2, id1, object{"name": "second"})).must(201)
	c.do("GET", "/spans/"+id2, nil).fields(object{"name": "first"})
}

// Updates that arrive before the creation are kept: what they set and is not
// empty wins over what the creation has.
func TestUpdateBeforeCreate(t *testing.T) {
	c := newClient(t)
	c.do("PATCH", "/traces/"+id1, object{
		"project_name": "demo", "name": "patched", "output": object{"o": 1}, "input": object{}, "tags": []string{"p"},
	}).must(204)
	c.do("GET", "/traces/"+id1, nil).must(200).fields(object{
		"start_time": "1970-01-01T00:00:00Z", "name": "patched", "duration": nil,
	})
	c.do("POST", "/traces", trace(id1, object{
		"name": "created", "input": object{"i": 1}, "tags": []string{"c"}, "end_time": end,
	})).must(201)
	c.do("GET", "/traces/"+id1, nil).fields(object{
		"start_time": start, "end_time": end, "name": "patched", "tags": []string{"p"},
		"input": object{"i": 1}, "output": object{"o": 1}, "duration": 1500.0,
	})

	c.do("PATCH", "/spans/"+id3, object{
		"trace_id": id1, "parent_span_id": id2, "project_name": "demo", "model": "m", "usage": object{"total_tokens": 3},
	}).must(204)
	for _, wrong := range []object{{"parent_span_id": id4}, {"trace_id": id5, "parent_span_id": id2}, {"parent_span_id": id2, "project_name": "x"}} {
		c.do("POST", "/spans", span(id3, id1, wrong)).refused(409, "B", "match")
	}
	c.do("POST", "/spans", span(id3, id1, object{"parent_span_id": id2, "model": "other", "type": "llm"})).must(201)
	c.do("GET", "/spans/"+id3, nil).fields(object{
		"model": "m", "type": "llm", "start_time": start, "usage": object{"total_tokens": 3}, "project_name": "demo",
	})
}

// A batch replaces rows as a whole; of several the one changed last is read, in
// whatever order they arrive.
func TestBatchUpsert(t *testing.T) {
	const early, late = "2025-01-02T03:04:05Z", "2025-01-02T03:04:06Z"
	for name, order := range map[string][]string{"in order": {early, late}, "out of order": {late, early}} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			for _, at := range order {
				version := object{"last_updated_at": at}
				if at == early {
					version["input"] = "begin"
				} else {
					version["output"] = "end"
				}
				c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, version)}}).must(204)
				c.do("POST", "/spans/batch", object{"spans": []object{span(id2, id1, version)}}).must(204)
			}
			want := object{"input": nil, "output": "end", "last_updated_at": late}
			c.do("GET", "/traces/"+id1, nil).fields(want)
			c.do("GET", "/spans/"+id2, nil).fields(want)
		})
	}
	t.Run("without a time the last one wins", func(t *testing.T) {
		c := newClient(t)
		c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, object{"name": "a", "input": "x"}), trace(id1, object{"name": "b"})}}).must(204)
		c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, object{"name": "c"})}}).must(204)
		c.do("GET", "/traces/"+id1, nil).fields(object{"name": "c", "input": nil})
	})
	t.Run("another parent is another row", func(t *testing.T) {
		c := newClient(t)
		c.do("POST", "/spans/batch", object{"spans": []object{span(id2, id1, nil), span(id2, id1, object{"parent_span_id": id3})}}).must(204)
		if n := c.do("GET", "/spans?project_name=demo", nil).json()["total"]; n != 2.0 {
			t.Errorf("%v rows", n)
		}
	})
	t.Run("no conflict with a single create", func(t *testing.T) {
		c := newClient(t)
		c.do("POST", "/traces", trace(id1, object{"name": "single"})).must(201)
		c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, object{"name": "batch"})}}).must(204)
		c.do("GET", "/traces/"+id1, nil).fields(object{"name": "batch"})
	})
}

func TestBatchIsAllOrNothing(t *testing.T) {
	c := newClient(t, lenient)
	c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, nil), trace(v4, nil)}}).refused(400, "B", "Trace id must be a version 7 UUID")
	c.do("POST", "/spans/batch", object{"spans": []object{span(id1, id2, nil), {"id": id3, "trace_id": id2, "name": "x"}}}).refused(422, "B", "spans[1].startTime must not be null")
	c.do("GET", "/traces/"+id1, nil).refused(404, "A", "Trace id: "+id1+" not found")
	c.do("GET", "/spans/"+id1, nil).refused(404, "A", "Span id: "+id1+" not found")
}

func TestUpdate(t *testing.T) {
	c := newClient(t, lenient)
	c.odd = true // a member that the contract does not have
	c.do("POST", "/traces", trace(id1, object{"input": object{"a": 1}, "tags": []string{"x"}, "thread_id": "th"})).must(201)
	c.do("PATCH", "/traces/"+id1, object{
		"project_name": "DEMO", "name": "  ", "thread_id": "", "input": nil, "output": object{}, "end_time": end, "tags": []string{},
		"tags_to_add": []string{"ignored"}, "start_time": "2020-01-01T00:00:00Z", "unknown": 1,
	}).must(204)
	c.do("GET", "/traces/"+id1, nil).fields(object{
		"name": "t", "thread_id": "th", "input": object{"a": 1}, "output": object{}, "end_time": end, "tags": nil, "start_time": start,
	})
	c.do("PATCH", "/traces/"+id1, object{"name": "n"}).refused(409, "B", "match") // the default project
	c.do("PATCH", "/traces/"+id1, object{"project_id": id5}).refused(404, "B", "Project not found")
	c.do("PATCH", "/traces/"+v4, object{"name": "n"}).refused(400, "B", "version 7")
	c.do("PATCH", "/traces/x", object{"name": "n"}).refused(404, "A", "HTTP 404")

	c.do("POST", "/spans", span(id3, id1, object{"parent_span_id": id2})).must(201)
	update := func(extra object) object {
		return with(object{"trace_id": id1, "parent_span_id": id2, "project_name": "demo", "name": "u"}, extra)
	}
	c.do("PATCH", "/spans/"+id3, object{"name": "u", "project_name": "demo"}).refused(422, "B", "traceId must not be null")
	c.do("PATCH", "/spans/"+id3, update(object{"trace_id": id5})).refused(409, "B", "trace_id does not match")
	c.do("PATCH", "/spans/"+id3, update(object{"parent_span_id": nil})).refused(409, "B", "parent_span_id does not match")
	c.do("PATCH", "/spans/"+id3, update(object{"project_name": "p"})).refused(409, "B", "Project")
	c.do("PATCH", "/spans/"+id3, update(nil)).must(204)
	c.do("GET", "/spans/"+id3, nil).fields(object{"name": "u"})
}

func TestBatchUpdate(t *testing.T) {
	c := newClient(t)
	many := make([]string, 30)
	for i := range many {
		many[i] = strings.Repeat("t", i+1)
	}
	c.do("POST", "/traces/batch", object{"traces": []object{
		trace(id1, object{"tags": []string{"a", "b"}, "source": "sdk"}), trace(id2, object{"tags": many}),
	}}).must(204)
	patch := func(status int, ids []string, update object, merge bool) *answer {
		return c.do("PATCH", "/traces/batch", object{"ids": ids, "update": update, "merge_tags": merge}).must(status)
	}
	both := []string{id1, id5} // the second is unknown
	patch(204, both, object{"name": "n", "source": "experiment", "tags": []string{"c"}}, true)
	c.do("GET", "/traces/"+id1, nil).fields(object{"name": "n", "source": "sdk", "tags": []string{"a", "b", "c"}})
	patch(204, both, object{"tags": []string{"z"}, "tags_to_add": []string{"d"}, "tags_to_remove": []string{"a"}}, true)
	c.do("GET", "/traces/"+id1, nil).fields(object{"tags": []string{"b", "c", "d"}})
	patch(204, both, object{"tags": []string{"only"}}, false)
	c.do("GET", "/traces/"+id1, nil).fields(object{"tags": []string{"only"}})
	other := make([]string, 30)
	for i := range other {
		other[i] = strings.Repeat("o", i+1)
	}
	patch(422, []string{id1, id2}, object{"name": "no", "tags": other}, true).refused(422, "B", "Tag limit exceeded")
	c.do("GET", "/traces/"+id1, nil).fields(object{"name": "n"})

	c.do("POST", "/spans", span(id3, id1, nil)).must(201)
	c.do("PATCH", "/spans/batch", object{"ids": []string{id3}, "update": object{"trace_id": id1, "model": "m"}}).must(204)
	c.do("GET", "/spans/"+id3, nil).fields(object{"model": "m"})
}

func TestValidation(t *testing.T) {
	long := strings.Repeat("x", 151)
	tests := []struct {
		name, method, path string
		body               any
		status             int
		shape, part        string
	}{
		{"no JSON", "POST", "/traces", "{", 400, "A", "Unable to process JSON"},
		{"no UTF-8", "POST", "/traces", `{"start_time":"2025-01-02T03:04:05Z","name":"` + "\xff" + `"}`, 400, "A", "Unable to process JSON. invalid UTF-8"},
		{"more than JSON", "POST", "/traces", "{}{}", 400, "A", "Unable to process JSON"},
		{"no object", "POST", "/traces", "[]", 400, "A", "Unable to process JSON"},
		{"no body", "POST", "/traces", "", 422, "B", "The request body must not be null"},
		{"null", "POST", "/traces", "null", 422, "B", "The request body must not be null"},
		{"type of a member", "POST", "/traces", trace(id1, object{"name": 1}), 400, "A", "type string at 'name'"},
		{"type of an element", "POST", "/traces", trace(id1, object{"tags": []any{1}}), 400, "A", "at 'tags[0]'"},
		{"list", "POST", "/traces", trace(id1, object{"tags": "x"}), 400, "A", "type array at 'tags'"},
		{"enum", "POST", "/traces", trace(id1, object{"source": "mars"}), 400, "A", "at 'source'"},
		{"instant without offset", "POST", "/traces", trace(id1, object{"end_time": "2025-01-02T03:04:05"}), 400, "A", "at 'endTime'"},
		{"instant out of range", "POST", "/traces", trace(id1, object{"end_time": "2300-01-02T03:04:05Z"}), 422, "B", "endTime"},
		{"malformed id", "POST", "/traces", trace("7", nil), 400, "A", "type UUID at 'id'"},
		{"id of another version", "POST", "/spans", span(v4, id1, nil), 400, "B", "Span id must be a version 7 UUID"},
		{"trace id of another version", "POST", "/spans", span(id2, v4, nil), 400, "B", "Trace id must be a version 7 UUID"},
		{"parent of another version", "POST", "/spans", span(id2, id1, object{"parent_span_id": v4}), 400, "B", "version 7"},
		{"environment", "POST", "/traces", trace(id1, object{"environment": long}), 422, "B", "environment size"},
		{"cost", "POST", "/spans", span(id1, id2, object{"total_estimated_cost": -1}), 422, "B", "totalEstimatedCost"},
		{"usage", "POST", "/spans", span(id1, id2, object{"usage": object{"a": 1.5}}), 400, "A", "usage.a"},
		{"error_info", "POST", "/spans", span(id1, id2, object{"error_info": "x"}), 400, "A", "type object at 'errorInfo'"},
		{"empty batch", "POST", "/traces/batch", object{"traces": []object{}}, 422, "B", "traces size must be between 1 and 1000"},
		{"missing batch", "POST", "/traces/batch", object{}, 422, "B", "traces must not be null"},
		{"large batch", "POST", "/traces/batch", object{"traces": make([]object, 1001)}, 400, "A", "traces[0]"},
		{"tags of an update", "PATCH", "/traces/" + id1, object{"tags": make51()}, 422, "B", "tags size must be between 0 and 50"},
		{"length of a tag", "PATCH", "/traces/" + id1, object{"tags": []string{long}}, 422, "B", "tags[0] size"},
		{"path", "GET", "/nothing", nil, 404, "A", "HTTP 404 Not Found"},
		{"method", "PUT", "/traces", object{}, 405, "A", "HTTP 405 Method Not Allowed"},
		{"id in a path", "GET", "/traces/7", nil, 404, "A", "HTTP 404 Not Found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, lenient)
			c.do(test.method, test.path, test.body).refused(test.status, test.shape, test.part)
		})
	}
}

func make51() []string {
	out := make([]string, 51)
	for i := range out {
		out[i] = strings.Repeat("x", i+1)
	}
	return out
}

func TestFieldsSurvive(t *testing.T) {
	c := newClient(t, lenient)
	c.odd = true // members that the contract does not have
	const body = `{"id":"` + id1 + `","start_time":"2025-01-02T05:04:05.123456789+02:00","name":"n","project_name":"demo",
		"input":{"big":12345678901234567890,"tiny":1e-7,"html":"<&>","nested":[null,{"a":null}]},"output":"text","metadata":[1,"two"],
		"future_member":{"x":1},"created_by":"me","span_count":9,"ttft":1.5}`
	c.do("POST", "/traces", body).must(201)
	a := c.do("GET", "/traces/"+id1, nil).must(200)
	for _, part := range []string{
		`"input":{"big":12345678901234567890,"html":"<&>","nested":[null,{"a":null}],"tiny":1e-7}`,
		`"output":"text"`, `"metadata":[1,"two"]`, `"future_member":{"x":1}`, `"created_by":"admin"`, `"span_count":0`,
		`"start_time":"2025-01-02T03:04:05.123456789Z"`, `"ttft":1.5`,
	} {
		if !strings.Contains(string(a.body), part) {
			t.Errorf("no %s in %s", part, a.body)
		}
	}
}

func TestTraceView(t *testing.T) {
	c := newClient(t, lenient) // a null in usage
	c.do("POST", "/traces", trace(id1, object{"metadata": object{"k": "v"}})).must(201)
	c.do("GET", "/traces/"+id1, nil).fields(object{
		"span_count": 0, "llm_span_count": 0, "has_tool_spans": false, "usage": nil, "total_estimated_cost": nil,
		"providers": nil, "feedback_scores": nil, "comments": nil, "tags": nil, "metadata": object{"k": "v"}, "project_name": nil,
	})
	c.do("POST", "/spans/batch", object{"spans": []object{
		span(id2, id1, object{"type": "llm", "provider": "openai", "usage": object{"prompt_tokens": 1, "x": nil}, "total_estimated_cost": 0.1}),
		span(id3, id1, object{"type": "tool", "provider": "groq", "usage": object{"prompt_tokens": 2, "total_tokens": 5}, "total_estimated_cost": 0.2}),
		span(id4, id1, object{"metadata": object{"cost": object{"currency": "USD", "total_cost": 1}}}),
		span(id5, id1, object{"project_name": "elsewhere", "total_estimated_cost": 7}),
	}}).must(204)
	c.do("GET", "/traces/"+id1, nil).fields(object{
		"span_count": 3, "llm_span_count": 1, "has_tool_spans": true,
		"usage": object{"prompt_tokens": 3, "total_tokens": 5}, "total_estimated_cost": 1.3,
		"providers": []string{"groq", "openai"}, "metadata": object{"k": "v", "providers": []string{"groq", "openai"}},
	})
	c.do("GET", "/spans/"+id2, nil).fields(object{"metadata": object{"provider": "openai"}, "usage": object{"prompt_tokens": 1}})
	c.do("GET", "/spans/"+id4, nil).fields(object{"type": "general", "total_estimated_cost": 1, "usage": nil})
}

func TestDelete(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, nil), trace(id2, nil), trace(id3, nil)}}).must(204)
	c.do("POST", "/spans", span(id4, id1, nil)).must(201)
	c.do("PUT", "/traces/feedback-scores", object{"scores": []object{{"id": id1, "project_name": "demo", "name": "q", "value": 1, "source": "sdk"}}}).must(204)
	c.do("DELETE", "/traces/"+id1, nil).must(204)
	c.do("DELETE", "/traces/"+id1, nil).must(204)
	c.do("GET", "/traces/"+id1, nil).must(404)
	c.do("GET", "/spans/"+id4, nil).must(404)
	c.do("POST", "/traces/delete", object{"ids": []string{id2, id5}}).must(204)
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.do("GET", "/traces/"+id1, nil).fields(object{"feedback_scores": nil})
	c.do("DELETE", "/spans/"+id4, nil).refused(501, "A", "501")
	if got := c.do("GET", "/traces?project_name=demo", nil).json()["total"]; got != 2.0 {
		t.Errorf("%v traces", got)
	}
}
