package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/transport"
)

var (
	sequences = flag.Int("sequences", 3000, "number of random sequences of the model test")
	firstSeed = flag.Uint64("seed", 0, "first seed of the model test; 0 chooses one")
)

// TestModel runs random sequences of calls against a server that fails at
// random, and compares the pipeline with a simple model after each step and at
// the end. A failing sequence is made smaller before it is shown; -seed repeats it.
func TestModel(t *testing.T) {
	seed, n := *firstSeed, *sequences
	if seed == 0 {
		seed = rand.Uint64() >> 1
	}
	if testing.Short() {
		n = min(n, 300)
	}
	var seen tally
	for s := seed; s < seed+uint64(n); s++ {
		steps := script(s)
		err := play(t, s, steps, &seen)
		if err == nil {
			continue
		}
		steps, err = shrink(t, s, steps, err)
		t.Fatalf("seed %d: %v\nafter these steps:\n%s", s, err, show(steps))
	}
	t.Logf("%d sequences from seed %d: %+v", n, seed, seen)
	if n >= 300 {
		seen.mustCover(t)
	}
}

// tally makes sure that the sequences exercise what they are meant to.
type tally struct {
	Delivered, Rejected, Merged, Overflowed, Deadlines, Failures, Refusals, CutFlushes int
}

func (c tally) mustCover(t *testing.T) {
	t.Helper()
	for name, n := range map[string]int{
		"delivered": c.Delivered, "rejected": c.Rejected, "merged": c.Merged, "overflow": c.Overflowed,
		"close deadline": c.Deadlines, "failures": c.Failures, "refusals": c.Refusals, "flushes cut": c.CutFlushes,
	} {
		if n == 0 {
			t.Errorf("no sequence had %s", name)
		}
	}
}

// step is one call. Its meaning does not depend on other steps, so that any of
// them can be left out.
type step struct {
	do    string
	n     int
	key   int
	bad   bool
	size  int
	delay time.Duration
}

func script(seed uint64) []step {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var steps []step
	for i := range 5 + rnd.IntN(60) {
		s := step{n: i + 1, key: rnd.IntN(4)}
		switch x := rnd.IntN(100); {
		case x < 25:
			s.do = "row"
		case x < 40:
			s.do = "change"
		case x < 60:
			s.do = "score"
		case x < 68:
			s.do, s.size = "burst", 1+rnd.IntN(150)
		case x < 72:
			s.do, s.size = "score", 4000+rnd.IntN(3000)
		case x < 74:
			s.do, s.size = "score", 40_000
		case x < 86:
			s.do, s.delay = "sleep", time.Duration(rnd.IntN(3000))*time.Millisecond
		case x < 92:
			s.do, s.delay = "flush", time.Duration(rnd.IntN(4000))*time.Millisecond
		case x < 95:
			s.do, s.delay = "flush aside", time.Duration(rnd.IntN(4000))*time.Millisecond
		case x < 97:
			s.do, s.size = "crowd", 1+rnd.IntN(20)
		case x < 98:
			s.do, s.delay = "close", time.Duration(rnd.IntN(3000))*time.Millisecond
		default:
			s.do = "panic"
		}
		s.bad = rnd.IntN(12) == 0 && (s.do == "score" || s.do == "row")
		steps = append(steps, s)
	}
	return steps
}

func show(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "\t%+v\n", s)
	}
	return b.String()
}

// shrink leaves out steps as long as the sequence still fails.
func shrink(t *testing.T, seed uint64, steps []step, err error) ([]step, error) {
	for size := len(steps) / 2; size >= 1; size /= 2 {
		for at := 0; at+size <= len(steps); {
			fewer := append(append([]step(nil), steps[:at]...), steps[at+size:]...)
			if e := play(t, seed, fewer, new(tally)); e != nil {
				steps, err = fewer, e
			} else {
				at += size
			}
		}
	}
	return steps, err
}

