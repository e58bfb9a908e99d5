package lastgood_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/lastgood"
	"github.com/opik-go/sdk/opik/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var (
	errAway  = errors.New("away")
	errGone  = errors.New("gone")
	errWrong = errors.New("wrong")
)

// server answers with what it is told to.
type server struct {
	mu    sync.Mutex
	n     int // requests
	value string
	err   error
	takes time.Duration
}

func (s *server) set(value string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.err = value, err
}

// slow makes the server take its time.
func (s *server) slow(takes time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes = takes
}

func (s *server) load(ctx context.Context) (string, error) {
	s.mu.Lock()
	s.n++
	value, err, takes := s.value, s.err, s.takes
	s.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return value, err
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

func options() lastgood.Options[string] {
	return lastgood.Options[string]{
		Entries: 3, Bytes: 100, Patience: 5 * time.Second, Pause: 10 * time.Second,
		Size:      func(s string) int64 { return int64(len(s)) },
		Transient: func(err error) bool { return errors.Is(err, errAway) },
		Gone:      func(err error) bool { return errors.Is(err, errGone) },
	}
}

type fixture struct {
	*testing.T
	*lastgood.Cache[string, string]
	srv *server
}

// inBubble runs a test whose clock moves only when everything waits.
func inBubble(t *testing.T, o lastgood.Options[string], test func(f fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fixture{t, lastgood.New[string](o), &server{value: "one"}}
		defer f.Close(t.Context())
		test(f)
	})
}

// want reads a key and checks the answer: the value, with * behind it if it is an
// older one, or the error.
func (f fixture) want(key, want string) {
	f.Helper()
	f.wantFor(f.Context(), key, false, want)
}

func (f fixture) wantFor(ctx context.Context, key string, pinned bool, want string) {
	f.Helper()
	found, err := f.Get(ctx, key, pinned, f.srv.load)
	got := found.Value
	switch {
	case err != nil:
		got = err.Error()
	case found.Cause != nil:
		got += "*"
	}
	if got != want {
		f.Errorf("%s: %q, want %q", key, got, want)
	}
}

func (f fixture) wantRequests(n int) {
	f.Helper()
	if got := f.srv.requests(); got != n {
		f.Errorf("%d requests, want %d", got, n)
	}
}

func TestTheServerIsAskedEachTime(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		f.want("k", "one")
		f.srv.set("two", nil)
		f.want("k", "two")
		f.wantRequests(2)
	})
}

func TestTheLastGoodAnswerStandsInForTheServer(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		begin := time.Now()
		f.want("k", "one")
		f.srv.set("", errAway)
		time.Sleep(time.Hour)
		f.want("k", "one*")
		f.want("other", "away")
		found, err := f.Get(f.Context(), "k", false, f.srv.load)
		if err != nil || !found.At.Equal(begin) || !errors.Is(found.Cause, errAway) {
			f.Errorf("found %+v, %v", found, err)
		}
		f.wantRequests(3) // the last read was in the pause
		time.Sleep(10 * time.Second)
		f.want("k", "one*")
		f.wantRequests(4)
		f.srv.set("two", nil)
		time.Sleep(10 * time.Second)
		f.want("k", "two")
	})
}

func TestRefusalsAreNoReasonForAnOldAnswer(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		f.want("k", "one")
		f.srv.set("", errWrong)
		f.want("k", "wrong")
		f.srv.set("", errGone)
		f.want("k", "gone")
		f.srv.set("", errAway)
		f.want("k", "away") // nothing is left
	})
}

func TestASlowServerIsNotWaitedFor(t *testing.T) {
	for _, ttl := range []time.Duration{0, time.Second} {
		o := options()
		o.TTL = ttl
		inBubble(t, o, func(f fixture) {
			f.want("k", "one")
			time.Sleep(time.Hour)
			f.srv.slow(30 * time.Second)
			begin := time.Now()
			f.want("k", "one*")
			if waited := time.Since(begin); waited != o.Patience {
				f.Errorf("waited %v", waited)
			}
			f.want("k", "one*")
			if waited := time.Since(begin); waited != o.Patience {
				f.Errorf("waited %v, in the pause", waited)
			}
			begin = time.Now()
			f.want("new", "one")
			if waited := time.Since(begin); waited != 30*time.Second {
				f.Errorf("waited %v for what is not known", waited)
			}
		})
	}
}

func TestCallersInAHurry(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		f.want("k", "one")
		f.srv.slow(time.Second)
		short, cancel := context.WithTimeout(f.Context(), 10*time.Millisecond)
		defer cancel()
		f.wantFor(short, "k", false, "one*")
		f.srv.set("two", nil)
		f.want("k", "two") // the server was not found to be away
		ended, end := context.WithCancel(f.Context())
		end()
		f.wantFor(ended, "k", false, "context canceled")
	})
}

func TestPinnedAnswersAreKept(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		for range 3 {
			f.wantFor(f.Context(), "k", true, "one")
			f.srv.set("two", nil)
			time.Sleep(time.Hour)
		}
		f.wantRequests(1)
	})
}

