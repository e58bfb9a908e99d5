package opik_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
)

func unavailable(request) (int, string) { return http.StatusServiceUnavailable, "" }

// closeWithin closes a client that has only so much time.
func closeWithin(t *testing.T, c *opik.Client, d time.Duration) opik.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	r, err := c.Close(ctx)
	if err != nil {
		t.Errorf("close: %v", err)
	}
	return r
}

// A client that ends during an outage leaves its records to the next one with the same
// server and workspace.
func TestSpoolOutlivesTheClient(t *testing.T) {
	for _, mode := range []struct {
		name string
		opts []opik.SpoolOption
	}{
		{"auto", nil},
		{"durable", []opik.SpoolOption{opik.SpoolDurable(), opik.SpoolSync(opik.SyncNever)}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "a", "spool")
				c, w, _ := newClient(t, opik.WithSpool(dir, mode.opts...))
				w.answer = unavailable
				_, trace := c.StartTrace(t.Context(), "t", opik.WithInput("what a process left"))
				trace.End()
				receipt := closeWithin(t, c, time.Second)
				if receipt.Total() != (opik.Counts{Accepted: 1, Spooled: 1}) || receipt.Complete() || receipt.Spool.Records != 1 || receipt.Spool.Bytes == 0 {
					t.Errorf("receipt %+v", receipt)
				}
				if !strings.Contains(receipt.String(), "1 spooled") {
					t.Errorf("%v", receipt)
				}
				checkModes(t, dir)

				other, _, _ := newClient(t, opik.WithSpool(dir), opik.WithURL("http://other.test/api"))
				time.Sleep(time.Second)
				if got := other.Stats().Total(); got != (opik.Counts{}) {
					t.Errorf("a client for another server has %+v", got)
				}
				next, w, _ := newClient(t, opik.WithSpool(dir))
				time.Sleep(time.Second)
				if got := next.Stats(); got.Total() != (opik.Counts{Accepted: 1, Adopted: 1, Delivered: 1}) {
					t.Errorf("the next client has %+v", got)
				}
				if got := latest(t, w.traces(), trace.ID())["input"]; got != "what a process left" {
					t.Errorf("input %v", got)
				}
			})
		})
	}
}

func checkModes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// With a spool, more is kept during an outage than the memory holds, and a Flush does
// not wait for the server.
func TestSpoolHoldsWhatTheMemoryCannot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w, _ := newClient(t, opik.WithSpool(t.TempDir()), opik.WithQueueBytes(64<<10), opik.WithCompression(false))
		w.answer = unavailable
		const records = 100
		for range records {
			_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(strings.Repeat("x", 4<<10)))
			trace.End()
		}
		if got := c.Stats(); got.Total().Spooled == 0 || got.Total().Dropped != 0 || got.QueuedBytes > got.MaxBytes {
			t.Errorf("%+v", got)
		}
		receipt := flush(t, c)
		if got := receipt.Total(); got.Spooled != records || got.Queued != 0 {
			t.Errorf("receipt %v", receipt)
		}
		w.mu.Lock()
		w.answer = nil
		w.mu.Unlock()
		time.Sleep(time.Minute)
		if got := c.Stats().Total(); got != (opik.Counts{Accepted: records, Delivered: records}) {
			t.Errorf("%+v", got)
		}
	})
}

// A folder that fails after New costs durability, not records.
func TestSpoolThatFailsLater(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root may write anywhere; the folder is replaced by a file instead")
	}
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "spool")
		c, w, l := newClient(t, opik.WithSpool(dir, opik.SpoolDurable()))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		err := c.LogTracesFeedbackScores(opik.TraceScore{ID: "01942ab4-7a2e-7000-8000-0000000000a1", Name: "s", Value: 1})
		if !errors.Is(err, opik.ErrNotDurable) {
			t.Errorf("error %v", err)
		}
		_, trace := c.StartTrace(t.Context(), "t")
		trace.End()
		flush(t, c)
		stats := c.Stats()
		if stats.Total() != (opik.Counts{Accepted: 2, Delivered: 2}) || stats.SpoolFailures == 0 || stats.SpoolError == nil {
			t.Errorf("%+v", stats)
		}
		latest(t, w.traces(), trace.ID())
		if n := strings.Count(l.String(), "cannot be kept on disk"); n != 1 {
			t.Errorf("the logger was told %d times: %v", n, l)
		}
	})
}
