package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func spanRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.SingleTracingOps, with("createSpan", http.MethodPost, "/spans", createSpan)),
		batched("spans", with("createSpans", http.MethodPost, "/spans/batch", createSpans)),
		batched("ids", with("batchUpdateSpans", http.MethodPatch, "/spans/batch", updateSpans)),
		limited(wire.SingleTracingOps, with("updateSpan", http.MethodPatch, "/spans/{id}", updateSpan)),
		limited(wire.GetSpans, get("getSpansByProject", "/spans", spanCollection.list)),
		limited(wire.GetSpanByID, get("getSpanById", "/spans/{id}", getSpan)),
		get("spansExist", "/spans/exists", spanCollection.exists),
		limited(wire.SearchSpans, with("searchSpans", http.MethodPost, "/spans/search",
			spanCollection.search(cursor{member: "last_retrieved_id", beyond: smaller}))),
		without("deleteSpanById", http.MethodDelete, "/spans/{id}", deleteSpan),
	}
}

func createSpan(c *wire.Call) (wire.Result, error) {
	if err := c.Check(spanWrite); err != nil {
		return wire.Result{}, err
	}
	id, err := c.Store.CreateSpan(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(id), nil
}

var spanBatch = batchOf("spans", spanWrite)

func createSpans(c *wire.Call) (wire.Result, error) {
	if err := c.Check(spanBatch); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.CreateSpans(doc.Objects(c.Body, "spans"), c.User))
}

func updateSpan(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(spanUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateSpan(id, c.Body, c.User))
}

var spanBatchUpdate = batchUpdateOf(spanUpdate)

func updateSpans(c *wire.Call) (wire.Result, error) {
	if err := c.Check(spanBatchUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateSpans(doc.Strings(c.Body, "ids"), doc.Member(c.Body, "update"),
		doc.Bool(c.Body, "merge_tags", false), c.User))
}

// getSpan is the only read that names the project of a span.
func getSpan(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	row, err := c.Store.Span(id)
	if err != nil {
		return wire.Result{}, err
	}
	view := c.Store.SpanView(row)
	if name := c.Store.ProjectName(row.Project); name != "" {
		view["project_name"] = name
	}
	show := presentation{strip: c.QueryBool("strip_attachments")}
	return wire.OK(show.apply(view)), nil
}

// deleteSpan answers what the server answers: it does not delete single spans.
func deleteSpan(c *wire.Call) (wire.Result, error) {
	if _, err := c.ID("id"); err != nil {
		return wire.Result{}, err
	}
	return wire.Result{}, apierr.Message(http.StatusNotImplemented, "HTTP 501 Not Implemented")
}
