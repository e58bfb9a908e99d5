package opik_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
)

// While the server is away, more is logged than the memory holds.
func TestOverflowPolicies(t *testing.T) {
	const records = 40
	for _, tt := range []struct {
		policy opik.OverflowPolicy
		first  bool // the first records arrive, not the last
		waits  bool
	}{
		{opik.OverflowDropOldest, false, false},
		{opik.OverflowDropNewest, true, false},
		{opik.OverflowBlock(10 * time.Millisecond), true, true},
	} {
		t.Run(tt.policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, w, _ := newClient(t, opik.WithQueueBytes(64<<10), opik.WithOverflow(tt.policy), opik.WithCompression(false))
				w.answer = func(request) (int, string) { return http.StatusServiceUnavailable, "" }
				start := time.Now()
				var ids []string
				for range records {
					_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(strings.Repeat("x", 4<<10)))
					trace.End()
					ids = append(ids, trace.ID())
				}
				if waited := time.Since(start) > 0; waited != tt.waits {
					t.Errorf("it took %v", time.Since(start))
				}
				stats := c.Stats()
				sum := stats.Total()
				if sum.Accepted != records || sum.Dropped == 0 || sum.Dropped != stats.Drops[opik.DropOverflow] || sum.Queued != records-sum.Dropped {
					t.Errorf("%+v", stats)
				}
				w.mu.Lock()
				w.answer = nil
				w.mu.Unlock()
				receipt, err := c.Flush(t.Context())
				if !errors.Is(err, opik.ErrNotDelivered) || receipt.Total().Dropped != sum.Dropped {
					t.Errorf("receipt %v, error %v", receipt, err)
				}
				survivor := ids[records-1]
				if tt.first {
					survivor = ids[0]
				}
				latest(t, w.traces(), survivor) // fails if it is not there
			})
		})
	}
}

func TestNamesOfOverflowPolicies(t *testing.T) {
	for policy, want := range map[opik.OverflowPolicy]string{
		opik.OverflowDropOldest:         "drop oldest",
		opik.OverflowDropNewest:         "drop newest",
		opik.OverflowSpool:              "spool",
		opik.OverflowBlock(time.Second): "block for 1s",
		opik.OverflowBlock(-1):          "block for a time that is not positive",
		0:                               "none",
		-77:                             "unknown policy -77",
	} {
		if got := policy.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
