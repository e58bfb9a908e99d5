package opiktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

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

func TestAnnotationQueueLocks(t *testing.T) {
	now := time.Now()
	c := newClient(t, lenient, opiktest.WithClock(func() time.Time { return now }),
		opiktest.WithAccount(opiktest.Account{APIKey: "a", User: "ann", Workspaces: []string{"w"}}),
		opiktest.WithAccount(opiktest.Account{APIKey: "b", User: "bob", Workspaces: []string{"w"}}))
	c.ws, c.key = "w", "a"
	project := c.do("POST", "/projects", object{"name": "demo"}).created()
	c.do("POST", "/annotation-queues", object{"id": id1, "project_id": project, "name": "q", "scope": "trace", "lock_timeout_seconds": 10}).must(201)
	c.do("PUT", "/annotation-queues/"+id1+"/items/"+id2+"/lock", nil).refused(404, "A", "Item not found")
	c.do("POST", "/annotation-queues/"+id1+"/items/add", object{"ids": []string{id2}}).must(204)
	lock := func(key string, acquired bool, by string) {
		t.Helper()
		c.key = key
		c.do("PUT", "/annotation-queues/"+id1+"/items/"+id2+"/lock", nil).must(200).fields(object{"acquired": acquired, "item_id": id2, "locked_by": by})
	}
	lock("a", true, "ann")
	lock("b", false, "ann")
	now = now.Add(9 * time.Second)
	lock("a", true, "ann") // longer
	now = now.Add(9 * time.Second)
	lock("b", false, "ann")
	c.do("GET", "/annotation-queues/"+id1+"/locks", nil).must(200).fields(object{"locks": object{id2: object{"active_locks": 1, "locked_by": []string{"ann"}}}})
	now = now.Add(time.Second)
	lock("b", true, "bob")
	c.do("POST", "/annotation-queues/"+id1+"/items/delete", object{"ids": []string{id2}}).must(204)
	c.do("GET", "/annotation-queues/"+id1+"/locks", nil).must(200).fields(object{"locks": object{}})
	c.do("GET", "/annotation-queues/"+id5+"/locks", nil).refused(404, "A", "not found")
}

