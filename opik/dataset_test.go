package opik_test

import (
	"encoding/json"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestSearchItemsFiltersByData(t *testing.T) {
	srv := opiktest.NewServer(t)
	c, err := opik.New(opik.WithURL(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	item := func(category string) rest.DatasetItem {
		return rest.DatasetItem{Source: rest.DatasetItemSourceSDK, Data: json.RawMessage(`{"category":"` + category + `"}`)}
	}
	err = c.Datasets.UpsertItems(t.Context(), []rest.DatasetItem{item("city"), item("river"), item("city")},
		opik.DatasetUpsertItemsParams{DatasetName: "questions"})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for item, err := range c.Datasets.SearchItems(t.Context(), "questions", opik.DatasetSearchItemsParams{
		Filters: []rest.DatasetItemFilter{{Field: "data", Key: "category", Operator: rest.FilterOperatorEqual, Value: "city"}},
	}) {
		if err != nil {
			t.Fatal(err)
		}
		if string(item.Data) != `{"category":"city"}` {
			t.Errorf("found %s", item.Data)
		}
		found++
	}
	if found != 2 {
		t.Errorf("found %d items, want 2", found)
	}
	if _, err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
