package opik_test

//opik:requires lockAnnotationQueueItem,getAnnotationQueueLocks

import (
	"testing"

	"github.com/opik-go/sdk/opik"
)

func TestAnnotationQueueLocks(t *testing.T) {
	c, _ := served(t, 1)
	q, err := c.CreateTracesAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	ids := someIDs(2)
	if err := q.AddTraces(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	lock, err := q.LockItem(t.Context(), ids[1])
	if err != nil || lock.Acquired == nil || !*lock.Acquired || lock.LockedBy != "admin" || lock.ExpiresAt.IsZero() {
		t.Errorf("%+v, %v", lock, err)
	}
	locks, err := q.Locks(t.Context())
	if err != nil || len(locks) != 1 || len(locks[ids[1]].LockedBy) != 1 {
		t.Errorf("%+v, %v", locks, err)
	}
}
