package opiktest_test

import (
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// score is one element of a batch of scores.
func score(id, name string, value float64, extra object) object {
	return with(object{"id": id, "project_name": "demo", "name": name, "value": value, "source": "sdk"}, extra)
}

func scores(list ...object) object { return object{"scores": list} }

func TestScoresAreAveragedOverAuthors(t *testing.T) {
	c := newClient(t,
		opiktest.WithAccount(opiktest.Account{APIKey: "k1", User: "ann", Workspaces: []string{"team"}}),
		opiktest.WithAccount(opiktest.Account{APIKey: "k2", User: "bob", Workspaces: []string{"team"}}))
	c.ws, c.key = "team", "k1"
	// Scores may come before their trace.
	c.do("PUT", "/traces/feedback-scores", scores(score(id1, "q", 1, object{"reason": "good", "category_name": "high"}))).must(204)
	c.do("PUT", "/traces/feedback-scores", scores(score(id1, "q", 0.5, object{"reason": "fair"}), score(id1, "other", 2, nil))).must(204)
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.key = "k2"
	c.do("PUT", "/traces/"+id1+"/feedback-scores", object{"name": "q", "value": 0.25, "source": "ui", "reason": "poor"}).must(204)

	list, _ := c.do("GET", "/traces/"+id1, nil).must(200).json()["feedback_scores"].([]any)
	if len(list) != 2 {
		t.Fatalf("scores: %v", list)
	}
	q := list[1].(object)
	checkFields(t, q, object{"name": "q", "value": 0.375, "reason": "fair, poor", "category_name": nil, "created_by": "ann, bob"})
	authors := q["value_by_author"].(object)
	checkFields(t, authors["ann"].(object), object{"value": 0.5, "reason": "fair", "source": "sdk", "category_name": nil})
	checkFields(t, authors["bob"].(object), object{"value": 0.25, "reason": "poor", "source": "ui"})

	c.do("POST", "/traces/"+id1+"/feedback-scores/delete", object{"name": "q", "author": "ann"}).must(204)
	c.do("POST", "/traces/"+id1+"/feedback-scores/delete", object{"name": "other"}).must(204)
	c.do("POST", "/traces/"+id1+"/feedback-scores/delete", object{"name": "lost"}).must(204)
	list, _ = c.do("GET", "/traces/"+id1, nil).json()["feedback_scores"].([]any)
	if len(list) != 1 || list[0].(object)["value"] != 0.25 {
		t.Errorf("scores: %v", list)
	}
}

func TestScoresOfAnotherProjectDoNotShow(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.do("PUT", "/traces/feedback-scores", scores(score(id1, "q", 1, object{"project_name": "other"}))).must(204)
	c.do("PUT", "/traces/feedback-scores", scores(score(id1, "suite", 1, object{"category_name": "suite_assertion"}))).must(204)
	c.do("GET", "/traces/"+id1, nil).fields(object{"feedback_scores": nil})
	c.do("GET", "/projects?name=other", nil).fields(object{"total": 1})
}

func TestNamesOfSpanScoresNeedAProject(t *testing.T) {
	c := newClient(t, lenient)
	c.do("GET", "/spans/feedback-scores/names", nil).refused(400, "A", "project_id")
}

func TestSpanScores(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.do("POST", "/spans/batch", object{"spans": []object{span(id2, id1, nil), span(id3, id1, object{"type": "llm"})}}).must(204)
	c.do("PUT", "/spans/feedback-scores", scores(score(id2, "q", 1, nil), score(id3, "q", 0, nil), score(id3, "r", 0.1, nil))).must(204)
	c.do("PUT", "/spans/"+id2+"/feedback-scores", object{"name": "s", "value": 3, "source": "sdk"}).must(204)
	c.do("GET", "/traces/"+id1, nil).fields(object{
		"feedback_scores": nil,
		"span_feedback_scores": []object{
			{"name": "q", "value": 0.5, "source": "sdk"}, {"name": "r", "value": 0.1, "source": "sdk"}, {"name": "s", "value": 3, "source": "sdk"},
		},
	})
	project, _ := c.do("GET", "/traces/"+id1, nil).json()["project_id"].(string)
	c.do("GET", "/spans/feedback-scores/names?project_id="+project, nil).fields(object{"scores": []object{{"name": "q"}, {"name": "r"}, {"name": "s"}}})
	c.do("GET", "/spans/feedback-scores/names?project_id="+project+"&type=llm", nil).fields(object{"scores": []object{{"name": "q"}, {"name": "r"}}})
	c.do("POST", "/spans/"+id2+"/feedback-scores/delete", object{"name": "s"}).must(204)
	c.do("GET", "/traces/feedback-scores/names?project_id="+project, nil).fields(object{"scores": []object{}})
	c.do("PUT", "/traces/feedback-scores", scores(score(id1, "t", 1, nil))).must(204)
	for _, path := range []string{"/traces/feedback-scores/names", "/projects/feedback-scores/names", "/projects/feedback-scores/names" + query("project_ids", `["`+project+`"]`)} {
		c.do("GET", path, nil).fields(object{"scores": []object{{"name": "t"}}})
	}
}

func TestScoreValidation(t *testing.T) {
	c := newClient(t, lenient)
	put := func(extra object) *answer {
		return c.do("PUT", "/traces/feedback-scores", scores(score(id1, "q", 1, extra)))
	}
	put(object{"id": v4}).refused(400, "B", "Trace id must be a version 7 UUID")
	put(object{"name": " "}).refused(422, "B", "scores[0].name must not be blank")
	put(object{"value": 1e9}).refused(422, "B", "scores[0].value must be less than or equal to 999999999.999999999")
	put(object{"value": nil}).refused(422, "B", "scores[0].value must not be null")
	put(object{"source": "mars"}).refused(400, "A", "scores[0].source")
	put(object{"source": nil}).refused(422, "B", "scores[0].source must not be null")
	c.do("PUT", "/traces/feedback-scores", object{"scores": []object{}}).refused(422, "B", "size must be between 1 and 1000")
	c.do("PUT", "/traces/"+id1+"/feedback-scores", object{"name": "q", "value": 1, "source": "sdk"}).refused(404, "A", "Trace id: "+id1+" not found")
	c.do("PUT", "/spans/"+id1+"/feedback-scores", object{"name": "q", "value": 1, "source": "sdk"}).refused(404, "A", "Span id: "+id1+" not found")
}
