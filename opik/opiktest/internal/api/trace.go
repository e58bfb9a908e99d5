package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func traceRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.SingleTracingOps, with("createTrace", http.MethodPost, "/traces", createTrace)),
		batched("traces", with("createTraces", http.MethodPost, "/traces/batch", createTraces)),
		batched("ids", with("batchUpdateTraces", http.MethodPatch, "/traces/batch", updateTraces)),
		limited(wire.SingleTracingOps, with("updateTrace", http.MethodPatch, "/traces/{id}", updateTrace)),
		limited(wire.GetTraces, get("getTracesByProject", "/traces", traceCollection.list)),
		get("getTraceById", "/traces/{id}", getTrace),
		get("tracesExist", "/traces/exists", traceCollection.exists),
		limited(wire.SearchTraces, with("searchTraces", http.MethodPost, "/traces/search",
			traceCollection.search(cursor{member: "last_retrieved_id", beyond: smaller}))),
		without("deleteTraceById", http.MethodDelete, "/traces/{id}", deleteTrace),
		with("deleteTraces", http.MethodPost, "/traces/delete", deleteTraces),
	}
}

func createTrace(c *wire.Call) (wire.Result, error) {
	if err := c.Check(traceWrite); err != nil {
		return wire.Result{}, err
	}
	id, err := c.Store.CreateTrace(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(id), nil
}

var traceBatch = batchOf("traces", traceWrite)

func createTraces(c *wire.Call) (wire.Result, error) {
	if err := c.Check(traceBatch); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.CreateTraces(doc.Objects(c.Body, "traces"), c.User))
}

func updateTrace(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(traceUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateTrace(id, c.Body, c.User))
}

var traceBatchUpdate = batchUpdateOf(traceUpdate)

func updateTraces(c *wire.Call) (wire.Result, error) {
	if err := c.Check(traceBatchUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateTraces(doc.Strings(c.Body, "ids"), doc.Member(c.Body, "update"),
		doc.Bool(c.Body, "merge_tags", false), c.User))
}

func getTrace(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	row, err := c.Store.Trace(id)
	if err != nil {
		return wire.Result{}, err
	}
	show := presentation{strip: c.QueryBool("strip_attachments")}
	return wire.OK(show.apply(c.Store.TraceView(row))), nil
}

func deleteTrace(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteTraces([]string{id})
	return wire.NoContent(), nil
}

func deleteTraces(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteTraces(doc.Strings(c.Body, "ids"))
	return wire.NoContent(), nil
}

// done answers 204, or with the error.
func done(err error) (wire.Result, error) {
	if err != nil {
		return wire.Result{}, err
	}
	return wire.NoContent(), nil
}