// play runs a sequence in a bubble, where time stands still while anything works.
func play(t *testing.T, seed uint64, steps []step, seen *tally) (err error) {
	synctest.Test(t, func(t *testing.T) { err = newGame(seed).run(steps, seen) })
	return err
}

// game is a pipeline, its server, and the model that they are compared with.
type game struct {
	p *Pipeline

	mu       sync.Mutex
	rnd      *rand.Rand
	faulty   bool
	busy     map[string]bool // lanes with a request under way
	failures int
	refusals int
	err      error // the first contradiction that the server saw

	// What the server holds.
	rows     map[string]int            // n of each row
	fields   map[string]map[string]int // members of each row that changes set
	scores   map[int]bool
	confirms map[int]bool // scores whose success reached the pipeline

	// What was handed over and accepted without an error.
	lastRow   map[string]int
	badRow    map[string]bool // the last one
	wantField map[string]map[string]int
	goodScore map[int]bool
	badScore  map[int]bool
}

func newGame(seed uint64) *game {
	g := &game{
		rnd: rand.New(rand.NewPCG(seed, 2)), faulty: true, busy: map[string]bool{},
		rows: map[string]int{}, fields: map[string]map[string]int{}, scores: map[int]bool{}, confirms: map[int]bool{},
		lastRow: map[string]int{}, badRow: map[string]bool{}, wantField: map[string]map[string]int{},
		goodScore: map[int]bool{}, badScore: map[int]bool{},
	}
	o := Options{
		Sender: lettingGo{g}, MaxBytes: 1 << 30, MaxRecordBytes: 30_000, BatchBytes: 20_000, BatchItems: 10,
		Retry: retry.Policy{Base: 100 * time.Millisecond, Max: 2 * time.Second, MaxHint: 3 * time.Second},
	}
	if seed%3 == 0 {
		o.MaxBytes = 32_000
		o.Overflow = Overflow(seed / 3 % 3)
		o.BlockTimeout = 200 * time.Millisecond
	}
	var err error
	if g.p, err = New(o); err != nil {
		panic(err)
	}
	return g
}

func (g *game) contradict(format string, args ...any) {
	if g.err == nil {
		g.err = fmt.Errorf(format, args...)
	}
}

// Send is the server.
func (g *game) Send(ctx context.Context, r transport.Request) (transport.Response, error) {
	if err := g.p.audit(); err != nil {
		g.mu.Lock()
		g.contradict("during a request: %v", err)
		g.mu.Unlock()
	}
	lane := "rows"
	if r.Path == scores.Path {
		lane = "scores"
	}
	body := ""
	for _, part := range r.Body {
		body += string(part)
	}
	g.mu.Lock()
	if g.busy[lane] {
		g.contradict("two requests at once in lane %s", lane)
	}
	g.busy[lane] = true
	delay := time.Duration(0)
	fault := 100
	if g.faulty {
		fault = g.rnd.IntN(100)
		if g.rnd.IntN(3) == 0 {
			delay = time.Duration(g.rnd.IntN(1500)) * time.Millisecond
		}
	}
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.busy[lane] = false
		g.mu.Unlock()
	}()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return transport.Response{}, ctx.Err()
	}

	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case fault < 6:
		g.failures++
		return transport.Response{}, errReset
	case fault < 12:
		g.failures++
		return answer(503), nil
	case fault < 18:
		g.failures++
		return answer(500), nil
	case fault < 21:
		g.failures++
		return answer(429, "RateLimit-Reset", "1"), nil
	case fault < 23 && strings.Count(body, `"n":`) > 1:
		g.refusals++
		return answer(413), nil
	}
	refusal, ns := g.store(r, body)
	if refusal {
		g.refusals++
		return message422(), nil
	}
	if fault < 28 {
		g.failures++
		return transport.Response{}, errReset // after the work was done
	}
	for _, n := range ns {
		g.confirms[n] = true
	}
	return answer(204), nil
}

