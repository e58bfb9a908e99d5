package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/order"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// collection is a kind of entity that lives in projects: traces, spans or
// threads. Lists, searches and statistics work the same for all of them.
type collection struct {
	// count is what statistics call the number of entities.
	count    string
	filters  filter.Fields
	sortable []string
	// excludable are the members that a reader may leave out.
	excludable []string
	// narrow are parameters of lists and searches that select by equality.
	narrow []string
	// each yields the entities of a project, greatest id first, until yield
	// returns false. The id is the one that carries the time and is the cursor.
	each func(s *store.Store, project string, yield func(id string, view func() doc.Object) bool)
}

// querySelection reads the selection of a list or statistics operation.
func (k *collection) querySelection(c *wire.Call) (*selection, error) {
	sel := &selection{store: c.Store, text: strings.ToLower(c.Query.Get("search")), match: map[string]string{}}
	var err error
	if sel.filter, err = filter.ParseQuery(c.Query.Get("filters"), k.filters); err != nil {
		return nil, err
	}
	if sel.from, err = c.QueryTime("from_time"); err != nil {
		return nil, err
	}
	if sel.to, err = c.QueryTime("to_time"); err != nil {
		return nil, err
	}
	for _, name := range k.narrow {
		if v := c.Query.Get(name); v != "" {
			sel.match[name] = v
		}
	}
	return sel, sel.checkTimes()
}

// bodySelection reads the selection of a search operation.
func (k *collection) bodySelection(c *wire.Call) (*selection, error) {
	sel := &selection{store: c.Store, match: map[string]string{}}
	var err error
	if sel.filter, err = filter.Parse(doc.List(c.Body, "filters"), k.filters); err != nil {
		return nil, err
	}
	sel.from, _ = doc.Time(c.Body, "from_time")
	sel.to, _ = doc.Time(c.Body, "to_time")
	for _, name := range k.narrow {
		if v := doc.String(c.Body, name); v != "" {
			sel.match[name] = v
		}
	}
	return sel, sel.checkTimes()
}

// queryProject resolves the project of a read.
func queryProject(c *wire.Call) (*store.Project, error) {
	id, err := c.QueryID("project_id")
	if err != nil {
		return nil, err
	}
	return c.Store.ProjectForRead(id, c.Query.Get("project_name"))
}

// selected returns the entities that the query's selection keeps. Their views are
// made when they are asked for, since a page of a long list needs few of them.
func (k *collection) selected(c *wire.Call) ([]func() doc.Object, error) {
	project, err := queryProject(c)
	if err != nil {
		return nil, err
	}
	sel, err := k.querySelection(c)
	if err != nil {
		return nil, err
	}
	var entities []func() doc.Object
	k.each(c.Store, project.ID, func(id string, view func() doc.Object) bool {
		if !sel.includes(id) {
			return true
		}
		if sel.looksInside() {
			v := view()
			if !sel.keeps(v) {
				return true
			}
			view = func() doc.Object { return v }
		}
		entities = append(entities, view)
		return true
	})
	return entities, nil
}

// viewsOf makes the views of all entities.
func viewsOf(entities []func() doc.Object) []doc.Object {
	views := make([]doc.Object, len(entities))
	for i, view := range entities {
		views[i] = view()
	}
	return views
}

// list serves a page of a project's entities.
func (k *collection) list(c *wire.Call) (wire.Result, error) {
	exclude, err := k.queryExclude(c)
	if err != nil {
		return wire.Result{}, err
	}
	by, err := order.Parse(c.Query.Get("sorting"), k.sortable)
	if err != nil {
		return wire.Result{}, err
	}
	entities, err := k.selected(c)
	if err != nil {
		return wire.Result{}, err
	}
	view := func(i int) doc.Object { return entities[i]() }
	if by.Sorts() {
		views := viewsOf(entities)
		by.Sort(views)
		view = func(i int) doc.Object { return views[i] }
	}
	show := presentation{truncate: c.QueryBool("truncate"), strip: c.QueryBool("strip_attachments"), exclude: exclude}
	return wire.PageOf(c, len(entities), func(i int) doc.Object { return show.apply(view(i)) }, k.sortable)
}

func (k *collection) queryExclude(c *wire.Call) ([]string, error) {
	exclude, err := c.QueryList("exclude")
	if err != nil {
		return nil, err
	}
	for _, name := range exclude {
		if !slices.Contains(k.excludable, name) {
			return nil, apierr.Message(http.StatusBadRequest, "Invalid query parameter 'exclude': '%s'", c.Query.Get("exclude"))
		}
	}
	return exclude, nil
}

// cursor is how a search continues after the last item that was read.
type cursor struct {
	member string // of the body
	// beyond tells whether an id lies behind the cursor.
	beyond func(id, cursor string) bool
	// lenient says that an unknown project has no entities instead of being an error.
	lenient bool
}

