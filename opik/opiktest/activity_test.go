package opiktest_test

//opik:requires getRecentActivity

import (
	"strings"
	"testing"
)

func TestActivities(t *testing.T) {
	c := newClient(t)
	fill(c)
	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).json()["id"].(string)
	c.do("POST", "/datasets", object{"name": "in", "project_name": "demo"}).must(201)
	c.do("POST", "/datasets", object{"name": "out"}).must(201)
	c.do("PUT", "/datasets/items", object{"dataset_name": "in", "items": []object{{"source": "sdk", "data": object{"a": 1}}}}).must(204)
	var kinds []string
	for _, item := range c.do("GET", "/projects/"+project+"/activities", nil).content() {
		kinds = append(kinds, item["type"].(string))
	}
	if got := strings.Join(kinds, " "); got != "dataset_version trace_daily" {
		t.Errorf("activities: %s", got)
	}
}
