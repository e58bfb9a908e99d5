package opik_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestHeadersGoWithCallsAndWithRecords(t *testing.T) {
	srv := opiktest.NewServer(t)
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithHeader("x-tenant", "acme"), opik.WithHeader("X-Two", "1"), opik.WithHeader("X-Two", "2"))
	if err != nil {
		t.Fatal(err)
	}
	_, trace := c.StartTrace(t.Context(), "t")
	trace.End()
	if _, err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Projects.ListPage(t.Context(), opik.ProjectListParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	requests := srv.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests, want a record's and a call's", len(requests))
	}
	for _, r := range requests {
		if got := r.Header.Get("X-Tenant"); got != "acme" {
			t.Errorf("%s: X-Tenant is %q", r.Path, got)
		}
		if got := strings.Join(r.Header.Values("X-Two"), ","); got != "1,2" {
			t.Errorf("%s: X-Two is %q", r.Path, got)
		}
	}
}

func TestHeadersThatCannotBeSetAreExplained(t *testing.T) {
	for name, c := range map[string]struct{ header, value, want string }{
		"no name":            {"", "x", `"" is no name of a header`},
		"blank in the name":  {"X Tenant", "x", `"X Tenant" is no name of a header`},
		"line break":         {"X-Tenant", "secret\r\nX: y", "the value of X-Tenant has a control character"},
		"the key":            {"authorization", "secret", "Authorization is set by the client: use WithAPIKey"},
		"the workspace":      {"comet-workspace", "secret", "use WithWorkspace"},
		"the body's type":    {"Content-Type", "secret", "it follows from the request"},
		"the body's coding":  {"Content-Encoding", "secret", "use WithCompression"},
		"the server's name":  {"Host", "secret", "use WithURL"},
		"the SDK's own name": {"User-Agent", "secret", "it names the SDK"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := opik.New(opik.WithURL("http://localhost/api"), opik.WithHeader(c.header, c.value))
			var config *opik.ConfigError
			if client != nil || !errors.As(err, &config) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
}
