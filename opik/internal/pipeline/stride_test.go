package pipeline

import (
	"context"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// releasing says of each request whether it lets go of the records.
type releasing struct {
	release []bool
	fail    int // how many requests get no answer
	n       int
}

func (s *releasing) Send(context.Context, transport.Request) (transport.Response, error) {
	s.n++
	resp := transport.Response{Status: 204, Released: s.release[min(s.n, len(s.release))-1]}
	if s.n <= s.fail {
		return transport.Response{Released: resp.Released}, context.DeadlineExceeded
	}
	return resp, nil
}

func TestMemoryIsTakenBackOnlyWhenItIsReleased(t *testing.T) {
	for name, test := range map[string]struct {
		release []bool
		fail    int
		reused  bool
	}{
		"released":                    {[]bool{true}, 0, true},
		"not released":                {[]bool{false}, 0, false},
		"first attempt released":      {[]bool{true, true}, 1, true},
		"first attempt not released":  {[]bool{false, true}, 1, false},
		"second attempt not released": {[]bool{true, false}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p, err := New(Options{Sender: &releasing{release: test.release, fail: test.fail}})
				if err != nil {
					t.Fatal(err)
				}
				const records = 3*stride + 1
				for i := range records {
					enqueue(t, p, sized(i+1, 600))
				}
				mustFlush(t, p)
				want := int64(0)
				if _, size := classOf(602); test.reused {
					want = records * int64(size)
				}
				p.memory.mu.Lock()
				got := p.memory.kept
				p.memory.mu.Unlock()
				if got < want || got > want*5/4 {
					t.Errorf("%d bytes were taken back, want about %d", got, want)
				}
				time.Sleep(2 * trimEvery)
				p.memory.mu.Lock()
				if p.memory.kept != 0 {
					t.Errorf("%d bytes are kept when nothing was sent for a while", p.memory.kept)
				}
				p.memory.mu.Unlock()
				mustClose(t, p)
			})
		})
	}
}

func TestMemoryOfReplacedAndDroppedRecordsIsTakenBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, err := New(Options{Sender: &releasing{release: []bool{true}}, MaxBytes: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat("x", 900)
		before := &item{rows, "key", `{"a":"` + text + `"}`}
		enqueue(t, p, *before)
		p.mu.Lock()
		first := unsafe.SliceData(p.kinds[rows].index.get("key").data)
		p.mu.Unlock()
		enqueue(t, p, *before) // which replaces it
		if got := unsafe.SliceData(p.memory.get(900)); got != first {
			t.Error("the memory of a replaced record is not used again")
		}
		for i := range 20 {
			enqueue(t, p, sized(i, 900)) // which needs the room
		}
		if p.memory.kept == 0 {
			t.Error("the memory of dropped records is not used again")
		}
		mustClose(t, p)
	})
}

// lettingGo is for a sender that keeps nothing of a request.
type lettingGo struct{ Sender }

func (s lettingGo) Send(ctx context.Context, r transport.Request) (transport.Response, error) {
	resp, err := s.Sender.Send(ctx, r)
	resp.Released = true
	return resp, err
}
