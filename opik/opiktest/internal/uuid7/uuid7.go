// Package uuid7 makes and examines UUIDs of version 7, whose first 48 bits are
// milliseconds since 1970.
package uuid7

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

// Generator makes ids that ascend in the order in which they are made. The zero
// value is ready for use; it is safe for concurrent use.
type Generator struct {
	mu   sync.Mutex
	last int64 // milliseconds shifted left by 12, and the counter below
}

// New returns an id for the instant. When instants repeat or go back, the id
// continues after the latest one.
func (g *Generator) New(at time.Time) string {
	var b [16]byte
	// Since Go 1.24 this never fails.
	_, _ = rand.Read(b[8:])
	g.mu.Lock()
	v := at.UnixMilli() << 12
	if v <= g.last {
		v = g.last + 1
	}
	g.last = v
	g.mu.Unlock()
	for i, ms := 5, v>>12; i >= 0; i, ms = i-1, ms>>8 {
		b[i] = byte(ms)
	}
	b[6] = 0x70 | byte(v>>8)&0x0f
	b[7] = byte(v)
	b[8] = 0x80 | b[8]&0x3f
	return format(b)
}

// format writes the usual form in lower case with hyphens.
func format(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// Parse returns the id in lower case, and whether the text is a UUID of any version.
func Parse(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return "", false
			}
		default:
			if !isHex(s[i]) {
				return "", false
			}
		}
	}
	return strings.ToLower(s), true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// IsV7 tells whether an id that Parse returned has version 7.
func IsV7(id string) bool { return len(id) == 36 && id[14] == '7' }

// Time returns the instant that a version 7 id carries.
func Time(id string) time.Time {
	if len(id) != 36 {
		return time.Time{}
	}
	var b [6]byte
	if _, err := hex.Decode(b[:], []byte(id[0:8]+id[9:13])); err != nil {
		return time.Time{}
	}
	var ms int64
	for _, c := range b {
		ms = ms<<8 | int64(c)
	}
	return time.UnixMilli(ms).UTC()
}
