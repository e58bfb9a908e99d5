package opiktest_test

import (
	"strings"
	"testing"
)

// experiment creates an experiment on the dataset "ds" and returns its id.
func (c *client) experiment(extra object) string {
	c.t.Helper()
	return c.do("POST", "/experiments", with(object{"dataset_name": "ds"}, extra)).created()
}

// run is an item of an experiment to write.
func run(experiment, item, trace string, extra object) object {
	return with(object{"experiment_id": experiment, "dataset_item_id": item, "trace_id": trace, "project_name": "demo"}, extra)
}

func (c *client) runs(items ...object) {
	c.t.Helper()
	c.do("POST", "/experiments/items", object{"experiment_items": items}).must(204)
}

func TestExperiments(t *testing.T) {
	c := newClient(t, lenient)
	id := c.experiment(object{
		"id": id1, "name": "First", "project_name": "demo", "metadata": object{"model": "m1"}, "tags": []string{"x"}, "type": "trial",
		"optimization_id": id5, "evaluation_method": "evaluation_suite", "status": "running",
	})
	if id != id1 {
		t.Errorf("id %s", id)
	}
	c.do("GET", "/experiments/"+id1, nil).must(200).fields(object{
		"id": id1, "name": "First", "dataset_id": c.dataset(), "dataset_name": "ds", "metadata": object{"model": "m1"}, "tags": []string{"x"},
		"type": "trial", "optimization_id": id5, "evaluation_method": "evaluation_suite", "status": "running",
		"trace_count": 0, "dataset_item_count": 0, "created_by": "admin",
	})
	if again := c.experiment(object{"id": id1, "name": "changed"}); again != id1 {
		t.Errorf("id %s of an experiment that exists", again)
	}
	c.do("GET", "/experiments/"+id1, nil).fields(object{"name": "First"})

	two := c.experiment(nil)
	got := c.do("GET", "/experiments/"+two, nil).must(200)
	got.fields(object{"type": "regular", "status": "completed", "evaluation_method": "dataset", "pass_rate": nil})
	if name, _ := got.json()["name"].(string); strings.Count(name, "_") != 2 {
		t.Errorf("name %q", name)
	}

	c.do("POST", "/experiments", object{"name": "x"}).refused(422, "B", "datasetName must not be null")
	c.do("POST", "/experiments", object{"dataset_name": "ds", "id": v4}).refused(400, "B", "Experiment id must be a version 7 UUID")
	c.do("POST", "/experiments", object{"dataset_name": "ds", "type": "odd"}).refused(400, "A", "enum")
	c.do("POST", "/experiments", object{"dataset_name": "ds", "dataset_version_id": id4}).refused(409, "A", "version not found")
	c.do("GET", "/experiments/"+id5, nil).refused(404, "A", id5)

	c.do("PATCH", "/experiments/"+two, object{"name": "Second", "experiment_scores": []object{{"name": "f1", "value": 0.5}}}).must(204)
	c.do("PATCH", "/experiments/"+id5, object{"name": "x"}).refused(404, "A", id5)
	c.do("PATCH", "/experiments/batch", object{"ids": []string{id1, two, id5}, "update": object{"tags": []string{"y"}}, "merge_tags": true}).must(204)
	c.do("GET", "/experiments/"+id1, nil).fields(object{"tags": []string{"x", "y"}})
	c.do("GET", "/experiments/"+two, nil).fields(object{
		"name": "Second", "tags": []string{"y"}, "type": "regular", "experiment_scores": []object{{"name": "f1", "value": 0.5}},
	})
	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)

	for path, want := range map[string]string{
		"/experiments":                                                                                                   two + " " + id1,
		"/experiments" + query("name", "fIRST"):                                                                          id1,
		"/experiments" + query("datasetId", c.dataset()):                                                                 two + " " + id1,
		"/experiments" + query("datasetId", id5):                                                                         "",
		"/experiments" + query("optimization_id", id5):                                                                   id1,
		"/experiments" + query("types", `["regular","mutation"]`):                                                        two,
		"/experiments" + query("project_id", project):                                                                    id1,
		"/projects/" + project + "/experiments":                                                                          id1,
		"/projects/" + id5 + "/experiments":                                                                              "",
		"/experiments" + query("experiment_ids", `["`+two+`"]`):                                                          two,
		"/experiments" + query("dataset_deleted", "true"):                                                                "",
		"/experiments" + query("sorting", `[{"field":"name","direction":"ASC"}]`):                                        id1 + " " + two,
		"/experiments" + query("filters", `[{"field":"metadata","key":"model","operator":"=","value":"m1"}]`):            id1,
		"/experiments" + query("filters", `[{"field":"tags","operator":"=","value":"x"}]`):                               id1,
		"/experiments" + query("filters", `[{"field":"experiment_scores","key":"f1","operator":">","value":"0.1"}]`):     two,
		"/experiments" + query("filters", `[{"field":"experiment_scores","key":"f1","operator":"is_empty","value":""}]`): id1,
	} {
		if got := ids(c.do("GET", path, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	c.do("GET", "/experiments"+query("filters", `[{"field":"color","operator":"=","value":"x"}]`), nil).refused(400, "A", "filters")

	for want, body := range map[string]object{
		two + " " + id1: {"name": "s"},
		two:             {"name": "s", "limit": 1},
		id1:             {"name": "s", "last_retrieved_id": two},
		"":              {"name": "lost"},
	} {
		if got := ids(c.do("POST", "/experiments/stream", body).items()); got != want {
			t.Errorf("stream %v: %s, want %s", body, got, want)
		}
	}
	if got := c.do("POST", "/experiments/stream", object{"name": "s", "project_name": "lost"}).items(); len(got) != 0 {
		t.Errorf("experiments of an unknown project: %v", got)
	}
	c.do("POST", "/experiments/stream", object{}).refused(422, "B", "name must not be null")

	c.do("POST", "/experiments/finish", object{"ids": []string{two}}).must(204)
	c.do("POST", "/experiments/finish", object{"ids": []string{}}).refused(422, "B", "ids")
	c.do("GET", "/experiments/feedback-scores/names", nil).must(200).fields(object{"scores": []object{{"name": "f1", "type": "experiment_scores"}}})

	c.do("POST", "/datasets/delete", object{"dataset_name": "ds"}).must(204)
	c.do("GET", "/experiments/"+two, nil).must(200).fields(object{"dataset_id": nil, "dataset_name": nil})
	c.do("POST", "/experiments/delete", object{"ids": []string{two, id5}}).must(204)
	c.do("GET", "/experiments/"+two, nil).must(404)
}

func TestPromptsOfExperiments(t *testing.T) {
	c := newClient(t, lenient)
	version := c.do("POST", "/prompts/versions", object{"name": "p", "version": object{"template": "Say {{x}}"}}).must(200).json()
	link := []object{{"id": version["id"]}}
	e := c.experiment(object{"id": id1, "prompt_versions": link})
	c.experiment(nil)
	old := c.do("POST", "/experiments", object{"dataset_name": "old", "prompt_version": link[0]}).created()
	linked := object{"prompt_version_id": version["id"], "commit": version["commit"], "prompt_id": version["prompt_id"], "prompt_name": "p"}
	for _, id := range []string{e, old} {
		c.do("GET", "/experiments/"+id, nil).must(200).fields(object{"prompt_versions": []object{linked}, "prompt_version": linked})
	}
	prompt := version["prompt_id"].(string)
	for _, path := range []string{
		"/experiments" + query("prompt_id", prompt),
		"/experiments" + query("filters", `[{"field":"prompt_ids","operator":"=","value":"`+prompt+`"}]`),
	} {
		if got := ids(c.do("GET", path, nil).content()); got != old+" "+e {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := c.do("GET", "/datasets"+query("prompt_id", prompt), nil).content(); len(got) != 2 {
		t.Errorf("datasets of the prompt: %v", got)
	}
	c.do("POST", "/experiments", object{"dataset_name": "ds", "prompt_versions": []object{{"id": id5}}}).refused(409, "A", "Prompt version not found")
	c.do("POST", "/experiments", object{"dataset_name": "ds", "prompt_versions": []object{{}}}).refused(422, "B", "id must not be null")
}

func TestDatasetsCountTheirUses(t *testing.T) {
	c := newClient(t)
	unused := c.do("POST", "/datasets", object{"name": "unused"}).created()
	c.experiment(nil)
	c.do("GET", "/datasets/"+c.dataset(), nil).fields(object{"experiment_count": 1, "optimization_count": 0})
	if got := ids(c.do("GET", "/datasets?with_experiments_only=true", nil).content()); got != c.dataset() {
		t.Errorf("datasets with experiments: %s", got)
	}
	if got := c.do("GET", "/datasets?with_optimizations_only=true", nil).content(); len(got) != 0 {
		t.Errorf("datasets with optimizations: %v", got)
	}
	c.do("POST", "/optimizations", object{"dataset_name": "unused", "objective_name": "f1", "status": "running"}).must(201)
	if got := ids(c.do("GET", "/datasets?with_optimizations_only=true", nil).content()); got != unused {
		t.Errorf("datasets with optimizations: %s", got)
	}
}

func TestExperimentItems(t *testing.T) {
	c := newClient(t, lenient)
	e := c.experiment(object{"id": id1, "name": "e"})
	other := c.experiment(object{"id": id2, "name": "E too"})
	c.do("POST", "/traces", trace(id3, object{"input": object{"q": 1}, "output": object{"a": "x"}, "end_time": end})).must(201)
	c.do("PUT", "/traces/feedback-scores", scores(score(id3, "q", 0.5, nil))).must(204)
	c.runs(run(e, id4, id3, object{"id": id4}), run(other, id4, id5, object{"id": id5}))
	c.runs(run(e, id4, id3, object{"id": id4})) // a repeated request

	c.do("GET", "/experiments/items/"+id4, nil).must(200).fields(object{
		"id": id4, "experiment_id": e, "dataset_item_id": id4, "trace_id": id3, "output": nil, "created_by": "admin",
	})
	c.do("GET", "/experiments/items/"+id3, nil).refused(404, "A", id3)
	c.do("GET", "/traces/"+id3, nil).fields(object{"experiment": object{"id": e, "name": "e", "dataset_id": c.dataset(), "dataset_item_id": id4}})
	c.do("GET", "/experiments/"+e, nil).fields(object{
		"trace_count": 1, "dataset_item_count": 1, "feedback_scores": []object{{"name": "q", "value": 0.5}},
		"duration": object{"p50": 1500, "p90": 1500, "p99": 1500},
	})

	stream := func(extra object) []object {
		return c.do("POST", "/experiments/items/stream", with(object{"experiment_name": "e"}, extra)).items()
	}
	all := stream(nil)
	if got := ids(all); got != id5+" "+id4 {
		t.Fatalf("stream: %s", got)
	}
	checkFields(t, all[0], object{"trace_id": id5, "output": nil}) // its trace does not exist
	checkFields(t, all[1], object{"input": object{"q": 1}, "output": object{"a": "x"}, "duration": 1500})
	if got := ids(stream(object{"last_retrieved_id": id5})); got != id4 {
		t.Errorf("stream after the first: %s", got)
	}
	if got := ids(stream(object{"limit": 1})); got != id5 {
		t.Errorf("stream of one: %s", got)
	}

	for want, item := range map[string]object{
		"Experiment Item id":           run(e, id4, id3, object{"id": v4}),
		"Experiment Item experiment":   run(v4, id4, id3, nil),
		"Experiment Item dataset item": run(e, v4, id3, nil),
		"Experiment Item trace":        run(e, id4, v4, nil),
	} {
		c.do("POST", "/experiments/items", object{"experiment_items": []object{item}}).refused(400, "B", want)
	}
	c.do("POST", "/experiments/items", object{"experiment_items": []object{}}).refused(422, "B", "size must be between 1 and 1000")

	c.do("POST", "/experiments/items/delete", object{"ids": []string{id4, id3}}).must(204)
	c.do("GET", "/experiments/items/"+id4, nil).must(404)
	c.do("GET", "/traces/"+id3, nil).must(200).fields(object{"experiment": nil})
	c.do("POST", "/experiments/delete", object{"ids": []string{other}}).must(204)
	c.do("GET", "/experiments/items/"+id5, nil).must(404)
}
