package lifecycle

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func init() {
	roles["exit"] = func() { record(newClient(), 50); os.Exit(0) }
	roles["exit durable"] = func() { record(newClient(spool(opik.SpoolDurable())), 50); os.Exit(0) }
	roles["panic durable"] = func() { record(newClient(spool(opik.SpoolDurable())), 50); panic("on purpose") }
	roles["exec"] = func() {
		record(newClient(spool(opik.SpoolDurable())), 50)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), roleVariable+"=idle")
		// It ends when the test closes its input, which is ours.
		cmd.Stdin = os.Stdin
		if err := cmd.Start(); err != nil {
			say(err.Error())
		}
		say("started")
		os.Exit(0)
	}
	roles["idle"] = hear
}

func spool(opts ...opik.SpoolOption) opik.Option {
	return opik.WithSpool(os.Getenv(folderVariable), opts...)
}

func deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}

// TestExitLosesWhatIsInMemory shows what the documentation says: nothing runs at
// os.Exit.
func TestExitLosesWhatIsInMemory(t *testing.T) {
	srv := opiktest.NewServer(t)
	if state := start(t, "exit", srv.URL, "").wait(); !state.Success() {
		t.Fatal(state)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestDurableSurvivesExitAndPanic(t *testing.T) {
	for _, role := range []string{"exit durable", "panic durable"} {
		srv := opiktest.NewServer(t)
		folder := t.TempDir()
		c := start(t, role, srv.URL, folder)
		c.wait()
		deliverRest(t, srv, folder)
		if n := spans(srv); n != 50 {
			t.Errorf("%s: %d of 50 spans arrived", role, n)
		}
	}
}

// TestProcessOfAProcessHoldsNothing starts a program from a process that has a spool.
// It outlives that process, and must not keep its records from being taken over.
func TestProcessOfAProcessHoldsNothing(t *testing.T) {
	srv := opiktest.NewServer(t)
	folder := t.TempDir()
	c := start(t, "exec", srv.URL, folder)
	c.expect("started")
	c.wait()
	deliverRest(t, srv, folder)
	if n := spans(srv); n != 50 {
		t.Errorf("%d of 50 spans arrived", n)
	}
}

// deliverRest runs a client over the records that a process has left.
func deliverRest(t *testing.T, srv *opiktest.Server, folder string) {
	t.Helper()
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithProject("lifecycle"), opik.WithConfigFile(os.DevNull), opik.WithSpool(folder))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := deadline()
	defer cancel()
	if err := srv.WaitFor(ctx, func() bool { return spans(srv) == 50 }); err != nil {
		t.Errorf("%v: %+v", err, c.Stats())
	}
	if _, err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

func spans(srv *opiktest.Server) int { return spansOf(srv.Backend) }

// spansOf counts the spans that arrived with their end.
func spansOf(b *opiktest.Backend) (n int) {
	for _, tree := range b.TraceTrees() {
		for _, s := range tree.Spans {
			if !s.End.IsZero() && s.Output == "out" {
				n++
			}
		}
	}
	for _, s := range b.OrphanSpans() {
		if !s.End.IsZero() {
			n++
		}
	}
	return n
}

// restartable is a backend whose connections can be closed.
func restartable(t *testing.T) (*opiktest.Backend, *httptest.Server) {
	opiktest.NewServer(t) // which closes the connections of all backends when it ends
	b := opiktest.New()
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s
}
