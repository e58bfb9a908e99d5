package opiktest_test

//opik:requires lockAnnotationQueueItem,getAnnotationQueueLocks

import (
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestAnnotationQueueLocks(t *testing.T) {
	now := time.Now()
	c := newClient(t, lenient, opiktest.WithClock(func() time.Time { return now }),
		opiktest.WithAccount(opiktest.Account{APIKey: "a", User: "ann", Workspaces: []string{"w"}}),
		opiktest.WithAccount(opiktest.Account{APIKey: "b", User: "bob", Workspaces: []string{"w"}}))
	c.ws, c.key = "w", "a"
	project := c.do("POST", "/projects", object{"name": "demo"}).created()
	c.do("POST", "/annotation-queues", object{"id": id1, "project_id": project, "name": "q", "scope": "trace", "lock_timeout_seconds": 10}).must(201)
	c.do("PUT", "/annotation-queues/"+id1+"/items/"+id2+"/lock", nil).refused(404, "A", "Item not found")
	c.do("POST", "/annotation-queues/"+id1+"/items/add", object{"ids": []string{id2}}).must(204)
	lock := func(key string, acquired bool, by string) {
		t.Helper()
		c.key = key
		c.do("PUT", "/annotation-queues/"+id1+"/items/"+id2+"/lock", nil).must(200).fields(object{"acquired": acquired, "item_id": id2, "locked_by": by})
	}
	lock("a", true, "ann")
	lock("b", false, "ann")
	now = now.Add(9 * time.Second)
	lock("a", true, "ann") // longer
	now = now.Add(9 * time.Second)
	lock("b", false, "ann")
	c.do("GET", "/annotation-queues/"+id1+"/locks", nil).must(200).fields(object{"locks": object{id2: object{"active_locks": 1, "locked_by": []string{"ann"}}}})
	now = now.Add(time.Second)
	lock("b", true, "bob")
	c.do("POST", "/annotation-queues/"+id1+"/items/delete", object{"ids": []string{id2}}).must(204)
	c.do("GET", "/annotation-queues/"+id1+"/locks", nil).must(200).fields(object{"locks": object{}})
	c.do("GET", "/annotation-queues/"+id5+"/locks", nil).refused(404, "A", "not found")
}
