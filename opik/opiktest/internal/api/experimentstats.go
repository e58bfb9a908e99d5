package api

import (
	"encoding/json"
	"math/big"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
)

// experimentFigures are what follows from the traces of an experiment's items.
func experimentFigures(items []doc.Object) doc.Object {
	o := doc.Object{}
	if scores := scoreAverages(items, "feedback_scores"); len(scores) > 0 {
		o["feedback_scores"] = scores
	}
	if d := numbers(items, "duration"); len(d) > 0 {
		o["duration"] = percentiles(d)
	}
	if costs := numbers(items, "total_estimated_cost"); len(costs) > 0 {
		o["total_estimated_cost"], o["total_estimated_cost_avg"] = store.Decimal(sum(costs)), mean(costs)
	}
	usage := map[string][]*big.Rat{}
	var comments []any
	for _, item := range items {
		for name, n := range doc.Member(item, "usage") {
			appendNumber(usage, name, n)
		}
		comments = append(comments, doc.List(item, "comments")...)
	}
	if len(usage) > 0 {
		means := doc.Object{}
		for name, values := range usage {
			means[name] = mean(values)
		}
		o["usage"] = means
	}
	if len(comments) > 0 {
		o["comments"] = comments
	}
	return o
}

// scoreAverages are the means of the scores that views have in a member, by name.
func scoreAverages(views []doc.Object, member string) []any {
	scores := map[string][]*big.Rat{}
	for _, v := range views {
		for _, sc := range doc.Objects(v, member) {
			appendNumber(scores, doc.String(sc, "name"), sc["value"])
		}
	}
	var out []any
	for _, name := range sortedKeys(scores) {
		out = append(out, doc.Object{"name": name, "value": mean(scores[name])})
	}
	return out
}

// aggregations are the figures about a group of experiments.
func aggregations(views []doc.Object) doc.Object {
	o := doc.Object{"experiment_count": len(views), "trace_count": total(views, "trace_count")}
	for _, member := range []string{"feedback_scores", "experiment_scores"} {
		if scores := scoreAverages(views, member); len(scores) > 0 {
			o[member] = scores
		}
	}
	if costs := numbers(views, "total_estimated_cost"); len(costs) > 0 {
		o["total_estimated_cost"] = store.Decimal(sum(costs))
	}
	if costs := numbers(views, "total_estimated_cost_avg"); len(costs) > 0 {
		o["total_estimated_cost_avg"] = mean(costs)
	}
	var durations []doc.Object
	for _, v := range views {
		if d := doc.Member(v, "duration"); d != nil {
			durations = append(durations, d)
		}
	}
	if len(durations) > 0 {
		o["duration"] = doc.Object{
			"p50": mean(numbers(durations, "p50")), "p90": mean(numbers(durations, "p90")), "p99": mean(numbers(durations, "p99")),
		}
	}
	if rates := numbers(views, "pass_rate"); len(rates) > 0 {
		o["pass_rate_avg"] = mean(rates)
		o["passed_count_sum"], o["total_count_sum"] = total(views, "passed_count"), total(views, "total_count")
	}
	return o
}

// total sums a member of views that have it.
func total(views []doc.Object, name string) json.Number {
	return store.Decimal(sum(numbers(views, name)))
}
