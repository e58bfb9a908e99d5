package api

import (
	"math/big"
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func optimizationRoutes() []*wire.Route {
	return []*wire.Route{
		get("findOptimizations", "/optimizations", findOptimizations),
		get("findOptimizationsByProject", "/projects/{projectId}/optimizations", findProjectOptimizations),
		limited(wire.GeneralEvents, with("createOptimization", http.MethodPost, "/optimizations", putOptimization)),
		limited(wire.GeneralEvents, with("upsertOptimization", http.MethodPut, "/optimizations", putOptimization)),
		get("getOptimizationById", "/optimizations/{id}", getOptimization),
		limited(wire.GeneralEvents, with("updateOptimizationsById", http.MethodPut, "/optimizations/{id}", updateOptimization)),
		with("deleteOptimizationsById", http.MethodPost, "/optimizations/delete", deleteOptimizations),
		{
			Method: http.MethodGet, Path: wire.Prefix + "/optimizations/studio/{id}/logs", Operation: "getStudioOptimizationLogs",
			Unserved: "nothing runs in the optimization studio",
		},
	}
}

var optimizationStates = []string{"running", "completed", "cancelled", "initialized", "error"}

var optimizationFilters = filter.Fields{
	"metadata": {Type: filter.Dictionary}, "dataset_id": {Type: filter.StringExact},
	"project_id": {Type: filter.StringExact}, "status": {Type: filter.Enum},
}

// optimizationUpdate are what creation and update have in common.
var optimizationUpdate = validate.Shape{
	{Name: "name", Kind: validate.String},
	{Name: "status", Kind: validate.String, Enum: optimizationStates},
	{Name: "error_info", Kind: validate.Object, Shape: errorInfo},
}

var optimizationWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "dataset_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "objective_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "status", Kind: validate.String, Required: true, Enum: optimizationStates},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "studio_config", Kind: validate.Object},
}, optimizationUpdate...)

func putOptimization(c *wire.Call) (wire.Result, error) {
	if err := c.Check(optimizationWrite); err != nil {
		return wire.Result{}, err
	}
	o, err := c.Store.PutOptimization(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(o.ID), nil
}

func getOptimization(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	o, err := c.Store.Optimization(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(optimizationView(c.Store, o)), nil
}

func updateOptimization(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(optimizationUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateOptimization(id, c.Body, c.User))
}

func deleteOptimizations(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteOptimizations(doc.Strings(c.Body, "ids"))
	return wire.NoContent(), nil
}

func findOptimizations(c *wire.Call) (wire.Result, error) {
	project, err := c.QueryID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	return optimizationPage(c, project)
}

func findProjectOptimizations(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("projectId")
	if err != nil {
		return wire.Result{}, err
	}
	return optimizationPage(c, project)
}

// optimizationPage answers with the optimizations of a project, or of all if it is empty.
func optimizationPage(c *wire.Call, project string) (wire.Result, error) {
	dataset, err := c.QueryID("dataset_id")
	if err != nil {
		return wire.Result{}, err
	}
	f, err := filter.ParseQuery(c.Query.Get("filters"), optimizationFilters)
	if err != nil {
		return wire.Result{}, err
	}
	deleted := c.Query.Get("dataset_deleted")
	views := []doc.Object{}
	for _, o := range c.Store.Optimizations() {
		_, err := c.Store.Dataset(o.Dataset)
		if project != "" && o.Project != project || dataset != "" && o.Dataset != dataset ||
			deleted != "" && (deleted == "true") != (err != nil) || !containsFold(doc.String(o.Fields, "name"), c.Query.Get("name")) {
			continue
		}
		view := optimizationView(c.Store, o)
		if containsFold(doc.String(view, "dataset_name"), c.Query.Get("dataset_name")) && f.Match(view) {
			views = append(views, view)
		}
	}
	return wire.Page(c, views, []string{})
}

// optimizationView is the optimization as answers show it. Its first trial is what
// the others are compared with.
func optimizationView(s *store.Store, o *store.Optimization) doc.Object {
	view := s.OptimizationView(o)
	var trials []doc.Object
	for _, e := range s.TrialsOf(o) {
		trials = append(trials, experimentView(s, e))
	}
	view["num_trials"] = len(trials)
	if len(trials) == 0 {
		return view
	}
	for _, member := range []string{"feedback_scores", "experiment_scores"} {
		if scores := scoreAverages(trials, member); len(scores) > 0 {
			view[member] = scores
		}
	}
	if costs := numbers(trials, "total_estimated_cost"); len(costs) > 0 {
		view["total_optimization_cost"] = store.Decimal(sum(costs))
	}
	objective := doc.String(o.Fields, "objective_name")
	best := slices.MaxFunc(trials, func(a, b doc.Object) int {
		return compareScores(objectiveScore(a, objective), objectiveScore(b, objective))
	})
	for prefix, trial := range map[string]doc.Object{"baseline": trials[0], "best": best} {
		if score := objectiveScore(trial, objective); score != nil {
			view[prefix+"_objective_score"] = store.Decimal(score)
		}
		if cost, ok := trial["total_estimated_cost_avg"]; ok {
			view[prefix+"_cost"] = cost
		}
		if duration := doc.Member(trial, "duration"); duration != nil {
			view[prefix+"_duration"] = duration["p50"]
		}
	}
	return view
}

// objectiveScore is what a trial is judged by: a score of the experiment or the mean
// of one of its traces; nil if it has none.
func objectiveScore(trial doc.Object, name string) *big.Rat {
	for _, member := range []string{"experiment_scores", "feedback_scores"} {
		for _, sc := range doc.Objects(trial, member) {
			if n, ok := doc.Decimal(doc.Text(sc["value"])); ok && doc.String(sc, "name") == name {
				return n
			}
		}
	}
	return nil
}

// compareScores puts a trial without a score last.
func compareScores(a, b *big.Rat) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Cmp(b)
}
