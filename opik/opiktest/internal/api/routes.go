// Package api serves the operations of the embedded backend: each file holds
// the handlers of one resource.
package api

import (
	"maps"
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/contract"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// Routes returns the operations of the contract, served or not, in its order. What
// can be served here and the contract lacks is not among them: a server of its
// version does not know it.
func Routes() []*wire.Route {
	able := map[string]*wire.Route{}
	for _, r := range implemented() {
		able[contract.Key(r.Method, r.Path)] = r
	}
	var all []*wire.Route
	for _, op := range contract.Operations() {
		r := able[contract.Key(op.Method, op.Path)]
		if r == nil {
			r = &wire.Route{Method: op.Method, Path: op.Path, Unserved: "opiktest does not know what it does"}
		}
		r.Operation = op.ID // some ids are numbered, and differ between versions
		all = append(all, r)
	}
	return all
}

// implemented returns the routes of all handlers, in no order.
func implemented() []*wire.Route {
	return slices.Concat(
		systemRoutes(),
		traceRoutes(),
		spanRoutes(),
		threadRoutes(),
		scoreRoutes(),
		commentRoutes(),
		statRoutes(),
		projectRoutes(),
		metricRoutes(),
		datasetRoutes(),
		itemRoutes(),
		versionRoutes(),
		importRoutes(),
		exportRoutes(),
		attachmentRoutes(),
		queueRoutes(),
		environmentRoutes(),
		feedbackDefinitionRoutes(),
		guardrailRoutes(),
		agentConfigRoutes(),
		experimentRoutes(),
		experimentGroupRoutes(),
		experimentItemRoutes(),
		comparisonRoutes(),
		optimizationRoutes(),
		promptRoutes(),
		promptVersionRoutes(),
	)
}

// handler serves one operation.
type handler func(*wire.Call) (wire.Result, error)

// get makes the route of a read without a body.
func get(operation, path string, h handler) *wire.Route {
	return &wire.Route{Method: http.MethodGet, Path: wire.Prefix + path, Operation: operation, Handle: h}
}

// with makes the route of an operation with a JSON body. It counts as one event
// unless the route says otherwise.
func with(operation, method, path string, h handler) *wire.Route {
	return &wire.Route{
		Method: method, Path: wire.Prefix + path, Operation: operation, Handle: h,
		Body: wire.JSONBody,
	}
}

// without makes the route of an operation that is no read and has no body.
func without(operation, method, path string, h handler) *wire.Route {
	return &wire.Route{Method: method, Path: wire.Prefix + path, Operation: operation, Handle: h}
}

// limited puts a route into a rate limit.
func limited(b wire.Bucket, r *wire.Route) *wire.Route {
	r.Bucket = b
	return r
}

// batched puts a route into the general rate limit, where each element of a
// member of the body counts.
func batched(member string, r *wire.Route) *wire.Route {
	r.Bucket, r.Batch = wire.GeneralEvents, member
	return r
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
