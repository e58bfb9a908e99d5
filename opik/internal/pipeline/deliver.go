package pipeline

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// verdict is what an attempt means for the records of a request.
type verdict uint8

const (
	// delivered: the server has them.
	delivered verdict = iota
	// refused: the server will not take them, none of them.
	refused
	// mixed: the server will not take them together; at least one is bad.
	mixed
	// tooLarge: the server takes fewer bytes at once.
	tooLarge
	// again: the attempt has to be repeated later.
	again
	// denied: the server takes nothing of the kind before somebody has seen to
	// the account.
	denied
)

// judge maps an answer to a verdict.
func judge(method string, resp transport.Response, err error) verdict {
	switch status := resp.Status; {
	case err != nil:
		return again
	case status >= 200 && status < 300:
		return delivered
	case retry.Transient(status):
		return again
	case refusesAccount(status):
		return denied
	case status == http.StatusConflict && method != http.MethodPatch:
		// The server has the entity already: an earlier attempt arrived after
		// all. A PATCH is never refused for having been made before; there a
		// conflict means that the change contradicts what is stored.
		return delivered
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return mixed
	case status == http.StatusRequestEntityTooLarge:
		return tooLarge
	case status >= 300 && status < 400:
		return again
	}
	return refused
}

// send sends records in one request and settles them, taking them apart as far
// as the server's answers demand. They must be the first ones in flight. clean
// means that the server took them all at once. ok is false if what is left of
// the flight was put back, or Close gave up; then nothing more may be sent.
func (l *lane) send(k *kindState, records []*record) (clean, ok bool) {
	resp, err := l.attempt(k, records)
	v := judge(k.Method, resp, err)
	if len(records) == 1 && (v == mixed || v == tooLarge) {
		if v == tooLarge && l.fitAgain(k, records[0]) {
			return l.send(k, records)
		}
		v = refused
	}
	switch v {
	case delivered:
		return true, l.delivered(k, records)
	case refused:
		return false, l.refused(k, records, resp.Status, serverMessage(resp))
	case mixed:
		return false, l.bisect(k, records)
	case tooLarge:
		l.learnSize(k, records)
		return false, l.sendBoth(k, records)
	}
	f := failure{resp.Status, resp.Header, err}
	if err == nil {
		f.err = &StatusError{Status: resp.Status, Message: serverMessage(resp)}
	}
	if v == denied {
		l.denied(k, f)
		return false, false
	}
	if l.suspect(k, records, f) {
		if len(records) > 1 {
			return false, l.sendBoth(k, records)
		}
		return false, true
	}
	l.failed(k, f)
	return false, false
}

// failure is an attempt that has to be repeated.
type failure struct {
	status int // 0 without an answer
	header http.Header
	err    error
}

// sendBoth sends two or more records in two requests of about the same size.
func (l *lane) sendBoth(k *kindState, records []*record) (ok bool) {
	left, right := halveBytes(records)
	if _, ok := l.send(k, left); !ok {
		return false
	}
	_, ok = l.send(k, right)
	return ok
}

// bisect finds the bad records among several that the server refused together,
// and delivers the others. For one bad record among n it takes at most
// 2·log2(n) further requests: if the first part is taken as a whole, the second
// part needs no request to be known as bad; so the first part is made smaller.
func (l *lane) bisect(k *kindState, records []*record) (ok bool) {
	cut := max(len(records)*2/5, 1)
	left, right := records[:cut], records[cut:]
	clean, ok := l.send(k, left)
	if !ok {
		return false
	}
	if clean && len(right) > 1 {
		return l.bisect(k, right)
	}
	_, ok = l.send(k, right)
	return ok
}

// halveBytes divides two or more records into parts of about the same size.
func halveBytes(records []*record) (left, right []*record) {
	total := 0
	for _, r := range records {
		total += len(r.data)
	}
	cut, size := 1, len(records[0].data)
	for cut < len(records)-1 && size+len(records[cut].data) <= total/2 {
		size += len(records[cut].data)
		cut++
	}
	return records[:cut], records[cut:]
}

// attempt makes one request.
func (l *lane) attempt(k *kindState, records []*record) (transport.Response, error) {
	p := l.p
	req, size := request(k, records, l.parts[:0])
	p.mu.Lock()
	p.pacer.Sent(k.Name, len(records))
	p.mu.Unlock()
	resp, err := p.sendSafely(req)
	l.parts = nil
	if resp.Released {
		clear(req.Body)
		l.parts = req.Body
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !resp.Released {
		for _, r := range records {
			r.shared = true
		}
	}
	p.pacer.Answered(k.Name, len(records), resp.Header, resp.Status != http.StatusTooManyRequests, time.Now())
	p.requests++
	if v := judge(k.Method, resp, err); v == again || v == denied {
		p.failures++
	}
	p.encodedBytes += int64(size)
	p.sentBytes += resp.Sent
	l.lastAttempt = time.Now()
	return resp, err
}

// sendSafely turns a panic below the Sender, where a round tripper of the user
// may be, into an error: tracing must not end the program.
func (p *Pipeline) sendSafely(req transport.Request) (resp transport.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic while sending: %v", v)
		}
	}()
	return p.opts.Sender.Send(p.ctx, req)
}

