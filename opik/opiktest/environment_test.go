package opiktest_test

//opik:requires createEnvironment,updateEnvironment,deleteEnvironmentsBatch

import (
	"strings"
	"testing"
)

func TestEnvironments(t *testing.T) {
	c := newClient(t, lenient)
	a := c.do("POST", "/environments", object{"name": "staging", "description": "pre-prod", "color": "#112233"}).created()
	b := c.do("POST", "/environments", object{"id": id5, "name": "production"}).created()
	c.do("POST", "/environments", object{"name": "staging"}).refused(409, "B", "staging")
	c.do("POST", "/environments", object{"name": "a b"}).refused(422, "B", "name must match")
	c.do("POST", "/environments", object{"name": strings.Repeat("x", 151)}).refused(422, "B", "name size")
	c.do("POST", "/environments", object{}).refused(422, "B", "name must not be null")
	c.do("POST", "/environments", object{"id": v4, "name": "x"}).refused(400, "B", "version 7")
	if got := ids(c.do("GET", "/environments", nil).content()); got != a+" "+b {
		t.Errorf("%s", got)
	}
	c.do("PATCH", "/environments/"+b, object{"name": "staging"}).refused(409, "B", "staging")
	c.do("PATCH", "/environments/"+b, object{"position": -1, "description": "live"}).must(204)
	c.do("GET", "/environments/"+b, nil).must(200).fields(object{"name": "production", "description": "live", "position": -1})
	if got := ids(c.do("GET", "/environments", nil).content()); got != b+" "+a {
		t.Errorf("%s", got)
	}
	c.do("PATCH", "/environments/"+id1, object{"name": "x"}).refused(404, "A", "not found")
	c.do("POST", "/environments/delete", object{"ids": []string{a, id1}}).must(204)
	c.do("GET", "/environments/"+a, nil).refused(404, "A", "not found")
}
