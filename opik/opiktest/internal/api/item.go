package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
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
		get("findDatasetItemsWithExperimentItems", "/datasets/{id}/items/experiments/items", comparedItems(emptyComparison)),
		get("getDatasetExperimentItemsStats", "/datasets/{id}/items/experiments/items/stats", comparedItems(emptyStats)),
		get("getDatasetItemsOutputColumns", "/datasets/{id}/items/experiments/items/output/columns", outputColumns),
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

// itemViews returns the items of a version that a filter keeps.
func itemViews(v *store.Version, f filter.Filter) []doc.Object {
	views := []doc.Object{}
	for _, i := range v.Items() {
		if view := i.View(); f.Match(view) {
			views = append(views, view)
		}
	}
	return views
}

func listItems(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	f, err := filter.ParseQuery(c.Query.Get("filters"), itemFilters)
	if err != nil {
		return wire.Result{}, err
	}
	v, err := d.Version(c.Query.Get("version"))
	if err != nil {
		return wire.Result{}, err
	}
	result, err := wire.Page(c, itemViews(v, f), []string{})
	if err != nil {
		return wire.Result{}, err
	}
	body := result.Body.(doc.Object)
	body["columns"] = columns(v.Items())
	if c.QueryBool("truncate") {
		content := body["content"].([]doc.Object)
		for i, view := range content {
			data := doc.Object{}
			for name, value := range doc.Member(view, "data") {
				data[name] = truncated(value)
			}
			content[i] = doc.With(view, doc.Object{"data": data})
		}
	}
	return result, nil
}

// columns describes the members of the items' data, by name.
func columns(items []*store.Item) []any {
	types := map[string]map[string]bool{}
	for _, i := range items {
		for name, v := range doc.Member(i.Fields, "data") {
			if types[name] == nil {
				types[name] = map[string]bool{}
			}
			types[name][jsonType(v)] = true
		}
	}
	out := []any{}
	for _, name := range sortedKeys(types) {
		out = append(out, doc.Object{
			"name": name, "types": doc.FromStrings(sortedKeys(types[name])),
			"filter_field_prefix": "data", "filterField": "data." + name,
		})
	}
	return out
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case doc.Object:
		return "object"
	}
	return "number"
}

func getItem(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("itemId")
	if err != nil {
		return wire.Result{}, err
	}
	_, item, err := c.Store.Item(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(item.View()), nil
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

var itemStream = validate.Shape{
	{Name: "dataset_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_name", Kind: validate.String},
	{Name: "last_retrieved_id", Kind: validate.UUID},
	{Name: "steam_limit", Kind: validate.Integer, Min: "1", Max: "2000"}, // the protocol's own spelling
	{Name: "dataset_version", Kind: validate.String},
	{Name: "filters", Kind: validate.String},
}

func streamItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(itemStream); err != nil {
		return wire.Result{}, err
	}
	f, err := filter.ParseQuery(doc.String(c.Body, "filters"), itemFilters)
	if err != nil {
		return wire.Result{}, err
	}
	d := c.Store.DatasetByName(doc.String(c.Body, "dataset_name"))
	if d == nil {
		return wire.Stream(nil), nil
	}
	v, err := d.Version(doc.String(c.Body, "dataset_version"))
	if err != nil {
		return wire.Result{}, err
	}
	after, limit := strings.ToLower(doc.String(c.Body, "last_retrieved_id")), bodyInt(c.Body, "steam_limit", 2000)
	var items []doc.Object
	for _, view := range itemViews(v, f) {
		if len(items) < limit && (after == "" || smaller(doc.String(view, "id"), after)) {
			items = append(items, view)
		}
	}
	result := wire.Stream(items)
	result.Header = deprecation(c, d)
	return result, nil
}

// comparedItems serves the reads that join items with those of experiments. No
// operation that is served here creates experiments, so that nothing is joined.
func comparedItems(answer handler) handler {
	return func(c *wire.Call) (wire.Result, error) {
		if _, err := dataset(c, "id"); err != nil {
			return wire.Result{}, err
		}
		ids, err := c.QueryList("experiment_ids")
		if err != nil {
			return wire.Result{}, err
		}
		if len(ids) == 0 {
			return wire.Result{}, apierr.Message(http.StatusBadRequest, "Invalid query parameter 'experiment_ids': it must not be empty")
		}
		return answer(c)
	}
}

func emptyComparison(c *wire.Call) (wire.Result, error) {
	result, err := wire.Page(c, []doc.Object{}, []string{})
	if err != nil {
		return wire.Result{}, err
	}
	result.Body.(doc.Object)["columns"] = []any{}
	return result, nil
}

func emptyStats(*wire.Call) (wire.Result, error) {
	return wire.OK(doc.Object{"stats": []any{}}), nil
}

func outputColumns(c *wire.Call) (wire.Result, error) {
	if _, err := dataset(c, "id"); err != nil {
		return wire.Result{}, err
	}
	if _, err := c.QueryList("experiment_ids"); err != nil {
		return wire.Result{}, err
	}
	return wire.OK(doc.Object{"columns": []any{}}), nil
}
