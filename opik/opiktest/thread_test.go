package opiktest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

// clock is a time that tests move.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

// thread returns the thread "th" of project demo.
func (c *client) thread() object {
	c.t.Helper()
	return c.do("POST", "/traces/threads/retrieve", object{"project_name": "demo", "thread_id": "th"}).must(200).json()
}

func TestThreads(t *testing.T) {
	now := newClock()
	c := newClient(t, opiktest.WithClock(now.now))
	c.do("POST", "/traces/threads/retrieve", object{"project_name": "demo", "thread_id": "th"}).refused(404, "A", "Trace Thread id: th not found")
	c.do("POST", "/traces/batch", object{"traces": []object{
		trace(id2, object{"thread_id": "th", "start_time": end, "end_time": "2025-01-02T03:04:08Z", "output": "last"}),
		trace(id1, object{"thread_id": "th", "input": "first", "output": "x", "end_time": end}),
		trace(id3, object{"thread_id": "other"}), trace(id4, nil),
	}}).must(204)
	c.do("POST", "/spans", span(id5, id1, object{"usage": object{"total_tokens": 4}, "total_estimated_cost": 0.25})).must(201)
	got := c.thread()
	checkFields(t, got, object{
		"id": "th", "number_of_messages": 4, "first_message": "first", "last_message": "last", "status": "active",
		"start_time": start, "end_time": "2025-01-02T03:04:08Z", "duration": 2322, "usage": object{"total_tokens": 4}, "total_estimated_cost": 0.25,
	})
	model := got["thread_model_id"].(string)

	now.advance(16 * time.Minute)
	checkFields(t, c.thread(), object{"status": "inactive"})
	c.do("POST", "/traces/batch", object{"traces": []object{trace(id5, object{"thread_id": "th", "start_time": start})}}).must(204)
	checkFields(t, c.thread(), object{"status": "active", "number_of_messages": 6, "thread_model_id": model})
	c.do("PUT", "/traces/threads/close", object{"project_name": "demo", "thread_id": "th"}).must(204)
	checkFields(t, c.thread(), object{"status": "inactive"})
	c.do("PUT", "/traces/threads/open", object{"project_name": "demo", "thread_id": "th"}).must(204)
	checkFields(t, c.thread(), object{"status": "active"})
	c.do("PUT", "/traces/threads/close", object{"project_name": "demo", "thread_ids": []string{"th", "other"}}).must(204)
	c.do("PUT", "/traces/threads/close", object{"project_name": "demo", "thread_id": "lost"}).refused(404, "A", "Thread '[lost]' not found:")
	c.do("PUT", "/traces/threads/close", object{"thread_id": "th"}).refused(422, "B", "project")
	c.do("PUT", "/traces/threads/close", object{"project_name": "demo", "thread_id": "a", "thread_ids": []string{"b"}}).refused(422, "B", "exactly one")

	c.do("PATCH", "/traces/threads/"+model, object{"tags": []string{"a"}}).must(204)
	c.do("PATCH", "/traces/threads/"+id5, object{"tags": []string{"a"}}).refused(404, "A", "not found")
	c.do("PATCH", "/traces/threads/batch", object{"ids": []string{model, id5}, "update": object{"tags_to_add": []string{"b"}}}).must(204)
	checkFields(t, c.thread(), object{"tags": []string{"a", "b"}})

	c.do("PUT", "/traces/threads/feedback-scores", scores(object{"thread_id": "th", "project_name": "demo", "name": "q", "value": 1, "source": "sdk"},
		object{"thread_id": "th", "project_name": "demo", "name": "r", "value": 2, "source": "sdk"})).must(204)
	project := got["project_id"].(string)
	c.do("GET", "/traces/threads/feedback-scores/names?project_id="+project, nil).fields(object{"scores": []object{{"name": "q"}, {"name": "r"}}})
	c.do("POST", "/traces/threads/feedback-scores/delete", object{"project_name": "demo", "thread_id": "th", "names": []string{"q"}}).must(204)
	if list := c.thread()["feedback_scores"].([]any); len(list) != 1 || list[0].(object)["name"] != "r" {
		t.Errorf("scores: %v", list)
	}

	page := c.do("GET", "/traces/threads"+query("project_name", "demo", "filters", `[{"field":"tags","operator":"contains","value":"a"}]`), nil).content()
	if ids(page) != "th" {
		t.Errorf("threads: %v", page)
	}
	all := c.do("POST", "/traces/threads/search", object{"project_name": "demo"}).items()
	if len(all) != 2 {
		t.Fatalf("threads: %v", all)
	}
	// The server's cursor goes the wrong way: nothing is beyond the last one but the first.
	rest := c.do("POST", "/traces/threads/search", object{"project_name": "demo", "last_retrieved_thread_model_id": all[1]["thread_model_id"]}).items()
	if ids(rest) != ids(all[:1]) {
		t.Errorf("after the last: %s", ids(rest))
	}
	if items := c.do("POST", "/traces/threads/search", object{"project_name": "lost"}).items(); len(items) != 0 {
		t.Errorf("unknown project: %v", items)
	}
	if s := string(c.do("GET", "/traces/threads/stats?project_name=demo", nil).must(200).body); len(s) == 0 {
		t.Error("no stats")
	}

	c.do("POST", "/traces/threads/delete", object{"thread_ids": []string{"th"}}).refused(422, "B", "project")
	c.do("POST", "/traces/threads/delete", object{"project_name": "lost", "thread_ids": []string{"th"}}).must(204)
	c.do("POST", "/traces/threads/delete", object{"project_name": "demo", "thread_ids": []string{"th"}}).must(204)
	c.do("GET", "/traces/"+id1, nil).must(404)
	c.do("POST", "/traces/threads/retrieve", object{"project_name": "demo", "thread_id": "th"}).must(404)
	c.do("POST", "/traces/threads/retrieve", object{"project_name": "lost", "thread_id": "th"}).must(404)
}

