package bench

import (
	"context"
	"runtime"
	"sync"
	"testing"
)

// spansPerRound is how many spans are recorded before they are waited for. Both
// queues have room for them: an SDK whose queue is full drops spans, and dropping
// is cheaper than sending.
const spansPerRound = 10_000

// BenchmarkSpan is what the caller pays for a span from start to end while the
// sender works beside it.
func BenchmarkSpan(b *testing.B) {
	compare(b, wire{}, func(b *testing.B, r recorder) { recordTimed(b, r, 1) })
}

// BenchmarkSpanParallel is the same from as many goroutines as there are processors.
func BenchmarkSpanParallel(b *testing.B) {
	compare(b, wire{}, func(b *testing.B, r recorder) { recordTimed(b, r, runtime.GOMAXPROCS(0)) })
}

// recordTimed records b.N spans in rounds, and takes the time of recording alone.
func recordTimed(b *testing.B, r recorder, goroutines int) {
	b.ReportAllocs()
	b.StopTimer()
	for left := b.N; left > 0; left -= spansPerRound {
		n := min(left, spansPerRound)
		b.StartTimer()
		recordWith(goroutines, n, r.span)
		b.StopTimer()
		flush(b, r)
	}
	checkSent(b, r, b.N)
}

// recordWith records n spans from several goroutines at once.
func recordWith(goroutines, n int, span func()) {
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := g; i < n; i += goroutines {
				span()
			}
		})
	}
	wg.Wait()
}

// Benchmark10kSpans records 10,000 spans and waits until all were sent. It reports
// the requests and the bytes of their bodies.
func Benchmark10kSpans(b *testing.B) {
	b.Run("body=plain", func(b *testing.B) { compare(b, wire{http: true}, record10k) })
	b.Run("body=gzip", func(b *testing.B) { compare(b, wire{http: true, compress: true}, record10k) })
}

func record10k(b *testing.B, r recorder) {
	b.ReportAllocs()
	for b.Loop() {
		recordWith(1, 10_000, r.span)
		flush(b, r)
	}
	checkSent(b, r, b.N*10_000)
	b.ReportMetric(float64(r.sink.requests.Load())/float64(b.N), "requests/op")
	b.ReportMetric(float64(r.sink.bytes.Load())/float64(b.N), "wire-B/op")
}

func flush(b *testing.B, r recorder) {
	if err := r.flush(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// checkSent fails a benchmark in which spans were lost: it compares nothing.
func checkSent(b *testing.B, r recorder, recorded int) {
	if sent := r.sent(); sent != int64(recorded) {
		b.Errorf("%d of %d spans were sent", sent, recorded)
	}
}
