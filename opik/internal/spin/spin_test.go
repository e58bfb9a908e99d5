package spin_test

import (
	"sync"
	"testing"

	"github.com/opik-go/sdk/opik/internal/spin"
)

func TestMutexExcludes(t *testing.T) {
	var (
		mu     spin.Mutex
		wg     sync.WaitGroup
		inside int
		count  int
	)
	const goroutines, times = 16, 2000
	for range goroutines {
		wg.Go(func() {
			for range times {
				mu.Lock()
				if inside++; inside != 1 {
					t.Errorf("%d goroutines hold the lock", inside)
				}
				count++
				inside--
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if count != goroutines*times {
		t.Errorf("counted %d", count)
	}
}

// TestMutexWaits holds the lock for longer than others look at it.
func TestMutexWaits(t *testing.T) {
	var mu spin.Mutex
	mu.Lock()
	got := make(chan struct{})
	go func() {
		mu.Lock()
		defer mu.Unlock()
		close(got)
	}()
	for range 1000 {
		select {
		case <-got:
			t.Fatal("two hold the lock")
		default:
		}
	}
	mu.Unlock()
	<-got
}

func BenchmarkMutex(b *testing.B) {
	var mu spin.Mutex
	n := 0
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			n++
			mu.Unlock()
		}
	})
}
