package opik_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest"
)

const putItems = "PUT /v1/private/datasets/items"

func TestInsertRepeats(t *testing.T) {
	for name, fault := range map[string]opiktest.Fault{
		"unavailable":  opiktest.FailWith(http.StatusServiceUnavailable).Times(1),
		"rate limited": opiktest.BareTooManyRequests().Times(1),
		"dropped":      opiktest.DropRequest().Times(1),
		"reset":        opiktest.Reset(0).Times(1),
	} {
		t.Run(name, func(t *testing.T) {
			s := newDatasetServer(t)
			ds := s.dataset("d")
			injected := s.srv.Inject(fault.On(putItems))
			s.insert(ds, numbered(3)...)
			if n, err := ds.ItemsCount(t.Context()); n != 3 || err != nil || injected.Hits() != 1 {
				t.Errorf("%d items, %v, %d failures", n, err, injected.Hits())
			}
		})
	}
}

// More refusals than any other request is repeated for.
func TestInsertWaitsForTheRateLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for seconds")
	}
	t.Parallel()
	s := newDatasetServer(t)
	ds := s.dataset("d")
	injected := s.srv.Inject(opiktest.BareTooManyRequests().On(putItems).Times(5))
	s.insert(ds, numbered(1)...)
	if injected.Hits() != 5 {
		t.Errorf("%d refusals", injected.Hits())
	}
	s.srv.Inject(opiktest.RateLimitReset(time.Hour).On(putItems))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := ds.Insert(ctx, question("late"))
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, opik.ErrRateLimited) {
		t.Errorf("error %v", err)
	}
}

func TestInsertFailsInTheMiddle(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).On(putItems).After(1).Times(1))
	receipt, err := ds.Insert(t.Context(), numbered(2500)...)
	var partial *opik.DatasetItemsError
	if !errors.As(err, &partial) || !errors.Is(err, opik.ErrForbidden) {
		t.Fatalf("error %v", err)
	}
	if partial.Method != "Dataset.Insert" || len(partial.Done) != 1000 || len(partial.Open) != 1000 || !slices.Equal(partial.Done, receipt.IDs[:1000]) {
		t.Errorf("%d done, %d open", len(partial.Done), len(partial.Open))
	}
	if !strings.Contains(err.Error(), "opik: Dataset.Insert: ") || !strings.Contains(err.Error(), "(1000 items are done)") {
		t.Errorf("error %v", err)
	}
	if receipt.Stored != 1000 || len(receipt.IDs) != 2500 || receipt.IDs[1000] != "" {
		t.Errorf("stored %d of %d", receipt.Stored, len(receipt.IDs))
	}
	// What was not stored is no duplicate.
	if again := s.insert(ds, numbered(2500)...); again.Stored != 1500 || again.Duplicates != 1000 {
		t.Errorf("receipt %d, %d", again.Stored, again.Duplicates)
	}

	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).On("POST /v1/private/datasets/items/delete").After(1).Times(1))
	ids := itemIDs(t, ds.Items(t.Context(), opik.DatasetItemsParams{}))
	err = ds.DeleteItems(t.Context(), ids)
	if !errors.As(err, &partial) || partial.Method != "Dataset.DeleteItems" || !slices.Equal(partial.Done, ids[:1000]) || !slices.Equal(partial.Open, ids[1000:2000]) {
		t.Errorf("error %v", err)
	}
	if n, err := ds.ItemsCount(t.Context()); n != 1500 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
}

// The server stores what is sent, and the answer is lost for good: the next insert
// looks at what is there.
func TestInsertWithLostAnswers(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	lost := s.srv.Inject(opiktest.Reset(0).On(putItems))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := ds.Insert(ctx, numbered(3)...)
	var partial *opik.DatasetItemsError
	if !errors.As(err, &partial) || len(partial.Open) != 3 || len(partial.Done) != 0 {
		t.Fatalf("error %v", err)
	}
	if lost.Hits() == 0 {
		t.Fatal("nothing failed")
	}
	s.srv.ClearFaults()
	stored, err := ds.ItemsCount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again := s.insert(ds, numbered(3)...); again.Duplicates != stored {
		t.Errorf("%d items were stored, %d are duplicates", stored, again.Duplicates)
	}
	if n, err := ds.ItemsCount(t.Context()); n != 3 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
}

// A proxy takes less in a request than the server.
func TestInsertSplitsWhatIsTooLarge(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	injected := s.srv.Inject(opiktest.FailWith(http.StatusRequestEntityTooLarge).On(putItems).Times(2))
	receipt := s.insert(ds, numbered(7)...)
	if injected.Hits() != 2 || receipt.Stored != 7 {
		t.Errorf("receipt %+v", receipt)
	}
	_, batches := s.take()
	if len(batches) < 2 {
		t.Errorf("%d requests", len(batches))
	}
	s.srv.Inject(opiktest.FailWith(http.StatusRequestEntityTooLarge).On(putItems))
	if _, err := ds.Insert(t.Context(), question("one")); !errors.Is(err, opik.ErrPayloadTooLarge) {
		t.Errorf("error %v", err)
	}
}

