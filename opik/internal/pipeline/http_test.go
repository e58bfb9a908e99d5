package pipeline

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// TestOverHTTP sends through the real transport to a server that answers late,
// refuses, resets connections before and after its work, and answers like a
// proxy. Nothing may be lost.
func TestOverHTTP(t *testing.T) {
	for name, compression := range map[string]transport.Compression{"plain": transport.CompressOff, "gzip": transport.CompressOn} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			stored := map[int]bool{}
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				fault := rand.IntN(8)
				mu.Unlock()
				switch fault {
				case 0:
					panic(http.ErrAbortHandler) // a reset before anything was read
				case 1:
					io.CopyN(io.Discard, r.Body, 100)
					w.WriteHeader(503) // while the rest is still being sent
					return
				case 2:
					w.Header().Set("Content-Type", "text/html")
					fmt.Fprint(w, "<html>Please sign in</html>")
					return
				}
				items := readItems(t, r)
				mu.Lock()
				for _, i := range items {
					stored[i.N] = true
				}
				mu.Unlock()
				if fault == 3 {
					panic(http.ErrAbortHandler) // a reset after the work was done
				}
				w.WriteHeader(204)
			}))
			defer srv.Close()
			base, err := url.Parse(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := transport.New(transport.Options{BaseURL: base, Compression: compression})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			p := open(t, tr, func(o *Options) {
				o.Retry = retry.Policy{Base: time.Millisecond, Max: 5 * time.Millisecond, MaxHint: time.Second}
			})
			const n = 3000
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					for i := range n / 4 {
						if err := p.Enqueue(sized(1+g*n/4+i, i%700)); err != nil {
							t.Error(err)
						}
						if i%50 == 0 {
							time.Sleep(time.Millisecond)
						}
					}
				})
			}
			wg.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r, err := p.Close(ctx)
			if err != nil || r.Total() != (Counts{Accepted: n, Delivered: n}) || len(stored) != n {
				t.Errorf("%d stored, %+v, %v", len(stored), r, err)
			}
			if gzipped := r.SentBytes < r.EncodedBytes; gzipped != (compression == transport.CompressOn) {
				t.Errorf("%d bytes were encoded and %d sent", r.EncodedBytes, r.SentBytes)
			}
		})
	}
}

func readItems(t *testing.T, r *http.Request) []wireItem {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Errorf("reading the request: %v", err)
		return nil
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return nil
		}
		if body, err = io.ReadAll(z); err != nil {
			t.Error(err)
		}
	}
	var envelope struct{ Scores []wireItem }
	if err := json.Unmarshal(body, &envelope); err != nil {
		t.Errorf("%v in %.100s", err, body)
	}
	return envelope.Scores
}
