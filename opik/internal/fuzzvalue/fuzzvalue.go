// Package fuzzvalue makes Go values out of the bytes that a fuzzer gives, each
// together with a value that encoding/json can encode and that means what the
// encoders of this module must make of the first. It is for tests.
package fuzzvalue

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Source reads values off a fuzzer's input. At the end of the input everything
// is zero. It is not safe for concurrent use.
type Source struct{ data []byte }

// New returns a source that reads data, which it does not change.
func New(data []byte) *Source { return &Source{data: data} }

// Byte returns the next byte.
func (s *Source) Byte() byte {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

// Intn returns a number from 0 to n-1; n is at most 256.
func (s *Source) Intn(n int) int { return int(s.Byte()) % n }

// Uint64 returns the next eight bytes as a number.
func (s *Source) Uint64() uint64 {
	var b [8]byte
	for i := range b {
		b[i] = s.Byte()
	}
	return binary.LittleEndian.Uint64(b[:])
}

// String returns up to 31 bytes, which need not be valid UTF-8.
func (s *Source) String() string {
	n := min(s.Intn(32), len(s.data))
	out := string(s.data[:n])
	s.data = s.data[n:]
	return out
}

// Float returns any number there is, NaN and infinities included.
func (s *Source) Float() float64 {
	switch s.Intn(8) {
	case 0:
		return math.NaN()
	case 1:
		return math.Inf(1)
	case 2:
		return math.Inf(-1)
	case 3:
		return float64(s.Byte()) / 4
	}
	return math.Float64frombits(s.Uint64())
}

// FloatText returns the text that stands for a number which JSON cannot hold;
// empty for other numbers.
func FloatText(v float64) string {
	switch {
	case math.IsNaN(v):
		return "<opik: NaN>"
	case math.IsInf(v, 1):
		return "<opik: +Inf>"
	case math.IsInf(v, -1):
		return "<opik: -Inf>"
	}
	return ""
}

// Time returns any time, in several time zones, most of them in this century.
func (s *Source) Time() time.Time {
	zone := time.UTC
	if s.Byte()%2 == 1 {
		zone = time.FixedZone("", int(int8(s.Byte()))*15*60)
	}
	switch s.Intn(4) {
	case 0:
		return time.Time{}
	case 1:
		return time.Unix(int64(s.Uint64()>>20), int64(s.Uint64()%1e9)).In(zone)
	}
	return time.Unix(int64(s.Uint64()%4e9), int64(s.Uint64()%1e9)).In(zone)
}

// Value returns a value as users may give it, and what it means: a value that
// encoding/json encodes without error.
func (s *Source) Value() (value, meaning any) { return s.value(4) }

func (s *Source) value(depth int) (value, meaning any) {
	makers := scalars()
	if depth > 0 && s.Byte()%2 == 1 {
		makers = containers()
	}
	return makers[s.Intn(len(makers))](s, depth-1)
}

type maker func(s *Source, depth int) (value, meaning any)

// same is for values that mean what encoding/json makes of them.
func same(v any) (value, meaning any) { return v, v }

func scalars() []maker {
	return []maker{
		func(*Source, int) (any, any) { return same(nil) },
		func(s *Source, _ int) (any, any) { return same(s.String()) },
		func(s *Source, _ int) (any, any) { return same(s.Byte()%2 == 0) },
		func(s *Source, _ int) (any, any) { return same(int(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(int8(s.Byte())) },
		func(s *Source, _ int) (any, any) { return same(int16(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(int32(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(int64(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(uint(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(s.Byte()) },
		func(s *Source, _ int) (any, any) { return same(uint16(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(uint32(s.Uint64())) },
		func(s *Source, _ int) (any, any) { return same(s.Uint64()) },
		func(s *Source, _ int) (any, any) {
			v := s.Float()
			if text := FloatText(v); text != "" {
				return v, text
			}
			return same(v)
		},
		func(s *Source, _ int) (any, any) {
			v := float32(s.Float())
			if text := FloatText(float64(v)); text != "" {
				return v, text
			}
			return same(v)
		},
		func(s *Source, _ int) (any, any) { return same([]byte(s.String())) },
		func(s *Source, _ int) (any, any) { return freeTime(s.Time()) },
		func(s *Source, _ int) (any, any) { return same(time.Duration(s.Uint64())) },
		func(s *Source, _ int) (any, any) {
			return same(json.Number(strconv.FormatInt(int64(s.Uint64()), 10)))
		},
		func(s *Source, _ int) (any, any) { return same(Level(s.Byte())) },
		rawMessage,
		odd,
	}
}

// freeTime is a time inside a free-form value.
func freeTime(t time.Time) (value, meaning any) {
	if _, err := t.MarshalText(); err != nil {
		return t, "<opik: time.Time outside RFC 3339>"
	}
	return same(t)
}

func rawMessage(s *Source, depth int) (value, meaning any) {
	if s.Byte()%2 == 1 {
		_, meaning := s.value(depth)
		encoded, err := json.MarshalIndent(meaning, "", "  ")
		if err != nil {
			panic(err) // a meaning can always be encoded
		}
		return json.RawMessage(encoded), meaning
	}
	raw := json.RawMessage(s.String())
	if !json.Valid(raw) {
		return raw, "<opik: invalid JSON in json.RawMessage>"
	}
	return same(raw)
}
