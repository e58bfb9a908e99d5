package recorded

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// replayed is what the recorded requests led to.
type replayed struct {
	made *substitution
	// states are those after so many requests, as far as they were asked for.
	states map[int]state
	final  state
	// counts are the numbers of results of the searches.
	counts []int
}

// replay sends the recorded requests to a fresh server. Requests that the recording
// server did not serve, because it was told to fail, are left out. at are the
// numbers of requests after which the state is noted.
func replay(t *testing.T, v *vector, sc *scenario, at []int) replayed {
	t.Helper()
	// Some of the requests are not what the contract allows: an SDK may be lax.
	srv := opiktest.NewServer(t, append(accounts(v), opiktest.AllowViolations())...)
	header := credentials(v)
	for _, s := range sc.prepare {
		s.send(t, srv, header)
	}
	made, err := newSubstitution(v)
	if err != nil {
		t.Fatal(err)
	}
	made.serve(srv.URL)
	out := replayed{made: made, states: map[int]state{}}
	for i, r := range v.Requests {
		if r.served() && !sc.skips(r) {
			path, body := made.send(r.Path).(string)+made.query(r.Query), made.send(r.Body)
			status, answer := call(t, srv, header, r.Method, path, body)
			if status != r.Response.Status {
				t.Fatalf("recorded request %d, %s %s: status %d where the recording has %d: %s", i+1, r.Method, path, status, r.Response.Status, answer)
			}
			made.learn(r.Response.Body, answer)
			if r.isSearch() {
				out.counts = append(out.counts, bytes.Count(answer, []byte("\n"))) // one result a line
			}
		}
		if slices.Contains(at, i+1) {
			out.states[i+1] = readState(t, srv, header)
		}
	}
	for _, s := range sc.reveal {
		s.send(t, srv, header)
	}
	out.final = readState(t, srv, header)
	return out
}

// accounts are the options with which a server knows the API key of the recording.
func accounts(v *vector) []opiktest.Option {
	if v.Config.APIKey == "" {
		return nil
	}
	return []opiktest.Option{opiktest.WithAccount(opiktest.Account{APIKey: v.Config.APIKey, Workspaces: []string{v.Config.Workspace}})}
}

func credentials(v *vector) http.Header {
	h := http.Header{}
	if v.Config.APIKey != "" {
		h.Set("Authorization", v.Config.APIKey)
	}
	if v.Config.Workspace != "" {
		h.Set("Comet-Workspace", v.Config.Workspace)
	}
	return h
}

// injectRecorded makes a server fail as the recording server did. Failures that do
// not come first of the requests to one path cannot be told apart from those that
// another SDK would meet; there are none.
func injectRecorded(t *testing.T, v *vector, sc *scenario, srv *opiktest.Server) (injected []*opiktest.Injection) {
	t.Helper()
	served := map[string]bool{}
	for i, r := range v.Requests {
		route := r.Method + " " + r.Path
		if r.served() || sc.skips(r) {
			served[route] = true
			continue
		}
		if served[route] {
			t.Fatalf("request %d fails after others to %s were served", i+1, route)
		}
		fault := opiktest.DropRequest()
		if !r.Response.Dropped {
			body, err := json.Marshal(r.Response.Body)
			if err != nil {
				t.Fatal(err)
			}
			fault = opiktest.FailWith(r.Response.Status).WithBody("application/json", string(body))
			for _, name := range slices.Sorted(maps.Keys(r.Response.Headers)) {
				fault = fault.WithHeader(name, r.Response.Headers[name])
			}
		}
		injected = append(injected, srv.Inject(fault.On(route).Times(1)))
	}
	return injected
}
