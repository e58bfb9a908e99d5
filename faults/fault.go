package main

import (
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

// fault is something that goes wrong for a while.
type fault struct {
	name  string
	lasts time.Duration
	// restart says that the client is closed with little time while the fault lasts,
	// and another one goes on.
	restart bool
	// rejects is how many records the server refuses for good.
	rejects int
	start   func(*world) (stop func() error, err error)
}

// outage is long enough for an attempt or two, and short enough to have many.
const outage = 400 * time.Millisecond

// inject is a fault of the server.
func inject(faults ...opiktest.Fault) func(*world) (func() error, error) {
	return func(w *world) (func() error, error) {
		for _, f := range faults {
			w.Inject(f)
		}
		return func() error { w.ClearFaults(); return nil }, nil
	}
}

// refuse is a server that does not take some requests.
func refuse(status int, when func(w *world, body []byte) bool) func(*world) (func() error, error) {
	return func(w *world) (func() error, error) {
		w.refuse(status, func(body []byte) bool { return when(w, body) })
		return func() error { w.refuse(0, nil); return nil }, nil
	}
}

// lasting makes a fault stay: the refusal of a record does not pass.
func lasting(start func(*world) (func() error, error)) func(*world) (func() error, error) {
	return func(w *world) (func() error, error) {
		_, err := start(w)
		return func() error { return nil }, err
	}
}

func bad(w *world, body []byte) bool { return contains(body, w.poison) }

func large(_ *world, body []byte) bool { return len(body) > 2000 }

var faults = []fault{
	{name: "none", start: inject()},
	{name: "500", lasts: outage, start: inject(opiktest.FailWith(http.StatusInternalServerError))},
	{name: "502", lasts: outage, start: inject(opiktest.FailWith(http.StatusBadGateway))},
	{name: "503", lasts: outage, start: inject(opiktest.FailWith(http.StatusServiceUnavailable))},
	{name: "504", lasts: outage, start: inject(opiktest.FailWith(http.StatusGatewayTimeout))},
	{name: "408", lasts: outage, start: inject(opiktest.FailWith(http.StatusRequestTimeout))},
	{name: "425", lasts: outage, start: inject(opiktest.FailWith(http.StatusTooEarly))},
	{name: "429, RateLimit-Reset", lasts: outage, start: inject(opiktest.RateLimitReset(time.Second))},
	{name: "429, no header", lasts: outage, start: inject(opiktest.BareTooManyRequests())},
	{name: "503, Retry-After in seconds", lasts: outage, start: inject(opiktest.RetryAfter(http.StatusServiceUnavailable, time.Second))},
	{name: "429, Retry-After as a date", lasts: outage, start: func(w *world) (func() error, error) {
		return inject(opiktest.RetryAt(http.StatusTooManyRequests, time.Now().Add(2*time.Second)))(w)
	}},
	{name: "402", lasts: outage, start: inject(opiktest.FailWith(http.StatusPaymentRequired))},
	{name: "401, every second request", lasts: outage, start: inject(opiktest.FailWith(http.StatusUnauthorized).Every(2))},
	{name: "403", lasts: outage, start: inject(opiktest.FailWith(http.StatusForbidden))},
	{name: "400 for one record", rejects: 1, start: lasting(refuse(http.StatusBadRequest, bad))},
	{name: "422 for one record", rejects: 1, start: lasting(refuse(http.StatusUnprocessableEntity, bad))},
	{name: "413 above 2,000 bytes", start: lasting(refuse(http.StatusRequestEntityTooLarge, large))},
	{name: "200 with a page of HTML", lasts: outage, start: inject(opiktest.HTMLPage())},
	{name: "an answer after 700 ms", lasts: outage, start: inject(opiktest.Delay(700 * time.Millisecond))},
	{name: "an answer byte by byte", lasts: outage, start: inject(opiktest.SlowBody(1, 10*time.Millisecond))},
	{name: "reset before the work", lasts: outage, start: inject(opiktest.DropRequest())},
	{name: "reset after the work", lasts: outage, start: inject(opiktest.Reset(0))},
	{name: "reset after the work, at the end of the answer", lasts: outage, start: inject(opiktest.Reset(1))},

	{name: "network: 150 ms of latency", lasts: outage, start: toxic("latency", "downstream", attributes{"latency": 150, "jitter": 50})},
	{name: "network: 20 KB a second", lasts: outage, start: toxic("bandwidth", "upstream", attributes{"rate": 20})},
	{name: "network: slow to close", lasts: outage, start: toxic("slow_close", "downstream", attributes{"delay": 300})},
	{name: "network: pieces of 16 bytes", lasts: outage, start: toxic("slicer", "upstream", attributes{"average_size": 16, "size_variation": 8, "delay": 100})},
	{name: "network: requests vanish", lasts: outage, start: toxic("timeout", "upstream", attributes{"timeout": 0})},
	{name: "network: answers vanish", lasts: outage, start: toxic("timeout", "downstream", attributes{"timeout": 0})},
	{name: "network: reset", lasts: outage, start: toxic("reset_peer", "downstream", attributes{"timeout": 0})},
	{name: "network: end after 500 bytes of a request", lasts: outage, start: toxic("limit_data", "upstream", attributes{"bytes": 500})},
	{name: "network: end after 20 bytes of an answer", lasts: outage, start: toxic("limit_data", "downstream", attributes{"bytes": 20})},
	{name: "network: connection refused", lasts: outage, start: down},

	{name: "restart during 503", lasts: outage, restart: true, start: inject(opiktest.FailWith(http.StatusServiceUnavailable))},
	{name: "restart during 401", lasts: outage, restart: true, start: inject(opiktest.FailWith(http.StatusUnauthorized))},
	{name: "restart while the connection is refused", lasts: outage, restart: true, start: down},
	{name: "restart while requests vanish", lasts: outage, restart: true, start: toxic("timeout", "upstream", attributes{"timeout": 0})},
}
