package transport

import (
	"context"
	"io"
	"net"
)

// gatherBytes is about how much of a body goes into one system call. The watchdog
// sees progress after each.
const gatherBytes = 256 << 10

// gathering makes a dialer's TCP connections ones that write the parts of a body from
// where they are.
func gathering(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if tcp, ok := c.(*net.TCPConn); ok {
			return gatheringConn{tcp}, nil
		}
		return c, err
	}
}

// gatheringConn writes bodies of requests without copying them, and in few system
// calls. net/http hands them to ReadFrom where there is no TLS in between; else it
// copies 32 KiB at a time, which is a twentieth of what a record costs from its start
// to its delivery.
type gatheringConn struct{ *net.TCPConn }

// ReadFrom implements [io.ReaderFrom].
func (c gatheringConn) ReadFrom(r io.Reader) (n int64, err error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	watched, ok := limited.R.(watchedBody)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	body, ok := watched.ReadCloser.(*bodyReader)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	var parts net.Buffers
	for limited.N > 0 {
		parts, err = body.borrow(parts[:0], min(limited.N, gatherBytes))
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		rest := parts // WriteTo moves it forward
		written, err := rest.WriteTo(c.TCPConn)
		clear(parts)
		body.giveBack()
		watched.w.progress()
		n += written
		limited.N -= written
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
