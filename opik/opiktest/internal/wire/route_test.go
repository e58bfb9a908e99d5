package wire_test

import (
	"fmt"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func TestRouter(t *testing.T) {
	var routes []*wire.Route
	for _, r := range []struct{ method, path string }{
		{"GET", "/a/{id}"}, {"GET", "/a/b"}, {"POST", "/a/{id}/c"}, {"GET", "/a/b/{n}"}, {"GET", "/a/{x}/c/{y}"}, {"PUT", "/a/b/c"},
	} {
		routes = append(routes, &wire.Route{Method: r.method, Path: r.path, Operation: r.method + r.path})
	}
	router := wire.NewRouter(routes)
	for request, want := range map[[2]string]string{
		{"GET", "/a/1"}:         "GET/a/{id} map[id:1]",
		{"GET", "/a/b"}:         "GET/a/b map[]",
		{"GET", "/a/x%2Fy%20z"}: "GET/a/{id} map[id:x/y z]",
		{"GET", "/a/b/c"}:       "GET/a/b/{n} map[n:c]", // the fixed path has another method
		{"POST", "/a/b/c"}:      "POST/a/{id}/c map[id:b]",
		{"PUT", "/a/b/c"}:       "PUT/a/b/c map[]",
		{"GET", "/a/1/c/2"}:     "GET/a/{x}/c/{y} map[x:1 y:2]",
		{"DELETE", "/a/1"}:      "405",
		{"GET", "/a"}:           "404",
		{"GET", "/a/"}:          "404",
		{"GET", "/a/1/"}:        "404",
		{"GET", "/a/1/c/2/3"}:   "404",
		{"GET", "/"}:            "404",
		{"GET", "/a/%zz"}:       "GET/a/{id} map[id:%zz]",
	} {
		route, params, status := router.Find(request[0], request[1])
		got := fmt.Sprint(status)
		if route != nil {
			got = fmt.Sprint(route.Operation, " ", params)
		}
		if got != want {
			t.Errorf("%v: %s, want %s", request, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("two routes for one path do not panic")
		}
	}()
	wire.NewRouter(append(routes, &wire.Route{Method: "GET", Path: "/a/{other}"}))
}
