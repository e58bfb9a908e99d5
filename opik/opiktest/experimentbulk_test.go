package opiktest_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestBulkUpload(t *testing.T) {
	c := newClient(t, lenient)
	bulk := func(extra object, items ...object) *answer {
		return c.do("PUT", "/experiments/items/bulk", with(object{
			"experiment_name": "e", "dataset_name": "ds", "project_name": "demo", "items": items,
		}, extra))
	}
	result := object{"dataset_item_id": id1, "evaluate_task_result": object{"answer": 1},
		"feedback_scores": []object{{"name": "q", "value": 0.5, "source": "sdk"}}}
	traced := object{"dataset_item_id": id2,
		"trace": object{"id": id3, "name": "run", "start_time": start, "end_time": end, "output": "x"},
		"spans": []object{{"id": id4, "name": "step", "start_time": start, "end_time": end},
			{"name": "inner", "parent_span_id": id4, "start_time": start, "end_time": end}}}
	altered := func(extra object) object { return with(maps.Clone(traced), extra) }
	bulk(object{"experiment_id": id1}, result, traced).must(204)
	c.srv.AssertTraceTrees(t, `
		trace "run" project="demo"
		  output: "x"
		  span "step" type=general
		    span "inner" type=general
		trace "evaluation_task" project="demo"
		  output: {"answer":1}
		  score "q" = 0.5
	`)
	c.do("GET", "/experiments/"+id1, nil).must(200).fields(object{"name": "e", "trace_count": 2, "dataset_item_count": 2})
	// The experiment exists: its name does not count.
	bulk(object{"experiment_id": id1, "experiment_name": "other"}, object{"dataset_item_id": id5, "evaluate_task_result": "y"}).must(204)
	c.do("GET", "/experiments/"+id1, nil).fields(object{"name": "e", "trace_count": 3})
	bulk(object{"experiment_id": id1, "dataset_name": "another"}, result).refused(409, "A", "another dataset")
	bulk(nil, result).must(204)
	if got := c.do("POST", "/experiments/stream", object{"name": "e"}).items(); len(got) != 2 {
		t.Errorf("%d experiments", len(got))
	}

	bulk(object{"items": []object{}}).refused(422, "B", "size must be between 1 and 1000")
	bulk(nil, altered(object{"evaluate_task_result": 1})).refused(422, "B", "items[0] must have either")
	bulk(nil, result, object{"dataset_item_id": id1}).refused(422, "B", "items[1] must have either")
	bulk(nil, object{"dataset_item_id": v4, "evaluate_task_result": 1}).refused(400, "B", "version 7")
	bulk(nil, altered(object{"trace": object{"id": v4, "start_time": start}})).refused(400, "B", "Trace id")
	bulk(nil, altered(object{"spans": []object{{"id": v4, "start_time": start}}})).refused(400, "B", "Span id")
	bulk(nil, altered(object{"trace": object{"name": "x"}})).refused(422, "B", "startTime must not be null")
	many := make([]object, 101)
	for i := range many {
		many[i] = object{"name": "s", "start_time": start, "value": 1, "source": "sdk"}
	}
	bulk(nil, altered(object{"spans": many})).refused(422, "B", "spans size must be between 0 and 100")
	bulk(nil, altered(object{"feedback_scores": many})).refused(422, "B", "feedbackScores size must be between 0 and 100")
	bulk(nil, with(object{"dataset_item_id": id1}, object{"evaluate_task_result": strings.Repeat("x", 4<<20)})).refused(422, "B", "too large")
}

func TestBulkUploadCountsForItsParts(t *testing.T) {
	c := newClient(t, opiktest.WithRateLimits(opiktest.RateLimits{}))
	scores := []object{{"name": "q", "value": 1, "source": "sdk"}, {"name": "r", "value": 1, "source": "sdk"}}
	left := func(items ...object) int {
		t.Helper()
		a := c.do("PUT", "/experiments/items/bulk", object{"experiment_id": id1, "experiment_name": "e", "dataset_name": "ds", "items": items}).must(204)
		n, err := strconv.Atoi(a.header.Get("Opik-User-Remaining-Limit"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	item := object{"dataset_item_id": id1, "evaluate_task_result": object{"a": 1}}
	before := left(item)
	if got := before - left(item, with(maps.Clone(item), object{"feedback_scores": scores})); got != 6 {
		t.Errorf("two items with two scores count for %d", got)
	}
}
