package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func experimentGroupRoutes() []*wire.Route {
	return []*wire.Route{
		get("findExperimentGroups", "/experiments/groups", experimentGroups(nil)),
		get("findExperimentGroupsAggregations", "/experiments/groups/aggregations", experimentGroups(aggregations)),
	}
}

// grouping is one level of groups.
type grouping struct {
	field string
	path  doc.Path // within the metadata
}

// experimentGroups answers with the groups of the selected experiments, with figures
// about each if they are asked for. The contract describes the outermost groups only,
// and so what lies within them is not shown.
func experimentGroups(figures func([]doc.Object) doc.Object) handler {
	return func(c *wire.Call) (wire.Result, error) {
		levels, err := readGroups(c.Query.Get("groups"))
		if err != nil {
			return wire.Result{}, err
		}
		q, err := readExperimentQuery(c)
		if err != nil {
			return wire.Result{}, err
		}
		return wire.OK(doc.Object{"content": groupContent(c.Store, q.views(c.Store), levels[0], figures)}), nil
	}
}

func readGroups(text string) ([]grouping, error) {
	invalid := apierr.Message(http.StatusBadRequest, "Invalid groups query parameter '%s'", text)
	v, err := doc.Decode([]byte(text))
	list, ok := v.([]any)
	if err != nil || !ok || len(list) == 0 {
		return nil, invalid
	}
	var out []grouping
	for _, e := range list {
		o, _ := e.(doc.Object)
		g := grouping{field: doc.String(o, "field")}
		switch g.field {
		case "dataset_id", "project_id", "tags", "type", "status", "optimization_id", "name", "evaluation_method":
		case "metadata":
			if g.path, err = doc.ParsePath(doc.String(o, "key")); err != nil || len(g.path) == 0 {
				return nil, invalid
			}
		default:
			return nil, invalid
		}
		out = append(out, g)
	}
	return out, nil
}

// values are what an experiment falls under; nothing counts as the empty text.
func (g grouping) values(view doc.Object) []string {
	v := view[g.field]
	if g.path != nil {
		v, _ = g.path.Find(v)
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		var out []string
		for _, e := range list {
			out = append(out, doc.Text(e))
		}
		return out
	}
	return []string{doc.Text(v)}
}

func groupContent(s *store.Store, views []doc.Object, by grouping, figures func([]doc.Object) doc.Object) doc.Object {
	members := map[string][]doc.Object{}
	for _, v := range views {
		for _, value := range by.values(v) {
			members[value] = append(members[value], v)
		}
	}
	content := doc.Object{}
	for value, group := range members {
		o := doc.Object{}
		if label := groupLabel(s, by, value); label != "" {
			o["label"] = label
		}
		if figures != nil {
			o["aggregations"] = figures(group)
		}
		content[value] = o
	}
	return content
}

// groupLabel is the name of what an id stands for.
func groupLabel(s *store.Store, g grouping, value string) string {
	switch g.field {
	case "dataset_id":
		if d, err := s.Dataset(value); err == nil {
			return d.Name
		}
	case "project_id":
		return s.ProjectName(value)
	}
	return ""
}
