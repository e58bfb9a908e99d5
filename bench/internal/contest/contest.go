// Package contest holds the contestants: the SDKs that are compared, and the floor
// below them. Each records the same content by the means that its own documentation
// names.
package contest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/work"
)

// Config is what a contestant has to know.
type Config struct {
	// URL is the sink's.
	URL string
	// Goroutines is how many goroutines record.
	Goroutines int
	// Batch is how many entities the floor sends in a request.
	Batch int
	// Hold makes a contestant keep everything and send nothing, as far as it can:
	// so that what the caller's side allocates is seen alone.
	Hold bool
	// Dir is an empty folder for what a contestant keeps on disk.
	Dir string
}

// Recorder is an SDK at work.
type Recorder interface {
	// Trace records a trace and its spans, and adds to h for each entity how long the
	// calls for it took. Goroutine g makes the call; each has its own number from 0.
	// An error says that something of it was not recorded.
	Trace(ctx context.Context, g int, t *work.Trace, h *hist.Histogram) error
	// Close sends what is left, and ends the SDK.
	Close(ctx context.Context) error
}

// Contestant is an SDK in one of its settings.
type Contestant struct {
	// Name is the name in tables, without spaces.
	Name string
	// About says in a few words what the setting is.
	About string
	// Share is the part of a workload that the contestant records: one that sends each
	// entity by itself would need minutes for all of it. 0 means everything.
	Share float64
	// Lossless says that the setting promises to lose nothing while the server answers.
	Lossless bool
	// Open starts it.
	Open func(Config) (Recorder, error)
}

// Names of the contestants that ratios are taken of.
const (
	Ours         = "opik"
	OursBlocking = "opik-block"
	Floor        = "floor"
	OTelBlocking = "otel-block"
)

// All lists the contestants in the order of the tables. Ours come before the floor,
// which sends as many entities in a request as ours do.
var All = []Contestant{
	{Name: Ours, About: "this SDK, its defaults, structured values", Open: openOpik(opikSetting{})},
	{Name: "opik-raw", About: "the same with values that are JSON already", Open: openOpik(opikSetting{raw: true})},
	{Name: OursBlocking, About: "this SDK, never dropping for want of room", Lossless: true, Open: openOpik(opikSetting{block: true})},
	{Name: "opik-raw-block", About: "the same with values that are JSON already", Lossless: true, Open: openOpik(opikSetting{raw: true, block: true})},
	{Name: "opik-spool", About: "this SDK with a spool, to disk when memory is full", Lossless: true, Open: openOpik(opikSetting{spool: true})},
	{Name: "opik-durable", About: "this SDK with a spool, each record on disk before the call returns, synced every 100 ms", Lossless: true, Open: openOpik(opikSetting{durable: true})},
	{Name: Floor, About: "an encoder written for the content, a buffer, and a POST for each batch", Lossless: true, Open: openFloor},
	{Name: OTelBlocking, About: "OpenTelemetry, OTLP over HTTP, WithBlocking", Lossless: true, Open: openOTel(otelSetting{block: true})},
	{Name: "otel-raw-block", About: "the same with values that are JSON already", Lossless: true, Open: openOTel(otelSetting{raw: true, block: true})},
	{Name: "otel", About: "OpenTelemetry, OTLP over HTTP, its defaults", Open: openOTel(otelSetting{})},
	{Name: "plexusone", About: "github.com/plexusone/opik-go, its batching client", Share: 0.05, Lossless: true, Open: openPlexus},
}

// Find returns the contestant of that name.
func Find(name string) (Contestant, error) {
	for _, c := range All {
		if c.Name == name {
			return c, nil
		}
	}
	return Contestant{}, fmt.Errorf("there is no contestant %q", name)
}

// forever is longer than any measurement.
const forever = time.Hour

// newHTTPClient returns a client that keeps a connection for each goroutine. The
// standard one keeps two, and makes a connection for each request beyond.
func newHTTPClient(goroutines int) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.MaxIdleConnsPerHost = goroutines + 2
	t.DisableCompression = true
	return &http.Client{Transport: t}
}
