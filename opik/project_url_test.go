package opik_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestGetProjectURL(t *testing.T) {
	c, srv := served(t, 0)
	before := len(srv.Requests())
	root := srv.URL[:len(srv.URL)-len("/api")]
	for name, want := range map[string]string{
		"":           "/default/redirect/projects?name=P",
		"a b&c/d+é?": "/default/redirect/projects?name=a%20b%26c%2Fd%2B%C3%A9%3F",
	} {
		if got, err := c.GetProjectURL(t.Context(), name); err != nil || got != root+want {
			t.Errorf("%q: %q, %v, want %q", name, got, err, root+want)
		}
	}
	if n := len(srv.RequestsTo("getWorkspaceName")); n != 2 || len(srv.Requests())-before != 2 {
		t.Errorf("%d requests for the name of the workspace", n)
	}
	srv.Inject(opiktest.FailWith(http.StatusForbidden))
	if got, err := c.GetProjectURL(t.Context(), "P"); got != "" || !errors.Is(err, opik.ErrForbidden) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := (*opik.Client)(nil).GetProjectURL(t.Context(), "P"); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("a nil client: %v", err)
	}
}

// A workspace that has a name needs no request.
func TestGetProjectURLOfWorkspace(t *testing.T) {
	c, err := opik.New(opik.WithURL("https://opik.example.com/opik/api/"), opik.WithWorkspace("the team"), opik.WithAPIKey("key"))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, c)
	const want = "https://opik.example.com/opik/the%20team/redirect/projects?name=Default%20Project"
	if got, err := c.GetProjectURL(t.Context(), ""); err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
