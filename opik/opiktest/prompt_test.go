package opiktest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// commit writes a version of a prompt.
func (c *client) commit(name, template string, extra object) *answer {
	c.t.Helper()
	return c.do("POST", "/prompts/versions", object{"name": name, "version": with(object{"template": template}, extra)}).must(200)
}

func TestPrompts(t *testing.T) {
	c := newClient(t, lenient)
	id := c.do("POST", "/prompts", object{
		"id": id1, "name": "greet", "description": "d", "tags": []string{"x", "x"}, "project_name": "demo",
		"template": "Hi {{name}}", "metadata": object{"k": 1}, "change_description": "first", "type": "mustache",
	}).created()
	if id != id1 {
		t.Errorf("id %s", id)
	}
	c.do("POST", "/prompts", object{"name": "greet"}).refused(409, "A", "Prompt id or name already exists")
	c.do("POST", "/prompts", object{"id": id1, "name": "other"}).refused(409, "A", "already exists")
	c.do("POST", "/prompts", object{"id": v4, "name": "x"}).refused(400, "B", "prompt id must be a version 7 UUID")
	c.do("POST", "/prompts", object{"name": " "}).refused(422, "B", "name must not be blank")
	c.do("POST", "/prompts", object{"name": "x", "description": strings.Repeat("x", 256)}).refused(422, "B", "description")
	c.do("POST", "/prompts", object{"name": "x", "template": "\n"}).refused(422, "B", "template must not be blank")
	c.do("POST", "/prompts", object{"name": "x", "type": "go"}).refused(400, "A", "type")

	found := c.do("GET", "/prompts/"+id, nil).must(200)
	found.fields(object{
		"id": id1, "name": "greet", "description": "d", "tags": []string{"x"}, "template_structure": "text", "version_count": 1,
		"created_by": "admin", "last_updated_by": "admin", "requested_version": nil,
	})
	version := found.json()["latest_version"].(object)
	checkFields(t, version, object{
		"prompt_id": id1, "template": "Hi {{name}}", "type": "mustache", "metadata": object{"k": 1}, "change_description": "first",
		"variables": []string{"name"}, "version_number": "v1", "version_type": "prompt_version", "template_structure": "text",
		"commit": lastOf(version["id"], 8), "tags": nil, "environments": nil,
	})
	c.do("GET", "/prompts/"+id5, nil).refused(404, "A", "Prompt not found")

	empty := c.do("POST", "/prompts", object{"name": "Empty", "template_structure": "chat"}).created()
	c.do("GET", "/prompts/"+empty, nil).must(200).fields(object{"latest_version": nil, "version_count": 0, "template_structure": "chat", "tags": nil, "project_id": nil})
	c.do("PUT", "/prompts/"+empty, object{"name": "greet"}).refused(409, "A", "already exists")
	c.do("PUT", "/prompts/"+id5, object{"name": "x"}).refused(404, "A", "Prompt not found")
	c.do("PUT", "/prompts/"+empty, object{"description": "x"}).refused(422, "B", "name must not be null")
	c.do("PUT", "/prompts/"+id, object{"name": "greet"}).must(204)
	c.do("GET", "/prompts/"+id, nil).fields(object{"description": nil, "tags": []string{"x"}})
	c.do("PUT", "/prompts/"+id, object{"name": "Greet", "description": "e", "tags": []string{"y"}}).must(204)

	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)
	for path, want := range map[string]string{
		"/prompts":                                empty + " " + id,
		"/prompts" + query("name", "GREE"):        id,
		"/prompts" + query("project_id", project): id,
		"/projects/" + project + "/prompts":       id,
		"/prompts" + query("sorting", `[{"field":"version_count","direction":"DESC"}]`):                        id + " " + empty,
		"/prompts" + query("filters", `[{"field":"tags","operator":"contains","value":"Y"}]`):                  id,
		"/prompts" + query("filters", `[{"field":"template_structure","operator":"=","value":"chat"}]`):        empty,
		"/prompts" + query("filters", `[{"field":"version_count","operator":">=","value":"1"}]`):               id,
		"/prompts" + query("filters", `[{"field":"description","operator":"=","value":"e"}]`, "name", "empty"): "",
	} {
		if got := ids(c.do("GET", path, nil).must(200).content()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	c.do("GET", "/prompts"+query("filters", `[{"field":"template","operator":"=","value":"x"}]`), nil).refused(400, "A", "Invalid filters")

	c.do("DELETE", "/prompts/"+id, nil).must(204)
	c.do("DELETE", "/prompts/"+id, nil).refused(404, "A", "Prompt not found")
	c.do("POST", "/prompts/delete", object{"ids": []string{empty, id5}}).must(204)
	c.do("GET", "/prompts", nil).fields(object{"total": 0})
}

func lastOf(text any, n int) string { return text.(string)[len(text.(string))-n:] }

func TestPromptVersions(t *testing.T) {
	c := newClient(t, lenient)
	first := c.commit("greet", "Hi {{name}}", nil).json()
	prompt := first["prompt_id"].(string)
	second := c.commit("greet", "Hi {{name}}", object{"id": id2, "commit": "abcd1234", "tags": []string{"t"}, "change_description": "again", "type": "jinja2", "metadata": object{"model": "m"}})
	second.fields(object{"id": id2, "commit": "abcd1234", "version_number": "v2", "variables": nil, "tags": []string{"t"}, "prompt_id": prompt})
	for what, version := range map[string]object{
		"Prompt version already exists": {"template": "x", "commit": "abcd1234"},
		"version already exists":        {"template": "x", "id": id2},
	} {
		c.do("POST", "/prompts/versions", object{"name": "greet", "version": version}).refused(409, "A", what)
	}
	c.do("POST", "/prompts/versions", object{"name": "greet", "template_structure": "chat", "version": object{"template": "[]"}}).refused(400, "A", "structure")
	c.do("POST", "/prompts/versions", object{"name": "greet", "version": object{"template": "x", "commit": "short"}}).refused(422, "B", "commit")
	c.do("POST", "/prompts/versions", object{"name": "greet", "version": object{"template": " "}}).refused(422, "B", "version.template must not be blank")
	c.do("POST", "/prompts/versions", object{"name": "greet"}).refused(422, "B", "version must not be null")
	c.do("POST", "/prompts/versions", object{"name": "greet", "version": object{"template": "x", "id": v4}}).refused(400, "B", "version 7")
	c.do("GET", "/prompts/"+prompt, nil).fields(object{"version_count": 2})

	retrieve := func(extra object) *answer {
		return c.do("POST", "/prompts/versions/retrieve", with(object{"name": "greet"}, extra))
	}
	for want, how := range map[string]object{
		id2:                    {},
		first["id"].(string):   {"commit": first["commit"]},
		"v1":                   {"version_number": "v1"},
		"Prompt not found":     {"name": "lost"},
		"version not found":    {"commit": "00000000"},
		"Prompt version not f": {"environment": "prod"},
	} {
		a := retrieve(how)
		switch {
		case a.status == http.StatusOK:
			if v := a.json(); v["id"] != want && v["version_number"] != want {
				t.Errorf("%v: %v", how, v)
			}
		default:
			a.refused(404, "A", want)
		}
	}
	if retrieve(object{"project_name": "elsewhere"}).must(200).header.Get("X-Opik-Deprecation") == "" {
		t.Error("no deprecation header for a prompt of another project")
	}
	c.do("GET", "/prompts/versions/"+id2, nil).must(200).fields(object{"commit": "abcd1234"})
	c.do("GET", "/prompts/versions/"+id5, nil).refused(404, "A", "not found")
	c.do("GET", "/prompts/by-commit/abcd1234", nil).must(200).fields(object{"id": prompt, "name": "greet"})
	c.do("GET", "/prompts/by-commit/00000000", nil).refused(404, "A", "not found")
	c.do("GET", "/prompts/by-commit/short", nil).refused(400, "B", "commit")

	restored := c.do("POST", "/prompts/"+prompt+"/versions/"+first["id"].(string)+"/restore", nil).must(200)
	restored.fields(object{"template": "Hi {{name}}", "type": "mustache", "version_number": "v3"})
	c.do("POST", "/prompts/"+prompt+"/versions/"+id5+"/restore", nil).refused(404, "A", "not found")

	third := restored.json()["id"].(string)
	for params, want := range map[string]string{
		"":                              third + " " + id2 + " " + first["id"].(string),
		query("search", "AGAIN"):        id2,
		query("size", "1"):              third,
		query("size", "2", "page", "2"): first["id"].(string),
		query("filters", `[{"field":"metadata","key":"model","operator":"=","value":"m"}]`): id2,
		query("filters", `[{"field":"type","operator":"=","value":"jinja2"}]`):              id2,
		query("filters", `[{"field":"tags","operator":"contains","value":"t"}]`):            id2,
		query("sorting", `[{"field":"commit","direction":"ASC"}]`, "search", "abcd"):        id2,
	} {
		if got := ids(c.do("GET", "/prompts/"+prompt+"/versions"+params, nil).must(200).content()); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	c.do("GET", "/prompts/"+id5+"/versions", nil).refused(404, "A", "Prompt not found")
}

func TestPromptVersionsOfSeveralPrompts(t *testing.T) {
	c := newClient(t, lenient)
	a := c.commit("a", "A", object{"commit": "aaaaaaaa"}).json()
	b := c.commit("b", "B", object{"commit": "bbbbbbbb"}).json()
	c.commit("b", "B2", object{"commit": "aaaaaaaa"})
	c.do("GET", "/prompts/by-commit/aaaaaaaa", nil).refused(409, "A", "Several prompts")
	c.do("GET", "/prompts/by-commit/bbbbbbbb", nil).must(200).fields(object{"requested_version": object{
		"id": b["id"], "prompt_id": b["prompt_id"], "commit": "bbbbbbbb", "template": "B", "type": "mustache", "variables": []string{},
		"template_structure": "text", "version_type": "prompt_version", "version_number": "v1", "created_at": b["created_at"], "created_by": "admin",
	}})
	links := c.do("POST", "/prompts/retrieve-by-commits", object{"commits": []string{"bbbbbbbb", "00000000"}}).must(200).list()
	checkFields(t, links[0], object{"commit": "bbbbbbbb", "prompt_version_id": b["id"], "prompt_id": b["prompt_id"], "prompt_name": "b"})
	checkFields(t, links[1], object{"commit": "00000000", "prompt_version_id": nil, "prompt_id": nil})
	c.do("POST", "/prompts/retrieve-by-commits", object{"commits": []string{}}).refused(422, "B", "commits")

	tags := func(v object) any {
		return c.do("GET", "/prompts/versions/"+v["id"].(string), nil).must(200).json()["tags"]
	}
	update := func(merge bool, tags any) *answer {
		return c.do("PATCH", "/prompts/versions", object{"ids": []any{a["id"], b["id"], id5}, "update": object{"tags": tags}, "merge_tags": merge})
	}
	update(false, []string{"x"}).must(204)
	update(true, []string{"y", "x"}).must(204)
	update(true, nil).must(204)
	if got := tags(a); len(got.([]any)) != 2 {
		t.Errorf("tags %v", got)
	}
	update(false, []string{}).must(204)
	if got := tags(b); got != nil {
		t.Errorf("tags %v", got)
	}
	update(false, []string{strings.Repeat("x", 101)}).refused(422, "B", "tags")
	c.do("PATCH", "/prompts/versions", object{"ids": []any{a["id"]}}).refused(422, "B", "update must not be null")

	c.do("POST", "/experiments", object{"dataset_name": "ds", "prompt_versions": []object{{"id": id5}}}).refused(409, "A", "Prompt version not found")
	experiment := c.do("POST", "/experiments", object{"dataset_name": "ds", "prompt_versions": []object{{"id": a["id"]}}}).created()
	for want, p := range map[string]object{experiment: a, "": b} {
		if got := ids(c.do("GET", "/experiments"+query("prompt_id", p["prompt_id"].(string)), nil).must(200).content()); got != want {
			t.Errorf("experiments with %v: %s", p["template"], got)
		}
	}
}

func TestPromptVariables(t *testing.T) {
	c := newClient(t)
	for template, want := range map[string][]string{
		"{{a}} {{ b }} {{{c}}} {{&d}} {{a}}": {"a", "b", "c", "d"},
		"{{#s}}{{x.y}}{{/s}}{{^t}}{{/t}}":    {"s", "x.y", "t"},
		"{{! no }}{{>no}}{ no }{{}}":         {},
	} {
		c.commit("p", template, nil).fields(object{"variables": want})
	}
}

// list returns an answer that is a list.
func (a *answer) list() (out []object) {
	a.t.Helper()
	if err := json.Unmarshal(a.must(200).body, &out); err != nil {
		a.t.Fatal(err)
	}
	return out
}
