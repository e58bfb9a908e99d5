package contest

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/opik-go/sdk/bench/internal/work"
)

// AppendTrace appends the record of a trace, as this SDK would send it. It is written
// by hand for the content of the workload alone.
func AppendTrace(b []byte, e *work.Entity, id uuid, start, end time.Time) []byte {
	b = appendTime(append(b, `{"end_time":"`...), end)
	b = appendID(append(b, `","id":"`...), id)
	b = appendInput(append(b, `","input":`...), &e.Known)
	b = appendTime(append(b, `,"last_updated_at":"`...), end.Truncate(time.Microsecond))
	b = appendString(append(b, `","name":`...), e.Name)
	b = appendOutput(append(b, `,"output":`...), &e.Known)
	b = append(b, `,"project_name":"`+work.Project+`","source":"sdk","start_time":"`...)
	return append(appendTime(b, start), `"}`...)
}

// AppendSpan appends the record of a span.
func AppendSpan(b []byte, e *work.Entity, id, trace uuid, start, end time.Time) []byte {
	b = appendTime(append(b, `{"end_time":"`...), end)
	b = appendID(append(b, `","id":"`...), id)
	b = appendInput(append(b, `","input":`...), &e.Known)
	b = appendTime(append(b, `,"last_updated_at":"`...), end.Truncate(time.Microsecond))
	b = append(b, '"')
	if e.Model != "" {
		b = appendString(append(b, `,"model":`...), e.Model)
	}
	b = appendString(append(b, `,"name":`...), e.Name)
	b = appendOutput(append(b, `,"output":`...), &e.Known)
	b = append(b, `,"project_name":"`+work.Project+`"`...)
	if e.Provider != "" {
		b = appendString(append(b, `,"provider":`...), e.Provider)
	}
	b = appendTime(append(b, `,"source":"sdk","start_time":"`...), start)
	b = appendID(append(b, `","trace_id":"`...), trace)
	b = appendString(append(b, `","type":`...), e.Type)
	return append(b, '}')
}

func appendInput(b []byte, k *work.Known) []byte {
	if !k.Chat {
		b = appendString(append(b, `{"query":`...), k.Query)
		b = strconv.AppendInt(append(b, `,"top_k":`...), int64(k.TopK), 10)
		return append(b, '}')
	}
	b = strconv.AppendInt(append(b, `{"max_tokens":`...), int64(k.MaxTokens), 10)
	b = append(b, `,"messages":[`...)
	for i := range k.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMessage(b, &k.Messages[i])
	}
	b = strconv.AppendFloat(append(b, `],"temperature":`...), k.Temperature, 'f', -1, 64)
	return append(b, '}')
}

func appendOutput(b []byte, k *work.Known) []byte {
	if !k.Chat {
		b = strconv.AppendFloat(append(b, `{"score":`...), k.Score, 'f', -1, 64)
		return append(b, '}')
	}
	b = appendMessage(append(b, `{"choices":[{"finish_reason":"stop","index":0,"message":`...), &k.Answer)
	b = strconv.AppendInt(append(b, `}],"usage":{"completion_tokens":`...), int64(k.CompletionTokens), 10)
	b = strconv.AppendInt(append(b, `,"prompt_tokens":`...), int64(k.PromptTokens), 10)
	return append(b, "}}"...)
}

func appendMessage(b []byte, m *work.Message) []byte {
	b = appendString(append(b, `{"role":`...), m.Role)
	b = appendString(append(b, `,"content":`...), m.Content)
	return append(b, '}')
}

func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

// uuid is a UUID of version 7.
type uuid [16]byte

func newID(t time.Time) (u uuid) {
	binary.BigEndian.PutUint64(u[:], uint64(t.UnixMilli())<<16|0x7000|rand.Uint64()&0xfff)
	binary.BigEndian.PutUint64(u[8:], rand.Uint64()>>2|1<<63)
	return u
}

const hexDigits = "0123456789abcdef"

func appendID(b []byte, u uuid) []byte {
	for i, c := range u {
		switch i {
		case 4, 6, 8, 10:
			b = append(b, '-')
		}
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

// appendString looks at eight bytes at a time for one that cannot be copied.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			at := special(s[i : i+8])
			if at == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(at) / 8
		}
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[done:i]...), "\ufffd"...)
				done = i + 1
			}
			i += size
		case c < ' ' || c == '"' || c == '\\':
			b = append(b, s[done:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			done = i
		default:
			i++
		}
	}
	return append(append(b, s[done:]...), '"')
}

// special returns a word whose lowest set bit is in the first of eight bytes that
// has to be looked at, and 0 if none has to.
func special(s string) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	w := binary.LittleEndian.Uint64([]byte(s))
	return ((w - ' '*ones) | (w ^ '"'*ones - ones) | (w ^ '\\'*ones - ones) | w) & highs
}