func TestInsertWithoutTheItemsOfTheServer(t *testing.T) {
	s := newDatasetServer(t)
	s.insert(s.dataset("d"), numbered(2)...)
	ds := s.get("d")
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).On("POST /v1/private/datasets/items/stream").Times(1))
	_, err := ds.Insert(t.Context(), numbered(3)...)
	if !errors.Is(err, opik.ErrForbidden) || !strings.Contains(err.Error(), "reading the items") {
		t.Errorf("error %v", err)
	}
	if _, batches := s.take(); len(batches) != 0 {
		t.Errorf("%d requests", len(batches))
	}
	if receipt := s.insert(ds, numbered(3)...); receipt.Stored != 1 {
		t.Errorf("receipt %+v", receipt)
	}
}

func TestInsertFromManyGoroutines(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	var all sync.WaitGroup
	var stored atomic.Int64
	for range 8 {
		all.Go(func() {
			for i := range 5 {
				receipt, err := ds.Insert(t.Context(), question(i), question(fmt.Sprint(i)))
				if err != nil {
					t.Error(err)
				}
				stored.Add(int64(receipt.Stored))
			}
		})
	}
	all.Wait()
	if n, err := ds.ItemsCount(t.Context()); n != 10 || stored.Load() != 10 || err != nil {
		t.Errorf("%d items, %d stored, %v", n, stored.Load(), err)
	}
}

func TestInsertWaitsWithItsContext(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := ds.InsertSeq(t.Context(), func(yield func(opik.DatasetItem, error) bool) {
		cancel() // the other one waits while this one has its turn
		if _, err := ds.Insert(ctx, question(1)); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if err := ds.DeleteItems(ctx, []string{uuid7.New()}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if err := ds.Clear(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if err := ds.Sync(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		yield(question(2), nil)
	}, opik.InsertParams{})
	if err != nil {
		t.Error(err)
	}
}

// TestInsertIsBounded inserts 100,000 items into a dataset that has some, with less
// than 64 MiB in use whenever it is looked at.
func TestInsertIsBounded(t *testing.T) {
	const present, items, most = 20_000, 100_000, 64 << 20
	var before, peak int64
	requests := 0
	measure := func() {
		if requests++; requests%10 == 0 {
			peak = max(peak, heapInUse()-before)
		}
	}
	id := uuid7.New()
	sent, streamed := 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1/private") {
		case "POST /datasets/retrieve":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"id":%q,"name":"d","dataset_items_count":%d}`, id, present)
		case "POST /datasets/items/stream":
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "application/octet-stream")
			for range min(2000, present-streamed) {
				fmt.Fprintf(w, "{\"id\":%q,\"data\":%s}\r\n", uuid7.New(), answerTo(streamed))
				streamed++
			}
			measure()
		case "PUT /datasets/items":
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sent += bytes.Count(body, []byte(`"source":"sdk"`))
			body = nil
			measure()
			w.WriteHeader(http.StatusNoContent)
		default:
			t.Errorf("request %s %s", r.Method, r.URL.Path)
		}
	}))
	defer srv.Close()
	c, err := opik.New(opik.WithURL(srv.URL + "/api"))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, c)
	ds, err := c.GetDataset(t.Context(), "d", opik.GetDatasetParams{})
	if err != nil {
		t.Fatal(err)
	}
	before = heapInUse()
	receipt, err := ds.InsertSeq(t.Context(), func(yield func(opik.DatasetItem, error) bool) {
		for i := range items {
			// The last thousand of those that are there come first.
			if !yield(opik.DatasetItem{Data: answerTo(present - 1000 + i)}, nil) {
				return
			}
		}
	}, opik.InsertParams{})
	if err != nil {
		t.Fatal(err)
	}
	if sent != items-1000 || receipt.Stored != sent || receipt.Duplicates != 1000 || streamed != present {
		t.Errorf("%d sent, %d duplicates, %d streamed", sent, receipt.Duplicates, streamed)
	}
	t.Logf("at most %.1f MiB in use", float64(peak)/(1<<20))
	if peak == 0 || peak > most {
		t.Errorf("%d bytes in use, more than %d", peak, most)
	}
}

func answerTo(n int) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"input":"question %d","expected":"%s"}`, n, strings.Repeat("an answer ", 5)))
}

// heapInUse returns how many bytes are reachable.
func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
