package opiktest_test

import "testing"

func TestComparedItems(t *testing.T) {
	c := newClient(t, lenient)
	c.put("", item(id1, object{"q": "one", "n": 1}), item(id2, object{"q": "two", "n": 2}))
	a, b := c.experiment(object{"id": id1, "name": "a"}), c.experiment(object{"id": id2, "name": "b"})
	c.do("POST", "/traces", trace(id3, object{"input": object{"q": "one"}, "output": object{"a": "x", "k": 1}, "end_time": end})).must(201)
	c.do("POST", "/traces", trace(id4, object{"input": object{"q": "two"}, "output": object{"a": "y"}})).must(201)
	c.do("PUT", "/traces/feedback-scores", scores(score(id3, "q", 0.5, nil), score(id4, "q", 1, nil))).must(204)
	c.do("POST", "/spans", span(id4, id3, object{"total_estimated_cost": 0.25, "usage": object{"total_tokens": 8}})).must(201)
	c.runs(run(a, id1, id3, object{"id": id3}), run(a, id2, id4, object{"id": id4}), run(b, id1, id3, object{"id": id5}),
		run(b, id5, id5, nil)) // neither the item nor the trace exists

	own := "/datasets/" + c.dataset() + "/items/experiments/items"
	both := query("experiment_ids", `["`+a+`","`+b+`"]`)
	page := c.do("GET", own+both, nil).must(200)
	page.fields(object{"page": 1, "size": 3, "total": 3, "columns": []object{
		{"name": "n", "types": []string{"number"}, "filter_field_prefix": "data", "filterField": "data.n"},
		{"name": "q", "types": []string{"string"}, "filter_field_prefix": "data", "filterField": "data.q"},
	}})
	items := page.content()
	if got := ids(items); got != id5+" "+id2+" "+id1 {
		t.Fatalf("items %s", got)
	}
	checkFields(t, items[0], object{"data": object{}})
	checkFields(t, items[2], object{"data": object{"q": "one", "n": 1}, "dataset_item_id": id1})
	runs := items[2]["experiment_items"].([]any)
	if len(runs) != 2 {
		t.Fatalf("runs %v", runs)
	}
	checkFields(t, runs[0].(object), object{
		"experiment_id": a, "trace_id": id3, "input": object{"q": "one"}, "output": object{"a": "x", "k": 1},
		"duration": 1500, "total_estimated_cost": 0.25, "usage": object{"total_tokens": 8},
	})
	if got := ids(c.do("GET", own+both+"&size=1&page=3", nil).content()); got != id1 {
		t.Errorf("third page: %s", got)
	}

	only := query("experiment_ids", `["`+a+`"]`)
	for extra, want := range map[string]string{
		"":                     id2 + " " + id1,
		query("search", "TWO"): id2,
		query("filters", `[{"field":"feedback_scores","key":"q","operator":"<","value":"0.7"}]`):                                   id1,
		query("filters", `[{"field":"data.q","operator":"=","value":"one","type":"string"}]`):                                      id1,
		query("filters", `[{"field":"data.n","operator":">","value":"1","type":"number"}]`):                                        id2,
		query("filters", `[{"field":"output.a","operator":"contains","value":"X"}]`):                                               id1,
		query("filters", `[{"field":"usage.total_tokens","operator":">","value":"1"}]`):                                            id1,
		query("sorting", `[{"field":"data.q","direction":"ASC"}]`):                                                                 id1 + " " + id2,
		query("sorting", `[{"field":"feedback_scores.q","direction":"DESC"}]`):                                                     id2 + " " + id1,
		query("sorting", `[{"field":"output.a","direction":"ASC"}]`):                                                               id1 + " " + id2,
		query("filters", `[{"field":"output","operator":"contains","value":"y"},{"field":"duration","operator":">","value":"1"}]`): "",
	} {
		if extra != "" {
			extra = "&" + extra[1:]
		}
		if got := ids(c.do("GET", own+only+extra, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", extra, got, want)
		}
	}
	c.do("GET", own+only+"&"+query("filters", `[{"field":"data.n","operator":"=","value":"1","type":"odd"}]`)[1:], nil).refused(400, "A", "filters")
	c.do("GET", own+only+"&"+query("filters", `[{"field":"color.n","operator":"=","value":"1"}]`)[1:], nil).refused(400, "A", "filters")

	c.do("GET", own+"/stats"+only, nil).must(200).fields(object{"stats": []object{
		{"name": "experiment_items_count", "type": "COUNT", "value": 2},
		{"name": "trace_count", "type": "COUNT", "value": 2},
		{"name": "total_estimated_cost", "type": "AVG", "value": 0.25},
		{"name": "total_estimated_cost_sum", "type": "AVG", "value": 0.25},
		{"name": "duration", "type": "PERCENTAGE", "value": object{"p50": 1500, "p90": 1500, "p99": 1500}},
		{"name": "usage.total_tokens", "type": "AVG", "value": 8},
		{"name": "feedback_scores.q", "type": "AVG", "value": 0.75},
	}})
	c.do("GET", own+"/output/columns", nil).must(200).fields(object{"columns": []object{
		{"name": "a", "types": []string{"string"}, "filter_field_prefix": "output", "filterField": "output.a"},
		{"name": "k", "types": []string{"number"}, "filter_field_prefix": "output", "filterField": "output.k"},
	}})

	other := query("experiment_ids", `["`+id5+`"]`)
	c.do("GET", own+other, nil).must(200).fields(object{"total": 0, "columns": []object{}})
	c.do("GET", own+"/output/columns"+other, nil).must(200).fields(object{"columns": []object{}})
	for _, bad := range []string{query("experiment_ids", "x"), query("experiment_ids", "[]"), query("experiment_ids", "[1]")} {
		if status := c.do("GET", own+bad, nil).status; status != 400 {
			t.Errorf("%s: status %d", bad, status)
		}
	}
}

// TestComparedItemsKeepTheirVersion reads the items as the experiment saw them.
func TestComparedItemsKeepTheirVersion(t *testing.T) {
	c := newClient(t)
	c.put(id1, item(id1, object{"q": "old"}))
	e := c.experiment(object{"id": id1})
	c.put(id2, item(id1, object{"q": "new"}))
	late := c.experiment(object{"id": id2})
	c.runs(run(e, id1, id3, nil), run(late, id1, id4, nil))
	for experiment, want := range map[string]string{e: "old", late: "new"} {
		page := c.do("GET", "/datasets/"+c.dataset()+"/items/experiments/items"+query("experiment_ids", `["`+experiment+`"]`), nil).content()
		checkFields(t, page[0], object{"data": object{"q": want}})
	}
	c.do("GET", "/experiments/"+e, nil).must(200)
}

func TestExperimentGroups(t *testing.T) {
	c := newClient(t, lenient)
	one := c.experiment(object{"id": id1, "name": "one", "metadata": object{"model": object{"name": "m1"}}, "experiment_scores": []object{{"name": "f1", "value": 1}}})
	c.experiment(object{"id": id2, "name": "two", "metadata": object{"model": object{"name": "m2"}}, "tags": []string{"x", "y"}})
	c.experiment(object{"id": id3, "name": "three", "type": "trial"})
	c.do("POST", "/traces", trace(id3, object{"end_time": end})).must(201)
	c.runs(run(one, id4, id3, nil))

	get := func(path, groups string, extra ...string) *answer {
		return c.do("GET", "/experiments/groups"+path+query(append([]string{"groups", groups}, extra...)...), nil)
	}
	model := `[{"field":"metadata","key":"model.name","type":"dictionary"}]`
	get("", model, "types", `["regular"]`).must(200).fields(object{"content": object{"m1": object{}, "m2": object{}}})
	get("", `[{"field":"dataset_id"}]`).must(200).fields(object{"content": object{c.dataset(): object{"label": "ds"}}})
	get("", `[{"field":"tags"}]`, "name", "TWO").must(200).fields(object{"content": object{"x": object{}, "y": object{}}})
	get("/aggregations", model).must(200).fields(object{"content": object{
		"m1": object{"aggregations": object{
			"experiment_count": 1, "trace_count": 1, "experiment_scores": []object{{"name": "f1", "value": 1}},
			"duration": object{"p50": 1500, "p90": 1500, "p99": 1500},
		}},
		"m2": object{"aggregations": object{"experiment_count": 1, "trace_count": 0}},
		"":   object{"aggregations": object{"experiment_count": 1, "trace_count": 0}},
	}})
	get("", `[{"field":"type"},{"field":"tags"}]`).must(200).fields(object{"content": object{"regular": object{}, "trial": object{}}})
	for _, bad := range []string{"", "x", "[]", `[{"field":"color"}]`, `[{"field":"metadata"}]`} {
		get("", bad).refused(400, "A", "groups")
	}
}
