package message

import "github.com/opik-go/sdk/opik/internal/jsonenc"

// AppendBatch appends the body of a request that carries encoded records, each
// as AppendJSON made it, to dst. For kinds whose records are requests of their
// own there must be exactly one, which is the body.
func AppendBatch(dst []byte, k *Kind, records [][]byte) []byte {
	if k.Items == "" {
		return append(dst, records[0]...)
	}
	dst = appendEnvelope(dst, k)
	for i, record := range records {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, record...)
	}
	return append(dst, ']', '}')
}

// BatchSize is the exact length of what AppendBatch appends for the given number
// of records, whose encoded lengths add up to bytes.
func BatchSize(k *Kind, records, bytes int) int {
	if k.Items == "" || records == 0 {
		return bytes + k.overhead()
	}
	return bytes + k.overhead() + records - 1
}

// overhead is the length of a batch without records.
func (k *Kind) overhead() int {
	if k.Items == "" {
		return 0
	}
	return len(appendEnvelope(make([]byte, 0, 64), k)) + len("]}")
}

func appendEnvelope(dst []byte, k *Kind) []byte {
	dst = jsonenc.AppendString(append(dst, '{'), k.Items)
	return append(dst, ':', '[')
}
