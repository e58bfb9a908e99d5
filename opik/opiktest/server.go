package opiktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// T is the part of [testing.TB] that this package needs. It is an interface of
// its own so that programs which are no tests do not get package testing's flags.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Server is a [Backend] that listens on a port of this machine.
type Server struct {
	*Backend
	// URL is the base URL for clients. It ends in /api.
	URL string
	// StorageURL is the URL of the storage that [WithObjectStorage] adds; "" without.
	StorageURL string

	server  *http.Server
	cancel  context.CancelFunc // ends requests that are being delayed
	done    chan error
	serving sync.WaitGroup // handlers at work
	once    sync.Once
	err     error
}

// NewServer starts a server for a test. When the test ends it is closed, and the
// test fails if a client broke the protocol (see [Violation]), unless
// [AllowViolations] was given. Requests that the server refuses in the regular
// way, for example with 404 or 409, are no violations.
func NewServer(t T, opts ...Option) *Server {
	t.Helper()
	s, err := Start("127.0.0.1:0", opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Errorf("opiktest: closing the server: %v", err)
		}
		if s.settings.lenient {
			return
		}
		for _, text := range distinct(s.Violations()) {
			t.Errorf("opiktest: contract violation: %s", text)
		}
	})
	return s
}

// Start starts a server on a TCP address, such as "127.0.0.1:0" for any free
// port. It must be closed.
func Start(addr string, opts ...Option) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opiktest: %w", err)
	}
	b := New(opts...)
	listeners := []net.Listener{l}
	if b.storage != nil {
		second, err := listenBeside(l)
		if err != nil {
			return nil, fmt.Errorf("opiktest: %w", errors.Join(err, l.Close()))
		}
		listeners = append(listeners, second)
		b.storageURL = "http://" + second.Addr().String()
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		Backend: b,
		URL:     "http://" + l.Addr().String() + basePath,

		StorageURL: b.storageURL,
		server: &http.Server{
			ReadHeaderTimeout: time.Minute,
			BaseContext:       func(net.Listener) context.Context { return ctx },
			// Injected faults make the server complain about connections.
			ErrorLog: log.New(io.Discard, "", 0),
		},
		cancel: cancel,
		done:   make(chan error, len(listeners)),
	}
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serving.Add(1)
		defer s.serving.Done()
		b.ServeHTTP(w, r)
	})
	for _, l := range listeners {
		go func() { s.done <- s.server.Serve(l) }()
	}
	return s, nil
}

// listenBeside listens on another port of the address that l listens on.
func listenBeside(l net.Listener) (net.Listener, error) {
	host, _, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// Close ends the server and all connections, and waits for the requests that are
// being served. State and requests can still be read. It can be called more than once.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.cancel()
		s.err = s.server.Close()
		for range cap(s.done) {
			if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
				s.err = errors.Join(s.err, err)
			}
		}
		s.serving.Wait()
		// A test that looks for goroutines left behind must not find ours.
		checkClient.CloseIdleConnections()
	})
	return s.err
}
