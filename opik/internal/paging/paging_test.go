package paging_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/paging"
)

// pagesOf serves n numbered items by page and records the requests.
func pagesOf(n int, withTotal bool, requests *[]string) func(context.Context, int, int) ([]int, int64, error) {
	return func(_ context.Context, page, size int) ([]int, int64, error) {
		*requests = append(*requests, fmt.Sprintf("%d/%d", page, size))
		var items []int
		for i := (page - 1) * size; i < min(page*size, n); i++ {
			items = append(items, i)
		}
		if !withTotal {
			return items, 0, nil
		}
		return items, int64(n), nil
	}
}

func TestPages(t *testing.T) {
	tests := []struct {
		name                 string
		n, first, size, most int
		total                bool
		want                 int
		requests             []string
	}{
		{"empty", 0, 0, 0, 0, true, 0, []string{"1/100"}},
		{"one page known by its total", 3, 0, 0, 0, true, 3, []string{"1/100"}},
		{"full last page known by its total", 4, 0, 2, 0, true, 4, []string{"1/2", "2/2"}},
		{"without total until an empty page", 4, 0, 2, 0, false, 4, []string{"1/2", "2/2", "3/2"}},
		{"short last page", 5, 0, 2, 0, true, 5, []string{"1/2", "2/2", "3/2"}},
		{"from a later page", 5, 2, 2, 0, true, 3, []string{"2/2", "3/2"}},
		{"limited within a page", 5, 0, 2, 3, true, 3, []string{"1/2", "2/2"}},
		{"limited at the end of a page", 5, 0, 2, 2, true, 2, []string{"1/2"}},
		{"a small limit asks for few", 5, 0, 0, 2, true, 2, []string{"1/2"}},
		{"a limit above the number", 5, 0, 0, 200, true, 5, []string{"1/100"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var requests []string
			list := paging.Pages[int]{First: tt.first, Size: tt.size, Max: tt.most, Fetch: pagesOf(tt.n, tt.total, &requests)}.All(t.Context())
			if requests != nil {
				t.Errorf("requests before the first item was asked for: %v", requests)
			}
			for range 2 { // an iterator can be used again
				requests = nil
				got := 0
				for _, err := range list {
					if err != nil {
						t.Fatal(err)
					}
					got++
				}
				if got != tt.want || !slices.Equal(requests, tt.requests) {
					t.Errorf("got %d items by %v, want %d by %v", got, requests, tt.want, tt.requests)
				}
			}
		})
	}
}

func TestPagesStopWithTheCaller(t *testing.T) {
	var requests []string
	for item, err := range (paging.Pages[int]{Size: 2, Fetch: pagesOf(10, true, &requests)}).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if item == 1 {
			break
		}
	}
	if want := []string{"1/2"}; !slices.Equal(requests, want) {
		t.Errorf("requests %v, want %v", requests, want)
	}
}

func TestPagesYieldOneError(t *testing.T) {
	broken := errors.New("broken")
	items, errs := collect(paging.Pages[int]{Size: 2, Fetch: func(_ context.Context, page, _ int) ([]int, int64, error) {
		if page == 2 {
			return nil, 0, broken
		}
		return []int{1, 2}, 10, nil
	}}.All(t.Context()))
	if !slices.Equal(items, []int{1, 2}) || len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("got %v and %v", items, errs)
	}
}

func TestPagesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var requests []string
	got := 0
	for _, err := range (paging.Pages[int]{Size: 2, Fetch: pagesOf(10, true, &requests)}).All(ctx) {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			break
		}
		if got++; got == 2 {
			cancel()
		}
	}
	if got != 2 || len(requests) != 1 {
		t.Errorf("%d items, requests %v", got, requests)
	}
}

func collect[T any](seq iter.Seq2[T, error]) (items []T, errs []error) {
	for item, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		items = append(items, item)
	}
	return items, errs
}

// server holds n items with the ids n, n-1, ..., 1 and streams them in this order.
type server struct {
	n        int
	cap      int         // items that it returns at most to one request; 0: as asked
	cuts     map[int]int // number of the request, from 1: break after so many items
	requests []string
	closed   int
	ignore   bool // the cursor
	noIDs    bool
}

var errCut = errors.New("connection reset")

func (s *server) open(_ context.Context, after string, limit int) (paging.Source[int], error) {
	s.requests = append(s.requests, after+"/"+strconv.Itoa(limit))
	from := s.n
	if after != "" && !s.ignore {
		id, err := strconv.Atoi(after)
		if err != nil {
			return nil, err
		}
		from = id - 1
	}
	if s.cap > 0 {
		limit = min(limit, s.cap)
	}
	cut, broken := s.cuts[len(s.requests)]
	return &source{server: s, from: from, limit: limit, cut: cut, broken: broken}, nil
}

func (s *server) id(item int) string {
	if s.noIDs {
		return ""
	}
	return strconv.Itoa(item)
}

type source struct {
	*server
	from, limit, cut int
	broken           bool
}

func (s *source) All() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := 0; i < s.limit && s.from-i > 0; i++ {
			if s.broken && i == s.cut {
				break
			}
			if !yield(s.from-i, nil) {
				return
			}
		}
		if s.broken {
			yield(0, errCut)
		}
	}
}

func (s *source) Close() error {
	s.closed++
	return nil
}

