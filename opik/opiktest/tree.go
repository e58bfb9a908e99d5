package opiktest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
)

// TraceTree is a stored trace with its spans, as a reader of the API sees it.
type TraceTree struct {
	ID        string // UUID
	Workspace string // name
	Project   string // name, "" if the project was deleted
	Name      string // as the client sent it
	ThreadID  string // "" if the trace belongs to no thread
	// Start and End are zero where they are not known.
	Start, End time.Time
	// Input, Output and Metadata are decoded JSON, with numbers as
	// [encoding/json.Number]. Metadata is what the client sent: what the server
	// adds when it is read is not in it.
	Input, Output, Metadata any
	Tags                    []string   // in the order in which they were sent
	Error                   *ErrorInfo // nil if it ended well
	Scores                  []Score    // averaged over their authors
	// Partial says that only updates have arrived, and no creation.
	Partial bool
	// Spans are those without a parent, by start time and then by id, and after
	// them those whose parent has not arrived.
	Spans []*SpanTree
	// Fields is the complete read view, for members without a field here. It must
	// not be modified.
	Fields map[string]any
}

// SpanTree is a stored span with the spans below it.
type SpanTree struct {
	ID                      string           // UUID
	ParentID                string           // "" for spans directly below the trace
	Name                    string           // as the client sent it
	Type                    string           // general, llm, tool or guardrail
	Model, Provider         string           // of a language model
	Start, End              time.Time        // zero where they are not known
	Input, Output, Metadata any              // as in [TraceTree]
	Tags                    []string         // in the order in which they were sent
	Usage                   map[string]int64 // counts of tokens and the like
	// Cost is the estimated total in dollars, as decimal text; "" if it is unknown.
	Cost    string
	Error   *ErrorInfo // nil if it ended well
	Scores  []Score    // averaged over their authors
	Partial bool       // only updates have arrived, and no creation
	// Orphan says that the span has a parent which has not arrived.
	Orphan bool
	Spans  []*SpanTree    // below it, by start time and then by id
	Fields map[string]any // the complete read view, as in [TraceTree]
}

// ErrorInfo describes the error with which a trace or span ended.
type ErrorInfo struct {
	Type, Message, Traceback string // "" where the client did not say
}

// Score is a feedback score, averaged over its authors.
type Score struct {
	Name  string // what is scored
	Value string // decimal text
	// Reason and Category are those of all authors, joined with ", ".
	Reason, Category string
	Source           string // sdk, ui or online_scoring
}

// TraceTrees returns all traces with their spans: by workspace, then by project
// name, then by start time and id. Spans whose trace has not arrived are not in
// them; see [Backend.OrphanSpans].
func (b *Backend) TraceTrees() []*TraceTree {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []*TraceTree{}
	for _, w := range b.workspaces() {
		st := b.store(w)
		st.Settle()
		for _, p := range st.TracedProjects() {
			for _, r := range st.Traces(p) {
				out = append(out, traceTree(st, w, r))
			}
		}
	}
	slices.SortStableFunc(out, func(x, y *TraceTree) int {
		return cmp.Or(strings.Compare(x.Workspace, y.Workspace), strings.Compare(x.Project, y.Project),
			x.Start.Compare(y.Start), strings.Compare(x.ID, y.ID))
	})
	return out
}

// OrphanSpans returns the spans whose trace has not arrived, as trees, by start
// time and id.
func (b *Backend) OrphanSpans() []*SpanTree {
	b.mu.Lock()
	defer b.mu.Unlock()
	var nodes []*SpanTree
	for _, w := range b.workspaces() {
		st := b.store(w)
		st.Settle()
		for _, r := range st.SpansWithoutTrace() {
			nodes = append(nodes, spanTree(st, r))
		}
	}
	return nest(nodes)
}

func traceTree(st *store.Store, workspace string, r *store.Row) *TraceTree {
	view := st.TraceView(r)
	t := &TraceTree{
		ID: r.ID, Workspace: workspace, Project: st.ProjectName(r.Project),
		Name: doc.String(view, "name"), ThreadID: doc.String(view, "thread_id"),
		Input: view["input"], Output: view["output"], Metadata: r.Fields["metadata"],
		Tags: doc.Strings(view, "tags"), Error: errorInfo(view), Scores: scores(view),
		Partial: r.Partial, Fields: view,
	}
	t.Start, t.End = times(r, view)
	var nodes []*SpanTree
	for _, sr := range st.SpansOf(r) {
		nodes = append(nodes, spanTree(st, sr))
	}
	t.Spans = nest(nodes)
	return t
}

func spanTree(st *store.Store, r *store.Row) *SpanTree {
	view := st.SpanView(r)
	s := &SpanTree{
		ID: r.ID, ParentID: r.Parent, Name: doc.String(view, "name"), Type: doc.String(view, "type"),
		Model: doc.String(view, "model"), Provider: doc.String(view, "provider"),
		Input: view["input"], Output: view["output"], Metadata: r.Fields["metadata"],
		Tags: doc.Strings(view, "tags"), Cost: doc.Text(view["total_estimated_cost"]),
		Error: errorInfo(view), Scores: scores(view), Partial: r.Partial, Fields: view,
	}
	s.Start, s.End = times(r, view)
	for k, v := range doc.Member(view, "usage") {
		if n, ok := doc.Decimal(doc.Text(v)); ok && n.IsInt() {
			if s.Usage == nil {
				s.Usage = map[string]int64{}
			}
			s.Usage[k] = n.Num().Int64()
		}
	}
	return s
}

func times(r *store.Row, view doc.Object) (start, end time.Time) {
	if !r.Partial {
		start, _ = doc.Time(view, "start_time")
	}
	end, _ = doc.Time(view, "end_time")
	return start, end
}

func errorInfo(view doc.Object) *ErrorInfo {
	e := doc.Member(view, "error_info")
	if len(e) == 0 {
		return nil
	}
	return &ErrorInfo{
		Type: doc.String(e, "exception_type"), Message: doc.String(e, "message"),
		Traceback: doc.String(e, "traceback"),
	}
}

func scores(view doc.Object) []Score {
	var out []Score
	for _, o := range doc.Objects(view, "feedback_scores") {
		out = append(out, Score{
			Name: doc.String(o, "name"), Value: doc.Text(o["value"]), Reason: doc.String(o, "reason"),
			Category: doc.String(o, "category_name"), Source: doc.String(o, "source"),
		})
	}
	return out
}

// nest puts spans below their parents and sorts them.
func nest(nodes []*SpanTree) []*SpanTree {
	slices.SortStableFunc(nodes, func(x, y *SpanTree) int {
		return cmp.Or(x.Start.Compare(y.Start), strings.Compare(x.ID, y.ID))
	})
	byID := map[string]*SpanTree{}
	for _, n := range nodes {
		byID[n.ID] = n
	}
	var roots, orphans []*SpanTree
	for _, n := range nodes {
		parent := byID[n.ParentID]
		switch {
		case n.ParentID == "":
			roots = append(roots, n)
		case parent == nil || below(n, parent, byID):
			n.Orphan = true
			orphans = append(orphans, n)
		default:
			parent.Spans = append(parent.Spans, n)
		}
	}
	return append(roots, orphans...)
}

// below tells whether the parent is itself below the span: a client can send
// such a circle, and walking it would not end.
func below(n, parent *SpanTree, byID map[string]*SpanTree) bool {
	for range len(byID) {
		if parent == nil {
			return false
		}
		if parent == n {
			return true
		}
		parent = byID[parent.ParentID]
	}
	return true
}
