package upload

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		size        int64
		count       int
		first, last int64
	}{
		{1, 1, 1, 1},
		{MinPartSize, 1, MinPartSize, MinPartSize},
		{MinPartSize + 1, 2, MinPartSize, 1},
		{12 << 20, 3, MinPartSize, 2 << 20},
		{MaxParts * MinPartSize, MaxParts, MinPartSize, MinPartSize},
		{MaxParts*MinPartSize + 1, MaxParts, MinPartSize + 1, MinPartSize + 1 - (MaxParts - 1)},
		{MaxSize, MaxParts, (MaxSize + MaxParts - 1) / MaxParts, MaxSize - (MaxParts-1)*((MaxSize+MaxParts-1)/MaxParts)},
	} {
		parts, err := Split(tt.size)
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) != tt.count || parts[0].Size != tt.first || parts[len(parts)-1].Size != tt.last {
			t.Errorf("%d bytes: %d parts from %+v to %+v", tt.size, len(parts), parts[0], parts[len(parts)-1])
		}
		var at int64
		for i, p := range parts {
			if p.Number != i+1 || p.Offset != at || p.Size <= 0 || i < len(parts)-1 && p.Size < MinPartSize {
				t.Fatalf("%d bytes: part %+v at %d", tt.size, p, at)
			}
			at += p.Size
		}
		if at != tt.size {
			t.Errorf("%d bytes: the parts have %d", tt.size, at)
		}
	}
	for _, size := range []int64{-1, 0, MaxSize + 1} {
		if parts, err := Split(size); err == nil {
			t.Errorf("%d bytes: %d parts", size, len(parts))
		}
	}
}

// pipe is a seeker that cannot seek, as a file that is a pipe.
type pipe struct{ io.Reader }

func (pipe) Seek(int64, int) (int64, error)    { return 0, errors.New("illegal seek") }
func (pipe) ReadAt([]byte, int64) (int, error) { return 0, errors.New("illegal seek") }

func TestOpen(t *testing.T) {
	for _, size := range []int{0, 1, memoryLimit, memoryLimit + 1} {
		want := bytes.Repeat([]byte("abcdefghijklm"), size/13+1)[:size]
		skipped := bytes.NewReader(append([]byte("skip"), want...))
		if _, err := skipped.Seek(4, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{
			"bytes": skipped, "once": iotest.OneByteReader(bytes.NewReader(want[:min(size, 1000)])),
			"chunks": struct{ io.Reader }{bytes.NewReader(want)}, "seek only": struct{ io.ReadSeeker }{bytes.NewReader(want)},
			"pipe": pipe{bytes.NewReader(want)},
		} {
			want := want
			if name == "once" {
				want = want[:min(size, 1000)]
			}
			s, err := Open(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // any number of times
				got, err := io.ReadAll(s.Section(0, s.Size()))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s of %d bytes: %d bytes, %v", name, size, len(got), err)
				}
			}
			if size > 10 && name == "chunks" {
				if got, err := io.ReadAll(s.Section(3, 5)); err != nil || string(got) != string(want[3:8]) {
					t.Errorf("%q, %v", got, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			if _, err := s.ReadAt(make([]byte, 1), 0); !errors.Is(err, os.ErrClosed) {
				t.Errorf("after close: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("close again: %v", err)
			}
		}
	}
}

// TestSpoolIsPrivate looks at the temporary file of a large reader.
func TestSpoolIsPrivate(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	s, err := Open(t.Context(), struct{ io.Reader }{strings.NewReader(strings.Repeat("x", memoryLimit+1))})
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(folder)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if info, err := list[0].Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if list, err := os.ReadDir(folder); err != nil || len(list) != 0 {
		t.Errorf("left: %v, %v", list, err)
	}
}

// TestSpoolFails leaves nothing when a reader breaks after the memory was full.
func TestSpoolFails(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	broken := errors.New("broken")
	large := strings.NewReader(strings.Repeat("x", 2*memoryLimit))
	if _, err := Open(t.Context(), io.MultiReader(large, iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, io.MultiReader(strings.NewReader("x"))); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if list, err := os.ReadDir(folder); err != nil || len(list) != 0 {
		t.Errorf("left: %v, %v", list, err)
	}
}

func TestMediaType(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt": "text/plain", "A.TXT": "text/plain", "b.tar.gz": "application/gzip", "c": "text/html", "d.unknown-to-all": "text/html",
	} {
		if got := MediaType(name, []byte("<html>")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := MediaType("", nil); got != "text/plain" {
		t.Errorf("nothing: %s", got)
	}
}
