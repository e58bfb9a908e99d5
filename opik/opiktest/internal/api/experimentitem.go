package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func experimentItemRoutes() []*wire.Route {
	return []*wire.Route{
		batched("experiment_items", with("createExperimentItems", http.MethodPost, "/experiments/items", putExperimentItems)),
		{
			Method: http.MethodPut, Path: wire.Prefix + "/experiments/items/bulk", Operation: "experimentItemsBulk",
			Handle: bulkExperimentItems, Body: wire.JSONBody, Bucket: wire.GeneralEvents, Cost: bulkCost,
		},
		get("getExperimentItemById", "/experiments/items/{id}", getExperimentItem),
		with("streamExperimentItems", http.MethodPost, "/experiments/items/stream", streamExperimentItems),
		with("deleteExperimentItems", http.MethodPost, "/experiments/items/delete", deleteExperimentItems),
		limited(wire.GeneralEvents, with("storeAssertionsBatch", http.MethodPut, "/assertion-results", putAssertions)),
	}
}

var experimentItemBatch = batchOf("experiment_items", validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "experiment_id", Kind: validate.UUID, Required: true},
	{Name: "dataset_item_id", Kind: validate.UUID, Required: true},
	{Name: "trace_id", Kind: validate.UUID, Required: true},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "execution_policy", Kind: validate.Object, Shape: executionPolicy},
})

func putExperimentItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentItemBatch); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.PutExperimentItems(doc.Objects(c.Body, "experiment_items"), c.User))
}

func getExperimentItem(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	item, err := c.Store.ExperimentItem(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(item.View()), nil
}

func deleteExperimentItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteExperimentItems(doc.Strings(c.Body, "ids"))
	return wire.NoContent(), nil
}

var experimentItemStream = validate.Shape{
	{Name: "experiment_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "last_retrieved_id", Kind: validate.UUID},
	{Name: "limit", Kind: validate.Integer, Min: "1", Max: "2000"},
	{Name: "truncate", Kind: validate.Bool},
}

func streamExperimentItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentItemStream); err != nil {
		return wire.Result{}, err
	}
	var all []*store.ExperimentItem
	for _, e := range namedExperiments(c, doc.String(c.Body, "experiment_name")) {
		all = append(all, c.Store.ExperimentItems(e.ID)...)
	}
	slices.SortFunc(all, func(a, b *store.ExperimentItem) int { return strings.Compare(b.ID, a.ID) })
	show := presentation{truncate: doc.Bool(c.Body, "truncate", false)}
	after, limit := strings.ToLower(doc.String(c.Body, "last_retrieved_id")), bodyInt(c.Body, "limit", 500)
	var items []doc.Object
	for _, item := range all {
		if len(items) < limit && (after == "" || smaller(item.ID, after)) {
			items = append(items, show.apply(c.Store.ItemWithTrace(item)))
		}
	}
	return wire.Stream(items), nil
}

// assertedEntities are the kinds of entities that assertions are about.
var assertedEntities = map[string]store.EntityType{
	"TRACE": store.TraceEntity, "SPAN": store.SpanEntity, "THREAD": store.ThreadEntity,
}

var assertionBatch = slices.Concat(
	validate.Shape{{Name: "entity_type", Kind: validate.String, Required: true, Enum: sortedKeys(assertedEntities)}},
	batchOf("assertion_results", validate.Shape{
		{Name: "entity_id", Kind: validate.UUID, Required: true},
		{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
		{Name: "status", Kind: validate.String, Required: true, Enum: []string{"passed", "failed"}},
		{Name: "source", Kind: validate.String, Required: true, Enum: scoreSources},
		{Name: "reason", Kind: validate.String},
		{Name: "project_name", Kind: validate.String},
		{Name: "project_id", Kind: validate.UUID},
	}),
)

func putAssertions(c *wire.Call) (wire.Result, error) {
	if err := c.Check(assertionBatch); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.PutAssertions(assertedEntities[doc.String(c.Body, "entity_type")], doc.Objects(c.Body, "assertion_results"), c.User))
}
