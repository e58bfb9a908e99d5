package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/order"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func experimentRoutes() []*wire.Route {
	return []*wire.Route{
		get("findExperiments", "/experiments", findExperiments),
		get("findExperimentsByProject", "/projects/{projectId}/experiments", findProjectExperiments),
		limited(wire.GeneralEvents, with("createExperiment", http.MethodPost, "/experiments", createExperiment)),
		get("getExperimentById", "/experiments/{id}", getExperiment),
		limited(wire.GeneralEvents, with("updateExperiment", http.MethodPatch, "/experiments/{id}", updateExperiment)),
		with("batchUpdateExperiments", http.MethodPatch, "/experiments/batch", updateExperiments),
		with("deleteExperimentsById", http.MethodPost, "/experiments/delete", deleteExperiments),
		with("streamExperiments", http.MethodPost, "/experiments/stream", streamExperiments),
		limited(wire.GeneralEvents, with("finishExperiments", http.MethodPost, "/experiments/finish", finishExperiments)),
		get("findFeedbackScoreNames", "/experiments/feedback-scores/names", experimentScoreNames),
		{
			Method: http.MethodPost, Path: wire.Prefix + "/experiments/execute", Operation: "executeExperiment",
			Unserved: "it asks a language model",
		},
	}
}

var (
	experimentTypes   = []string{"regular", "trial", "mini-batch", "mutation"}
	experimentStates  = []string{"running", "completed", "cancelled"}
	evaluationMethods = []string{"dataset", "evaluation_suite"}
)

var experimentSorting = []string{"id", "name", "created_at", "last_updated_at", "created_by", "last_updated_by",
	"tags", "trace_count", "total_estimated_cost", "total_estimated_cost_avg", "feedback_scores.*",
	"experiment_scores.*", "duration.*", "pass_rate"}

var experimentFilters = filter.Fields{
	"metadata":   {Type: filter.Dictionary},
	"dataset_id": {Type: filter.StringExact}, "project_id": {Type: filter.StringExact},
	"prompt_ids": {Type: filter.List}, "tags": {Type: filter.List},
	"feedback_scores": {Type: filter.FeedbackScores}, "experiment_scores": {Type: filter.FeedbackScores},
}

var experimentScore = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "value", Kind: validate.Number, Required: true},
}

// experimentFields are what creation and update have in common.
var experimentFields = validate.Shape{
	{Name: "name", Kind: validate.String},
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "type", Kind: validate.String, Enum: experimentTypes},
	{Name: "status", Kind: validate.String, Enum: experimentStates},
	{Name: "experiment_scores", Kind: validate.Objects, Shape: experimentScore},
}

var promptVersionLink = validate.Shape{{Name: "id", Kind: validate.UUID, Required: true}}

var experimentWrite = slices.Concat(experimentFields, validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "dataset_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "evaluation_method", Kind: validate.String, Enum: evaluationMethods},
	{Name: "optimization_id", Kind: validate.UUID},
	{Name: "dataset_version_id", Kind: validate.UUID},
	{Name: "prompt_version", Kind: validate.Object, Shape: promptVersionLink},
	{Name: "prompt_versions", Kind: validate.Objects, Shape: promptVersionLink},
})

var experimentUpdate = slices.Concat(experimentFields, validate.Shape{
	{Name: "tags_to_add", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_remove", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
})

// experimentView is the experiment as answers show it.
func experimentView(s *store.Store, e *store.Experiment) doc.Object {
	return s.ExperimentView(e, experimentFigures)
}

func createExperiment(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentWrite); err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.CreateExperiment(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(e.ID), nil
}

func getExperiment(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.Experiment(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(experimentView(c.Store, e)), nil
}

func updateExperiment(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(experimentUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateExperiment(id, c.Body, c.User))
}

var experimentBatchUpdate = batchUpdateOf(experimentUpdate)

func updateExperiments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentBatchUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateExperiments(doc.Strings(c.Body, "ids"), doc.Member(c.Body, "update"),
		doc.Bool(c.Body, "merge_tags", false), c.User))
}

func deleteExperiments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteExperiments(doc.Strings(c.Body, "ids"))
	return wire.NoContent(), nil
}

// finishExperiments has nothing to do: nothing waits for the end of an experiment.
func finishExperiments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	return wire.NoContent(), nil
}

// experimentQuery chooses among experiments as lists and groups do.
type experimentQuery struct {
	name, project, dataset, optimization, prompt string
	types, ids                                   []string
	datasetDeleted, projectDeleted               string // of a query: "true", "false" or empty
	filter                                       filter.Filter
}

