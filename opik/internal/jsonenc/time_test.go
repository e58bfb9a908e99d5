package jsonenc_test

import (
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// TestAppendTimeEveryDay compares all days that the server stores with package time.
func TestAppendTimeEveryDay(t *testing.T) {
	end := time.Date(2262, 4, 12, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1970, 1, 1, 23, 59, 59, 0, time.UTC); at.Before(end.AddDate(0, 0, -1)); at = at.AddDate(0, 0, 1) {
		if got, want := string(jsonenc.AppendTime(nil, at)), `"`+at.Format(time.RFC3339Nano)+`"`; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func FuzzAppendTime(f *testing.F) {
	for _, nanos := range []int64{0, 1, 10, 999_999_999, 100_000_000, 123_456_000} {
		f.Add(int64(1_785_000_000), nanos)
	}
	f.Add(int64(951_782_400), int64(0)) // a leap day of a century
	f.Fuzz(func(t *testing.T, seconds, nanos int64) {
		at := time.Unix(seconds, nanos)
		if at.Unix() < 0 || at.Unix() > 9223372035 {
			return // moved into the range, see TestAppendTime
		}
		if got, want := string(jsonenc.AppendTime(nil, at)), `"`+at.UTC().Format(time.RFC3339Nano)+`"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func BenchmarkAppendTime(b *testing.B) {
	at := time.Date(2026, 7, 24, 12, 0, 0, 123456789, time.UTC)
	dst := make([]byte, 0, 64)
	for b.Loop() {
		dst = jsonenc.AppendTime(dst[:0], at)
	}
}
