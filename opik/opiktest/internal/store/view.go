package store

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Trace returns the row that is read for the id, or an error.
func (s *Store) Trace(id string) (*Row, error) { return s.row(TraceEntity, id) }

// Span returns the row that is read for the id, or an error.
func (s *Store) Span(id string) (*Row, error) { return s.row(SpanEntity, id) }

// Traces returns the traces of a project, greatest id first.
func (s *Store) Traces(project string) []*Row { return s.traces.ofProject(project) }

// Spans returns the spans of a project, greatest id first.
func (s *Store) Spans(project string) []*Row { return s.spans.ofProject(project) }

// SpansOf returns the spans of a trace in its own project, greatest id first.
func (s *Store) SpansOf(trace *Row) []*Row {
	return slices.DeleteFunc(s.spans.ofTrace(trace.ID), func(r *Row) bool { return r.Project != trace.Project })
}

// baseView is what the views of traces and spans have in common.
func (s *Store) baseView(r *Row, t EntityType) doc.Object {
	o := doc.With(r.Fields, doc.Object{"id": r.ID, "project_id": r.Project})
	o["start_time"] = doc.FormatTime(r.start())
	if d, ok := r.duration(); ok {
		o["duration"] = milliseconds(d)
	}
	if len(doc.List(o, "tags")) == 0 {
		delete(o, "tags")
	}
	e := entity{t, r.ID}
	setUnlessEmpty(o, "feedback_scores", s.scoreViews(e, r.Project))
	setUnlessEmpty(o, "comments", s.commentViews(e))
	r.addTo(o)
	return o
}

func setUnlessEmpty(o doc.Object, name string, list []any) {
	if len(list) > 0 {
		o[name] = list
	}
}

// milliseconds writes a duration as the JSON number that views hold.
func milliseconds(d float64) json.Number {
	return json.Number(strconv.FormatFloat(d, 'f', -1, 64))
}

// SpanView is the span as lists and searches show it.
func (s *Store) SpanView(r *Row) doc.Object {
	o := s.baseView(r, SpanEntity)
	o["trace_id"] = r.Trace
	if r.Parent != "" {
		o["parent_span_id"] = r.Parent
	}
	if doc.String(o, "type") == "" {
		o["type"] = "general"
	}
	delete(o, "total_estimated_cost")
	if cost := spanCost(r); cost.Sign() > 0 {
		o["total_estimated_cost"] = Decimal(cost)
	}
	if doc.IsEmpty(o["usage"]) {
		delete(o, "usage")
	}
	injectProvider(o, "provider", o["provider"])
	return o
}

// spanCost is the cost that the client gave, either as such or in the metadata.
// Prices of models are not part of this backend.
func spanCost(r *Row) *big.Rat {
	if n, ok := r.Fields["total_estimated_cost"].(json.Number); ok {
		if cost, ok := doc.Decimal(n.String()); ok {
			return cost
		}
	}
	given := doc.Member(doc.Member(r.Fields, "metadata"), "cost")
	if n, ok := given["total_cost"].(json.Number); ok && doc.String(given, "currency") == "USD" {
		if cost, ok := doc.Decimal(n.String()); ok {
			return cost
		}
	}
	return new(big.Rat)
}

// injectProvider adds what the server adds to metadata when it is read.
// Metadata that is no object is left alone.
func injectProvider(o doc.Object, name string, v any) {
	if doc.IsEmpty(v) {
		return
	}
	switch m := o["metadata"].(type) {
	case nil:
		o["metadata"] = doc.Object{name: v}
	case doc.Object:
		o["metadata"] = doc.With(m, doc.Object{name: v})
	}
}

// TraceView is the trace as answers show it, with what follows from its spans.
func (s *Store) TraceView(r *Row) doc.Object {
	o := s.baseView(r, TraceEntity)
	o["visibility_mode"] = "default"
	sum := s.sumSpans(r)
	o["span_count"], o["llm_span_count"] = sum.spans, sum.llm
	o["has_tool_spans"] = sum.tools > 0
	if len(sum.usage) > 0 {
		o["usage"] = decimals(sum.usage)
	}
	if sum.cost.Sign() > 0 {
		o["total_estimated_cost"] = Decimal(sum.cost)
	}
	if len(sum.providers) > 0 {
		o["providers"] = doc.FromStrings(sum.providers)
		injectProvider(o, "providers", o["providers"])
	}
	setUnlessEmpty(o, "span_feedback_scores", sum.scores)
	setUnlessEmpty(o, "guardrails_validations", s.guardrailViews(r))
	if e := s.traceExperiment(r.ID); e != nil {
		o["experiment"] = e
	}
	return o
}

// spanSum is what the spans of a trace add up to.
type spanSum struct {
	spans, llm, tools int
	usage             map[string]*big.Rat
	cost              *big.Rat
	providers         []string
	scores            []any
}

func (s *Store) sumSpans(trace *Row) spanSum {
	sum := spanSum{usage: map[string]*big.Rat{}, cost: new(big.Rat)}
	scores, sources := map[string][]json.Number{}, map[string]any{}
	for _, r := range s.SpansOf(trace) {
		sum.spans++
		switch doc.String(r.Fields, "type") {
		case "llm":
			sum.llm++
		case "tool":
			sum.tools++
		}
		addUsage(sum.usage, doc.Member(r.Fields, "usage"))
		sum.cost.Add(sum.cost, spanCost(r))
		if p := doc.String(r.Fields, "provider"); p != "" && !slices.Contains(sum.providers, p) {
			sum.providers = append(sum.providers, p)
		}
		for _, v := range s.scoreViews(entity{SpanEntity, r.ID}, r.Project) {
			sc := v.(doc.Object)
			name := doc.String(sc, "name")
			scores[name] = append(scores[name], sc["value"].(json.Number))
			sources[name] = sc["source"]
		}
	}
	slices.Sort(sum.providers)
	for _, name := range sortedKeys(scores) {
		sum.scores = append(sum.scores, doc.Object{"name": name, "value": average(scores[name]), "source": sources[name]})
	}
	return sum
}

func addUsage(sum map[string]*big.Rat, usage doc.Object) {
	for k, v := range usage {
		n, ok := doc.Decimal(doc.Text(v))
		if !ok {
			continue
		}
		if sum[k] == nil {
			sum[k] = new(big.Rat)
		}
		sum[k].Add(sum[k], n)
	}
}

// ProjectName returns the name of a project, "" if it was deleted.
func (s *Store) ProjectName(id string) string {
	if p := s.projects[id]; p != nil {
		return p.Name
	}
	return ""
}

// TracedProjects returns the ids of all projects that traces were written to,
// deleted projects included, in no order.
func (s *Store) TracedProjects() []string { return sortedKeys(s.traces.byProject) }

// SpansWithoutTrace returns the spans whose trace is not stored, in no order.
func (s *Store) SpansWithoutTrace() []*Row {
	var out []*Row
	for trace, rows := range s.spans.byTrace {
		if s.traces.get(trace) == nil {
			out = append(out, descending(rows)...)
		}
	}
	return out
}
