package opiktest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/api"
	"github.com/opik-go/sdk/opik/opiktest/internal/objectstore"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// defaultWorkspace is the only workspace of a backend without accounts.
const defaultWorkspace = "default"

// Backend is an Opik server in memory. It implements [http.Handler] and serves
// the paths of the API with or without the prefix /api before them.
//
// A Backend starts empty and keeps everything until it is dropped. It is safe
// for concurrent use, starts no goroutine, and holds nothing that needs closing.
type Backend struct {
	settings settings
	router   *wire.Router
	routes   []*wire.Route
	// removed finds the routes that are taken away, see [WithoutOperations].
	removed *wire.Router

	faults     faultList
	log        requestLog
	violations violationList
	limits     *limiter // nil without rate limits
	checker    checker
	storage    *objectstore.Store // nil if the backend keeps attachments itself
	storageURL string             // "" if the storage is reached as the backend is

	mu      sync.Mutex // guards what follows, and the stores themselves
	stores  map[string]*store.Store
	changed chan struct{} // closed and replaced after each request
}

// New returns an empty backend. Without options it takes requests with any API
// key or none, for the workspace "default".
func New(opts ...Option) *Backend {
	s := settings{now: time.Now, logSize: defaultLogSize}
	for _, o := range opts {
		o(&s)
	}
	b := &Backend{
		settings: s,
		stores:   map[string]*store.Store{},
		checker:  environmentChecker(),
		changed:  make(chan struct{}),
	}
	var removed []*wire.Route
	b.routes, removed = without(api.Routes(), s.without)
	b.router, b.removed = wire.NewRouter(b.routes), wire.NewRouter(removed)
	b.log.size, b.log.limit = s.logSize, maxLogBytes
	if s.objectStorage {
		b.storage = objectstore.New(s.now)
	}
	if s.limits != nil {
		b.limits = newLimiter(*s.limits, s.now)
	}
	return b
}

// without splits routes into those of other operations and those of the operations.
func without(all []*wire.Route, operations []string) (kept, removed []*wire.Route) {
	for _, id := range operations {
		if !slices.ContainsFunc(all, func(r *wire.Route) bool { return r.Operation == id }) {
			panic(fmt.Sprintf("opiktest: WithoutOperations: unknown operation %q", id))
		}
	}
	for _, r := range all {
		if slices.Contains(operations, r.Operation) {
			removed = append(removed, r)
		} else {
			kept = append(kept, r)
		}
	}
	return kept, removed
}

// store returns the state of a workspace. The caller holds b.mu.
func (b *Backend) store(workspace string) *store.Store {
	st := b.stores[workspace]
	if st == nil {
		st = store.New(store.Settings{Now: b.settings.now, Delay: b.settings.backgroundDelay})
		b.stores[workspace] = st
	}
	return st
}

// workspaces returns the names of the workspaces that were used, in order. The
// caller holds b.mu.
func (b *Backend) workspaces() []string { return slices.Sorted(maps.Keys(b.stores)) }

// notify wakes those who wait for a change. The caller holds b.mu.
func (b *Backend) notify() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Reset forgets all workspaces, requests, violations and faults. Settings stay.
func (b *Backend) Reset() {
	b.mu.Lock()
	clear(b.stores)
	b.notify()
	b.mu.Unlock()
	b.ClearFaults()
	b.ClearRequests()
	b.violations.take()
}

var _ http.Handler = (*Backend)(nil)
