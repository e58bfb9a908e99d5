//go:build unix

package lifecycle

import (
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func init() {
	roles["signal"] = func() {
		c := newClient()
		opik.OnSignal(c, time.Hour)
		record(c, 50)
		say("ready")
		select {}
	}
	roles["signal stopped"] = func() {
		c := newClient()
		stop := opik.OnSignal(c, time.Hour)
		record(c, 50)
		stop()
		stop()
		say("ready")
		select {}
	}
	roles["signal with spool"] = func() {
		c := newClient(spool())
		opik.OnSignal(c, 300*time.Millisecond)
		record(c, 50)
		say("ready")
		select {}
	}
	roles["freeze"] = func() {
		c := newClient()
		for i := range 3 {
			record(c, 10)
			ctx, cancel := deadline()
			receipt, err := c.Flush(ctx)
			cancel()
			if err != nil {
				say(err.Error())
				return
			}
			say(fmt.Sprint("flushed ", receipt.Kinds["span"].Delivered))
			if i < 2 {
				hear()
			}
		}
	}
}

func died(t *testing.T, state *os.ProcessState, by syscall.Signal) {
	t.Helper()
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != by {
		t.Errorf("the child ended with %v, want %v", state, by)
	}
}

func TestSignalClosesAndEnds(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		srv := opiktest.NewServer(t)
		c := start(t, "signal", srv.URL, "")
		c.expect("ready")
		c.signal(s)
		died(t, c.wait(), s)
		if n := spans(srv); n != 50 {
			t.Errorf("%v: %d of 50 spans arrived", s, n)
		}
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	asked := make(chan struct{}, 100)
	srv := opiktest.NewServer(t, opiktest.WithRequestHook(func(*http.Request, []byte) error {
		select {
		case asked <- struct{}{}:
		default:
		}
		return nil
	}))
	srv.Inject(opiktest.FailWith(503))
	c := start(t, "signal", srv.URL, "")
	c.expect("ready")
	c.signal(syscall.SIGTERM)
	<-asked                   // it is closing
	c.signal(syscall.SIGTERM) // it would go on for an hour
	died(t, c.wait(), syscall.SIGTERM)
}

func TestSignalAfterStopHasItsUsualEffect(t *testing.T) {
	srv := opiktest.NewServer(t)
	c := start(t, "signal stopped", srv.URL, "")
	c.expect("ready")
	c.signal(syscall.SIGTERM)
	died(t, c.wait(), syscall.SIGTERM)
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestSignalDuringOutageLeavesRecordsOnDisk delivers with the next process what the
// first could not within the bound.
func TestSignalDuringOutageLeavesRecordsOnDisk(t *testing.T) {
	srv := opiktest.NewServer(t)
	srv.Inject(opiktest.FailWith(503))
	folder := t.TempDir()
	c := start(t, "signal with spool", srv.URL, folder)
	c.expect("ready")
	c.signal(syscall.SIGTERM)
	died(t, c.wait(), syscall.SIGTERM)
	srv.ClearFaults()
	deliverRest(t, srv, folder)
	if n := spans(srv); n != 50 {
		t.Errorf("%d of 50 spans arrived", n)
	}
}

// TestFreezeAndThaw stops a process as serverless platforms do between two calls, and
// closes its connections meanwhile.
func TestFreezeAndThaw(t *testing.T) {
	srv, server := restartable(t)
	c := start(t, "freeze", server.URL+"/api", "")
	for range 2 {
		c.expect("flushed 10")
		c.signal(syscall.SIGSTOP)
		server.CloseClientConnections()
		c.signal(syscall.SIGCONT)
		c.tell()
	}
	c.expect("flushed 10")
	if state := c.wait(); !state.Success() {
		t.Errorf("the child ended with %v", state)
	}
	if n := spansOf(srv); n != 30 {
		t.Errorf("%d of 30 spans arrived", n)
	}
}

func (c *child) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}
