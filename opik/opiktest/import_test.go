package opiktest_test

//opik:requires createDatasetItemsFromJson

import (
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestImportJSON(t *testing.T) {
	now := newClock()
	c := newClient(t, lenient, opiktest.WithClock(now.now), opiktest.WithBackgroundDelay(time.Second))
	ds := c.do("POST", "/datasets", object{"name": "ds"}).created()
	c.upload("/datasets/items/from-json", `[{"a":3}]`, map[string]string{"dataset_id": ds, "format": "json"}).must(202)
	c.upload("/datasets/items/from-json", "{\"a\":4}\n\n{\"c\":{\"d\":5}}\n", map[string]string{"dataset_id": ds, "format": "jsonl"}).must(202)
	for name, bad := range map[string]*answer{
		"broken JSON":    c.upload("/datasets/items/from-json", `[`, map[string]string{"dataset_id": ds, "format": "json"}),
		"no array":       c.upload("/datasets/items/from-json", `{}`, map[string]string{"dataset_id": ds, "format": "json"}),
		"no objects":     c.upload("/datasets/items/from-json", "1\n", map[string]string{"dataset_id": ds, "format": "jsonl"}),
		"unknown format": c.upload("/datasets/items/from-json", `[]`, map[string]string{"dataset_id": ds, "format": "xml"}),
	} {
		if bad.status != 400 {
			t.Errorf("%s: status %d", name, bad.status)
		}
	}
	c.do("GET", "/datasets/"+ds, nil).fields(object{"status": "processing", "dataset_items_count": 0})
	now.advance(2 * time.Second)
	c.do("GET", "/datasets/"+ds, nil).fields(object{"status": "completed", "dataset_items_count": 3})
	items := c.do("GET", "/datasets/"+ds+"/items", nil).content()
	if len(items) != 3 {
		t.Fatalf("%d items, want 3", len(items))
	}
	for i, want := range []object{{"c": object{"d": 5}}, {"a": 4}, {"a": 3}} { // newest first
		checkFields(t, items[i], object{"data": want})
	}
}
