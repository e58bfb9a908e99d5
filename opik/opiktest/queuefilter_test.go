package opiktest_test

import (
	"strings"
	"testing"
)

// TestEntitiesInQueues finds traces and threads by the annotation queues that they
// are in, which nothing that is read shows.
func TestEntitiesInQueues(t *testing.T) {
	c := newClient(t, lenient)
	for id, thread := range map[string]string{id1: "a", id2: "b"} {
		c.do("POST", "/traces", trace(id, object{"project_name": "demo", "thread_id": thread})).must(201)
	}
	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)
	threads := map[string]string{}
	for _, thread := range c.do("GET", "/traces/threads"+query("project_name", "demo"), nil).content() {
		threads[thread["id"].(string)] = thread["thread_model_id"].(string)
	}
	queue := func(scope, item string) string {
		id := c.do("POST", "/annotation-queues", object{"project_id": project, "name": scope, "scope": scope}).created()
		c.do("POST", "/annotation-queues/"+id+"/items/add", object{"ids": []string{item}}).must(204)
		return id
	}
	ofTraces, ofThreads := queue("trace", id1), queue("thread", threads["b"])
	for path, tests := range map[string]map[string]string{
		"/traces":         {"contains " + ofTraces: id1, "contains " + ofThreads: "", "is_empty ": id2, "is_not_empty ": id1},
		"/traces/threads": {"contains " + ofThreads: "b", "contains " + ofTraces: "", "is_empty ": "a"},
	} {
		for test, want := range tests {
			operator, value, _ := strings.Cut(test, " ")
			filters := `[{"field":"annotation_queue_ids","operator":"` + operator + `","value":"` + value + `"}]`
			entities := c.do("GET", path+query("project_name", "demo", "filters", filters), nil).content()
			if got := ids(entities); got != want {
				t.Errorf("%s %s: %s, want %s", path, test, got, want)
			}
			for _, e := range entities {
				if _, shown := e["annotation_queue_ids"]; shown {
					t.Errorf("%s shows its queues", path)
				}
			}
		}
	}
}