func TestTimeToLive(t *testing.T) {
	o := options()
	o.TTL = time.Minute
	inBubble(t, o, func(f fixture) {
		f.want("k", "one")
		f.srv.set("two", nil)
		time.Sleep(59 * time.Second)
		f.want("k", "one")
		f.wantRequests(1)
		time.Sleep(2 * time.Second)
		f.want("k", "one") // and asks
		synctest.Wait()
		f.wantRequests(2)
		f.want("k", "two")
		f.srv.set("three", nil)
		time.Sleep(2 * time.Minute)
		f.want("k", "three") // too old to be given meanwhile
		f.wantRequests(3)
		f.srv.set("", errAway)
		time.Sleep(61 * time.Second)
		f.want("k", "three")
		synctest.Wait()
		f.want("k", "three*") // it was asked for in vain
		f.wantRequests(4)
	})
}

func TestOneRequestForManyCallers(t *testing.T) {
	o := options()
	o.TTL = time.Minute
	inBubble(t, o, func(f fixture) {
		f.srv.slow(time.Second)
		first, cancel := context.WithCancel(f.Context())
		go func() {
			time.Sleep(10 * time.Millisecond)
			cancel() // does not end the request of the others
		}()
		var all sync.WaitGroup
		for i := range 10 {
			ctx, want := f.Context(), "one"
			if i == 0 {
				ctx, want = first, "context canceled"
			}
			all.Go(func() { f.wantFor(ctx, "k", false, want) })
		}
		all.Wait()
		f.wantRequests(1)
	})
}

func TestChangesMakeAnswersOld(t *testing.T) {
	o := options()
	o.TTL = time.Hour
	inBubble(t, o, func(f fixture) {
		f.want("a", "one")
		f.want("b", "one")
		f.srv.set("two", nil)
		isA := func(key string) bool { return key == "a" }
		f.Expire(isA)
		f.want("a", "two")
		f.want("b", "one")
		f.Expire(isA)
		f.srv.set("", errAway)
		f.want("a", "two*")
		f.Remove(isA)
		f.want("a", "away")

		// An answer that was asked for before a change is not kept.
		f.srv.set("three", nil)
		f.srv.slow(time.Second)
		go func() {
			time.Sleep(500 * time.Millisecond)
			f.srv.set("four", nil)
			f.Expire(isA)
		}()
		f.want("a", "three")
		f.want("a", "four")
		f.Cache.Keep("a", "mine", time.Now())
		f.want("a", "mine")
	})
}

func TestLaterAnswersStay(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		f.srv.slow(time.Second)
		var slow sync.WaitGroup
		slow.Go(func() { f.want("k", "one") })
		time.Sleep(time.Millisecond)
		f.srv.slow(0)
		f.srv.set("two", nil)
		f.want("k", "two")
		slow.Wait()
		f.srv.set("", errAway)
		f.want("k", "two*")
	})
}

func TestBounds(t *testing.T) {
	inBubble(t, options(), func(f fixture) {
		for i := range 5 {
			f.wantFor(f.Context(), fmt.Sprint(i), true, "one")
			f.wantFor(f.Context(), "0", true, "one") // which is used most
		}
		if n := f.Len(); n != 3 {
			f.Errorf("%d kept", n)
		}
		f.wantRequests(5)
		f.srv.set(string(make([]byte, 95)), nil)
		f.wantFor(f.Context(), "large", true, string(make([]byte, 95)))
		if n := f.Len(); n != 2 {
			f.Errorf("%d kept beside a large one", n)
		}
		f.srv.set(string(make([]byte, 101)), nil)
		f.wantFor(f.Context(), "too large", true, string(make([]byte, 101)))
		if n := f.Len(); n != 2 {
			f.Errorf("%d kept, and nothing that is too large", n)
		}
	})
	o := options()
	o.Entries = 0
	inBubble(t, o, func(f fixture) {
		f.wantFor(f.Context(), "k", true, "one")
		f.Cache.Keep("k", "mine", time.Now())
		f.srv.set("", errAway)
		f.wantFor(f.Context(), "k", true, "away")
	})
}

func TestClose(t *testing.T) {
	o := options()
	o.TTL = time.Minute
	inBubble(t, o, func(f fixture) {
		f.want("k", "one")
		time.Sleep(61 * time.Second)
		f.srv.slow(time.Hour)
		f.want("k", "one")
		synctest.Wait()
		begin := time.Now()
		f.Close(f.Context())
		f.Close(f.Context())
		if time.Since(begin) > 0 {
			f.Error("Close waits for what it has ended")
		}
		f.srv.slow(0)
		f.srv.set("two", nil)
		time.Sleep(30 * time.Second)
		f.want("k", "two")
		f.wantRequests(3)
	})
	// Who waits for a request that Close ends makes one of its own.
	inBubble(t, o, func(f fixture) {
		f.srv.slow(time.Second)
		var waiting sync.WaitGroup
		waiting.Go(func() { f.want("k", "one") })
		time.Sleep(500 * time.Millisecond)
		f.Close(f.Context())
		waiting.Wait()
		f.wantRequests(2)
	})
	// A request that cannot be ended does not hold up Close.
	inBubble(t, o, func(f fixture) {
		ctx, cancel := context.WithTimeout(f.Context(), time.Second)
		defer cancel()
		go f.Get(f.Context(), "k", false, func(context.Context) (string, error) { time.Sleep(time.Minute); return "", nil })
		synctest.Wait()
		begin := time.Now()
		f.Close(ctx)
		if waited := time.Since(begin); waited != time.Second {
			f.Errorf("waited %v", waited)
		}
	})
}
