// Package bench measures the SDK side by side with OpenTelemetry's, the peer that
// a Go program would otherwise use to record the same calls. Both record a span
// with 1 KB of input and of output and send it in the background to a server on
// this machine that takes everything.
//
// Names end in sdk=opik or sdk=otel, so that benchstat can put them in columns:
//
//	make bench COUNT=10
package bench
