package opiktest

import (
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// routePattern chooses requests by operation, or by method and path. The zero
// value chooses all.
type routePattern struct {
	operation string
	method    string
	segments  []string // of the path
}

func parseRoutePattern(s string) routePattern {
	if !strings.Contains(s, "/") {
		return routePattern{operation: s}
	}
	var p routePattern
	if method, path, ok := strings.Cut(s, " "); ok {
		p.method, s = method, strings.TrimSpace(path)
	}
	p.segments = pathSegments(s)
	return p
}

// pathSegments splits a path and drops the prefix that all private paths share.
func pathSegments(path string) []string {
	path = strings.TrimPrefix(path, wire.Prefix)
	return strings.Split(strings.Trim(path, "/"), "/")
}

// matches tells whether a request is one of those; operation is empty for a path
// that is unknown.
func (p routePattern) matches(operation, method, path string) bool {
	switch {
	case p.operation != "":
		return operation == p.operation
	case p.segments == nil:
		return true
	case p.method != "" && p.method != method:
		return false
	}
	given := pathSegments(path)
	for i, want := range p.segments {
		if want == "..." && i == len(p.segments)-1 {
			return true
		}
		if i >= len(given) || want != given[i] && !strings.HasPrefix(want, "{") {
			return false
		}
	}
	return len(given) == len(p.segments)
}

// Operations returns the operationIds of the contract that the backend serves,
// sorted.
func (b *Backend) Operations() []string {
	var out []string
	for _, r := range b.routes {
		if r.Handle != nil {
			out = append(out, r.Operation)
		}
	}
	slices.Sort(out)
	return out
}

// Unserved returns the other operations of the contract, with the reason for each.
// The backend answers them with status 501.
func (b *Backend) Unserved() map[string]string {
	out := map[string]string{}
	for _, r := range b.routes {
		if r.Handle == nil {
			out[r.Operation] = r.Unserved
		}
	}
	return out
}

func (b *Backend) hasOperation(id string) bool {
	return slices.ContainsFunc(b.routes, func(r *wire.Route) bool { return r.Operation == id })
}
