package api

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// stats serves the statistics of the selected entities.
func (k *collection) stats(c *wire.Call) (wire.Result, error) {
	entities, err := k.selected(c)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(doc.Object{"stats": statItems(k.count, viewsOf(entities))}), nil
}

// statItems are the statistics of views in the server's form. count is the name
// of their number.
func statItems(count string, views []doc.Object) []any {
	var s statList
	s.add(count, "COUNT", len(views))
	if d := numbers(views, "duration"); len(d) > 0 {
		s.add("duration", "PERCENTAGE", percentiles(d))
	}
	for _, name := range []string{"input", "output", "metadata"} {
		s.add(name, "COUNT", countWith(views, name))
	}
	s.average("tags", tagCounts(views))
	s.average("llm_span_count", numbers(views, "llm_span_count"))
	s.average("span_count", numbers(views, "span_count"))
	costs := numbers(views, "total_estimated_cost")
	s.average("total_estimated_cost", costs)
	if len(costs) > 0 {
		s.add("total_estimated_cost_sum", "AVG", store.Decimal(sum(costs)))
	}
	usage := map[string][]*big.Rat{}
	scores := map[string]map[string][]*big.Rat{"feedback_scores": {}, "span_feedback_scores": {}}
	for _, v := range views {
		for name, n := range doc.Member(v, "usage") {
			appendNumber(usage, name, n)
		}
		for member, byName := range scores {
			for _, sc := range doc.Objects(v, member) {
				appendNumber(byName, doc.String(sc, "name"), sc["value"])
			}
		}
	}
	for _, name := range sortedKeys(usage) {
		s.average("usage."+name, usage[name])
		s.add("usage_sum."+name, "COUNT", store.Decimal(sum(usage[name])))
	}
	for _, member := range sortedKeys(scores) {
		for _, name := range sortedKeys(scores[member]) {
			s.average(member+"."+name, scores[member][name])
		}
	}
	s.add("error_count", "COUNT", countWith(views, "error_info"))
	return s
}

type statList []any

func (s *statList) add(name, kind string, value any) {
	*s = append(*s, doc.Object{"name": name, "type": kind, "value": value})
}

// average adds the mean of values, unless there are none.
func (s *statList) average(name string, values []*big.Rat) {
	if len(values) > 0 {
		s.add(name, "AVG", mean(values))
	}
}

func mean(values []*big.Rat) json.Number {
	total := sum(values)
	return store.Decimal(total.Quo(total, big.NewRat(int64(len(values)), 1)))
}

func sum(values []*big.Rat) *big.Rat {
	total := new(big.Rat)
	for _, v := range values {
		total.Add(total, v)
	}
	return total
}

func appendNumber(m map[string][]*big.Rat, name string, v any) {
	if n, ok := doc.Decimal(doc.Text(v)); ok {
		m[name] = append(m[name], n)
	}
}

// numbers returns a member of the views that have it.
func numbers(views []doc.Object, name string) []*big.Rat {
	var out []*big.Rat
	for _, v := range views {
		if n, ok := doc.Decimal(doc.Text(v[name])); ok {
			out = append(out, n)
		}
	}
	return out
}

func countWith(views []doc.Object, name string) int {
	n := 0
	for _, v := range views {
		if !doc.IsEmpty(v[name]) {
			n++
		}
	}
	return n
}

func tagCounts(views []doc.Object) []*big.Rat {
	var out []*big.Rat
	for _, v := range views {
		out = append(out, big.NewRat(int64(len(doc.List(v, "tags"))), 1))
	}
	return out
}

// percentiles returns p50, p90 and p99 with linear interpolation.
func percentiles(values []*big.Rat) doc.Object {
	floats := make([]float64, len(values))
	for i, v := range values {
		floats[i], _ = v.Float64()
	}
	slices.Sort(floats)
	o := doc.Object{}
	for _, p := range []int{50, 90, 99} {
		at := float64(p) / 100 * float64(len(floats)-1)
		low := int(math.Floor(at))
		high := min(low+1, len(floats)-1)
		v := floats[low] + (floats[high]-floats[low])*(at-float64(low))
		o["p"+strconv.Itoa(p)] = json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return o
}

// projectStats are the aggregates of one project.
func projectStats(s *store.Store, p *store.Project) doc.Object {
	var views []doc.Object
	for _, r := range s.Traces(p.ID) {
		views = append(views, s.TraceView(r))
	}
	costs := numbers(views, "total_estimated_cost")
	o := doc.Object{
		"trace_count": len(views), "thread_count": len(s.Threads(p.ID)),
		"guardrails_failed_count": 0,
		"error_count":             doc.Object{"count": countWith(views, "error_info"), "deviation": 0},
	}
	if d := numbers(views, "duration"); len(d) > 0 {
		o["duration"] = percentiles(d)
	}
	if len(costs) > 0 {
		o["total_estimated_cost"], o["total_estimated_cost_sum"] = mean(costs), store.Decimal(sum(costs))
	}
	usage, scores := map[string][]*big.Rat{}, map[string][]*big.Rat{}
	for _, v := range views {
		for name, n := range doc.Member(v, "usage") {
			appendNumber(usage, name, n)
		}
		for _, sc := range doc.Objects(v, "feedback_scores") {
			appendNumber(scores, doc.String(sc, "name"), sc["value"])
		}
	}
	if len(usage) > 0 {
		means := doc.Object{}
		for name, values := range usage {
			means[name] = mean(values)
		}
		o["usage"] = means
	}
	if len(scores) > 0 {
		var list []any
		for _, name := range sortedKeys(scores) {
			list = append(list, doc.Object{"name": name, "value": mean(scores[name])})
		}
		o["feedback_scores"] = list
	}
	return o
}

func statRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.GetTraceStats, get("getTraceStats", "/traces/stats", traceCollection.stats)),
		limited(wire.GetSpanStats, get("getSpanStats", "/spans/stats", spanCollection.stats)),
		get("getProjectStats", "/projects/stats", allProjectStats),
		get("findTokenUsageNames", "/projects/{id}/token-usage/names", tokenUsageNames),
	}
}

func allProjectStats(c *wire.Call) (wire.Result, error) {
	views, err := projectViews(c)
	if err != nil {
		return wire.Result{}, err
	}
	result, err := wire.Page(c, views, nil)
	if err != nil {
		return wire.Result{}, err
	}
	// This is the only page that does not say which one it is.
	content := result.Body.(doc.Object)["content"].([]doc.Object)
	for i, v := range content {
		p := c.Store.ProjectByID(doc.String(v, "id"))
		content[i] = doc.With(projectStats(c.Store, p), doc.Object{"project_id": p.ID})
	}
	return wire.OK(doc.Object{"content": content}), nil
}

func tokenUsageNames(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	names := map[string]bool{}
	for _, r := range c.Store.Spans(id) {
		for name := range doc.Member(r.Fields, "usage") {
			names[name] = true
		}
	}
	return wire.OK(doc.Object{"names": doc.FromStrings(sortedKeys(names))}), nil
}
