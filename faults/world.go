package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/opik-go/sdk/opik/opiktest"
)

// world is what a client talks to: a proxy that can spoil connections, before a
// server that can refuse requests, before the embedded backend.
type world struct {
	*opiktest.Backend
	server *httptest.Server
	proxy  *toxiproxy.Proxy
	poison string // the text of the record that is bad

	mu     sync.Mutex
	status int // of refusals
	when   func(body []byte) bool
}

// addresses counts the worlds, each of which has an address of its own.
var addresses atomic.Uint32

func newWorld() (*world, error) {
	w := &world{Backend: opiktest.New(opiktest.WithRequestLog(100_000))}
	w.server = httptest.NewServer(w)
	// A proxy that is stopped and started again needs its port again. On an address
	// of its own nobody takes it meanwhile.
	host := "127.0.0.1"
	if runtime.GOOS == "linux" {
		n := addresses.Add(1)
		host = fmt.Sprintf("127.77.%d.%d", n/250%250, n%250+1)
	}
	w.proxy = toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "opik", host+":0", w.server.Listener.Addr().String())
	if err := w.proxy.Start(); err != nil {
		w.server.Close()
		return nil, err
	}
	return w, nil
}

func (w *world) url() string { return "http://" + w.proxy.Listen + "/api" }

func (w *world) close() {
	w.proxy.Stop()
	w.server.CloseClientConnections()
	w.server.Close()
}

// refuse answers requests that a condition holds for with a status.
func (w *world) refuse(status int, when func([]byte) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status, w.when = status, when
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	status, when := w.status, w.when
	w.mu.Unlock()
	if when != nil && r.Method != http.MethodGet {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if when(plain(r, raw)) {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(status)
			fmt.Fprintf(rw, `{"errors":["refused by the test with %d"]}`, status)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
	}
	w.Backend.ServeHTTP(rw, r)
}

// plain returns a body without its compression.
func plain(r *http.Request, raw []byte) []byte {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return raw
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return raw
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return raw
	}
	return text
}

// arrivals counts how often the server took each record. Only a success without
// content says that it did: a page of HTML has another status.
func (w *world) arrivals(markers map[string]bool) map[string]int {
	times := make(map[string]int)
	for _, r := range w.Requests() {
		if r.Status == http.StatusNoContent {
			countTexts(r.Body, markers, times)
		}
	}
	return times
}

func countTexts(v any, markers map[string]bool, times map[string]int) {
	switch v := v.(type) {
	case string:
		if markers[v] {
			times[v]++
		}
	case []any:
		for _, e := range v {
			countTexts(e, markers, times)
		}
	case map[string]any:
		for _, e := range v {
			countTexts(e, markers, times)
		}
	}
}

func contains(body []byte, text string) bool {
	quoted, err := json.Marshal(text)
	return err == nil && (bytes.Contains(body, quoted) || bytes.Equal(body, []byte(text)))
}

type attributes map[string]any

// toxic is a fault of the network; see toxiproxy for its kinds.
func toxic(kind, stream string, a attributes) func(*world) (func() error, error) {
	return func(w *world) (func() error, error) {
		text, err := json.Marshal(map[string]any{"name": "fault", "type": kind, "stream": stream, "toxicity": 1, "attributes": a})
		if err != nil {
			return nil, err
		}
		if _, err := w.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
			return nil, err
		}
		return func() error { return w.proxy.Toxics.RemoveToxic(context.Background(), "fault") }, nil
	}
}

// down is a network in which nobody listens at the server's address.
func down(w *world) (func() error, error) {
	w.proxy.Stop()
	return w.proxy.Start, nil
}
