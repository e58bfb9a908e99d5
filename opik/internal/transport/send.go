package transport

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
)

// Request is one request of the background sender.
type Request struct {
	Method string
	// Path is escaped and relative to the server's URL; it begins with a slash.
	Path string
	// Body holds the parts of a JSON text. They are not copied, and must not
	// change until Send has returned and says that they are released.
	Body [][]byte
}

// Response is the server's answer to a [Request].
type Response struct {
	Status int
	Header http.Header
	// Body is the beginning of the answer, at most 64 KiB.
	Body []byte
	// Sent is the number of body bytes that went over the wire.
	Sent int64
	// Released says that nothing looks at the parts of the body any more, so that
	// their memory can be used again. It has a meaning beside an error too.
	Released bool
}

// ErrNotOpik is the error of an answer that reports success but is an HTML
// page: something between the client and the server answered in its place.
var ErrNotOpik = errors.New("the answer is an HTML page, so it is not from an Opik server")

const maxAnswer = 64 << 10

// Send makes one attempt to carry out the request and reads the answer. An
// error means that there was no complete answer from an Opik server, which
// says nothing about whether the request was executed. It returns soon after
// ctx ends.
func (t *Transport) Send(ctx context.Context, q Request) (Response, error) {
	b := &body{parts: q.Body}
	answer, err := t.send(ctx, q, b)
	answer.Released = b.release()
	return answer, err
}

func (t *Transport) send(ctx context.Context, q Request, b *body) (Response, error) {
	size := 0
	for _, p := range q.Body {
		size += len(p)
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, t.base.String()+q.Path, nil)
	if err != nil {
		return Response{}, stripURL(err)
	}
	r.Header["Content-Type"] = []string{"application/json"}
	r.Header["Accept"] = []string{"application/json"}
	if t.compress && size >= t.threshold {
		setBody(r, compressParts(q.Body, size))
		r.Header["Content-Encoding"] = []string{"gzip"}
	} else {
		r.ContentLength = int64(size)
		r.GetBody = func() (io.ReadCloser, error) { return b.reader(), nil }
		r.Body, _ = r.GetBody()
	}
	sent := r.ContentLength
	t.prepare(r)
	resp, err := t.attempt(r)
	if err != nil {
		return Response{Sent: sent}, err
	}
	defer resp.Body.Close()
	// The status decides what became of the request. A body that breaks off
	// takes the explanation of a failure away, not the failure, so its error
	// does not matter.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	drain(resp.Body)
	answer := Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Sent: sent}
	t.deprecation.notice(q.Method+" "+q.Path, resp.Header)
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media == "text/html" && resp.StatusCode < 300 {
		return answer, ErrNotOpik
	}
	return answer, nil
}

// drain reads what is left of a small body, so that the connection can be used
// again.
func drain(body io.Reader) { io.CopyN(io.Discard, body, maxAnswer) }
