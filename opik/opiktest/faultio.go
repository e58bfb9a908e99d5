package opiktest

import (
	"net"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// streamTimeout is the only error that the server reports inside a stream.
var streamTimeout = doc.Object{"code": http.StatusInternalServerError, "message": "Streaming operation timed out"}

// The methods below also work on a nil fault, for requests with which nothing
// goes wrong.

// drops tells whether the connection is reset before the request is read.
func (f *Fault) drops() bool { return f != nil && f.dropEarly }

// pauseBefore waits for the fault's delay. If the client or the server goes away
// meanwhile, it ends the request.
func (f *Fault) pauseBefore(r *http.Request) {
	if f != nil && !wait(r, f.delay) {
		panic(http.ErrAbortHandler)
	}
}

// wait sleeps and tells whether client and server are still there.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// answers tells whether the fault answers in place of the backend.
func (f *Fault) answers() bool { return f != nil && f.status != 0 }

// answer sends the fault's own answer.
func (f *Fault) answer(w http.ResponseWriter) {
	for name, values := range f.header {
		w.Header()[name] = values
	}
	f.write(w, f.status, f.body)
}

// write sends an answer, slowly or not to its end if the fault says so.
func (f *Fault) write(w http.ResponseWriter, status int, body []byte) {
	if f == nil || f.resetAt < 0 && f.piece == 0 {
		w.WriteHeader(status)
		// An error means that the client has gone; nothing can be told to it.
		_, _ = w.Write(body)
		return
	}
	if f.resetAt == 0 {
		resetConnection(w)
		return
	}
	w.WriteHeader(status)
	if f.resetAt > 0 {
		send(w, body[:min(f.resetAt, len(body))])
		resetConnection(w)
		return
	}
	for len(body) > 0 {
		n := min(f.piece, len(body))
		if !send(w, body[:n]) {
			return
		}
		body = body[n:]
		time.Sleep(f.pause)
	}
}

// send writes bytes at once and tells whether that was possible.
func send(w http.ResponseWriter, b []byte) bool {
	_, err := w.Write(b)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	return err == nil
}

// stream sends items in the server's framing, or as many of them as the fault lets.
func (f *Fault) stream(w http.ResponseWriter, items []doc.Object) {
	w.Header().Set("Content-Type", "application/octet-stream")
	cut := f != nil && f.cutAt >= 0
	if cut {
		items = items[:min(f.cutAt, len(items))]
	}
	var body []byte
	for _, item := range items {
		body = wire.AppendItem(body, item)
	}
	if cut && f.errItem {
		body = wire.AppendItem(body, streamTimeout)
	}
	if cut && f.abrupt {
		w.WriteHeader(http.StatusOK)
		send(w, body)
		panic(http.ErrAbortHandler) // closes the connection without ending the body
	}
	f.write(w, http.StatusOK, body)
}

// resetConnection closes the connection in such a way that the client gets an
// error instead of an end. It works on HTTP/1 connections; elsewhere the request
// is aborted.
func resetConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// Without lingering, Close sends a reset. If that cannot be set, the
		// client still gets an early end.
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
