package opiktest_test

import (
	"fmt"
	"strings"
	"testing"
)

// created returns the id that an answer's Location header ends in.
func (a *answer) created() string {
	a.t.Helper()
	location := a.must(201).header.Get("Location")
	if len(location) < 36 {
		a.t.Fatalf("Location %q", location)
	}
	return location[len(location)-36:]
}

func TestProjects(t *testing.T) {
	c := newClient(t, lenient)
	id := c.do("POST", "/projects", object{"name": "One", "description": "d", "visibility": "public"}).created()
	c.do("POST", "/projects", object{"name": "oNE"}).refused(409, "B", "Project already exists")
	c.do("POST", "/projects", object{"name": " "}).refused(422, "B", "name must not be blank")
	c.do("POST", "/projects", object{"name": "x", "description": strings.Repeat("x", 256)}).refused(422, "B", "description size")
	c.do("GET", "/projects/"+id, nil).must(200).fields(object{"name": "One", "description": "d", "visibility": "public", "created_by": "admin", "last_updated_trace_at": nil})
	c.do("GET", "/projects/"+id5, nil).refused(404, "B", "Project not found")
	two := c.do("POST", "/projects", object{"name": "Two"}).created()
	c.do("PATCH", "/projects/"+two, object{"name": "ONE"}).refused(409, "B", "already exists")
	c.do("PATCH", "/projects/"+two, object{"name": "TWO", "description": "new", "visibility": "public"}).must(204)
	c.do("PATCH", "/projects/"+id5, object{"name": "x"}).refused(404, "B", "Project not found")
	c.do("GET", "/projects/"+two, nil).fields(object{"name": "TWO", "description": "new", "visibility": "public"})

	c.do("GET", "/projects?size=1", nil).must(200).fields(object{"page": 1, "size": 1, "total": 2})
	for params, want := range map[string]string{
		"":                  two + " " + id,
		query("name", "tw"): two,
		query("sorting", `[{"field":"name","direction":"ASC"}]`): id + " " + two,
	} {
		if got := ids(c.do("GET", "/projects"+params, nil).content()); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	c.do("DELETE", "/projects/"+id, nil).must(204)
	c.do("DELETE", "/projects/"+id, nil).must(204)
	c.do("POST", "/projects/delete", object{"ids": []string{two, id5}}).must(204)
	c.do("GET", "/projects", nil).fields(object{"total": 0, "content": []object{}})
}

// Projects come into being with what is written to them, and the first spelling
// of a name stays.
func TestProjectsAreMadeByWrites(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, object{"project_name": "Chat"})).must(201)
	c.do("POST", "/traces", trace(id2, object{"project_name": "CHAT"})).must(201)
	homeless := trace(id3, nil)
	delete(homeless, "project_name")
	c.do("POST", "/traces", homeless).must(201)
	c.do("POST", "/projects/retrieve", object{"name": "chat"}).must(200).fields(object{"name": "Chat", "trace_count": 2})
	c.do("GET", "/traces?project_name=Default%20Project", nil).must(200).fields(object{"total": 1})
	c.do("POST", "/projects/retrieve", object{"name": "lost"}).refused(404, "B", "Project not found")
}