func TestEnvironments(t *testing.T) {
	c := newClient(t, lenient)
	a := c.do("POST", "/environments", object{"name": "staging", "description": "pre-prod", "color": "#112233"}).created()
	b := c.do("POST", "/environments", object{"id": id5, "name": "production"}).created()
	c.do("POST", "/environments", object{"name": "staging"}).refused(409, "B", "staging")
	c.do("POST", "/environments", object{"name": "a b"}).refused(422, "B", "name must match")
	c.do("POST", "/environments", object{"name": strings.Repeat("x", 151)}).refused(422, "B", "name size")
	c.do("POST", "/environments", object{}).refused(422, "B", "name must not be null")
	c.do("POST", "/environments", object{"id": v4, "name": "x"}).refused(400, "B", "version 7")
	if got := ids(c.do("GET", "/environments", nil).content()); got != a+" "+b {
		t.Errorf("%s", got)
	}
	c.do("PATCH", "/environments/"+b, object{"name": "staging"}).refused(409, "B", "staging")
	c.do("PATCH", "/environments/"+b, object{"position": -1, "description": "live"}).must(204)
	c.do("GET", "/environments/"+b, nil).must(200).fields(object{"name": "production", "description": "live", "position": -1})
	if got := ids(c.do("GET", "/environments", nil).content()); got != b+" "+a {
		t.Errorf("%s", got)
	}
	c.do("PATCH", "/environments/"+id1, object{"name": "x"}).refused(404, "A", "not found")
	c.do("POST", "/environments/delete", object{"ids": []string{a, id1}}).must(204)
	c.do("GET", "/environments/"+a, nil).refused(404, "A", "not found")
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

func TestAgentConfigs(t *testing.T) {
	c := newClient(t, lenient)
	const base = "/agent-configs/blueprints"
	value := func(key, v, kind string) object { return object{"key": key, "value": v, "type": kind} }
	write := func(id, kind string, values ...object) object {
		return object{"project_name": "demo", "blueprint": object{"id": id, "type": kind, "values": values, "description": "about " + id}}
	}
	c.do("PATCH", base, write(id1, "blueprint", value("a", "1", "integer"))).refused(404, "B", "Project not found")
	c.do("POST", base, write(id1, "mask", value("a", "1", "integer"))).refused(400, "A", "mask")
	c.do("POST", base, write(id1, "blueprint")).refused(422, "B", "values")
	c.do("POST", base, write(v4, "blueprint", value("a", "1", "integer"))).refused(400, "B", "version 7")
	c.do("POST", base, write(id1, "blueprint", value("a", "1", "number"))).refused(400, "A", "type")
	created := c.do("POST", base, write(id1, "blueprint", value("a", "1", "integer"), value("b", "x", "string"))).must(201)
	created.fields(object{"id": id1, "name": "v1", "envs": []string{"prod"}, "type": "blueprint", "description": "about " + id1})
	if created.created() != id1 {
		t.Errorf("location %v", created.header)
	}
	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)
	c.do("POST", base, write(id2, "blueprint", value("a", "1", "integer"))).refused(409, "B", "already exists")
	if id := c.do("PATCH", base, write(id2, "blueprint", value("b", "y", "string"), value("c", "true", "boolean"))).created(); id != id2 {
		t.Errorf("id %s", id)
	}
	values := func(path string) string {
		t.Helper()
		var list []string
		for _, v := range c.do("GET", base+path, nil).must(200).json()["values"].([]any) {
			v := v.(object)
			list = append(list, v["key"].(string)+"="+v["value"].(string))
		}
		return strings.Join(list, " ")
	}
	c.do("PATCH", base, write(id3, "mask", value("a", "9", "integer"))).must(201)
	for path, want := range map[string]string{
		"/" + id1:                            "a=1 b=x",
		"/" + id2:                            "a=1 b=y c=true",
		"/" + id2 + query("mask_id", id3):    "a=9 b=y c=true",
		"/" + id2 + "/deltas":                "b=y c=true",
		"/" + id1 + "/deltas":                "a=1 b=x",
		"/latest/projects/" + project:        "a=1 b=y c=true",
		"/projects/" + project + "/names/v1": "a=1 b=x",
		"/environments/prod/projects/" + project + query("mask_id", id3): "a=9 b=x",
	} {
		if got := values(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := ids(c.do("GET", base+"/history/projects/"+project, nil).content()); got != id2+" "+id1 {
		t.Errorf("history %s", got)
	}
	env := func(name, id string) object { return object{"env_name": name, "blueprint_id": id} }
	set := func(envs ...object) *answer {
		t.Helper()
		return c.do("POST", base+"/environments", object{"project_id": project, "envs": envs})
	}
	set(env("dev", id2), env("dev", id1)).refused(400, "A", "Duplicate")
	set(env("dev", id5)).refused(404, "A", "not found")
	set(env("dev", id3)).refused(404, "A", "not found")
	set(env("dev", id2), env("prod", id2)).must(204)
	c.do("GET", base+"/"+id2, nil).fields(object{"envs": []string{"dev", "prod"}, "name": "v2"})
	c.do("PUT", base+"/environments/prod/projects/"+project, object{"blueprint_name": "v1"}).must(204)
	c.do("PUT", base+"/environments/prod/projects/"+project, object{"blueprint_name": "v9"}).refused(404, "A", "not found")
	if got := values("/environments/prod/projects/" + project); got != "a=1 b=x" {
		t.Errorf("prod %s", got)
	}
	c.do("DELETE", base+"/environments/prod/projects/"+project, nil).must(204)
	c.do("DELETE", base+"/environments/prod/projects/"+project, nil).must(204)
	c.do("GET", base+"/environments/prod/projects/"+project, nil).refused(404, "A", "not found")
	removed := c.do("POST", base+"/remove-keys", object{"project_id": project, "keys": []string{"c", "z"}}).created()
	if got := values("/" + removed); got != "a=1 b=y" {
		t.Errorf("after the removal %s", got)
	}
	c.do("POST", base+"/remove-keys", object{"project_id": project, "keys": []string{"z"}}).must(204)
	masked := c.do("POST", base+"/projects/"+project+"/masks/"+id3, nil).created()
	if got := values("/" + masked); got != "a=9 b=y" {
		t.Errorf("from the mask %s", got)
	}
	c.do("POST", base+"/projects/"+project+"/masks/"+id1, nil).refused(404, "A", "not found")
	c.do("GET", base+"/latest/projects/"+id5, nil).refused(404, "A", "Blueprint not found")
}