// store does what the real server would.
func (g *game) store(r transport.Request, body string) (refused bool, confirmed []int) {
	if r.Method == "PATCH" {
		key, _ := url.PathUnescape(strings.TrimPrefix(r.Path, "/rows/"))
		var members map[string]int
		if err := json.Unmarshal([]byte(body), &members); err != nil {
			g.contradict("a change is not an object of numbers: %v: %s", err, body)
		}
		if g.fields[key] == nil {
			g.fields[key] = map[string]int{}
		}
		for name, n := range members {
			g.fields[key][name] = n
		}
		return false, nil
	}
	items, err := decodeItems(body)
	if err != nil {
		g.contradict("a request is not JSON: %v: %s", err, body)
	}
	if hasBad(items) {
		return true, nil
	}
	for _, i := range items {
		if i.ID != "" {
			if i.N < g.rows[i.ID] {
				g.contradict("row %s went back from %d to %d", i.ID, g.rows[i.ID], i.N)
			}
			g.rows[i.ID] = i.N
			continue
		}
		g.scores[i.N] = true
		confirmed = append(confirmed, i.N)
	}
	return false, confirmed
}

// enqueue hands a record over and lets the model know if it was accepted.
func (g *game) enqueue(i item, note func()) {
	if g.p.Enqueue(i) == nil {
		note()
	}
}

func (g *game) score(n int, bad bool, size int) {
	if bad {
		g.enqueue(badScore(n), func() { g.badScore[n] = true })
		return
	}
	g.enqueue(sized(n, size), func() { g.goodScore[n] = true })
}

type bomb struct{ item }

func (bomb) AppendJSON([]byte) []byte { panic("a method of the user") }

func (g *game) run(steps []step, seen *tally) error {
	var aside sync.WaitGroup
	var asideErr error
	var asideMu sync.Mutex
	closedAlready := false
	for _, s := range steps {
		key := fmt.Sprint("key", s.key)
		switch s.do {
		case "row":
			text := fmt.Sprintf(`{"id":%q,"n":%d,"bad":%v}`, key, s.n, s.bad)
			g.enqueue(item{rows, key, text}, func() { g.lastRow[key], g.badRow[key] = s.n, s.bad })
		case "change":
			name := fmt.Sprint("f", s.n%3)
			g.enqueue(change(key, fmt.Sprintf(`{%q:%d}`, name, s.n)), func() {
				if g.wantField[key] == nil {
					g.wantField[key] = map[string]int{}
				}
				g.wantField[key][name] = s.n
			})
		case "score":
			g.score(s.n, s.bad, s.size)
		case "burst":
			for i := range s.size {
				g.score(1000*s.n+i, false, 10)
			}
		case "crowd":
			var wg sync.WaitGroup
			var mu sync.Mutex
			for i := range s.size {
				wg.Go(func() {
					n := 1000*s.n + i
					if g.p.Enqueue(score(n)) == nil {
						mu.Lock()
						g.goodScore[n] = true
						mu.Unlock()
					}
				})
			}
			wg.Wait()
		case "panic":
			if err := g.p.Enqueue(bomb{score(s.n)}); !errors.Is(err, ErrEncoding) {
				return fmt.Errorf("a panicking value gave %v", err)
			}
		case "sleep":
			time.Sleep(s.delay)
		case "flush":
			if err := g.flush(s.delay, seen); err != nil {
				return err
			}
		case "flush aside":
			aside.Go(func() {
				if err := g.flush(s.delay, new(tally)); err != nil {
					asideMu.Lock()
					asideErr = err
					asideMu.Unlock()
				}
			})
		case "close":
			if err := g.close(s.delay); err != nil {
				return err
			}
			closedAlready = true
		}
		if err := g.p.audit(); err != nil {
			return fmt.Errorf("after %+v: %w", s, err)
		}
	}
	aside.Wait()
	if asideErr != nil {
		return asideErr
	}
	return g.end(closedAlready, seen)
}

