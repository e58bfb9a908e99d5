package recorded

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func datasetScenarios() map[string]scenario {
	const inTheData = "the description of an item is not repeated in its data, where tasks and metrics would take it for a column"
	return map[string]scenario{
		"dataset-create":          {run: datasetCreate},
		"dataset-delete":          {run: datasetDelete},
		"dataset-delete-items":    {run: datasetDeleteItems},
		"dataset-get":             {run: datasetGet, faults: noFaults},
		"dataset-get-items-paged": {run: datasetGetItemsPaged, prepare: bigDataset()},
		"dataset-get-or-create":   {run: datasetGetOrCreate, faults: noFaults},
		"dataset-insert":          {run: datasetInsert},
		"dataset-insert-2500":     {run: datasetInsert2500},
		"dataset-insert-special-fields": {
			run:     datasetInsertSpecialFields,
			differs: &difference{reason: inTheData, paths: []string{"dataset ds/item 1.data.description"}},
		},
		"dataset-versions":  {run: datasetVersions, faults: noFaults},
		"py-dataset-insert": {run: pyDatasetInsert},
		"test-suite": {
			run: testSuite,
			differs: &difference{
				reason: inTheData + "; and the version that settings make has a description",
				paths: []string{
					"after 2 requests: dataset suite/v1.change_description",
					"after 4 requests: dataset suite/v1.change_description", "after 4 requests: dataset suite/item 2.data.description",
					"after 6 requests: dataset suite/v1.change_description", "after 6 requests: dataset suite/item 2.data.description",
				},
			},
		},
	}
}

// addDatasets adds the datasets with their versions, and the items of the latest one
// in the order of their ids.
func (s state) addDatasets(t *testing.T, srv *opiktest.Server, header http.Header) {
	t.Helper()
	for _, dataset := range readAll(t, srv, header, "/v1/private/datasets", nil) {
		path := fmt.Sprintf("dataset %v", dataset["name"])
		fields := maps.Clone(dataset)
		for name := range fields { // what the server makes, or follows from the experiments and versions
			if name == "id" || name == "latest_version" || strings.HasSuffix(name, "_at") {
				delete(fields, name)
			}
		}
		s.addObject(path, fields)
		for _, version := range readAll(t, srv, header, fmt.Sprintf("/v1/private/datasets/%v/versions", dataset["id"]), nil) {
			version = maps.Clone(version)
			for _, made := range []string{"id", "version_hash", "dataset_id"} {
				delete(version, made) // by the server
			}
			s.addObject(fmt.Sprintf("%s/%v", path, version["version_name"]), version)
		}
		status, body := call(t, srv, header, http.MethodGet, fmt.Sprintf("/v1/private/datasets/%v/items?size=10000", dataset["id"]), nil)
		var page struct{ Content []map[string]any }
		if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
			t.Fatalf("items: status %d: %s", status, body)
		}
		slices.Reverse(page.Content)
		for i, item := range page.Content {
			delete(item, "dataset_id")
			s.addObject(fmt.Sprintf("%s/item %d", path, i+1), item)
		}
	}
}

func (r *run) newDataset(name string, params opik.CreateDatasetParams) *opik.Dataset {
	r.Helper()
	ds, err := r.client.CreateDataset(r.ctx, name, params)
	if err != nil {
		r.Fatal(err)
	}
	return ds
}

func (r *run) insert(ds *opik.Dataset, items ...opik.DatasetItem) {
	r.Helper()
	_, err := ds.Insert(r.ctx, items...)
	r.check(err)
}

// questions are the items of the recordings with many.
func questions(n int) (items []opik.DatasetItem) {
	for i := range n {
		items = append(items, opik.DatasetItem{Data: object{"input": fmt.Sprint("q", i), "expected": fmt.Sprint("a", i)}})
	}
	return items
}

// wantBatches checks how many items the requests with a route had, and that one group
// holds them together.
func (r *run) wantBatches(route, list string, want ...int) {
	r.Helper()
	var sizes []int
	groups := map[any]bool{}
	for _, request := range r.requestsTo(route) {
		body := request.body.(object)
		sizes = append(sizes, len(body[list].([]any)))
		groups[body["batch_group_id"]] = true
	}
	if !slices.Equal(sizes, want) || len(groups) != 1 || groups[nil] {
		r.Errorf("batches of %v in %d groups, not of %v in one", sizes, len(groups), want)
	}
}