func readExperimentQuery(c *wire.Call) (*experimentQuery, error) {
	q := &experimentQuery{
		name: c.Query.Get("name"), datasetDeleted: c.Query.Get("dataset_deleted"), projectDeleted: c.Query.Get("project_deleted"),
	}
	for _, id := range []struct {
		name string
		to   *string
	}{
		{"datasetId", &q.dataset}, // in camel case, unlike all others
		{"optimization_id", &q.optimization}, {"prompt_id", &q.prompt}, {"project_id", &q.project},
	} {
		var err error
		if *id.to, err = c.QueryID(id.name); err != nil {
			return nil, err
		}
	}
	var err error
	if q.types, err = c.QueryList("types"); err != nil {
		return nil, err
	}
	if q.ids, err = c.QueryList("experiment_ids"); err != nil {
		return nil, err
	}
	q.filter, err = filter.ParseQuery(c.Query.Get("filters"), experimentFilters)
	return q, err
}

// views returns the experiments that the query keeps, greatest id first.
func (q *experimentQuery) views(s *store.Store) []doc.Object {
	views := []doc.Object{}
	for _, e := range s.Experiments() {
		_, err := s.Dataset(e.Dataset)
		gone := s.ProjectByID(e.Project) == nil
		if !containsFold(doc.String(e.Fields, "name"), q.name) ||
			q.project != "" && e.Project != q.project ||
			q.dataset != "" && e.Dataset != q.dataset ||
			q.optimization != "" && !strings.EqualFold(doc.String(e.Fields, "optimization_id"), q.optimization) ||
			q.types != nil && !slices.Contains(q.types, doc.String(e.Fields, "type")) ||
			q.ids != nil && !slices.Contains(q.ids, e.ID) ||
			q.datasetDeleted != "" && (q.datasetDeleted == "true") != (err != nil) ||
			q.projectDeleted != "" && (q.projectDeleted == "true") != gone {
			continue
		}
		view := experimentView(s, e)
		prompts := promptsOf(view)
		if q.prompt != "" && !slices.Contains(prompts, any(q.prompt)) {
			continue
		}
		if q.filter.Match(doc.With(view, doc.Object{"prompt_ids": prompts})) {
			views = append(views, view)
		}
	}
	return views
}

// promptsOf returns the ids of the prompts that an experiment used.
func promptsOf(view doc.Object) []any {
	var ids []any
	for _, link := range doc.Objects(view, "prompt_versions") {
		ids = append(ids, link["prompt_id"])
	}
	return ids
}

func findExperiments(c *wire.Call) (wire.Result, error) {
	q, err := readExperimentQuery(c)
	if err != nil {
		return wire.Result{}, err
	}
	return experimentPage(c, q)
}

func findProjectExperiments(c *wire.Call) (wire.Result, error) {
	q, err := readExperimentQuery(c)
	if err != nil {
		return wire.Result{}, err
	}
	if q.project, err = c.ID("projectId"); err != nil {
		return wire.Result{}, err
	}
	return experimentPage(c, q)
}

func experimentPage(c *wire.Call, q *experimentQuery) (wire.Result, error) {
	by, err := order.Parse(c.Query.Get("sorting"), experimentSorting)
	if err != nil {
		return wire.Result{}, err
	}
	views := q.views(c.Store)
	by.Sort(views)
	return wire.Page(c, views, experimentSorting)
}

var experimentStream = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "last_retrieved_id", Kind: validate.UUID},
	{Name: "limit", Kind: validate.Integer, Min: "1", Max: "2000"},
}

// namedExperiments returns the experiments that have a text in their names, in any
// case, greatest id first. A project that does not exist has none.
func namedExperiments(c *wire.Call, name string) []*store.Experiment {
	project := doc.String(c.Body, "project_name")
	p := c.Store.ProjectByName(project)
	var out []*store.Experiment
	for _, e := range c.Store.Experiments() {
		if project != "" && (p == nil || e.Project != p.ID) || !containsFold(doc.String(e.Fields, "name"), name) {
			continue
		}
		out = append(out, e)
	}
	return out
}

func streamExperiments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentStream); err != nil {
		return wire.Result{}, err
	}
	after, limit := strings.ToLower(doc.String(c.Body, "last_retrieved_id")), bodyInt(c.Body, "limit", 500)
	var views []doc.Object
	for _, e := range namedExperiments(c, doc.String(c.Body, "name")) {
		if len(views) < limit && (after == "" || smaller(e.ID, after)) {
			views = append(views, experimentView(c.Store, e))
		}
	}
	return wire.Stream(views), nil
}

// experimentScoreNames answers with the names of the scores that the traces of
// experiments have, and of those that the experiments have themselves.
func experimentScoreNames(c *wire.Call) (wire.Result, error) {
	q, err := readExperimentQuery(c)
	if err != nil {
		return wire.Result{}, err
	}
	list := []any{}
	views := q.views(c.Store)
	for _, member := range []string{"experiment_scores", "feedback_scores"} {
		names := map[string]bool{}
		for _, view := range views {
			for _, sc := range doc.Objects(view, member) {
				names[doc.String(sc, "name")] = true
			}
		}
		for _, name := range sortedKeys(names) {
			list = append(list, doc.Object{"name": name, "type": member})
		}
	}
	return wire.OK(doc.Object{"scores": list}), nil
}
