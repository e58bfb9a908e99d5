package opiktest_test

//opik:requires tracesExist,spansExist

import "testing"

func TestExists(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, object{"source": "experiment"})).must(201)
	c.do("POST", "/spans", span(id2, id1, nil)).must(201)
	for query, want := range map[string]bool{
		"/traces/exists?project_name=demo":                    true,
		"/traces/exists?project_name=demo&source=experiment":  true,
		"/traces/exists?project_name=demo&source=sdk":         false,
		"/traces/exists?project_name=demo&thread_only=true":   false,
		"/spans/exists?project_name=demo&source=sdk":          true,
		"/spans/exists?project_name=demo&source=optimization": false,
	} {
		if got := c.do("GET", query, nil).must(200).json()["exists"]; got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}