func (g *game) flush(limit time.Duration, seen *tally) error {
	g.p.mu.Lock()
	upTo := g.p.seq
	g.p.mu.Unlock()
	start := time.Now()
	r, err := g.p.Flush(within(limit))
	if took := time.Since(start); took > limit {
		return fmt.Errorf("a flush for %v took %v", limit, took)
	}
	if err := checkReceipt(r); err != nil {
		return err
	}
	if err != nil {
		seen.CutFlushes++
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || !errors.Is(err, context.DeadlineExceeded) || incomplete.Records != r.Total().Queued {
			return fmt.Errorf("a flush returned %v with %+v", err, r)
		}
		return nil
	}
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	for _, l := range g.p.lanes {
		if l.oldest() <= upTo {
			return fmt.Errorf("a flush returned before record %d of %d was settled", l.oldest(), upTo)
		}
	}
	return nil
}

func (g *game) close(limit time.Duration) error {
	start := time.Now()
	r, err := g.p.Close(within(limit))
	if took := time.Since(start); took > limit+100*time.Millisecond {
		return fmt.Errorf("a close for %v took %v", limit, took)
	}
	if q := r.Total().Queued; q != 0 {
		return fmt.Errorf("%d records are queued after Close (%v)", q, err)
	}
	return checkReceipt(r)
}

func checkReceipt(r Receipt) error {
	rejected := int64(0)
	for _, x := range r.Rejections {
		rejected += x.Records
	}
	if total := r.Total(); rejected != total.Rejected && r.OmittedRejections == 0 {
		return fmt.Errorf("the receipt names %d rejected records and counts %d", rejected, total.Rejected)
	}
	for kind, c := range r.Kinds {
		if !c.balanced() {
			return fmt.Errorf("the receipt's sum of %s is wrong: %+v", kind, c)
		}
	}
	return nil
}

// end lets the server recover, closes the pipeline, and compares what arrived
// with what was handed over.
func (g *game) end(closedAlready bool, seen *tally) error {
	g.mu.Lock()
	g.faulty = false
	g.mu.Unlock()
	if err := g.close(time.Hour); err != nil {
		return err
	}
	if err := g.p.Enqueue(score(1)); !errors.Is(err, ErrClosed) {
		return fmt.Errorf("after Close, Enqueue returned %v", err)
	}
	synctest.Wait()
	if err := g.p.audit(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	stats := g.p.Stats()
	total := stats.Total()
	seen.Delivered += int(total.Delivered)
	seen.Rejected += int(total.Rejected)
	seen.Merged += int(stats.Kinds["row"].Delivered) - len(g.rows)
	seen.Overflowed += int(stats.Drops[DropOverflow])
	seen.Deadlines += int(stats.Drops[DropDeadline])
	seen.Failures += g.failures
	seen.Refusals += g.refusals

	s := stats.Kinds["score"]
	if int(s.Delivered) > len(g.confirms) {
		return fmt.Errorf("%d scores count as delivered, the server confirmed %d", s.Delivered, len(g.confirms))
	}
	for n := range g.confirms {
		if !g.goodScore[n] {
			return fmt.Errorf("score %d arrived and was not handed over", n)
		}
	}
	if stats.Drops[DropOverflow]+stats.Drops[DropDeadline] > 0 {
		return nil // which records are missing depends on the moment
	}
	if int(s.Delivered) != len(g.goodScore) || len(g.scores) != len(g.goodScore) {
		return fmt.Errorf("%d scores were handed over, %d count as delivered, the server has %d", len(g.goodScore), s.Delivered, len(g.scores))
	}
	for key, n := range g.lastRow {
		if !g.badRow[key] && g.rows[key] != n {
			return fmt.Errorf("row %s has state %d, want %d", key, g.rows[key], n)
		}
	}
	for key, want := range g.wantField {
		for name, n := range want {
			if got := g.fields[key][name]; got != n {
				return fmt.Errorf("member %s of row %s is %d, want %d", name, key, got, n)
			}
		}
	}
	return nil
}
