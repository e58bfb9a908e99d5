package api

import (
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func itemRoutes() []*wire.Route {
	return []*wire.Route{
		batched("items", with("createOrUpdateDatasetItems", http.MethodPut, "/datasets/items", putItems)),
		get("getDatasetItems", "/datasets/{id}/items", listItems),
		get("getDatasetItemById", "/datasets/items/{itemId}", getItem),
		limited(wire.GeneralEvents, with("patchDatasetItem", http.MethodPatch, "/datasets/items/{itemId}", patchItem)),
		limited(wire.GeneralEvents, with("batchUpdateDatasetItems", http.MethodPatch, "/datasets/items/batch", updateItems)),
		with("deleteDatasetItems", http.MethodPost, "/datasets/items/delete", deleteItems),
		with("streamDatasetItems", http.MethodPost, "/datasets/items/stream", streamItems),
	}
}

var itemFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "data": {Type: filter.Map},
	"full_data": {Type: filter.String, Member: []string{"data"}}, "source": {Type: filter.String},
	"trace_id": {Type: filter.StringExact}, "span_id": {Type: filter.StringExact},
	"created_at": {Type: filter.DateTime}, "last_updated_at": {Type: filter.DateTime},
	"created_by": {Type: filter.String}, "last_updated_by": {Type: filter.String},
	"tags": {Type: filter.List},
}

var itemSources = []string{"manual", "trace", "span", "sdk"}

var executionPolicy = validate.Shape{
	{Name: "runs_per_item", Kind: validate.Integer, Min: "1", Max: "100"},
	{Name: "pass_threshold", Kind: validate.Integer, Min: "1", Max: "100"},
}

var evaluator = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "type", Kind: validate.String, Required: true, Enum: []string{"llm_judge", "code_metric"}},
	{Name: "config", Kind: validate.Any, Required: true},
}

// itemChange are the members of an item that an update can have.
var itemChange = validate.Shape{
	{Name: "data", Kind: validate.Object, NotEmpty: true},
	{Name: "description", Kind: validate.String},
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_add", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_remove", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "evaluators", Kind: validate.Objects, Shape: evaluator},
	{Name: "execution_policy", Kind: validate.Object, Shape: executionPolicy},
	{Name: "clear_execution_policy", Kind: validate.Bool},
}

var itemWrite = validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "trace_id", Kind: validate.UUID},
	{Name: "span_id", Kind: validate.UUID},
	{Name: "source", Kind: validate.String, Required: true, Enum: itemSources},
	{Name: "data", Kind: validate.Object, Required: true, NotEmpty: true},
	{Name: "description", Kind: validate.String, NotBlank: true},
	{Name: "tags", Kind: validate.Strings},
	{Name: "evaluators", Kind: validate.Objects, Shape: evaluator},
	{Name: "execution_policy", Kind: validate.Object, Shape: executionPolicy},
}

// datasetTarget names the dataset that items are written to.
var datasetTarget = validate.Shape{
	{Name: "dataset_name", Kind: validate.String, NotBlank: true},
	{Name: "dataset_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "batch_group_id", Kind: validate.UUID},
}

var itemBatch = slices.Concat(datasetTarget, batchOf("items", itemWrite))

func putItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(itemBatch); err != nil {
		return wire.Result{}, err
	}
	if c.Body["dataset_id"] == nil && c.Body["dataset_name"] == nil {
		return wire.Result{}, apierr.Invalid("either dataset_id or dataset_name must be provided")
	}
	items := doc.Objects(c.Body, "items")
	for _, item := range items {
		if err := checkSource(item); err != nil {
			return wire.Result{}, err
		}
	}
	d, err := c.Store.DatasetForItems(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.PutItems(d, items, doc.String(c.Body, "batch_group_id"), c.User))
}

// checkSource refuses an item that does not refer to what its source says.
func checkSource(item doc.Object) error {
	trace, span := item["trace_id"] != nil, item["span_id"] != nil
	source := doc.String(item, "source")
	var ok bool
	switch source {
	case "trace":
		ok = trace && !span
	case "span":
		ok = trace && span
	default:
		ok = !trace && !span
	}
	if !ok {
		return apierr.Invalid("when the source is " + source + ", trace_id and span_id must match it")
	}
	return nil
}

func patchItem(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("itemId")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(itemChange); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.PatchItem(id, c.Body, c.User))
}

var itemBatchUpdate = validate.Shape{
	{Name: "ids", Kind: validate.UUIDs, MinItems: 1, MaxItems: maxBatch},
	{Name: "filters", Kind: validate.Objects},
	{Name: "dataset_id", Kind: validate.UUID},
	{Name: "update", Kind: validate.Object, Required: true, Shape: itemChange},
	{Name: "merge_tags", Kind: validate.Bool},
}

func updateItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(itemBatchUpdate); err != nil {
		return wire.Result{}, err
	}
	ids := doc.Strings(c.Body, "ids")
	switch byFilter := c.Body["filters"] != nil; {
	case byFilter == (ids != nil):
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "Either 'ids' or 'filters' must be provided")
	case byFilter:
		var err error
		if ids, err = filteredItems(c); err != nil {
			return wire.Result{}, err
		}
	}
	return done(c.Store.UpdateItems(ids, doc.Member(c.Body, "update"), doc.Bool(c.Body, "merge_tags", false), c.User))
}

// filteredItems returns the ids of the items that a body's filters keep in the
// dataset that it names.
func filteredItems(c *wire.Call) ([]string, error) {
	id := doc.String(c.Body, "dataset_id")
	if id == "" {
		return nil, apierr.Message(http.StatusBadRequest, "'filters' need a 'dataset_id'")
	}
	f, err := filter.Parse(doc.List(c.Body, "filters"), itemFilters)
	if err != nil {
		return nil, err
	}
	d, err := c.Store.Dataset(id)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, view := range itemViews(d.Latest(), f) {
		ids = append(ids, doc.String(view, "id"))
	}
	return ids, nil
}

var itemDelete = validate.Shape{
	{Name: "item_ids", Kind: validate.UUIDs, MinItems: 1, MaxItems: maxBatch},
	{Name: "dataset_id", Kind: validate.UUID},
	{Name: "filters", Kind: validate.Objects},
	{Name: "batch_group_id", Kind: validate.UUID},
}

func deleteItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(itemDelete); err != nil {
		return wire.Result{}, err
	}
	ids := doc.Strings(c.Body, "item_ids")
	if (ids == nil) == (c.Body["dataset_id"] == nil) {
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "Either 'item_ids' or 'dataset_id' must be provided")
	}
	if ids == nil {
		var err error
		if ids, err = filteredItems(c); err != nil {
			return wire.Result{}, err
		}
	}
	c.Store.DeleteItems(ids, doc.String(c.Body, "batch_group_id"), c.User)
	return wire.NoContent(), nil
}