// With a delay, what the server does in the background shows only later.
func TestBackgroundDelay(t *testing.T) {
	now := newClock()
	c := newClient(t, opiktest.WithClock(now.now), opiktest.WithBackgroundDelay(time.Second))
	c.do("POST", "/traces", trace(id1, object{"thread_id": "th"})).must(201)
	c.do("POST", "/spans", span(id2, id1, nil)).must(201)
	c.do("POST", "/traces/threads/retrieve", object{"project_name": "demo", "thread_id": "th"}).must(404)
	now.advance(2 * time.Second)
	c.thread()
	c.do("DELETE", "/traces/"+id1, nil).must(204)
	c.do("GET", "/traces/"+id1, nil).must(404)
	c.do("GET", "/spans/"+id2, nil).must(200)
	now.advance(2 * time.Second)
	c.do("GET", "/spans/"+id2, nil).must(404)
}

func TestComments(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, object{"thread_id": "th"})).must(201)
	c.do("POST", "/spans", span(id2, id1, nil)).must(201)
	model := c.thread()["thread_model_id"].(string)
	for _, k := range []struct{ path, id, lost string }{
		{"/traces", id1, "Trace id: " + id5}, {"/spans", id2, "Span id: " + id5}, {"/traces/threads", model, "Trace Thread id: " + id5},
	} {
		a := c.do("POST", k.path+"/"+k.id+"/comments", object{"text": "first"}).must(201)
		location := a.header.Get("Location")
		comment := location[len(location)-36:]
		own := k.path + "/" + k.id + "/comments/" + comment
		c.do("GET", own, nil).fields(object{"id": comment, "text": "first", "created_by": "admin"})
		c.do("PATCH", k.path+"/comments/"+comment, object{"text": "second"}).must(204)
		c.do("GET", own, nil).fields(object{"text": "second"})
		c.do("GET", k.path+"/"+id5+"/comments/"+comment, nil).refused(404, "A", "Comment not found")
		c.do("PATCH", k.path+"/comments/"+id5, object{"text": "x"}).must(404)
		c.do("PATCH", k.path+"/comments/"+comment, object{"text": " "}).refused(422, "B", "text must not be blank")
		c.do("POST", k.path+"/"+id5+"/comments", object{"text": "x"}).refused(404, "A", k.lost)
		c.do("POST", k.path+"/"+k.id+"/comments", object{"text": "third"}).must(201)
		c.do("POST", k.path+"/comments/delete", object{"ids": []string{comment, id5}}).must(204)
		c.do("GET", own, nil).must(404)
	}
	list, _ := c.do("GET", "/traces/"+id1, nil).json()["comments"].([]any)
	if len(list) != 1 || list[0].(object)["text"] != "third" {
		t.Errorf("comments: %v", list)
	}
}
