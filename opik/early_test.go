package opik_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
)

// TestEarlyRecords counts the records of a span that runs for so long.
func TestEarlyRecords(t *testing.T) {
	for _, tt := range []struct {
		name    string
		opts    []opik.Option
		runs    time.Duration
		records int64
	}{
		{"ends before", nil, 900 * time.Millisecond, 1},
		{"runs for longer", nil, 5 * time.Second, 2},
		{"ends before the time of the option", []opik.Option{opik.WithEarlyRecords(10 * time.Second)}, 9 * time.Second, 1},
		{"runs for longer than the option", []opik.Option{opik.WithEarlyRecords(10 * time.Second)}, 30 * time.Second, 2},
		{"at once", []opik.Option{opik.WithEarlyRecords(0)}, 10 * time.Millisecond, 2},
		{"never", []opik.Option{opik.WithEarlyRecords(opik.NoEarlyRecords)}, 24 * time.Hour, 1},
		{"never, said otherwise", []opik.Option{opik.WithEarlyRecords(-time.Hour)}, 24 * time.Hour, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, w, _ := newClient(t, tt.opts...)
				_, trace := c.StartTrace(t.Context(), "t")
				time.Sleep(tt.runs)
				trace.End()
				close(t, c)
				if n := c.Stats().Kinds["trace"].Accepted; n != tt.records {
					t.Errorf("%d records, want %d", n, tt.records)
				}
				sent := w.traces()
				if last := sent[len(sent)-1]; last["end_time"] == nil {
					t.Errorf("the last record has no end: %v", last)
				}
			})
		})
	}
}

// TestChangesAfterTheEndArriveWithoutEarlyRecords sets something on a span that has
// ended.
func TestChangesAfterTheEndArriveWithoutEarlyRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w, _ := newClient(t, opik.WithEarlyRecords(opik.NoEarlyRecords))
		_, trace := c.StartTrace(t.Context(), "t")
		trace.End()
		time.Sleep(time.Minute)
		trace.SetName("later")
		time.Sleep(time.Minute)
		if got := w.traces(); len(got) != 2 || got[1]["name"] != "later" {
			t.Errorf("%v", got)
		}
		close(t, c)
	})
}
