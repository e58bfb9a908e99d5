package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// version is what the backend says it is: the release of the server whose
// behaviour it copies.
const version = "2.0.2"

func systemRoutes() []*wire.Route {
	public := func(operation, path string, body doc.Object) *wire.Route {
		return &wire.Route{
			Method: http.MethodGet, Path: path, Operation: operation, Public: true,
			Handle: func(*wire.Call) (wire.Result, error) { return wire.OK(body), nil },
		}
	}
	return []*wire.Route{
		public("isAlive", "/is-alive/ping", doc.Object{"message": "Healthy Server", "healthy": true}),
		public("version", "/is-alive/ver", doc.Object{"version": version}),
		without("checkAccess", http.MethodPost, "/auth", func(*wire.Call) (wire.Result, error) {
			// Whoever gets here has shown good credentials.
			return wire.NoContent(), nil
		}),
		{
			Method: http.MethodGet, Path: wire.Prefix + "/auth/workspace", Operation: "getWorkspaceName", AnyWorkspace: true,
			Handle: func(c *wire.Call) (wire.Result, error) {
				return wire.OK(doc.Object{"workspace_name": c.Workspace}), nil
			},
		},
	}
}
