package uploader

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"testing"

	"github.com/opik-go/sdk/opik/internal/upload"
)

// sink is a storage that keeps nothing but checksums.
type sink struct {
	*fake
	sum   uint32
	parts int
}

func (s *sink) PutPart(_ context.Context, _ string, content *upload.Source, p upload.Part) (string, error) {
	sum := crc32.New(castagnoli)
	n, err := io.Copy(struct{ io.Writer }{sum}, content.Section(p.Offset, p.Size))
	if err != nil || n != p.Size {
		return "", fmt.Errorf("%d bytes: %w", n, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum ^= sum.Sum32()
	s.parts++
	return fmt.Sprint("tag", p.Number), nil
}

func (s *sink) Complete(context.Context, File, int64, string, []Stored) error { return nil }

// TestStreams sends far more than may be in memory. What is allocated is counted,
// whether it is in use at the same time or not.
func TestStreams(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const size = 64 << 20
	srv := &sink{fake: newFake()}
	u := start1(t, Options{Server: srv})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := u.Add(text("large"), Content{Reader: io.LimitReader(&counter{}, size)}); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > size/16 {
		t.Errorf("%d bytes were allocated for %d", used, size)
	}
	var want uint32
	r := &counter{}
	parts, err := upload.Split(size)
	check(t, err)
	for _, p := range parts {
		sum := crc32.New(castagnoli)
		if _, err := io.CopyN(sum, r, p.Size); err != nil {
			t.Fatal(err)
		}
		want ^= sum.Sum32()
	}
	if srv.sum != want || srv.parts != len(parts) {
		t.Errorf("%d parts of another content", srv.parts)
	}
	closeFully(t, u)
}

// counter is content without end.
type counter struct{ n uint64 }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c.n>>3) ^ byte(c.n>>13) ^ byte(c.n>>23)
		c.n++
	}
	return len(p), nil
}
