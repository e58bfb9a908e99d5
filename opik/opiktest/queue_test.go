package opiktest_test

import "testing"

func TestAnnotationQueues(t *testing.T) {
	c := newClient(t, lenient)
	project := c.do("POST", "/projects", object{"name": "demo"}).created()
	body := func(id, scope string) object {
		return object{"id": id, "project_id": project, "name": "review", "scope": scope, "description": "d", "comments_enabled": true, "feedback_definition_names": []string{"quality"}}
	}
	if id := c.do("POST", "/annotation-queues", body(id1, "trace")).created(); id != id1 {
		t.Errorf("id %s", id)
	}
	c.do("POST", "/annotation-queues", body(id1, "trace")).refused(409, "B", id1)
	c.do("POST", "/annotation-queues", body(v4, "trace")).refused(400, "B", "AnnotationQueue id must be a version 7 UUID")
	c.do("POST", "/annotation-queues", body(id2, "span")).refused(400, "A", "scope")
	c.do("POST", "/annotation-queues", object{"project_id": id5, "name": "x", "scope": "trace"}).refused(404, "B", "Project not found")
	c.do("POST", "/annotation-queues", object{"project_id": project, "name": " ", "scope": "trace", "annotators_per_item": 0}).refused(422, "B", "name must not be blank")
	c.do("POST", "/annotation-queues/batch", object{"annotation_queues": []object{body(id2, "thread"), body(id2, "thread")}}).refused(409, "B", id2)
	c.do("GET", "/annotation-queues/"+id2, nil).refused(404, "A", "not found")
	c.do("POST", "/annotation-queues/batch", object{"annotation_queues": []object{body(id2, "thread")}}).must(204)

	c.do("POST", "/annotation-queues/"+id1+"/items/add", object{"ids": []string{id3, id4, id3}}).must(204)
	c.do("POST", "/annotation-queues/"+id1+"/items/delete", object{"ids": []string{id4, id5}}).must(204)
	c.do("POST", "/annotation-queues/"+id5+"/items/add", object{"ids": []string{id3}}).refused(404, "A", "not found")
	c.do("POST", "/annotation-queues/"+id1+"/items/add", object{"ids": []string{}}).refused(422, "B", "ids")
	c.do("PATCH", "/annotation-queues/"+id1, object{"name": "review-2", "scope": "thread"}).must(204)
	c.do("PATCH", "/annotation-queues/"+id5, object{"name": "x"}).must(204)
	c.do("PATCH", "/annotation-queues/"+id1, object{"name": ""}).refused(422, "B", "name must not be blank")
	c.do("GET", "/annotation-queues/"+id1, nil).must(200).fields(object{
		"name": "review-2", "scope": "trace", "description": "d", "comments_enabled": true, "items_count": 1,
		"project_id": project, "project_name": "demo", "feedback_definition_names": []string{"quality"},
	})
	for params, want := range map[string]string{
		"": id2 + " " + id1,
		query("filters", `[{"field":"scope","operator":"=","value":"thread"}]`):                                                            id2,
		query("filters", `[{"field":"project_id","operator":"=","value":"`+project+`"},{"field":"scope","operator":"=","value":"trace"}]`): id1,
		query("filters", `[{"field":"project_id","operator":"=","value":"`+id5+`"}]`):                                                      "",
		query("name", "W-2"): id1,
		query("sorting", `[{"field":"name","direction":"DESC"}]`): id1 + " " + id2,
	} {
		if got := ids(c.do("GET", "/annotation-queues"+params, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	c.do("POST", "/annotation-queues/delete", object{"ids": []string{id1, id5}}).must(204)
	c.do("GET", "/annotation-queues/"+id1, nil).refused(404, "A", "not found")
}

func TestFeedbackDefinitions(t *testing.T) {
	c := newClient(t, lenient)
	seeded := c.do("GET", "/feedback-definitions", nil).content()
	if len(seeded) != 1 || seeded[0]["name"] != "User feedback" {
		t.Fatalf("%v", seeded)
	}
	protected := "/feedback-definitions/" + seeded[0]["id"].(string)
	numerical := object{"name": "quality", "type": "numerical", "description": "d", "details": object{"min": 0, "max": 1}}
	id := c.do("POST", "/feedback-definitions", numerical).created()
	c.do("GET", "/feedback-definitions/"+id, nil).must(200).fields(numerical)
	c.do("POST", "/feedback-definitions", numerical).refused(409, "B", "Feedback already exists")
	for reason, bad := range map[string]object{
		"details.max must not be null":         {"name": "x", "type": "numerical", "details": object{"min": 0}},
		"details.categories size must be":      {"name": "x", "type": "categorical", "details": object{"categories": object{"a": 1}}},
		"details.falseLabel must not be blank": {"name": "x", "type": "boolean", "details": object{"true_label": "yes", "false_label": ""}},
		"name must not be null":                {"type": "boolean", "details": object{}},
	} {
		c.do("POST", "/feedback-definitions", bad).refused(422, "B", reason)
	}
	c.do("POST", "/feedback-definitions", object{"name": "x", "type": "other", "details": object{}}).refused(400, "A", "type")
	c.do("POST", "/feedback-definitions", object{"name": "x", "type": "categorical", "details": object{"categories": object{"a": 1, "b": "2"}}}).refused(400, "A", "'b'")
	boolean := object{"name": "ok", "type": "boolean", "details": object{"true_label": "yes", "false_label": "no"}}
	c.do("PUT", "/feedback-definitions/"+id, boolean).must(204)
	c.do("GET", "/feedback-definitions/"+id, nil).must(200).fields(object{"name": "ok", "description": nil})
	c.do("PUT", protected, boolean).refused(409, "A", "User feedback")
	c.do("DELETE", protected, nil).refused(409, "A", "User feedback")
	c.do("PUT", "/feedback-definitions/"+id1, boolean).refused(404, "B", "not found")
	if got := ids(c.do("GET", "/feedback-definitions"+query("type", "boolean", "name", "O"), nil).content()); got != id {
		t.Errorf("%s", got)
	}
	c.do("POST", "/feedback-definitions/delete", object{"ids": []string{id, seeded[0]["id"].(string)}}).refused(409, "A", "User feedback")
	c.do("DELETE", "/feedback-definitions/"+id, nil).must(204)
	c.do("DELETE", "/feedback-definitions/"+id, nil).must(204)
	c.do("POST", "/feedback-definitions/delete", object{"ids": []string{id}}).must(204)
	c.do("GET", "/feedback-definitions/"+id, nil).refused(404, "B", "not found")
}

func TestGuardrails(t *testing.T) {
	c := newClient(t, lenient)
	c.do("POST", "/traces", trace(id1, object{"project_name": "demo"})).must(201)
	check := func(span, name, result string) object {
		return object{"entity_id": id1, "secondary_id": span, "name": name, "result": result, "config": object{}, "details": object{"x": 1}, "project_name": "demo"}
	}
	c.do("POST", "/guardrails", object{"guardrails": []object{check(id2, "PII", "failed"), check(id2, "TOPIC", "passed"), check(id3, "PII", "passed")}}).must(204)
	c.do("POST", "/guardrails", object{"guardrails": []object{check(id2, "PII", "passed")}}).must(204)
	c.do("POST", "/guardrails", object{"guardrails": []object{check(id2, "OTHER", "passed")}}).refused(400, "A", "name")
	c.do("POST", "/guardrails", object{"guardrails": []object{check(v4, "PII", "passed")}}).refused(400, "B", "version 7")
	c.do("POST", "/guardrails", object{"guardrails": []object{{"entity_id": id1, "secondary_id": id2, "name": "PII", "result": "passed"}}}).refused(422, "B", "config must not be null")
	c.do("GET", "/traces/"+id1, nil).must(200).fields(object{"guardrails_validations": []object{
		{"span_id": id2, "checks": []object{{"name": "PII", "result": "passed"}, {"name": "TOPIC", "result": "passed"}}},
		{"span_id": id3, "checks": []object{{"name": "PII", "result": "passed"}}},
	}})
}
