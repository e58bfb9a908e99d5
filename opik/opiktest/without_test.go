package opiktest_test

import (
	"slices"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// A backend without an operation answers as a server that never had it.
func TestWithoutOperations(t *testing.T) {
	withoutChecker(t)
	c := newClient(t, opiktest.WithoutOperations("getTraceById", "getProjectById", "deleteProjectById", "updateProject"))
	c.do("POST", "/traces", trace(id1, nil)).must(201) // others are as ever
	if r := c.do("GET", "/traces/"+id1, nil); r.status != 405 {
		t.Errorf("status %d for a path that has other methods, want 405", r.status)
	}
	if r := c.do("GET", "/projects/"+id1, nil); r.status != 404 {
		t.Errorf("status %d for a path that is gone, want 404", r.status)
	}
	if v := c.srv.Violations(); len(v) != 0 {
		t.Errorf("violations %v", v)
	}
	if slices.Contains(c.srv.Operations(), "getTraceById") {
		t.Error("the operation is listed as served")
	}
	if _, listed := c.srv.Unserved()["getTraceById"]; listed {
		t.Error("the operation is listed as one of the contract")
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown operation is taken")
		}
	}()
	opiktest.New(opiktest.WithoutOperations("getTraceByID"))
}

// Every operation of the contract is known: it is served, or it is said why not.
func TestAllOperationsAreKnown(t *testing.T) {
	b := opiktest.New()
	served, unserved := b.Operations(), b.Unserved()
	for _, id := range served {
		if _, both := unserved[id]; both {
			t.Errorf("%s is served and not", id)
		}
	}
	for id, why := range unserved {
		if why == "" {
			t.Errorf("%s is not served for no reason", id)
		}
	}
	if n := len(served) + len(unserved); n < 200 {
		t.Errorf("only %d operations are known", n)
	}
}

// An operation that is not served says so, and is no mistake of the client.
func TestUnservedOperation(t *testing.T) {
	withoutChecker(t)
	c := newClient(t)
	if r := c.do("GET", "/toggles", nil); r.status != 501 {
		t.Errorf("status %d, want 501", r.status)
	}
	if v := c.srv.Violations(); len(v) != 0 {
		t.Errorf("violations %v", v)
	}
}