func smaller(id, cursor string) bool { return id < cursor }

// search serves a stream of a project's entities.
func (k *collection) search(from cursor) func(*wire.Call) (wire.Result, error) {
	shape := validate.Shape{
		{Name: "project_name", Kind: validate.String},
		{Name: "project_id", Kind: validate.UUID},
		{Name: "filters", Kind: validate.Objects},
		{Name: "limit", Kind: validate.Integer, Min: "1", Max: "2000"},
		{Name: from.member, Kind: validate.UUID},
		{Name: "truncate", Kind: validate.Bool},
		{Name: "strip_attachments", Kind: validate.Bool},
		{Name: "exclude", Kind: validate.Strings, Enum: k.excludable},
		{Name: "from_time", Kind: validate.Time},
		{Name: "to_time", Kind: validate.Time},
		{Name: "trace_id", Kind: validate.UUID},
		{Name: "type", Kind: validate.String, Enum: spanTypes},
	}
	return func(c *wire.Call) (wire.Result, error) {
		if err := c.Check(shape); err != nil {
			return wire.Result{}, err
		}
		project, err := c.Store.ProjectForRead(doc.String(c.Body, "project_id"), doc.String(c.Body, "project_name"))
		unknown := err != nil && from.lenient && notFound(err)
		if err != nil && !unknown {
			return wire.Result{}, err
		}
		sel, err := k.bodySelection(c)
		if err != nil {
			return wire.Result{}, err
		}
		if unknown {
			return wire.Stream(nil), nil
		}
		show := presentation{
			truncate: doc.Bool(c.Body, "truncate", false),
			strip:    doc.Bool(c.Body, "strip_attachments", false),
			exclude:  doc.Strings(c.Body, "exclude"),
		}
		after, limit := strings.ToLower(doc.String(c.Body, from.member)), bodyInt(c.Body, "limit", 500)
		items := []doc.Object{}
		k.each(c.Store, project.ID, func(id string, view func() doc.Object) bool {
			if after != "" && !from.beyond(id, after) {
				return true
			}
			if !sel.includes(id) {
				return true
			}
			if v := view(); sel.keeps(v) {
				items = append(items, show.apply(v))
			}
			return len(items) < limit
		})
		return wire.Stream(items), nil
	}
}

func notFound(err error) bool {
	var e *apierr.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// bodyInt returns a member that was checked to be an integer.
func bodyInt(body doc.Object, name string, absent int) int {
	n, ok := doc.Decimal(doc.Text(body[name]))
	if !ok || !n.IsInt() {
		return absent
	}
	return int(n.Num().Int64())
}

// traces and spans as collections.
var (
	traceCollection = &collection{
		count: "trace_count", filters: traceFilters, sortable: traceSorting,
		excludable: []string{"name", "start_time", "end_time", "input", "output", "metadata", "tags",
			"error_info", "usage", "created_at", "created_by", "last_updated_by", "feedback_scores",
			"span_feedback_scores", "comments", "guardrails_validations", "total_estimated_cost",
			"span_count", "llm_span_count", "has_tool_spans", "duration", "ttft", "thread_id",
			"visibility_mode", "providers", "experiment", "source", "environment"},
		each: func(s *store.Store, project string, yield func(string, func() doc.Object) bool) {
			for _, r := range s.Traces(project) {
				if !yield(r.ID, func() doc.Object { return s.TraceView(r) }) {
					return
				}
			}
		},
	}
	spanCollection = &collection{
		count: "span_count", filters: spanFilters, sortable: spanSorting, narrow: []string{"trace_id", "type"},
		excludable: []string{"name", "type", "start_time", "end_time", "input", "output", "metadata",
			"model", "provider", "tags", "usage", "error_info", "created_at", "created_by",
			"last_updated_by", "feedback_scores", "comments", "total_estimated_cost",
			"total_estimated_cost_version", "duration", "ttft", "source", "environment"},
		each: func(s *store.Store, project string, yield func(string, func() doc.Object) bool) {
			for _, r := range s.Spans(project) {
				if !yield(r.ID, func() doc.Object { return s.SpanView(r) }) {
					return
				}
			}
		},
	}
)

// exists serves the operations that ask whether a project has any entity.
func (k *collection) exists(c *wire.Call) (wire.Result, error) {
	project, err := queryProject(c)
	if err != nil {
		return wire.Result{}, err
	}
	source, threadsOnly, found := c.Query.Get("source"), c.QueryBool("thread_only"), false
	k.each(c.Store, project.ID, func(_ string, view func() doc.Object) bool {
		v := view()
		stored := doc.String(v, "source")
		if stored == "" {
			stored = "sdk"
		}
		found = (source == "" || stored == source) && (!threadsOnly || doc.String(v, "thread_id") != "")
		return !found
	})
	return wire.OK(doc.Object{"exists": found}), nil
}
