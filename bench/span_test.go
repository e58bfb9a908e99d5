package bench

import (
	"context"
	"testing"
)

// BenchmarkSpan is what the caller pays for a span from start to end while the
// sender works beside it.
func BenchmarkSpan(b *testing.B) {
	compare(b, wire{}, func(b *testing.B, r recorder) {
		b.ReportAllocs()
		for b.Loop() {
			r.span()
		}
	})
}

// BenchmarkSpanParallel is the same from several goroutines at once.
func BenchmarkSpanParallel(b *testing.B) {
	compare(b, wire{}, func(b *testing.B, r recorder) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r.span()
			}
		})
	})
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
		for range 10_000 {
			r.span()
		}
		if err := r.flush(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(r.sink.requests.Load())/float64(b.N), "requests/op")
	b.ReportMetric(float64(r.sink.bytes.Load())/float64(b.N), "wireB/op")
}
