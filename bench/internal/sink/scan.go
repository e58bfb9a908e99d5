package sink

import (
	"bytes"
	"encoding/hex"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// id identifies an entity: a UUID, or an OpenTelemetry span's trace and span id
// folded together.
type id [16]byte

// idMember begins the id of a record. In encoded JSON these bytes cannot be part of
// a string, where the quotes would be escaped, and no other member of the workload's
// records is called so. Looking for them is much cheaper than decoding: the sink
// must not be what the contestants wait for.
var idMember = []byte(`"id":"`)

// scanJSON appends the ids of the records of a batch to ids.
func scanJSON(ids []id, body []byte) []id {
	for {
		at := bytes.Index(body, idMember)
		if at < 0 {
			return ids
		}
		body = body[at+len(idMember):]
		if u, ok := parseUUID(body); ok {
			ids = append(ids, u)
			body = body[36:]
		}
	}
}

func parseUUID(b []byte) (u id, ok bool) {
	if len(b) < 37 || b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' || b[36] != '"' {
		return u, false
	}
	var digits [32]byte
	n := copy(digits[:], b[:8])
	n += copy(digits[n:], b[9:13])
	n += copy(digits[n:], b[14:18])
	n += copy(digits[n:], b[19:23])
	copy(digits[n:], b[24:36])
	_, err := hex.Decode(u[:], digits[:])
	return u, err == nil
}

var errProtobuf = errors.New("the request is no ExportTraceServiceRequest")

// Field numbers of opentelemetry/proto/collector/trace/v1 and trace/v1.
const (
	requestResourceSpans = 1
	resourceScopeSpans   = 2
	scopeSpans           = 2
	spanTraceID          = 1
	spanSpanID           = 2
)

// scanOTLP appends the ids of the spans of an OTLP request to ids.
func scanOTLP(ids []id, body []byte) ([]id, error) {
	err := messages(body, requestResourceSpans, func(resource []byte) error {
		return messages(resource, resourceScopeSpans, func(scope []byte) error {
			return messages(scope, scopeSpans, func(span []byte) error {
				var u id
				if err := messages(span, spanTraceID, func(b []byte) error { copy(u[:], b); return nil }); err != nil {
					return err
				}
				if err := messages(span, spanSpanID, func(b []byte) error {
					for i := range min(len(b), 8) {
						u[i] ^= b[i]
					}
					return nil
				}); err != nil {
					return err
				}
				ids = append(ids, u)
				return nil
			})
		})
	})
	return ids, err
}

// messages calls each with the content of each field of that number, and skips others.
func messages(b []byte, number protowire.Number, each func([]byte) error) error {
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errProtobuf
		}
		b = b[n:]
		if num == number && kind == protowire.BytesType {
			content, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return errProtobuf
			}
			if err := each(content); err != nil {
				return err
			}
			b = b[n:]
			continue
		}
		if n = protowire.ConsumeFieldValue(num, kind, b); n < 0 {
			return errProtobuf
		}
		b = b[n:]
	}
	return nil
}