func TestProjectStats(t *testing.T) {
	c := newClient(t)
	fill(c)
	want := object{
		"trace_count": 3, "thread_count": 1, "total_estimated_cost": 0.5, "total_estimated_cost_sum": 0.5, "usage": object{"total_tokens": 15},
		"feedback_scores": []object{{"name": "my score", "value": 0.625}}, "error_count": object{"count": 1, "deviation": 0},
	}
	retrieved := c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200)
	retrieved.fields(want)
	c.do("POST", "/projects/retrieve", object{"name": "demo", "include_stats": false}).fields(object{"trace_count": nil})
	project := retrieved.json()["id"].(string)
	stats := c.do("GET", "/projects/stats", nil).content()
	if len(stats) != 1 || stats[0]["project_id"] != project {
		t.Fatalf("stats: %v", stats)
	}
	checkFields(t, stats[0], want)
	c.do("GET", "/projects/"+project+"/token-usage/names", nil).must(200).fields(object{"names": []string{"total_tokens"}})

	day := func(extra object) *answer {
		return c.do("POST", "/projects/"+project+"/metrics", with(object{
			"interval": "DAILY", "interval_start": "2025-01-02T12:00:00Z", "interval_end": "2025-01-04T00:00:00Z", "metric_type": "TRACE_COUNT",
		}, extra))
	}
	point := func(at string, v any) object { return object{"time": at, "value": v} }
	day(nil).must(200).fields(object{
		"project_id": project, "metric_type": "TRACE_COUNT", "interval": "DAILY",
		"results": []object{{"name": "traces", "data": []object{point("2025-01-02T00:00:00Z", 0), point("2025-01-03T00:00:00Z", 3)}}},
	})
	total := object{"interval": "TOTAL"}
	for kind, want := range map[string]string{
		"SPAN_COUNT": "[map[data:[map[time:2025-01-02T12:00:00Z value:2]] name:spans]]",
		"COST":       "[map[data:[map[time:2025-01-02T12:00:00Z value:0.5]] name:cost]]",
		"DURATION": "[map[data:[map[time:2025-01-02T12:00:00Z value:1000]] name:duration.p50] map[data:[map[time:2025-01-02T12:00:00Z value:1400]] " +
			"name:duration.p90] map[data:[map[time:2025-01-02T12:00:00Z value:1490]] name:duration.p99]]",
		"FEEDBACK_SCORES":         "[map[data:[map[time:2025-01-02T12:00:00Z value:0.625]] name:my score]]",
		"TOKEN_USAGE":             "[map[data:[map[time:2025-01-02T12:00:00Z value:30]] name:total_tokens]]",
		"TRACE_AVERAGE_DURATION":  "[map[data:[map[time:2025-01-02T12:00:00Z value:1000]] name:avg_duration]]",
		"SPAN_AVERAGE_DURATION":   "[]",
		"TRACE_ERROR_RATE":        "[map[data:[map[time:2025-01-02T12:00:00Z value:33.333333333]] name:error_rate]]",
		"GUARDRAILS_FAILED_COUNT": "[map[data:[map[time:2025-01-02T12:00:00Z value:0]] name:failed]]",
	} {
		if got := fmt.Sprint(day(with(object{"metric_type": kind}, total)).must(200).json()["results"]); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
	grouped := day(object{"interval": "TOTAL", "metric_type": "SPAN_COUNT", "breakdown": object{"field": "type"}, "span_filters": []object{{"field": "type", "operator": "=", "value": "llm"}}})
	if got, want := fmt.Sprint(grouped.must(200).json()["results"]), "[map[data:[map[time:2025-01-02T12:00:00Z value:1]] name:llm]]"; got != want {
		t.Errorf("breakdown: %s, want %s", got, want)
	}
	day(object{"interval_end": "2025-01-01T00:00:00Z"}).refused(400, "A", "interval_start")
	c.do("POST", "/projects/"+id5+"/metrics", object{"metric_type": "COST", "interval": "TOTAL", "interval_start": start}).refused(404, "B", "Project not found")

	c.do("POST", "/projects/"+project+"/kpi-cards", object{
		"entity_type": "traces", "interval_start": "2025-01-03T00:00:00Z", "interval_end": "2025-01-04T00:00:00Z",
	}).must(200).fields(object{"stats": []object{
		{"type": "count", "current_value": 3, "previous_value": 0},
		{"type": "errors", "current_value": 33.333333333, "previous_value": 0},
		{"type": "avg_duration", "current_value": 1000},
		{"type": "total_cost", "current_value": 0.5, "previous_value": 0},
	}})
}

func TestProjectSublists(t *testing.T) {
	c := newClient(t)
	fill(c)
	project := c.do("POST", "/projects/retrieve", object{"name": "demo"}).json()["id"].(string)
	for _, list := range []string{"alerts", "dashboards", "experiments", "optimizations", "prompts"} {
		c.do("GET", "/projects/"+project+"/"+list, nil).must(200).fields(object{"total": 0, "content": []object{}})
	}
	c.do("POST", "/datasets", object{"name": "in", "project_name": "demo"}).must(201)
	c.do("POST", "/datasets", object{"name": "out"}).must(201)
	if got := c.do("GET", "/projects/"+project+"/datasets", nil).content(); len(got) != 1 || got[0]["name"] != "in" {
		t.Errorf("datasets: %v", got)
	}
}
