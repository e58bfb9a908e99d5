package opiktest_test

//opik:requires removeConfigKeys,createBlueprintFromMask

import (
	"strings"
	"testing"
)

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
