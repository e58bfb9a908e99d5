package opiktest_test

//opik:requires storeAssertionsBatch

import "testing"

func TestPassRates(t *testing.T) {
	c := newClient(t)
	c.put("", with(item(id1, object{"q": 1}), object{"execution_policy": object{"runs_per_item": 2, "pass_threshold": 2}}), item(id2, object{"q": 2}))
	e := c.experiment(object{"id": id1, "evaluation_method": "evaluation_suite"})
	c.runs(run(e, id1, id3, nil), run(e, id1, id4, nil), run(e, id2, id5, nil))
	// One of two runs of the first item fails; the second item has one that passes.
	suite := object{"category_name": "suite_assertion"}
	c.do("PUT", "/traces/feedback-scores", scores(score(id3, "polite", 1, suite), score(id4, "polite", 0, with(suite, object{"reason": "rude"})))).must(204)
	c.do("PUT", "/assertion-results", object{"entity_type": "TRACE", "assertion_results": []object{
		{"entity_id": id5, "name": "polite", "status": "passed", "source": "sdk", "project_name": "demo"},
	}}).must(204)
	c.do("GET", "/experiments/"+e, nil).fields(object{
		"passed_count": 1, "total_count": 2, "pass_rate": 0.5, "assertion_scores": []object{{"name": "polite", "value": 0.666666667}},
		"feedback_scores": nil,
	})
	page := c.do("GET", "/datasets/"+c.dataset()+"/items/experiments/items"+query("experiment_ids", `["`+e+`"]`), nil).content()
	if len(page) != 2 {
		t.Fatalf("%d items", len(page))
	}
	checkFields(t, page[1], object{"run_summaries_by_experiment": object{e: object{"passed_runs": 1, "total_runs": 2, "status": "failed"}}})
	failed := page[1]["experiment_items"].([]any)[0].(object)
	if failed["trace_id"] == id3 {
		failed = page[1]["experiment_items"].([]any)[1].(object)
	}
	checkFields(t, failed, object{"status": "failed", "assertion_results": []object{{"value": "polite", "passed": false, "reason": "rude"}}})

	// A run's own policy goes before that of the item.
	easy := c.experiment(object{"id": id2, "evaluation_method": "evaluation_suite"})
	one := object{"execution_policy": object{"runs_per_item": 2, "pass_threshold": 1}}
	c.runs(run(easy, id1, id3, one), run(easy, id1, id4, one))
	c.do("GET", "/experiments/"+easy, nil).fields(object{"pass_rate": 1})
}
