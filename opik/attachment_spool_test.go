package opik_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// TestAttachmentsSurviveRestart lets clients with one folder end while the server
// cannot be had, and a later one deliver; one for another workspace does not.
func TestAttachmentsSurviveRestart(t *testing.T) {
	for name, opts := range map[string][]opiktest.Option{"server": nil, "storage": {opiktest.WithObjectStorage()}} {
		for _, durable := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, durable %v", name, durable), func(t *testing.T) {
				srv := opiktest.NewServer(t, append(opts, opiktest.WithAccount(opiktest.Account{APIKey: "k", Workspaces: []string{"a", "b"}}))...)
				dir := filepath.Join(t.TempDir(), "spool")
				open := func(workspace string) *opik.Client {
					var spool []opik.SpoolOption
					if durable {
						spool = append(spool, opik.SpoolDurable())
					}
					c, err := opik.New(opik.WithURL(srv.URL), opik.WithAPIKey("k"), opik.WithWorkspace(workspace), opik.WithLogger(quiet), opik.WithSpool(dir, spool...))
					if err != nil {
						t.Fatal(err)
					}
					return c
				}
				outage := srv.Inject(opiktest.FailWith(503))
				for run := range 3 {
					c := open("a")
					for i, content := range []string{"small", strings.Repeat("large", 100_000)} {
						target := opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: "01942ab4-7a2e-7000-8000-0000000000a1", FileName: fmt.Sprint(run, "-", i)}
						if err := c.LogAttachment(target, strings.NewReader(content)); err != nil {
							t.Fatal(err)
						}
					}
					ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
					r, err := c.Close(ctx)
					cancel()
					// What earlier ones have left is adopted if there is time for it.
					if got := r.Kinds["attachment"]; err != nil || got.Dropped != 0 || got.Spooled != 2+got.Adopted {
						t.Errorf("run %d: %v, %+v", run, err, r)
					}
					if r.Complete() || !strings.Contains(r.String(), "spooled") {
						t.Errorf("the receipt says %v", r)
					}
				}
				outage.Remove()

				other := open("b")
				if _, err := other.Close(t.Context()); err != nil {
					t.Error(err)
				}
				if got := other.Stats().Kinds["attachment"]; got != (opik.Counts{}) {
					t.Errorf("the client for another workspace has %+v", got)
				}

				c := open("a")
				// Nothing tells of the end of what is done in the background.
				for tick, end := time.NewTicker(time.Millisecond), time.After(time.Minute); c.Stats().Kinds["attachment"].Delivered < 6; {
					select {
					case <-tick.C:
						continue
					case <-end:
						t.Fatalf("%+v", c.Stats())
					}
				}
				r, err := c.Close(t.Context())
				if got := r.Kinds["attachment"]; err != nil || got.Adopted != 6 || !r.Complete() {
					t.Errorf("%v, %+v", err, r)
				}
				if n := len(srv.RequestsTo("startMultiPartUpload")); n < 6 {
					t.Errorf("%d uploads", n)
				}
			})
		}
	}
}
