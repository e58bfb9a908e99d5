package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func threadRoutes() []*wire.Route {
	return []*wire.Route{
		get("getTraceThreads", "/traces/threads", threadCollection.list),
		get("getTraceThreadStats", "/traces/threads/stats", threadCollection.stats),
		with("searchTraceThreads", http.MethodPost, "/traces/threads/search", threadCollection.search(cursor{
			// The server compares in the wrong direction for its order: searches of
			// threads cannot be continued. Clients must find that out here.
			member: "last_retrieved_thread_model_id", beyond: greater, lenient: true,
		})),
		with("getTraceThread", http.MethodPost, "/traces/threads/retrieve", getThread),
		with("openTraceThread", http.MethodPut, "/traces/threads/open", openThread),
		with("closeTraceThread", http.MethodPut, "/traces/threads/close", closeThreads),
		with("updateThread", http.MethodPatch, "/traces/threads/{threadModelId}", updateThread),
		batched("ids", with("batchUpdateThreads", http.MethodPatch, "/traces/threads/batch", updateThreads)),
		with("deleteTraceThreads", http.MethodPost, "/traces/threads/delete", deleteThreads),
	}
}

func greater(id, cursor string) bool { return id > cursor }

var threadCollection = &collection{
	count: "thread_count", filters: threadFilters, sortable: threadSorting,
	each: func(s *store.Store, project string, yield func(string, func() doc.Object) bool) {
		for _, t := range s.Threads(project) {
			if !yield(t.ModelID, func() doc.Object { return s.ThreadView(t) }) {
				return
			}
		}
	},
}

var threadIdentifier = validate.Shape{
	{Name: "project_name", Kind: validate.String},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "thread_id", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "truncate", Kind: validate.Bool},
}

// bodyProject resolves the project of a body. Naming none breaks a constraint.
func bodyProject(c *wire.Call) (*store.Project, error) {
	id, name := doc.String(c.Body, "project_id"), doc.String(c.Body, "project_name")
	if id == "" && name == "" {
		return nil, apierr.Invalid("either project_name or project_id must be provided")
	}
	return c.Store.ProjectForRead(id, name)
}

func getThread(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadIdentifier); err != nil {
		return wire.Result{}, err
	}
	id := doc.String(c.Body, "thread_id")
	project, err := bodyProject(c)
	if notFound(err) {
		return wire.Result{}, store.ErrThreadNotFound(id)
	}
	if err != nil {
		return wire.Result{}, err
	}
	t, err := c.Store.ThreadOf(project.ID, id)
	if err != nil {
		return wire.Result{}, err
	}
	show := presentation{truncate: doc.Bool(c.Body, "truncate", false)}
	return wire.OK(show.apply(c.Store.ThreadView(t))), nil
}

func openThread(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadIdentifier); err != nil {
		return wire.Result{}, err
	}
	project, err := bodyProject(c)
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.SetThreadsClosed(project.ID, []string{doc.String(c.Body, "thread_id")}, false, c.User))
}

var threadClose = validate.Shape{
	{Name: "project_name", Kind: validate.String},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "thread_id", Kind: validate.String},
	{Name: "thread_ids", Kind: validate.Strings, MinItems: 1, MaxItems: maxBatch},
}

func closeThreads(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadClose); err != nil {
		return wire.Result{}, err
	}
	ids := doc.Strings(c.Body, "thread_ids")
	if one := doc.String(c.Body, "thread_id"); (one == "") == (ids == nil) {
		return wire.Result{}, apierr.Invalid("exactly one of thread_id and thread_ids must be provided")
	} else if one != "" {
		ids = []string{one}
	}
	project, err := bodyProject(c)
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.SetThreadsClosed(project.ID, ids, true, c.User))
}

var threadUpdate = validate.Shape{
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_add", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_remove", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
}

func updateThread(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("threadModelId")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(threadUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateThread(id, c.Body, c.User))
}

var threadBatchUpdate = batchUpdateOf(threadUpdate)

func updateThreads(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadBatchUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateThreads(doc.Strings(c.Body, "ids"), doc.Member(c.Body, "update"),
		doc.Bool(c.Body, "merge_tags", false), c.User))
}

var threadDelete = validate.Shape{
	{Name: "project_name", Kind: validate.String},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "thread_ids", Kind: validate.Strings, Required: true, MinItems: 1, MaxItems: maxBatch, NotBlank: true},
}

func deleteThreads(c *wire.Call) (wire.Result, error) {
	if err := c.Check(threadDelete); err != nil {
		return wire.Result{}, err
	}
	project, err := bodyProject(c)
	if notFound(err) {
		return wire.NoContent(), nil
	}
	if err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteThreads(project.ID, doc.Strings(c.Body, "thread_ids"))
	return wire.NoContent(), nil
}
