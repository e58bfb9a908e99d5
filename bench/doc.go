// Package bench measures the SDK side by side with OpenTelemetry's, the peer that
// a Go program would otherwise use to record the same calls. Both record a span
// with 1 KB of input and of output and send it in the background to a server on
// this machine that takes everything.
//
//	make bench                    all of them, six runs each: some two minutes
//	make bench BENCH=Span COUNT=10
//
// The command prints each run, and then benchstat's table with a column for each
// SDK; names end in sdk=opik or sdk=otel for that. Its units are
//
//	sec/op, B/op, allocs/op   time, memory and allocations of the process
//	requests/op               HTTP requests
//	wire-B/op                 bytes of the requests' bodies, as they are sent
//
// where an op is one span in BenchmarkSpan and BenchmarkSpanParallel, and 10,000
// spans in Benchmark10kSpans. A benchmark fails if an SDK lost a span.
//
// Ours encodes values when they are set, in the caller's goroutine, so that the
// caller may change them afterwards; OpenTelemetry's takes texts and encodes them in
// the background. What a span costs altogether is therefore seen in
// Benchmark10kSpans, where the sending is waited for.
package bench
