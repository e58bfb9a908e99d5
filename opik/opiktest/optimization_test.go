package opiktest_test

import "testing"

func TestOptimizations(t *testing.T) {
	c := newClient(t, lenient)
	body := func(extra object) object {
		return with(object{"dataset_name": "ds", "objective_name": "f1", "status": "running"}, extra)
	}
	id := c.do("POST", "/optimizations", body(object{"id": id1, "name": "one", "project_name": "demo", "metadata": object{"k": "v"}})).created()
	if id != id1 {
		t.Errorf("id %s", id)
	}
	c.do("GET", "/optimizations/"+id1, nil).must(200).fields(object{
		"id": id1, "name": "one", "dataset_id": c.dataset(), "dataset_name": "ds", "objective_name": "f1", "status": "running",
		"metadata": object{"k": "v"}, "num_trials": 0, "best_objective_score": nil,
	})
	c.do("POST", "/optimizations", body(object{"id": id1, "name": "again", "project_name": "demo"})).must(201)
	c.do("GET", "/optimizations/"+id1, nil).fields(object{"name": "again", "metadata": nil})
	two := c.do("PUT", "/optimizations", body(object{"dataset_name": "other", "status": "initialized"})).created()

	c.do("POST", "/optimizations", object{"dataset_name": "ds"}).refused(422, "B", "objectiveName must not be null")
	c.do("POST", "/optimizations", body(object{"id": v4})).refused(400, "B", "Optimization id must be a version 7 UUID")
	c.do("POST", "/optimizations", body(object{"status": "odd"})).refused(400, "A", "enum")
	c.do("GET", "/optimizations/"+id5, nil).refused(404, "A", id5)

	c.do("PUT", "/optimizations/"+id1, object{"name": "renamed", "status": "completed"}).must(204)
	c.do("GET", "/optimizations/"+id1, nil).fields(object{"name": "renamed", "status": "completed"})
	c.do("PUT", "/optimizations/"+id1, object{"status": "cancelled"}).refused(409, "A", "completed")
	c.do("PUT", "/optimizations/"+two, object{"status": "cancelled"}).must(204)
	c.do("PUT", "/optimizations/"+id5, object{"name": "x"}).refused(404, "A", id5)

	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)
	for path, want := range map[string]string{
		"/optimizations":                                                                               two + " " + id1,
		"/optimizations" + query("name", "REN"):                                                        id1,
		"/optimizations" + query("dataset_name", "OTHER"):                                              two,
		"/optimizations" + query("dataset_id", c.dataset()):                                            id1,
		"/optimizations" + query("project_id", project):                                                id1,
		"/projects/" + project + "/optimizations":                                                      id1,
		"/optimizations" + query("dataset_deleted", "false"):                                           two + " " + id1,
		"/optimizations" + query("filters", `[{"field":"status","operator":"=","value":"cancelled"}]`): two,
	} {
		if got := ids(c.do("GET", path, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	c.do("GET", "/optimizations/studio/"+id1+"/logs", nil).refused(501, "A", "not served")
	c.do("POST", "/optimizations/delete", object{"ids": []string{id1, id5}}).must(204)
	c.do("GET", "/optimizations/"+id1, nil).must(404)
}

func TestTrialsOfAnOptimization(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/optimizations", object{"id": id1, "dataset_name": "ds", "objective_name": "f1", "status": "running"}).must(201)
	for i, id := range []string{id2, id3, id4} {
		value := []float64{0.25, 0.75, 0.5}[i]
		c.experiment(object{"id": id, "type": "trial", "optimization_id": id1, "experiment_scores": []object{{"name": "f1", "value": value}}})
	}
	c.experiment(object{"id": id5, "type": "trial", "optimization_id": id1}) // not scored
	c.do("POST", "/traces", trace(id3, object{"end_time": end})).must(201)
	c.do("POST", "/spans", span(id4, id3, object{"total_estimated_cost": 0.5})).must(201)
	c.runs(run(id3, id1, id3, nil))
	c.do("GET", "/optimizations/"+id1, nil).fields(object{
		"num_trials": 4, "baseline_objective_score": 0.25, "best_objective_score": 0.75, "best_duration": 1500, "best_cost": 0.5,
		"total_optimization_cost": 0.5, "experiment_scores": []object{{"name": "f1", "value": 0.5}}, "baseline_cost": nil,
	})
}
