package templates

import (
	"context"
	"io"
)

// OpenTelemetry takes traces in OpenTelemetry's format.
//
//opik:service "tag=OpenTelemetry Ingestion"
type OpenTelemetry interface {
	// Export stores the spans of an ExportTraceServiceRequest, encoded as protobuf. A
	// span without a parent becomes a trace, too; it fails with [ErrConflict] if that
	// arrived before. An OTLP exporter for HTTP can be pointed at the server instead:
	// its endpoint is the server's URL with v1/private/otel.
	//
	//opik:op receiveProtobufTraces
	Export(ctx context.Context, request io.Reader) error
}
