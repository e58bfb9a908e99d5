package opiktest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestDatasets(t *testing.T) {
	c := newClient(t, lenient)
	id := c.do("POST", "/datasets", object{"id": id1, "name": "ds", "description": "d", "tags": []string{"x"}, "project_name": "demo", "type": "evaluation_suite"}).created()
	if id != id1 {
		t.Errorf("id %s", id)
	}
	c.do("POST", "/datasets", object{"name": "ds", "project_name": "other"}).refused(409, "B", "'ds'")
	c.do("POST", "/datasets", object{"id": v4, "name": "x"}).refused(400, "B", "dataset id must be a version 7 UUID")
	c.do("POST", "/datasets", object{"name": ""}).refused(422, "B", "name must not be blank")
	c.do("GET", "/datasets/"+id, nil).must(200).fields(object{
		"name": "ds", "description": "d", "type": "evaluation_suite", "visibility": "private", "tags": []string{"x"},
		"dataset_items_count": 0, "latest_version": nil, "status": "unknown",
	})
	c.do("GET", "/datasets/"+id5, nil).refused(404, "B", "Dataset not found")
	two := c.do("POST", "/datasets", object{"name": "two"}).created()
	c.do("PUT", "/datasets/"+two, object{"name": "ds"}).refused(409, "B", "'ds'")
	c.do("PUT", "/datasets/"+two, object{"name": "Two", "visibility": "public", "tags": []string{"y"}}).must(204)
	c.do("PUT", "/datasets/"+id5, object{"name": "x"}).refused(404, "B", "Dataset not found")
	c.do("GET", "/datasets/"+two, nil).fields(object{"name": "Two", "visibility": "public", "tags": []string{"y"}})

	for params, want := range map[string]string{
		"":                                     two + " " + id,
		query("name", "TW"):                    two,
		query("with_experiments_only", "true"): "",
		query("sorting", `[{"field":"name","direction":"DESC"}]`):                id + " " + two,
		query("filters", `[{"field":"tags","operator":"contains","value":"X"}]`): id,
		query("filters", `[{"field":"type","operator":"=","value":"dataset"}]`):  two,
	} {
		if got := ids(c.do("GET", "/datasets"+params, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	c.do("GET", "/datasets"+query("filters", `[{"field":"name","operator":">","value":"x"}]`), nil).refused(400, "A", "of type 'string_state_db'")

	found := c.do("POST", "/datasets/retrieve", object{"dataset_name": "ds", "project_name": "demo"}).must(200)
	if found.header.Get("X-Opik-Deprecation") != "" {
		t.Error("deprecation header for a dataset of the project")
	}
	if c.do("POST", "/datasets/retrieve", object{"dataset_name": "ds", "project_name": "elsewhere"}).must(200).header.Get("X-Opik-Deprecation") == "" {
		t.Error("no deprecation header for a dataset of another project")
	}
	c.do("POST", "/datasets/retrieve", object{"dataset_name": "lost"}).refused(404, "B", "Dataset not found")
	c.do("POST", "/datasets/delete", object{"dataset_name": "ds"}).must(204)
	c.do("POST", "/datasets/delete", object{"dataset_name": "ds"}).refused(404, "B", "Dataset not found")
	c.do("POST", "/datasets/delete-batch", object{"ids": []string{two, id5}}).must(204)
	c.do("DELETE", "/datasets/"+two, nil).must(204)
	c.do("GET", "/datasets", nil).fields(object{"total": 0})
	c.do("POST", "/datasets/"+two+"/expansions", object{"model": "m"}).refused(501, "A", "expandDataset is not served here")
	if reason := c.srv.Unserved()["expandDataset"]; reason == "" {
		t.Error("the unserved operation is not listed")
	}
}

// item is a dataset item to write.
func item(id string, data object) object { return object{"id": id, "source": "sdk", "data": data} }

// put writes items to the dataset "ds".
func (c *client) put(group string, items ...object) {
	c.t.Helper()
	body := object{"dataset_name": "ds", "items": items}
	if group != "" {
		body["batch_group_id"] = group
	}
	c.do("PUT", "/datasets/items", body).must(204)
}

// dataset returns the id of the dataset "ds".
func (c *client) dataset() string {
	c.t.Helper()
	return c.do("POST", "/datasets/retrieve", object{"dataset_name": "ds"}).must(200).json()["id"].(string)
}

func TestDatasetItems(t *testing.T) {
	c := newClient(t, lenient)
	c.put("", item(id1, object{"q": "one", "n": 1}), item(id2, object{"q": "two", "n": "x", "o": object{}}), item(id3, object{"q": "three"}))
	ds := c.dataset()
	page := c.do("GET", "/datasets/"+ds+"/items?size=2", nil)
	page.fields(object{"page": 1, "size": 2, "total": 3, "columns": []object{
		{"name": "n", "types": []string{"number", "string"}, "filter_field_prefix": "data", "filterField": "data.n"},
		{"name": "o", "types": []string{"object"}, "filter_field_prefix": "data", "filterField": "data.o"},
		{"name": "q", "types": []string{"string"}, "filter_field_prefix": "data", "filterField": "data.q"},
	}})
	if got := ids(page.content()); got != id3+" "+id2 {
		t.Errorf("page: %s", got)
	}
	c.do("GET", "/datasets/items/"+id1, nil).must(200).fields(object{
		"id": id1, "dataset_item_id": id1, "dataset_id": ds, "source": "sdk", "data": object{"q": "one", "n": 1}, "created_by": "admin",
	})
	c.do("GET", "/datasets/items/"+id5, nil).refused(404, "B", "Dataset item not found")

	stream := func(extra object) *answer {
		return c.do("POST", "/datasets/items/stream", with(object{"dataset_name": "ds"}, extra))
	}
	for want, extra := range map[string]object{
		id3 + " " + id2 + " " + id1: {},
		id3 + " " + id2:             {"steam_limit": 2},
		id1:                         {"last_retrieved_id": id2},
		id2:                         {"filters": `[{"field":"data","key":"q","operator":"=","value":"TWO"}]`},
		id3:                         {"filters": `[{"field":"full_data","operator":"contains","value":"thr"}]`},
		"":                          {"dataset_name": "lost"},
	} {
		if got := ids(stream(extra).items()); got != want {
			t.Errorf("stream %v: %s, want %s", extra, got, want)
		}
	}
	stream(object{"steam_limit": 2001}).refused(422, "B", "steamLimit")
	stream(object{"dataset_version": "lost"}).refused(404, "A", "version not found")

	for name, bad := range map[string]struct {
		body   object
		status int
		part   string
	}{
		"version of the id":     {object{"dataset_name": "ds", "items": []object{item(v4, object{"a": 1})}}, 400, "dataset_item id must be a version 7 UUID"},
		"neither id nor name":   {object{"items": []object{item(id4, object{"a": 1})}}, 422, "either dataset_id or dataset_name"},
		"unknown dataset":       {object{"dataset_id": id5, "items": []object{item(id4, object{"a": 1})}}, 404, "Dataset not found"},
		"no data":               {object{"dataset_name": "ds", "items": []object{item(id4, object{})}}, 422, "items[0].data must not be empty"},
		"manual with trace":     {object{"dataset_name": "ds", "items": []object{with(item(id4, object{"a": 1}), object{"source": "manual", "trace_id": id1})}}, 422, "manual"},
		"trace without trace":   {object{"dataset_name": "ds", "items": []object{with(item(id4, object{"a": 1}), object{"source": "trace"})}}, 422, "trace"},
		"span without its span": {object{"dataset_name": "ds", "items": []object{with(item(id4, object{"a": 1}), object{"source": "span", "trace_id": id1})}}, 422, "span"},
	} {
		t.Run(name, func(t *testing.T) { c.do("PUT", "/datasets/items", bad.body).refused(bad.status, "B", bad.part) })
	}

	c.do("PATCH", "/datasets/items/"+id1, object{"data": object{"q": "ONE"}, "tags": []string{"t"}}).must(204)
	c.do("PATCH", "/datasets/items/"+id5, object{"data": object{"q": "ONE"}}).must(404)
	c.do("GET", "/datasets/items/"+id1, nil).fields(object{"data": object{"q": "ONE"}, "tags": []string{"t"}})
	c.do("PATCH", "/datasets/items/batch", object{"ids": []string{id1, id5}, "update": object{"tags": []string{"u"}}, "merge_tags": true}).must(204)
	c.do("GET", "/datasets/items/"+id1, nil).fields(object{"tags": []string{"t", "u"}})
	byFilter := []object{{"field": "data", "key": "q", "operator": "starts_with", "value": "t"}}
	c.do("PATCH", "/datasets/items/batch", object{"dataset_id": ds, "filters": byFilter, "update": object{"description": "found"}}).must(204)
	c.do("GET", "/datasets/items/"+id3, nil).fields(object{"description": "found"})
	c.do("GET", "/datasets/items/"+id1, nil).fields(object{"description": nil})
	c.do("PATCH", "/datasets/items/batch", object{"filters": byFilter, "update": object{}}).refused(400, "A", "dataset_id")
	c.do("PATCH", "/datasets/items/batch", object{"update": object{}}).refused(400, "A", "Either")

	c.do("POST", "/datasets/items/delete", object{"item_ids": []string{id1, id5}}).must(204)
	c.do("POST", "/datasets/items/delete", object{"item_ids": []string{id1}, "dataset_id": ds}).refused(400, "A", "Either")
	c.do("POST", "/datasets/items/delete", object{"dataset_id": ds, "filters": byFilter[:0]}).must(204)
	c.do("GET", "/datasets/"+ds, nil).fields(object{"dataset_items_count": 0})
}

func TestDatasetVersions(t *testing.T) {
	c := newClient(t)
	c.put("", item(id1, object{"a": 1}))
	c.put("", item(id2, object{"a": 2}))
	c.put(id4, item(id1, object{"a": 10}), item(id3, object{"a": 3}))
	c.do("POST", "/datasets/items/delete", object{"item_ids": []string{id2}, "batch_group_id": id4}).must(204)
	ds := c.dataset()
	versions := c.do("GET", "/datasets/"+ds+"/versions", nil).content()
	if len(versions) != 2 {
		t.Fatalf("versions: %v", versions)
	}
	latest, first := versions[0], versions[1]
	checkFields(t, latest, object{
		"version_name": "v2", "is_latest": true, "tags": []string{"latest"}, "items_total": 2, "items_added": 1, "items_modified": 1, "items_deleted": 1, "dataset_id": ds,
	})
	checkFields(t, first, object{"version_name": "v1", "is_latest": false, "tags": []string{}, "items_total": 2, "items_added": 2})
	hash := first["version_hash"].(string)
	if id := first["id"].(string); hash != id[len(id)-8:] {
		t.Errorf("hash %s of %s", hash, id)
	}
	for ref, want := range map[string]string{hash: id2 + " " + id1, "latest": id3 + " " + id1} {
		if got := ids(c.do("GET", "/datasets/"+ds+"/items?version="+ref, nil).content()); got != want {
			t.Errorf("version %s: %s, want %s", ref, got, want)
		}
		if got := ids(c.do("POST", "/datasets/items/stream", object{"dataset_name": "ds", "dataset_version": ref}).items()); got != want {
			t.Errorf("stream of version %s: %s, want %s", ref, got, want)
		}
	}
	own := "/datasets/" + ds + "/versions"
	c.do("POST", own+"/hash/"+hash+"/tags", object{"tag": "good"}).must(204)
	c.do("POST", own+"/hash/"+hash+"/tags", object{"tag": "good"}).refused(409, "B", "'good'")
	c.do("POST", own+"/hash/lost/tags", object{"tag": "x"}).refused(404, "A", "version not found")
	c.do("GET", "/datasets/"+ds+"/items?version=good", nil).fields(object{"total": 2})
	c.do("PATCH", own+"/hash/"+hash, object{"change_description": "text", "tags_to_add": []string{"more"}}).must(200).fields(object{"change_description": "text", "tags": []string{"good", "more"}})
	c.do("PATCH", own+"/hash/"+hash, object{"tags_to_add": []string{"good"}}).must(409)
	c.do("DELETE", own+"/"+hash+"/tags/good", nil).must(204)
	c.do("DELETE", own+"/"+hash+"/tags/good", nil).must(204)
	c.do("DELETE", own+"/"+latest["version_hash"].(string)+"/tags/latest", nil).refused(400, "A", "latest")
	c.do("POST", own+"/retrieve", object{"version_name": "v1"}).must(200).fields(object{"version_hash": hash})
	c.do("POST", own+"/retrieve", object{"version_name": "v9"}).must(404)
	c.do("GET", own+"/diff", nil).must(200).fields(object{"from_version": latest["version_hash"], "statistics": object{"items_added": 0, "items_modified": 0, "items_deleted": 0, "items_unchanged": 2}})

	c.do("POST", own+"/restore", object{"version_ref": hash}).must(200).fields(object{"version_name": "v3", "items_total": 2, "is_latest": true})
	c.do("POST", own+"/restore", object{"version_ref": "lost"}).must(404)
	if got := ids(c.do("POST", "/datasets/items/stream", object{"dataset_name": "ds"}).items()); got != id2+" "+id1 {
		t.Errorf("after restore: %s", got)
	}

	base := c.do("GET", own+"?size=1", nil).content()[0]["id"]
	changes := object{
		"base_version": base, "added_items": []object{item(id3, object{"a": 30})}, "edited_items": []object{item(id1, object{"a": 100})},
		"deleted_ids": []string{id2}, "tags": []string{"release"}, "change_description": "c", "metadata": object{"k": "v"},
		"evaluators": []object{{"name": "e", "type": "llm_judge", "config": object{"x": 1}}}, "execution_policy": object{"runs_per_item": 2, "pass_threshold": 1},
	}
	a := c.do("POST", "/datasets/"+ds+"/items/changes", changes).must(201)
	a.fields(object{
		"version_name": "v4", "items_total": 2, "items_added": 1, "items_modified": 1, "items_deleted": 1, "change_description": "c",
		"tags": []string{"latest", "release"}, "metadata": object{"k": "v"}, "execution_policy": object{"runs_per_item": 2, "pass_threshold": 1},
	})
	if a.header.Get("Location") == "" {
		t.Error("no Location")
	}
	c.do("GET", "/datasets/items/"+id1, nil).fields(object{"data": object{"a": 100}, "source": "sdk"})
	c.do("POST", "/datasets/"+ds+"/items/changes", object{"base_version": base}).refused(409, "A", "not the latest")
	c.do("POST", "/datasets/"+ds+"/items/changes?override=true", object{"clear_execution_policy": true}).must(201).fields(object{"version_name": "v5", "execution_policy": nil, "evaluators": changes["evaluators"]})
	c.do("POST", "/datasets/"+ds+"/items/changes", object{}).refused(422, "B", "baseVersion")
	c.do("GET", "/datasets/"+ds, nil).fields(object{"dataset_items_count": 2})
}

func TestItemsFromTracesAndSpans(t *testing.T) {
	c := newClient(t)
	fill(c)
	ds := c.do("POST", "/datasets", object{"name": "ds"}).created()
	c.do("POST", "/datasets/"+ds+"/items/from-traces", object{
		"trace_ids": []string{id1, id5}, "enrichment_options": object{"include_tags": true, "include_metadata": false, "include_spans": true},
	}).must(204)
	items := c.do("POST", "/datasets/items/stream", object{"dataset_name": "ds"}).items()
	if len(items) != 1 {
		t.Fatalf("items: %v", items)
	}
	checkFields(t, items[0], object{"source": "trace", "trace_id": id1, "span_id": nil})
	data := items[0]["data"].(object)
	checkFields(t, data, object{"input": object{"q": "Hello"}, "tags": []string{"one", "two"}, "metadata": nil})
	if spans, _ := data["spans"].([]any); len(spans) != 1 {
		t.Errorf("spans: %v", data["spans"])
	}
	c.do("POST", "/datasets/"+ds+"/items/from-spans", object{"span_ids": []string{id4}, "enrichment_options": object{"include_usage": true}}).must(204)
	items = c.do("POST", "/datasets/items/stream", object{"dataset_name": "ds"}).items()
	checkFields(t, items[0], object{"source": "span", "trace_id": id1, "span_id": id4, "data": object{"usage": object{"total_tokens": 10}}})
}

// upload sends a multipart form with a file.
func (c *client) upload(path, file string, fields map[string]string) *answer {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "data")
	if err != nil {
		c.t.Fatal(err)
	}
	fmt.Fprint(part, file)
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	req := c.request("POST", path, b.String())
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	a := &answer{t: c.t, status: resp.StatusCode, header: resp.Header}
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		c.t.Fatal(err)
	}
	a.body = body.Bytes()
	return a
}

func TestImportAndExport(t *testing.T) {
	now := newClock()
	c := newClient(t, lenient, opiktest.WithClock(now.now), opiktest.WithBackgroundDelay(time.Second))
	ds := c.do("POST", "/datasets", object{"name": "ds"}).created()
	c.upload("/datasets/items/from-csv", "a,b\n1,\"x,\ny\"\n2,z\n", map[string]string{"dataset_id": ds}).must(202)
	c.do("GET", "/datasets/"+ds, nil).fields(object{"status": "processing", "dataset_items_count": 0})
	now.advance(2 * time.Second)
	c.do("GET", "/datasets/"+ds, nil).fields(object{"status": "completed", "dataset_items_count": 2})
	for _, data := range []object{{"a": 3}, {"a": 4}, {"c": object{"d": 5}}} {
		c.do("PUT", "/datasets/items", object{"dataset_id": ds, "items": []object{{"source": "sdk", "data": data}}}).must(204)
	}
	for name, bad := range map[string]*answer{
		"no dataset": c.upload("/datasets/items/from-csv", "a\n1\n", nil),
		"empty CSV":  c.upload("/datasets/items/from-csv", "", map[string]string{"dataset_id": ds}),
		"ragged CSV": c.upload("/datasets/items/from-csv", "a\n1,2\n", map[string]string{"dataset_id": ds}),
	} {
		if bad.status != 400 {
			t.Errorf("%s: status %d", name, bad.status)
		}
	}
	c.upload("/datasets/items/from-csv", "a\n1\n", map[string]string{"dataset_id": id5}).must(404)
	now.advance(2 * time.Second)

	job := c.do("POST", "/datasets/"+ds+"/export", nil).must(202)
	job.fields(object{"status": "PENDING", "dataset_id": ds, "dataset_name": "ds"})
	id := job.json()["id"].(string)
	c.do("POST", "/datasets/"+ds+"/export", nil).must(200).fields(object{"id": id})
	c.do("GET", "/datasets/export-jobs/"+id+"/download", nil).refused(400, "A", "not ready")
	now.advance(2 * time.Second)
	c.do("GET", "/datasets/export-jobs/"+id, nil).must(200).fields(object{"status": "COMPLETED", "viewed_at": nil})
	file := c.do("GET", "/datasets/export-jobs/"+id+"/download", nil).must(200)
	want := "a,b,c\n,,\"{\"\"d\"\":5}\"\n4,,\n3,,\n2,z,\n1,\"x,\ny\",\n"
	if got := string(file.body); got != want || file.header.Get("Content-Type") != "text/csv" {
		t.Errorf("file %q of type %s, want %q", got, file.header.Get("Content-Type"), want)
	}
	c.do("PUT", "/datasets/export-jobs/"+id+"/mark-viewed", nil).must(204)
	c.do("PUT", "/datasets/export-jobs/"+id5+"/mark-viewed", nil).must(404)
	c.do("GET", "/datasets/export-jobs/"+id5, nil).must(404)
	if list := c.do("GET", "/datasets/export-jobs", nil).must(200); !bytes.Contains(list.body, []byte(`"viewed_at"`)) || list.body[0] != '[' {
		t.Errorf("jobs: %s", list.body)
	}
}
