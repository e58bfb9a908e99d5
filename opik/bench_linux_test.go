package opik_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
)

// BenchmarkSpanCaller measures the processor time of the calling thread alone, as
// caller-ns/op. Unlike the elapsed time it hardly depends on what else the machine
// has to do, the background sender included.
func BenchmarkSpanCaller(b *testing.B) {
	for _, bench := range []struct {
		name  string
		value any
	}{{"text", kilobyte}, {"chat", chat}} {
		b.Run(bench.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ctx, _ := benchClient(b).StartTrace(b.Context(), "trace")
			b.ReportAllocs()
			before := threadTime(b)
			for range b.N {
				_, span := opik.StartSpan(ctx, "span", opik.WithInput(bench.value))
				span.SetOutput(bench.value)
				span.End()
			}
			b.ReportMetric(float64(threadTime(b)-before)/float64(b.N), "caller-ns/op")
		})
	}
}

// threadTime returns the processor time that the present thread has had.
func threadTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