// request puts records into the envelope of their kind, and that into parts.
func request(k *kindState, records []*record, parts [][]byte) (transport.Request, int) {
	parts = slices.Grow(parts, len(records)+2)
	if k.head != nil {
		parts = append(parts, k.head)
	}
	size := len(k.head) + len(k.tail) - 1
	for i, r := range records {
		data := r.data
		size += len(data)
		if i == 0 {
			data = data[1:]
		}
		parts = append(parts, data)
	}
	if k.tail != nil {
		parts = append(parts, k.tail)
	}
	path := k.pathBefore
	if k.hasParameter {
		path += url.PathEscape(records[0].path) + k.pathAfter
	}
	return transport.Request{Method: k.Method, Path: path, Body: parts}, size
}

// landed removes the first n records of the flight, because they have a
// verdict, and returns them. It returns nil if Close has given them up already.
func (l *lane) landed(n int) []*record {
	if len(l.flight) == 0 {
		return nil
	}
	records := l.flight[:n]
	l.flight = l.flight[n:]
	return records
}

// delivered settles records that the server took. It returns false if Close
// gave up before.
func (l *lane) delivered(k *kindState, records []*record) bool {
	p := l.p
	l.settleDelivered(k, len(records))
	p.mu.Lock()
	recovered := l.failures
	p.budget.Succeeded(recovered)
	l.answered()
	l.probe.taken++
	k.crashes = 0
	k.items = min(k.items*2, k.maxItems)
	refusals := k.resumed()
	p.released()
	alive := !p.isDead()
	p.mu.Unlock()
	if recovered >= reportAfter || refusals > 0 {
		p.reportRecovery(k.Name, recovered+refusals)
	}
	return alive
}

// refused settles records that the server will not take. It returns false if
// Close gave up before.
func (l *lane) refused(k *kindState, records []*record, status int, text string) bool {
	p := l.p
	// It is logged before a Flush returns that waits for these records.
	if count := l.inFlight(len(records)); count > 0 {
		p.reportRejection(k.Name, status, text, count)
	}
	p.mu.Lock()
	for _, r := range l.landed(len(records)) {
		p.reject(r, status, text)
	}
	p.mu.Unlock()
	p.deliverLetters()
	p.mu.Lock()
	defer p.mu.Unlock()
	l.answered()
	k.resumed()
	k.crashes = 0
	p.released()
	return !p.isDead()
}

// inFlight returns how many accepted records the first n of the flight stand for.
func (l *lane) inFlight(n int) (count int64) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	for _, r := range l.flight[:min(n, len(l.flight))] {
		count += r.weight
	}
	return count
}

func (p *Pipeline) reject(r *record, status int, text string) {
	rejection := Rejection{Kind: r.kind.Name, Key: r.key, Status: status, Message: text, Records: r.weight}
	p.rejections.add(rejection)
	p.bury(rejection, r.group, r.path, r.data)
	p.settle(r, &r.kind.counts.Rejected)
	p.recycle(r)
}

// answered notes that the server is there and works.
func (l *lane) answered() {
	l.failures, l.lastError = 0, nil
	l.retryAt, l.hinted = time.Time{}, false
}

// learnSize remembers that the server does not take requests of this size.
func (l *lane) learnSize(k *kindState, records []*record) {
	size := len(k.head) + len(k.tail)
	for _, r := range records {
		size += len(r.data)
	}
	l.p.mu.Lock()
	k.bytes = min(k.bytes, size/2)
	l.p.mu.Unlock()
}

// failed puts back what has no verdict and decides when to try again. Where the
// failure may be due to the size of the request, the next one is smaller.
func (l *lane) failed(k *kindState, f failure) {
	p := l.p
	now := time.Now()
	p.mu.Lock()
	if p.isDead() {
		p.mu.Unlock()
		return
	}
	n := len(l.flight)
	l.putBack()
	l.failures++
	l.lastError = f.err
	wait, hinted, ok := p.opts.Retry.Wait(l.failures, f.header, now, retry.Random())
	switch {
	case !ok:
		wait = p.opts.Retry.MaxHint
	case !p.budget.Take() && !hinted:
		wait = p.opts.Retry.Patient(retry.Random())
	}
	l.retryAt, l.hinted = now.Add(wait), hinted
	if f.mayBeTheSize() {
		k.items = max(min(n, k.items)/2, 1)
	}
	failures := l.failures
	p.mu.Unlock()
	if failures == reportAfter {
		p.reportOutage(k.Name, f.err)
	}
}

// mayBeTheSize reports whether a smaller request may succeed: where the server
// counts records, took too long, or failed at its work.
func (f failure) mayBeTheSize() bool {
	switch f.status {
	case 0:
		var t interface{ Timeout() bool }
		return errors.As(f.err, &t) && t.Timeout()
	case http.StatusServiceUnavailable:
		return false
	}
	return f.status >= 400
}

// isDead is called with the lock held.
func (p *Pipeline) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

var _ Sender = (*transport.Transport)(nil)
