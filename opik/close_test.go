package opik_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/leaktest"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unreachable returns a client whose requests are made by trip.
func unreachable(t *testing.T, trip roundTripper, opts ...opik.Option) *opik.Client {
	t.Helper()
	c, err := opik.New(append([]opik.Option{
		opik.WithURL("http://opik.invalid/api"), opik.WithLogger(slog.New(slog.DiscardHandler)),
		opik.WithHTTPClient(&http.Client{Transport: trip}),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCloseReturnsInTime lets everything hang that is not the SDK's, and closes.
func TestCloseReturnsInTime(t *testing.T) {
	for _, tt := range []struct {
		name string
		// hang makes a client that records something and then hangs at stuck.
		hang    func(t *testing.T, stuck context.Context) *opik.Client
		timeout time.Duration
		within  time.Duration
	}{
		{"a round tripper that ignores its context", hungRequest, time.Second, 1100 * time.Millisecond},
		{"a context that has ended", hungRequest, 0, 100 * time.Millisecond},
		{"a log handler", hungLogger, time.Second, 1100 * time.Millisecond},
		{"a server that fails", func(t *testing.T, _ context.Context) *opik.Client {
			return recorded(unreachable(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }))
		}, time.Minute, time.Minute + 100*time.Millisecond},
		{"an attachment", func(t *testing.T, stuck context.Context) *opik.Client {
			c := hungRequest(t, stuck)
			_, trace := c.StartTrace(t.Context(), "t")
			trace.Attach(opik.Attachment{FileName: "a.txt", Data: []byte("content")})
			return c
		}, time.Second, 1100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stuck, release := context.WithCancel(t.Context())
				defer release()
				c := tt.hang(t, stuck)
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), tt.timeout)
				defer cancel()
				receipt, err := c.Close(ctx)
				if took := time.Since(began); took > tt.within {
					t.Errorf("closing took %v, want at most %v", took, tt.within)
				}
				if !errors.Is(err, opik.ErrNotDelivered) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
				total := receipt.Total()
				if total.Accepted == 0 || total.Accepted != total.Delivered+total.Rejected+total.Dropped+total.Spooled+total.Queued || total.Delivered != 0 {
					t.Errorf("receipt %v", receipt)
				}
				release()
				synctest.Wait()
			})
		})
	}
}

func recorded(c *opik.Client) *opik.Client {
	_, span := c.StartSpan(context.Background(), "span")
	span.End()
	return c
}

func hungRequest(t *testing.T, stuck context.Context) *opik.Client {
	return recorded(unreachable(t, func(*http.Request) (*http.Response, error) {
		<-stuck.Done()
		return nil, errors.New("released")
	}))
}

// hungLogger hangs while it is told that a record was too large for the queue.
func hungLogger(t *testing.T, stuck context.Context) *opik.Client {
	c := unreachable(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") },
		opik.WithQueueBytes(2000), opik.WithLogger(slog.New(handler(func(slog.Record) { <-stuck.Done() }))))
	_, span := c.StartSpan(t.Context(), "span")
	span.SetInput(strings.Repeat("x", 5000)) // is queued by Close
	return c
}

func TestCloseWithoutDeadlineIsBoundedByTheOption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, release := context.WithCancel(t.Context())
		defer release()
		c := recorded(unreachable(t, func(*http.Request) (*http.Response, error) {
			<-stuck.Done()
			return nil, errors.New("released")
		}, opik.WithFlushTimeout(3*time.Second)))
		began := time.Now()
		if _, err := c.Close(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 3100*time.Millisecond {
			t.Errorf("closing took %v", took)
		}
		release()
	})
}

// TestCloseBesideEverything closes a client several times at once while others record
// and flush. Nothing may be lost without being counted.
func TestCloseBesideEverything(t *testing.T) {
	c, w, _ := newClient(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				recorded(c)
			}
		})
	}
	for range 2 {
		wg.Go(func() { _, _ = c.Flush(context.Background()) }) // what it finds, the counts say
		wg.Go(func() { _, _ = c.Close(context.Background()) })
	}
	wg.Wait()
	if _, err := c.Close(context.Background()); err != nil && !errors.Is(err, opik.ErrNotDelivered) {
		t.Error(err)
	}
	// A span that a flush meets while it runs is two records.
	stats := c.Stats()
	k := stats.Kinds["span"]
	if k.Accepted < 800 || k.Accepted != k.Delivered+k.Dropped || stats.Total().Dropped != stats.Drops[opik.DropClosed] {
		t.Errorf("%+v, %v", k, stats.Drops)
	}
	if n := int64(len(w.spans())); n > k.Delivered || n < k.Delivered/2 {
		t.Errorf("%d spans arrived, %d records count as delivered", n, k.Delivered)
	}
}

// TestOnSignalStops leaves no goroutine behind, and nothing closed.
func TestOnSignalStops(t *testing.T) {
	leaktest.Check(t)
	c, w, _ := newClient(t)
	stop := opik.OnSignal(c, 0)
	stop()
	stop()
	recorded(c)
	close(t, c)
	if n := len(w.spans()); n != 1 {
		t.Errorf("%d spans arrived", n)
	}
	opik.OnSignal(nil, time.Second)()
}
