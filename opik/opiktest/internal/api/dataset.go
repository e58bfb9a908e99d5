package api

import (
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func datasetRoutes() []*wire.Route {
	return []*wire.Route{
		get("findDatasets", "/datasets", findDatasets),
		limited(wire.GeneralEvents, with("createDataset", http.MethodPost, "/datasets", createDataset)),
		get("getDatasetById", "/datasets/{id}", getDataset),
		limited(wire.GeneralEvents, with("updateDataset", http.MethodPut, "/datasets/{id}", updateDataset)),
		without("deleteDataset", http.MethodDelete, "/datasets/{id}", deleteDataset),
		with("deleteDatasetsBatch", http.MethodPost, "/datasets/delete-batch", deleteDatasets),
		with("deleteDatasetByName", http.MethodPost, "/datasets/delete", deleteDatasetByName),
		with("getDatasetByIdentifier", http.MethodPost, "/datasets/retrieve", retrieveDataset),
		{
			Method: http.MethodPost, Path: wire.Prefix + "/datasets/{id}/expansions", Operation: "expandDataset",
			Unserved: "it asks a language model for new items",
		},
	}
}

var datasetSorting = []string{"id", "name", "description", "tags", "created_at", "created_by",
	"last_updated_at", "last_updated_by", "last_created_experiment_at", "last_created_optimization_at"}

var datasetFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "name": {Type: filter.StringState},
	"description": {Type: filter.StringState}, "tags": {Type: filter.StringState},
	"created_at": {Type: filter.DateTime}, "created_by": {Type: filter.StringState},
	"last_updated_at": {Type: filter.DateTime}, "last_updated_by": {Type: filter.StringState},
	"last_created_experiment_at":   {Type: filter.DateTime},
	"last_created_optimization_at": {Type: filter.DateTime},
	"type":                         {Type: filter.Enum},
}

// datasetFields are what creation and update have in common.
var datasetFields = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "description", Kind: validate.String, MaxLen: 255, NotBlank: true},
	{Name: "visibility", Kind: validate.String, Enum: visibilities},
	{Name: "tags", Kind: validate.Strings},
}

var datasetWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String},
	{Name: "type", Kind: validate.String, Enum: []string{"dataset", "evaluation_suite"}},
}, datasetFields...)

func findDatasets(c *wire.Call) (wire.Result, error) {
	project, err := c.QueryID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	return datasetPage(c, project)
}

func findProjectDatasets(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("projectId")
	if err != nil {
		return wire.Result{}, err
	}
	return datasetPage(c, project)
}

// datasetPage answers with the datasets of a project, or of all if it is empty.
func datasetPage(c *wire.Call, project string) (wire.Result, error) {
	uses, err := datasetUses(c)
	if err != nil {
		return wire.Result{}, err
	}
	found := named(c, project, c.Store.Datasets(), func(d *store.Dataset) (string, string) { return d.Project, d.Name })
	return listing{filters: datasetFilters, sortable: datasetSorting}.page(c, func(yield func(doc.Object) bool) {
		for d := range found {
			if uses(d) && !yield(c.Store.DatasetView(d)) {
				return
			}
		}
	})
}

// datasetUses tells which datasets are used as a query demands: by experiments, by
// optimizations, by experiments with a prompt.
func datasetUses(c *wire.Call) (func(*store.Dataset) bool, error) {
	prompt, err := c.QueryID("prompt_id")
	if err != nil {
		return nil, err
	}
	experiments, optimizations, prompts := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range c.Store.Experiments() {
		experiments[e.Dataset] = true
		if slices.Contains(promptsOf(e.Fields), any(prompt)) {
			prompts[e.Dataset] = true
		}
	}
	for _, o := range c.Store.Optimizations() {
		optimizations[o.Dataset] = true
	}
	return func(d *store.Dataset) bool {
		return (!c.QueryBool("with_experiments_only") || experiments[d.ID]) &&
			(!c.QueryBool("with_optimizations_only") || optimizations[d.ID]) &&
			(prompt == "" || prompts[d.ID])
	}, nil
}

func createDataset(c *wire.Call) (wire.Result, error) {
	if err := c.Check(datasetWrite); err != nil {
		return wire.Result{}, err
	}
	d, err := c.Store.CreateDataset(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(d.ID), nil
}

// dataset returns the dataset of a path.
func dataset(c *wire.Call, param string) (*store.Dataset, error) {
	return inPath(c, param, c.Store.Dataset)
}

func getDataset(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(c.Store.DatasetView(d)), nil
}

func updateDataset(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(datasetFields); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateDataset(id, c.Body, c.User))
}

func deleteDataset(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteDataset(id)
	return wire.NoContent(), nil
}

func deleteDatasets(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	for _, id := range doc.Strings(c.Body, "ids") {
		c.Store.DeleteDataset(id)
	}
	return wire.NoContent(), nil
}

var datasetIdentifier = validate.Shape{
	{Name: "dataset_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_name", Kind: validate.String},
}

func deleteDatasetByName(c *wire.Call) (wire.Result, error) {
	if err := c.Check(datasetIdentifier); err != nil {
		return wire.Result{}, err
	}
	d := c.Store.DatasetByName(doc.String(c.Body, "dataset_name"))
	if d == nil {
		return wire.Result{}, store.ErrDatasetNotFound()
	}
	c.Store.DeleteDataset(d.ID)
	return wire.NoContent(), nil
}

func retrieveDataset(c *wire.Call) (wire.Result, error) {
	if err := c.Check(datasetIdentifier); err != nil {
		return wire.Result{}, err
	}
	d := c.Store.DatasetByName(doc.String(c.Body, "dataset_name"))
	if d == nil {
		return wire.Result{}, store.ErrDatasetNotFound()
	}
	result := wire.OK(c.Store.DatasetView(d))
	result.Header = deprecation(c, d)
	return result, nil
}

// deprecation returns the header with which the server says that a dataset was
// not found in the project asked for, but elsewhere in the workspace.
func deprecation(c *wire.Call, d *store.Dataset) http.Header {
	name := doc.String(c.Body, "project_name")
	if name == "" {
		return nil
	}
	if p := c.Store.ProjectByName(name); p != nil && p.ID == d.Project {
		return nil
	}
	return http.Header{"X-Opik-Deprecation": {"Dataset '" + d.Name + "' was found outside of project '" + name + "'"}}
}
