package pipeline

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// limited is a server that takes so many records a minute, and says so.
type limited struct {
	limit, used int
	ends        time.Time
	refusals    int
}

func (l *limited) reply(c call, _ int) (transport.Response, error) {
	now := time.Now()
	if !now.Before(l.ends) {
		l.used, l.ends = 0, now.Add(time.Minute)
	}
	n, status := strings.Count(c.body, `"n":`), 204
	if l.used+n > l.limit {
		l.refusals++
		status = 429
	} else {
		l.used += n
	}
	return answer(status, "Opik-Workspace-Remaining-Limit", strconv.Itoa(l.limit-l.used),
		"Opik-Workspace-Remaining-Limit-TTL-Millis", strconv.FormatInt(l.ends.Sub(now).Milliseconds(), 10)), nil
}

// TestBacklogKeepsToTheLimit sends 20,000 records to a server that takes 5,000 a minute.
func TestBacklogKeepsToTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &limited{limit: 5000}
		p := open(t, &server{reply: l.reply})
		began := time.Now()
		for n := range 20_000 {
			enqueue(t, p, score(n))
		}
		if _, err := p.Flush(within(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); l.refusals > 0 || took > 4*time.Minute+10*time.Second {
			t.Errorf("%v, %d refusals", took, l.refusals)
		}
		mustClose(t, p)
	})
}

// TestBatchLargerThanTheLimit has a server that takes fewer records a minute than a
// request can have.
func TestBatchLargerThanTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &limited{limit: 30}
		p := open(t, &server{reply: l.reply})
		for n := range 100 {
			enqueue(t, p, score(n))
		}
		if _, err := p.Flush(within(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := p.Stats().Total(); got.Delivered != 100 || l.refusals > 3 {
			t.Errorf("%+v, %d refusals", got, l.refusals)
		}
		mustClose(t, p)
	})
}
