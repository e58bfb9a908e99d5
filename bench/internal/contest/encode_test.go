package contest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
)

// TestFloorSendsWhatWeSend compares the records of the floor with ours: the same
// members, and the same values but for ids and times.
func TestFloorSendsWhatWeSend(t *testing.T) {
	for _, size := range work.Sizes {
		traces, err := work.Make(size, 1)
		if err != nil {
			t.Fatal(err)
		}
		var sent [3][]map[string]any
		for i, open := range []func(Config) (Recorder, error){openOpik(opikSetting{}), openOpik(opikSetting{raw: true}), openFloor} {
			sent[i] = records(t, open, traces[0])
		}
		if len(sent[0]) != work.EntitiesPerTrace || !reflect.DeepEqual(sent[0], sent[1]) || !reflect.DeepEqual(sent[0], sent[2]) {
			t.Errorf("%s: ours\n%v\nraw\n%v\nfloor\n%v", size, sent[0], sent[1], sent[2])
		}
	}
}

// records returns what a contestant sends for a trace, by name, without what differs.
func records(t *testing.T, open func(Config) (Recorder, error), trace *work.Trace) (all []map[string]any) {
	t.Helper()
	var mu sync.Mutex
	byName := make(map[string]map[string]any)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var batch map[string][]map[string]any
		if err == nil {
			err = json.Unmarshal(body, &batch)
		}
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, items := range batch {
			for _, item := range items {
				for _, differs := range []string{"id", "trace_id", "start_time", "end_time", "last_updated_at"} {
					delete(item, differs)
				}
				byName[item["name"].(string)] = item
			}
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	t.Setenv("HOME", t.TempDir())
	r, err := open(Config{URL: s.URL, Goroutines: 1, Batch: 100, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var h hist.Histogram
	if err := r.Trace(context.Background(), 0, trace, &h); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if h.Count() != work.EntitiesPerTrace {
		t.Errorf("%d durations", h.Count())
	}
	for _, name := range []string{trace.Name, trace.Spans[0].Name, trace.Spans[1].Name, trace.Spans[2].Name, trace.Spans[3].Name} {
		all = append(all, byName[name])
	}
	return all
}
