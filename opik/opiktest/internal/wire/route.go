// Package wire is the HTTP side of the embedded backend: routes, requests with
// decoded bodies, and answers in the server's formats.
package wire

import (
	"net/http"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Prefix is the path below which all private operations live.
const Prefix = "/v1/private"

// Route binds an operation to its handler.
type Route struct {
	Method string
	// Path is below the base URL, with {parameters} that match one segment.
	Path string
	// Operation is the contract's operationId.
	Operation string
	// Handle serves a request. It is called under the workspace's lock.
	Handle func(*Call) (Result, error)
	// Body says what the request body is; the zero value means: none is read.
	Body BodyKind
	// Public routes need no credentials and belong to no workspace.
	Public bool
	// AnyWorkspace routes take a request that names no workspace: it is for the
	// first one that the key may use.
	AnyWorkspace bool
	// Bucket is the rate limit that the route is counted in.
	Bucket Bucket
	// Batch names the member of the body whose elements are counted, if not
	// the request as one event.
	Batch string
	// Cost says what a request counts for, if neither of these is right.
	Cost func(body doc.Object) int
	// Unserved says why the operation is not served; then Handle is nil.
	Unserved string
}

// BodyKind says how a request body is decoded.
type BodyKind uint8

// The kinds of bodies.
const (
	NoBody    BodyKind = iota
	JSONBody           // an object, required
	Multipart          // a form with files
)

// Bucket names a rate limit of the server.
type Bucket uint8

// The rate limits. NotLimited operations are in none.
const (
	NotLimited Bucket = iota
	GeneralEvents
	SingleTracingOps
	GetSpanByID
	GetSpans
	SearchSpans
	GetSpanStats
	GetTraces
	SearchTraces
	GetTraceStats
)

// Router finds the route of a request. It is no [http.ServeMux] because the
// contract has pairs of paths which that refuses as ambiguous, for example
// /datasets/items/{itemId} and /datasets/{id}/items. Here, as on the server, a
// fixed segment wins over a parameter, from left to right.
type Router struct{ root *node }

type node struct {
	fixed  map[string]*node
	param  *node
	routes map[string]*Route // by method
}

// NewRouter returns a router for the routes. Two routes for one method and path
// are a mistake of this program and panic.
func NewRouter(routes []*Route) *Router {
	r := &Router{root: &node{}}
	for _, route := range routes {
		n := r.root
		for seg := range strings.SplitSeq(strings.TrimPrefix(route.Path, "/"), "/") {
			n = n.child(seg)
		}
		if n.routes == nil {
			n.routes = map[string]*Route{}
		}
		if n.routes[route.Method] != nil {
			panic("opiktest: two routes for " + route.Method + " " + route.Path)
		}
		n.routes[route.Method] = route
	}
	return r
}

func (n *node) child(seg string) *node {
	if strings.HasPrefix(seg, "{") {
		if n.param == nil {
			n.param = &node{}
		}
		return n.param
	}
	if n.fixed == nil {
		n.fixed = map[string]*node{}
	}
	if n.fixed[seg] == nil {
		n.fixed[seg] = &node{}
	}
	return n.fixed[seg]
}

// Find returns the route and the decoded parameters of an escaped path. Without
// a route the status is 404, or 405 if the path exists with other methods.
func (r *Router) Find(method, path string) (route *Route, params map[string]string, status int) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	n := r.root.find(segments, method)
	if n == nil {
		if r.root.find(segments, "") != nil {
			return nil, nil, http.StatusMethodNotAllowed
		}
		return nil, nil, http.StatusNotFound
	}
	route = n.routes[method]
	return route, bind(route.Path, segments), http.StatusOK
}

// find returns the node of the path that has a route for the method, or for any
// method if that is empty.
func (n *node) find(segments []string, method string) *node {
	if len(segments) == 0 {
		if method == "" && n.routes != nil || n.routes[method] != nil {
			return n
		}
		return nil
	}
	if next := n.fixed[segments[0]]; next != nil {
		if found := next.find(segments[1:], method); found != nil {
			return found
		}
	}
	if n.param != nil && segments[0] != "" {
		return n.param.find(segments[1:], method)
	}
	return nil
}

// bind returns the values of the parameters in the pattern.
func bind(pattern string, segments []string) map[string]string {
	params := map[string]string{}
	i := 0
	for seg := range strings.SplitSeq(strings.TrimPrefix(pattern, "/"), "/") {
		if name, ok := strings.CutPrefix(seg, "{"); ok {
			params[strings.TrimSuffix(name, "}")] = unescape(segments[i])
		}
		i++
	}
	return params
}