func TestStreams(t *testing.T) {
	tests := []struct {
		name        string
		server      server
		limit, most int
		want        int
		err         error
		requests    []string
	}{
		{"empty", server{}, 0, 0, 0, nil, []string{"/2000"}},
		{"until an empty stream", server{n: 5}, 2, 0, 5, nil, []string{"/2", "4/2", "2/2", "1/2"}},
		{"a limit too high", server{n: 1}, 5000, 0, 1, nil, []string{"/2000", "1/2000"}},
		{"as many as asked for", server{n: 5}, 2, 3, 3, nil, []string{"/2", "4/1"}},
		{"a server that sends less than asked for", server{n: 3, cap: 1}, 2, 0, 3, nil, []string{"/2", "3/2", "2/2", "1/2"}},
		{"cut in the middle", server{n: 5, cuts: map[int]int{1: 2}}, 0, 0, 5, nil, []string{"/2000", "4/2000", "1/2000"}},
		{"cut before the first item", server{n: 2, cuts: map[int]int{1: 0}}, 0, 0, 2, nil, []string{"/2000", "/2000", "1/2000"}},
		{"cut after every item", server{n: 6, cuts: map[int]int{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}}, 0, 0, 6, nil, nil},
		{"cut for good", server{n: 5, cuts: map[int]int{1: 2, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0}}, 0, 0, 2, errCut,
			[]string{"/2000", "4/2000", "4/2000", "4/2000", "4/2000"}},
		{"cursor ignored", server{n: 5, ignore: true}, 2, 0, 2, paging.ErrCursorIgnored, []string{"/2", "4/2"}},
		{"cursor ignored, nothing missing", server{n: 2, ignore: true}, 5, 0, 2, nil, []string{"/5", "1/5"}},
		{"cursor ignored after a cut", server{n: 3, ignore: true, cuts: map[int]int{1: 2}}, 5, 0, 2, paging.ErrCursorIgnored, []string{"/5", "2/5"}},
		{"no ids, all in one stream", server{n: 2, noIDs: true}, 5, 0, 2, nil, []string{"/5"}},
		{"no ids, perhaps more", server{n: 3, noIDs: true}, 2, 0, 2, paging.ErrNoCursor, []string{"/2"}},
		{"no ids, cut", server{n: 3, noIDs: true, cuts: map[int]int{1: 1}}, 5, 0, 1, errCut, []string{"/5"}},
		{"no ids, cut before the first item", server{n: 2, noIDs: true, cuts: map[int]int{1: 0}}, 5, 0, 2, nil, []string{"/5", "/5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &tt.server
				items, errs := collect(paging.Streams[int]{Limit: tt.limit, Max: tt.most, Open: s.open, ID: s.id}.All(t.Context()))
				var want []int
				for i := range tt.want {
					want = append(want, s.n-i)
				}
				if !slices.Equal(items, want) {
					t.Errorf("items %v, want %v", items, want)
				}
				switch {
				case tt.err == nil && len(errs) > 0, tt.err != nil && len(errs) != 1:
					t.Errorf("errors %v, want %v", errs, tt.err)
				case tt.err != nil && !errors.Is(errs[0], tt.err):
					t.Errorf("error %v, want %v", errs[0], tt.err)
				}
				if tt.requests != nil && !slices.Equal(s.requests, tt.requests) {
					t.Errorf("requests %q, want %q", s.requests, tt.requests)
				}
				if s.closed != len(s.requests) {
					t.Errorf("%d of %d streams closed", s.closed, len(s.requests))
				}
			})
		})
	}
}

func TestStreamsSayWhatToUseInstead(t *testing.T) {
	s := &server{n: 3}
	items, errs := collect(paging.Streams[int]{Limit: 2, Open: s.open, Instead: "Items.List"}.All(t.Context()))
	if len(items) != 2 || len(errs) != 1 || !errors.Is(errs[0], paging.ErrNoCursor) || !strings.Contains(errs[0].Error(), "Items.List") {
		t.Errorf("items %v, errors %v", items, errs)
	}
}

func TestStreamsCloseWhenTheCallerStops(t *testing.T) {
	s := &server{n: 5}
	for item, err := range (paging.Streams[int]{Open: s.open, ID: s.id}).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if item == 4 {
			break
		}
	}
	if len(s.requests) != 1 || s.closed != 1 {
		t.Errorf("requests %v, %d closed", s.requests, s.closed)
	}
}

func TestStreamsGiveUpOnFinalErrors(t *testing.T) {
	s := &server{n: 5, cuts: map[int]int{1: 1}}
	_, errs := collect(paging.Streams[int]{Open: s.open, ID: s.id, Final: func(err error) bool { return errors.Is(err, errCut) }}.All(t.Context()))
	if len(errs) != 1 || !errors.Is(errs[0], errCut) || len(s.requests) != 1 {
		t.Errorf("errors %v after requests %v", errs, s.requests)
	}
}

func TestStreamsReturnTheErrorOfOpen(t *testing.T) {
	refused := errors.New("refused")
	calls := 0
	_, errs := collect(paging.Streams[int]{ID: strconv.Itoa, Open: func(context.Context, string, int) (paging.Source[int], error) {
		calls++
		return nil, refused
	}}.All(t.Context()))
	if calls != 1 || len(errs) != 1 || !errors.Is(errs[0], refused) {
		t.Errorf("%d calls, errors %v", calls, errs)
	}
}

func TestStreamsEndWithTheContextWhilePausing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		s := &server{n: 5, cuts: map[int]int{1: 0, 2: 0}}
		_, errs := collect(paging.Streams[int]{Open: s.open, ID: s.id}.All(ctx))
		if len(errs) != 1 || !errors.Is(errs[0], context.DeadlineExceeded) || len(s.requests) != 1 {
			t.Errorf("errors %v after requests %v", errs, s.requests)
		}
	})
}