func datasetCreate(r *run) {
	r.newDataset("ds", opik.CreateDatasetParams{Description: "my data"})
	r.flush()
}

func datasetDelete(r *run) {
	r.newDataset("ds", opik.CreateDatasetParams{})
	r.flush()
	r.sameAfter(1)
	r.check(r.client.DeleteDataset(r.ctx, "ds", opik.DeleteDatasetParams{}))
	r.flush()
}

func datasetDeleteItems(r *run) {
	ds := r.newDataset("ds", opik.CreateDatasetParams{})
	r.insert(ds, questions(150)...)
	r.sameAfter(3)
	var ids []string
	for _, item := range collect(r, ds.Items(r.ctx, opik.DatasetItemsParams{})) {
		ids = append(ids, item.ID)
	}
	r.check(ds.DeleteItems(r.ctx, ids))
	// The official SDK deletes 100 at a time.
	r.wantBatches("POST /v1/private/datasets/items/delete", "item_ids", 150)
}

func datasetGet(r *run) {
	made := r.newDataset("ds", opik.CreateDatasetParams{})
	ds, err := r.client.GetDataset(r.ctx, "ds", opik.GetDatasetParams{})
	if err != nil || ds.ID() != made.ID() {
		r.Errorf("got %v, %v", ds.Record(), err)
	}
	if _, err := r.client.GetDataset(r.ctx, "missing", opik.GetDatasetParams{}); !errors.Is(err, opik.ErrNotFound) {
		r.Errorf("a dataset that does not exist: %v", err)
	}
}

// bigDataset is the dataset that exists on the server.
func bigDataset() (requests []setup) {
	const items, most = 4500, 1000
	for begin := 0; begin < items; begin += most {
		var batch []any
		for i := begin; i < min(begin+most, items); i++ {
			batch = append(batch, object{
				"id": fmt.Sprintf("01942ab4-7a2e-7000-8000-%012d", i), "source": "sdk",
				"data": object{"input": fmt.Sprint("q", i), "expected": fmt.Sprint("a", i)},
			})
		}
		requests = append(requests, setup{http.MethodPut, "/v1/private/datasets/items", object{
			"dataset_name": "big", "project_name": "test-project", "items": batch, "batch_group_id": "01942ab4-7a2e-7000-8000-0000000000c1",
		}})
	}
	return append([]setup{{http.MethodPost, "/v1/private/datasets", object{
		"id": "01942ab4-7a2e-7000-8000-0000000000c0", "name": "big", "project_name": "test-project",
	}}}, requests...)
}

func datasetGetItemsPaged(r *run) {
	ds, err := r.client.GetDataset(r.ctx, "big", opik.GetDatasetParams{})
	if err != nil {
		r.Fatal(err)
	}
	// To read at most none, as the recording does as well, is not to read.
	for result, most := range map[string]int{"all": 0, "some": 3, "more": 2500} {
		items := collect(r, ds.Items(r.ctx, opik.DatasetItemsParams{MaxResults: most}))
		if json.Number(fmt.Sprint(len(items))) != r.vector.Results[result] {
			r.Errorf("%s: %d items, not %v", result, len(items), r.vector.Results[result])
		}
		for i, item := range items {
			if want := fmt.Sprint("q", 4499-i); !strings.Contains(string(item.Data.(json.RawMessage)), quote(want)) {
				r.Fatalf("%s: item %d has %s", result, i, item.Data)
			}
		}
	}
	for _, request := range r.requestsTo("POST /v1/private/datasets/items/stream") {
		if limit := request.body.(object)["steam_limit"]; limit != json.Number("2000") && limit != json.Number("3") && limit != json.Number("500") {
			r.Errorf("pages of %v", limit)
		}
	}
}

func datasetGetOrCreate(r *run) {
	made, err := r.client.GetOrCreateDataset(r.ctx, "ds", opik.CreateDatasetParams{Description: "d"})
	r.check(err)
	r.flush()
	r.sameAfter(2)
	got, err := r.client.GetOrCreateDataset(r.ctx, "ds", opik.CreateDatasetParams{Description: "other"})
	r.check(err)
	r.flush()
	if made.ID() != got.ID() {
		r.Errorf("made %q, got %q", made.ID(), got.ID())
	}
}

