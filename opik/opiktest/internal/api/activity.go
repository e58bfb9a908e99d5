package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// recentActivity lists the versions of a project's datasets, and its traces by
// day, latest first.
func recentActivity(c *wire.Call) (wire.Result, error) {
	p, err := project(c, "projectId")
	if err != nil {
		return wire.Result{}, err
	}
	items := []doc.Object{}
	for _, d := range c.Store.Datasets() {
		if d.Project != p.ID {
			continue
		}
		kind := "dataset_version"
		if d.Type == "evaluation_suite" {
			kind = "test_suite_version"
		}
		for _, v := range d.Versions() {
			view := v.View()
			items = append(items, doc.Object{
				"type": kind, "id": v.ID, "name": d.Name, "resource_id": d.ID,
				"created_at": view["created_at"], "created_by": view["created_by"],
			})
		}
	}
	days := map[string]int{}
	for _, r := range c.Store.Traces(p.ID) {
		days[doc.String(c.Store.TraceView(r), "created_at")[:len("2006-01-02")]]++
	}
	for day, n := range days {
		items = append(items, doc.Object{
			"type": "trace_daily", "name": strconv.Itoa(n) + " traces", "resource_id": p.ID,
			"created_at": day + "T00:00:00Z",
		})
	}
	slices.SortFunc(items, func(a, b doc.Object) int {
		return strings.Compare(doc.String(b, "created_at"), doc.String(a, "created_at"))
	})
	return wire.Page(c, items, nil)
}

// containsFold tells whether a text has a part, without regard to case.
func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
