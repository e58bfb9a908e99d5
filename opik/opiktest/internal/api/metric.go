package api

import (
	"math/big"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func metricRoutes() []*wire.Route {
	return []*wire.Route{
		with("getProjectMetrics", http.MethodPost, "/projects/{id}/metrics", projectMetrics),
		with("getProjectKpiCards", http.MethodPost, "/projects/{id}/kpi-cards", projectCards),
	}
}

// metric is something measured over time: of a kind of entity, one or more
// series of values.
type metric struct {
	of     *collection
	values func(views []doc.Object) map[string]any
}

// metrics maps the types of metrics.
var metrics = map[string]metric{
	"TRACE_COUNT":             {traceCollection, countOf("traces")},
	"SPAN_COUNT":              {spanCollection, countOf("spans")},
	"THREAD_COUNT":            {threadCollection, countOf("threads")},
	"DURATION":                {traceCollection, durations},
	"SPAN_DURATION":           {spanCollection, durations},
	"THREAD_DURATION":         {threadCollection, durations},
	"TRACE_AVERAGE_DURATION":  {traceCollection, averageDuration},
	"SPAN_AVERAGE_DURATION":   {spanCollection, averageDuration},
	"THREAD_AVERAGE_DURATION": {threadCollection, averageDuration},
	"FEEDBACK_SCORES":         {traceCollection, scoreMeans},
	"SPAN_FEEDBACK_SCORES":    {spanCollection, scoreMeans},
	"THREAD_FEEDBACK_SCORES":  {threadCollection, scoreMeans},
	"TOKEN_USAGE":             {traceCollection, usageSums},
	"SPAN_TOKEN_USAGE":        {spanCollection, usageSums},
	"COST":                    {traceCollection, costSum},
	"SPAN_COST":               {spanCollection, costSum},
	"THREAD_COST":             {threadCollection, costSum},
	"TRACE_ERROR_RATE":        {traceCollection, errorRate},
	"SPAN_ERROR_RATE":         {spanCollection, errorRate},
	"GUARDRAILS_FAILED_COUNT": {traceCollection, func([]doc.Object) map[string]any { return map[string]any{"failed": 0} }},
}

func countOf(name string) func([]doc.Object) map[string]any {
	return func(views []doc.Object) map[string]any { return map[string]any{name: len(views)} }
}

func durations(views []doc.Object) map[string]any {
	values := numbers(views, "duration")
	if len(values) == 0 {
		return nil
	}
	out := map[string]any{}
	for name, v := range percentiles(values) {
		out["duration."+name] = v
	}
	return out
}

func averageDuration(views []doc.Object) map[string]any {
	values := numbers(views, "duration")
	if len(values) == 0 {
		return nil
	}
	return map[string]any{"avg_duration": mean(values)}
}

func scoreMeans(views []doc.Object) map[string]any {
	byName := map[string][]*big.Rat{}
	for _, v := range views {
		for _, s := range doc.Objects(v, "feedback_scores") {
			appendNumber(byName, doc.String(s, "name"), s["value"])
		}
	}
	out := map[string]any{}
	for name, values := range byName {
		out[name] = mean(values)
	}
	return out
}

func usageSums(views []doc.Object) map[string]any {
	byName := map[string][]*big.Rat{}
	for _, v := range views {
		for name, n := range doc.Member(v, "usage") {
			appendNumber(byName, name, n)
		}
	}
	out := map[string]any{}
	for name, values := range byName {
		out[name] = store.Decimal(sum(values))
	}
	return out
}

func costSum(views []doc.Object) map[string]any {
	return map[string]any{"cost": store.Decimal(sum(numbers(views, "total_estimated_cost")))}
}

func errorRate(views []doc.Object) map[string]any {
	if len(views) == 0 {
		return nil
	}
	return map[string]any{"error_rate": percent(countWith(views, "error_info"), len(views))}
}

// percent returns part of whole in the range from 0 to 100.
func percent(part, whole int) any {
	if whole == 0 {
		return 0
	}
	return store.Decimal(big.NewRat(int64(100*part), int64(whole)))
}

var intervals = []string{"HOURLY", "DAILY", "WEEKLY", "TOTAL"}

var metricRequest = validate.Shape{
	{Name: "metric_type", Kind: validate.String, Required: true, Enum: sortedKeys(metrics)},
	{Name: "interval", Kind: validate.String, Required: true, Enum: intervals},
	{Name: "interval_start", Kind: validate.Time, Required: true},
	{Name: "interval_end", Kind: validate.Time},
	{Name: "trace_filters", Kind: validate.Objects},
	{Name: "span_filters", Kind: validate.Objects},
	{Name: "thread_filters", Kind: validate.Objects},
	{Name: "breakdown", Kind: validate.Object, Shape: validate.Shape{
		{Name: "field", Kind: validate.String, Enum: []string{"none", "tags", "metadata", "name",
			"error_info", "error_type", "model", "provider", "type", "guardrail_name"}},
		{Name: "metadata_key", Kind: validate.String},
		{Name: "sub_metric", Kind: validate.String},
	}},
}

// filterMembers are the members of a metric request with the filters of each
// kind of entity.
var filterMembers = map[*collection]string{
	traceCollection: "trace_filters", spanCollection: "span_filters", threadCollection: "thread_filters",
}

func projectMetrics(c *wire.Call) (wire.Result, error) {
	if err := c.Check(metricRequest); err != nil {
		return wire.Result{}, err
	}
	p, err := project(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	from, _ := doc.Time(c.Body, "interval_start")
	to, ok := doc.Time(c.Body, "interval_end")
	if !ok {
		to = c.Store.Now()
	}
	interval := doc.String(c.Body, "interval")
	edges, err := bucketEdges(interval, from, to)
	if err != nil {
		return wire.Result{}, err
	}
	m := metrics[doc.String(c.Body, "metric_type")]
	f, err := filter.Parse(doc.List(c.Body, filterMembers[m.of]), m.of.filters)
	if err != nil {
		return wire.Result{}, err
	}
	groups := newBreakdown(doc.Member(c.Body, "breakdown"))
	buckets := make([][]doc.Object, len(edges)-1)
	for i := range buckets {
		buckets[i] = m.of.between(c.Store, p.ID, edges[i], edges[i+1], f)
	}
	return wire.OK(doc.Object{
		"project_id": p.ID, "metric_type": c.Body["metric_type"], "interval": interval,
		"results": series(edges, buckets, groups.values(m)),
	}), nil
}

// maxBuckets bounds how many points a metric has.
const maxBuckets = 10000

// bucketEdges divides an interval at full hours, days or weeks.
func bucketEdges(interval string, from, to time.Time) ([]time.Time, error) {
	if !from.Before(to) {
		return nil, apierr.Message(http.StatusBadRequest, "interval_start must be before interval_end")
	}
	var step time.Duration
	switch interval {
	case "TOTAL":
		return []time.Time{from, to}, nil
	case "HOURLY":
		step = time.Hour
	case "DAILY":
		step = 24 * time.Hour
	case "WEEKLY":
		step = 7 * 24 * time.Hour
	}
	if to.Sub(from)/step > maxBuckets {
		return nil, apierr.Message(http.StatusBadRequest, "the interval has too many points")
	}
	// Truncate counts from a Monday.
	edges := []time.Time{}
	for t := from.Truncate(step); t.Before(to); t = t.Add(step) {
		edges = append(edges, t)
	}
	return append(edges, to), nil
}

// between returns the views of a project's entities whose ids carry a time in
// the half-open interval.
func (k *collection) between(s *store.Store, project string, from, to time.Time, f filter.Filter) []doc.Object {
	sel := &selection{store: s, filter: f, from: from, to: to.Add(-time.Millisecond)}
	views := []doc.Object{}
	k.each(s, project, func(id string, view func() doc.Object) bool {
		if sel.includes(id) {
			if v := view(); sel.keeps(v) {
				views = append(views, v)
			}
		}
		return true
	})
	return views
}

// series turns the values of each bucket into one list of points for each name.
func series(edges []time.Time, buckets [][]doc.Object, values func([]doc.Object) map[string]any) []any {
	all := make([]map[string]any, len(buckets))
	names := map[string]bool{}
	for i, views := range buckets {
		all[i] = values(views)
		for name := range all[i] {
			names[name] = true
		}
	}
	out := []any{}
	for _, name := range sortedKeys(names) {
		points := make([]any, len(buckets))
		for i, v := range all {
			point := doc.Object{"time": doc.FormatTime(edges[i])}
			if n, ok := v[name]; ok {
				point["value"] = n
			}
			points[i] = point
		}
		out = append(out, doc.Object{"name": name, "data": points})
	}
	return out
}
