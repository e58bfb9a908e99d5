package opiktest_test

//opik:requires setPromptVersionEnvironment,getPromptVersionByNumber,retrievePromptVersionsByIds

import "testing"

func TestPromptEnvironments(t *testing.T) {
	c := newClient(t, lenient)
	one := c.commit("p", "one", object{"environments": []string{"prod", "test"}}).json()
	two := c.commit("p", "two", nil).json()
	set := func(v object, names ...string) *answer {
		return c.do("PATCH", "/prompts/versions/"+v["id"].(string)+"/environments", object{"environments": append([]string{}, names...)})
	}
	want := func(environment, template string) {
		t.Helper()
		a := c.do("POST", "/prompts/versions/retrieve", object{"name": "p", "environment": environment})
		if template == "" {
			a.refused(404, "A", "not found")
			return
		}
		a.must(200).fields(object{"template": template})
	}
	want("prod", "one")
	set(two, "prod", "prod", "dev").must(204)
	want("prod", "two")
	want("test", "one")
	prompt := one["prompt_id"].(string)
	requested := c.do("GET", "/prompts/"+prompt+query("environment", "test"), nil).must(200).json()["requested_version"].(object)
	checkFields(t, requested, object{"template": "one", "environments": []string{"test"}})
	c.do("GET", "/prompts/"+prompt+query("environment", "lost"), nil).refused(404, "A", "not found")
	set(two).must(204)
	want("prod", "")
	set(two, "not valid").refused(422, "B", "environments")
	c.do("PATCH", "/prompts/versions/"+id5+"/environments", object{"environments": []string{}}).refused(404, "A", "not found")

	mask := c.commit("p", "masked", object{"version_type": "mask"}).json()
	c.do("GET", "/prompts/"+prompt+query("mask_id", mask["id"].(string)), nil).must(200).fields(object{"version_count": 2})
	c.do("POST", "/prompts/versions/retrieve", object{"name": "p"}).must(200).fields(object{"template": "two"})
}

func TestPromptVersionsByNumberAndID(t *testing.T) {
	c := newClient(t, lenient)
	a, b := c.commit("a", "A", nil).json(), c.commit("b", "B", nil).json()
	second := c.commit("a", "A2", nil).json()
	path := "/prompts/" + a["prompt_id"].(string) + "/versions/by-number/"
	c.do("GET", path+"v2", nil).must(200).fields(object{"id": second["id"]})
	c.do("GET", path+"v3", nil).refused(404, "A", "not found")
	c.do("GET", path+"x", nil).refused(400, "B", "versionNumber")
	versions := c.do("POST", "/prompts/versions/retrieve-by-ids", object{"ids": []any{b["id"], id5, a["id"]}}).must(200).list()
	if len(versions) != 2 || versions[0]["template"] != "B" || versions[1]["template"] != "A" {
		t.Errorf("by ids: %v", versions)
	}
}