func datasetInsert(r *run) {
	r.insert(r.newDataset("ds", opik.CreateDatasetParams{}),
		opik.DatasetItem{Data: object{"input": "q1", "expected": "a1"}},
		opik.DatasetItem{
			ID:   "01942ab4-7a2e-7000-8000-0000000000d1",
			Data: object{"input": object{"question": "q2"}, "expected": []string{"a", "b"}, "meta": object{"n": 1}},
		},
	)
}

func datasetInsert2500(r *run) {
	r.insert(r.newDataset("ds", opik.CreateDatasetParams{}), questions(2500)...)
	r.wantBatches("PUT /v1/private/datasets/items", "items", 1000, 1000, 500)
}

func datasetInsertSpecialFields(r *run) {
	r.insert(r.newDataset("ds", opik.CreateDatasetParams{}),
		opik.DatasetItem{ID: "01942ab4-7a2e-7000-8000-0000000000d1", TraceID: traceA1, Data: object{"input": "q"}, Description: "a note"},
		opik.DatasetItem{ID: "01942ab4-7a2e-7000-8000-0000000000d2", TraceID: traceA1, SpanID: spanB1, Data: object{"input": "q2"}},
	)
}

func datasetVersions(r *run) {
	ds := r.newDataset("ds", opik.CreateDatasetParams{})
	r.insert(ds, questions(1)...)
	current, err := ds.CurrentVersion(r.ctx)
	if err != nil {
		r.Fatal(err)
	}
	r.same("current", current.Name())
	v1, err := ds.Version(r.ctx, "v1")
	if err != nil {
		r.Fatal(err)
	}
	items := collect(r, v1.Items(r.ctx, opik.DatasetItemsParams{}))
	if json.Number(fmt.Sprint(len(items))) != r.vector.Results["items"] {
		r.Errorf("%d items, not %v", len(items), r.vector.Results["items"])
	}
	_, err = ds.Version(r.ctx, "v9")
	var missing *opik.DatasetVersionNotFoundError
	r.same("error", errors.As(err, &missing))
	if n, err := ds.ItemsCount(r.ctx); n != 1 || err != nil || ds.Record().Tags != nil {
		r.Errorf("%d items, %v, tags %q", n, err, ds.Record().Tags)
	}
}

func pyDatasetInsert(r *run) {
	ds := r.newDataset("ds", opik.CreateDatasetParams{Description: "my data"})
	r.insert(ds,
		opik.DatasetItem{Data: object{"input": "q1", "expected": "a1"}},
		opik.DatasetItem{Data: json.RawMessage(`{"expected":"a1","input":"q1"}`)},
	)
	r.wantBatches("PUT /v1/private/datasets/items", "items", 1)
	if streams := r.requestsTo("POST /v1/private/datasets/items/stream"); len(streams) != 0 {
		r.Errorf("%d requests for the items of a dataset that was just created", len(streams))
	}
}

func testSuite(r *run) {
	suite, err := r.client.CreateTestSuite(r.ctx, "suite", opik.CreateTestSuiteParams{
		Description: "s", Tags: []string{"nightly"},
		Settings: opik.TestSuiteSettings{
			Assertions:      []string{"is polite", "mentions price"},
			ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 3, PassThreshold: 2},
		},
	})
	if err != nil {
		r.Fatal(err)
	}
	r.sameAfter(2)
	_, err = suite.Insert(r.ctx,
		opik.TestSuiteItem{
			Data: object{"input": "q1"}, Assertions: []string{"answers q1"},
			ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 1, PassThreshold: 1},
		},
		opik.TestSuiteItem{Data: object{"input": "q2"}, Description: "second"},
	)
	r.check(err)
	r.sameAfter(4)
	r.check(suite.UpdateSettings(r.ctx, opik.TestSuiteSettings{Assertions: []string{"is polite"}}))
	r.sameAfter(6)
	items := collect(r, suite.Items(r.ctx, opik.DatasetItemsParams{}))
	if len(items) != 2 || !reflect.DeepEqual(items[1].Assertions, []string{"answers q1"}) || items[0].Description != "second" {
		r.Errorf("read %+v", items)
	}
	r.check(r.client.DeleteTestSuite(r.ctx, "suite", opik.DeleteDatasetParams{}))
}
