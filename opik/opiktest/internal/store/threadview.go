package store

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// ThreadRows is a thread with its traces, earliest first. There is at least one.
type ThreadRows struct {
	*Thread
	Traces []*Row
}

// Threads returns the threads of a project, greatest model id first. A thread
// exists if a trace names it.
func (s *Store) Threads(project string) []ThreadRows {
	traces := map[string][]*Row{}
	for _, r := range s.traces.ofProject(project) {
		if id := doc.String(r.Fields, "thread_id"); id != "" {
			traces[id] = append(traces[id], r)
		}
	}
	var out []ThreadRows
	for id, rows := range traces {
		// Without a record the thread has not come into being yet.
		if t := s.threads[threadKey{project, id}]; t != nil {
			slices.SortStableFunc(rows, func(a, b *Row) int { return a.start().Compare(b.start()) })
			out = append(out, ThreadRows{t, rows})
		}
	}
	slices.SortFunc(out, func(a, b ThreadRows) int { return strings.Compare(b.ModelID, a.ModelID) })
	return out
}

// ThreadOf returns one thread of a project.
func (s *Store) ThreadOf(project, id string) (ThreadRows, error) {
	for _, t := range s.Threads(project) {
		if t.ID == id {
			return t, nil
		}
	}
	return ThreadRows{}, ErrThreadNotFound(id)
}

// ThreadView is the thread as answers show it.
func (s *Store) ThreadView(t ThreadRows) doc.Object {
	first, last := t.Traces[0], t.Traces[len(t.Traces)-1]
	o := doc.Object{
		"id": t.ID, "project_id": t.Project, "thread_model_id": t.ModelID,
		"start_time": doc.FormatTime(first.start()), "status": s.threadStatus(t.Thread),
		"number_of_messages": 2 * len(t.Traces),
	}
	t.addTo(o)
	copyMember(o, "first_message", first, "input")
	copyMember(o, "last_message", last, "output")
	copyMember(o, "environment", last, "environment")
	copyMember(o, "source", first, "source")
	if end, ok := lastEnd(t.Traces); ok {
		o["end_time"] = doc.FormatTime(end)
		o["duration"] = milliseconds(float64(end.Sub(first.start()).Microseconds()) / 1000)
	}
	e := entity{ThreadEntity, t.ModelID}
	setUnlessEmpty(o, "feedback_scores", s.scoreViews(e, t.Project))
	setUnlessEmpty(o, "comments", s.commentViews(e))
	setUnlessEmpty(o, "tags", doc.FromStrings(t.Tags))
	usage, cost := s.sumTraces(t.Traces)
	if len(usage) > 0 {
		o["usage"] = usage
	}
	if cost.Sign() > 0 {
		o["total_estimated_cost"] = Decimal(cost)
	}
	return o
}

func copyMember(o doc.Object, name string, r *Row, from string) {
	if v := r.Fields[from]; v != nil {
		o[name] = v
	}
}

// threadStatus is inactive after a close, and some time after the latest trace.
func (s *Store) threadStatus(t *Thread) string {
	if t.Closed || s.settings.Now().Sub(t.active) > idleAfter {
		return "inactive"
	}
	return "active"
}

func lastEnd(rows []*Row) (time.Time, bool) {
	var last time.Time
	for _, r := range rows {
		if end, ok := doc.Time(r.Fields, "end_time"); ok && end.After(last) {
			last = end
		}
	}
	return last, !last.IsZero()
}

// sumTraces adds up what the spans of several traces used and cost.
func (s *Store) sumTraces(traces []*Row) (usage doc.Object, cost *big.Rat) {
	sums, cost := map[string]*big.Rat{}, new(big.Rat)
	for _, t := range traces {
		for _, r := range s.SpansOf(t) {
			addUsage(sums, doc.Member(r.Fields, "usage"))
			cost.Add(cost, spanCost(r))
		}
	}
	return decimals(sums), cost
}

// decimals turns sums into JSON numbers.
func decimals(sums map[string]*big.Rat) doc.Object {
	o := doc.Object{}
	for k, v := range sums {
		o[k] = Decimal(v)
	}
	return o
}
