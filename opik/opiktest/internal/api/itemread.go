package api

import (
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

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
	fields := make([]doc.Object, len(items))
	for i, item := range items {
		fields[i] = item.Fields
	}
	return dataColumns(fields, "data")
}

// dataColumns describes the members of a member of objects, by name.
func dataColumns(objects []doc.Object, member string) []any {
	types := map[string]map[string]bool{}
	for _, o := range objects {
		for name, v := range doc.Member(o, member) {
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
			"filter_field_prefix": member, "filterField": member + "." + name,
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
