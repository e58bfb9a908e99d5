package store

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Row is one stored trace or span. Rows are replaced, never modified.
type Row struct {
	rowKey
	stamp
	// Partial says that only updates were received so far.
	Partial bool
	// Fields holds what clients wrote, and no member that the server makes.
	Fields doc.Object
}

// rowKey identifies a row. Trace and Parent are empty for traces. As on the
// server, a span that is sent again with another parent is another row.
type rowKey struct {
	Project, Trace, Parent, ID string
}

// start returns the start time; the epoch for a partial row.
func (r *Row) start() time.Time {
	t, ok := doc.Time(r.Fields, "start_time")
	if !ok {
		return time.Unix(0, 0).UTC()
	}
	return t
}

// duration returns the milliseconds between start and end, and whether both are known.
func (r *Row) duration() (float64, bool) {
	end, ok := doc.Time(r.Fields, "end_time")
	if !ok || r.Partial {
		return 0, false
	}
	return float64(end.Sub(r.start()).Microseconds()) / 1000, true
}

// table holds the rows of all traces, or of all spans.
type table struct {
	byID      map[string][]*Row
	byProject map[string]map[rowKey]*Row
	byTrace   map[string]map[rowKey]*Row
}

func newTable() *table {
	return &table{
		byID:      map[string][]*Row{},
		byProject: map[string]map[rowKey]*Row{},
		byTrace:   map[string]map[rowKey]*Row{},
	}
}

// get returns the row that is read for the id: the one changed last, or nil.
func (t *table) get(id string) *Row {
	var best *Row
	for _, r := range t.byID[id] {
		if best == nil || r.updated.After(best.updated) {
			best = r
		}
	}
	return best
}

// put stores a row unless one of the same key has a later change: of two rows
// the one with the greatest last_updated_at is read, whole.
func (t *table) put(r *Row) {
	if old := t.byProject[r.Project][r.rowKey]; old != nil {
		if old.updated.After(r.updated) {
			return
		}
		t.remove(old)
	}
	t.byID[r.ID] = append(t.byID[r.ID], r)
	insert(t.byProject, r.Project, r)
	if r.Trace != "" {
		insert(t.byTrace, r.Trace, r)
	}
}

func insert(m map[string]map[rowKey]*Row, group string, r *Row) {
	if m[group] == nil {
		m[group] = map[rowKey]*Row{}
	}
	m[group][r.rowKey] = r
}

func (t *table) remove(r *Row) {
	rows := slices.DeleteFunc(t.byID[r.ID], func(o *Row) bool { return o == r })
	if len(rows) == 0 {
		delete(t.byID, r.ID)
	} else {
		t.byID[r.ID] = rows
	}
	delete(t.byProject[r.Project], r.rowKey)
	delete(t.byTrace[r.Trace], r.rowKey)
}

// ofProject returns the rows of a project, greatest id first.
func (t *table) ofProject(id string) []*Row { return descending(t.byProject[id]) }

// ofTrace returns the rows of a trace, greatest id first.
func (t *table) ofTrace(id string) []*Row { return descending(t.byTrace[id]) }

func descending(m map[rowKey]*Row) []*Row {
	return slices.SortedFunc(maps.Values(m), func(a, b *Row) int {
		if c := strings.Compare(b.ID, a.ID); c != 0 {
			return c
		}
		return strings.Compare(b.Parent, a.Parent)
	})
}
