package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
)

// phase is what is wrong with the server.
type phase string

const (
	silent  phase = "silent"  // accepts connections and never answers
	absent  phase = "absent"  // nobody listens
	failing phase = "failing" // answers 503
)

// trouble is a server that cannot be had. It has an address of its own, so that nobody
// else takes its port while it does not listen.
type trouble struct {
	address string

	mu       sync.Mutex
	listener net.Listener
	server   *http.Server
	held     []net.Conn
}

func newTrouble() (*trouble, error) {
	pid := os.Getpid()
	l, err := net.Listen("tcp", fmt.Sprintf("127.78.%d.%d:0", pid>>8&255, pid&255|1))
	if err != nil {
		return nil, err
	}
	t := &trouble{address: l.Addr().String()}
	return t, l.Close()
}

func (t *trouble) url() string { return "http://" + t.address }

// become changes what is wrong.
func (t *trouble) become(p phase) error {
	t.stop()
	if p == absent {
		return nil
	}
	l, err := net.Listen("tcp", t.address)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.listener = l
	if p == silent {
		go t.hold(l)
		return nil
	}
	t.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})}
	go t.server.Serve(l) // ends with the listener
	return nil
}

// hold accepts connections and does nothing with them but to see them end, as a server
// whose threads all hang does.
func (t *trouble) hold(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		t.mu.Lock()
		t.held = append(t.held, c)
		if len(t.held) > 4 { // the client has given up the oldest
			t.held[0].Close()
			t.held = t.held[1:]
		}
		t.mu.Unlock()
	}
}

func (t *trouble) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.server != nil {
		t.server.Close()
	}
	if t.listener != nil {
		t.listener.Close()
	}
	for _, c := range t.held {
		c.Close()
	}
	t.server, t.listener, t.held = nil, nil, nil
}
