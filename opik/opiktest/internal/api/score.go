package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func scoreRoutes() []*wire.Route {
	put, post := http.MethodPut, http.MethodPost
	return []*wire.Route{
		limited(wire.GeneralEvents, with("addTraceFeedbackScore", put, "/traces/{id}/feedback-scores", addScore(store.TraceEntity))),
		limited(wire.GeneralEvents, with("addSpanFeedbackScore", put, "/spans/{id}/feedback-scores", addScore(store.SpanEntity))),
		batched("scores", with("scoreBatchOfTraces", put, "/traces/feedback-scores", addScores(store.TraceEntity))),
		batched("scores", with("scoreBatchOfSpans", put, "/spans/feedback-scores", addScores(store.SpanEntity))),
		batched("scores", with("scoreBatchOfThreads", put, "/traces/threads/feedback-scores", addThreadScores)),
		with("deleteTraceFeedbackScore", post, "/traces/{id}/feedback-scores/delete", deleteScore(store.TraceEntity)),
		with("deleteSpanFeedbackScore", post, "/spans/{id}/feedback-scores/delete", deleteScore(store.SpanEntity)),
		with("deleteThreadFeedbackScores", post, "/traces/threads/feedback-scores/delete", deleteThreadScores),
		get("findFeedbackScoreNames_1", "/spans/feedback-scores/names", spanScoreNames),
		get("findFeedbackScoreNames_2", "/traces/feedback-scores/names", scoreNames(store.TraceEntity)),
		get("findTraceThreadsFeedbackScoreNames", "/traces/threads/feedback-scores/names", scoreNames(store.ThreadEntity)),
		get("findFeedbackScoreNamesByProjectIds", "/projects/feedback-scores/names", projectScoreNames),
	}
}

func addScore(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		id, err := c.ID("id")
		if err != nil {
			return wire.Result{}, err
		}
		if err := c.Check(scoreFields); err != nil {
			return wire.Result{}, err
		}
		return done(c.Store.Score(t, id, c.Body, c.User))
	}
}

func addScores(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		if err := c.Check(scoreBatch); err != nil {
			return wire.Result{}, err
		}
		return done(c.Store.ScoreBatch(t, doc.Objects(c.Body, "scores"), c.User))
	}
}

func addThreadScores(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadScoreBatch); err != nil {
		return wire.Result{}, err
	}
	c.Store.ScoreThreads(doc.Objects(c.Body, "scores"), c.User)
	return wire.NoContent(), nil
}

func deleteScore(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		id, err := c.ID("id")
		if err != nil {
			return wire.Result{}, err
		}
		if err := c.Check(scoreDelete); err != nil {
			return wire.Result{}, err
		}
		c.Store.DeleteScore(t, id, doc.String(c.Body, "name"), doc.String(c.Body, "author"))
		return wire.NoContent(), nil
	}
}

var threadScoreDelete = validate.Shape{
	{Name: "project_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "thread_id", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "names", Kind: validate.Strings, Required: true, MinItems: 1, MaxItems: maxBatch, NotBlank: true},
	{Name: "author", Kind: validate.String},
}

func deleteThreadScores(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadScoreDelete); err != nil {
		return wire.Result{}, err
	}
	if p := c.Store.ProjectByName(doc.String(c.Body, "project_name")); p != nil {
		c.Store.DeleteThreadScores(p.ID, doc.String(c.Body, "thread_id"), doc.Strings(c.Body, "names"), doc.String(c.Body, "author"))
	}
	return wire.NoContent(), nil
}

// nameViews answers with names of scores.
func nameViews(names []string) wire.Result {
	list := make([]any, len(names))
	for i, n := range names {
		list[i] = doc.Object{"name": n}
	}
	return wire.OK(doc.Object{"scores": list})
}

func scoreNames(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		project, err := c.QueryID("project_id")
		if err != nil {
			return wire.Result{}, err
		}
		return nameViews(c.Store.ScoreNames(t, project, nil)), nil
	}
}

func spanScoreNames(c *wire.Call) (wire.Result, error) {
	project, err := c.QueryID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	if project == "" {
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "Parameter 'project_id' is required")
	}
	kind := c.Query.Get("type")
	return nameViews(c.Store.ScoreNames(store.SpanEntity, project, func(id string) bool {
		row, err := c.Store.Span(id)
		return kind == "" || err == nil && doc.String(c.Store.SpanView(row), "type") == kind
	})), nil
}

func projectScoreNames(c *wire.Call) (wire.Result, error) {
	ids, err := c.QueryList("project_ids")
	if err != nil {
		return wire.Result{}, err
	}
	if len(ids) == 0 {
		return nameViews(c.Store.ScoreNames(store.TraceEntity, "", nil)), nil
	}
	seen := map[string]bool{}
	for _, id := range ids {
		for _, n := range c.Store.ScoreNames(store.TraceEntity, id, nil) {
			seen[n] = true
		}
	}
	return nameViews(sortedKeys(seen)), nil
}
