package spool

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample returns a shared folder with one segment of records a to f, of which c is
// done, its owner gone, and the paths of the segment and of its marks.
func sample(t testing.TB) (dir, segment, marks string) {
	t.Helper()
	dir = t.TempDir()
	sp := mustOpen(t, Options{Dir: dir, Sync: Never})
	s := sp.Stream("rows")
	mustAppend(t, s, false, "a", "b", "c", "d", "e", "f")
	_, tokens := mustNext(t, s, 3)
	s.Done(tokens[2])
	mustClose(t, sp)
	segments, err := filepath.Glob(filepath.Join(dir, "v*", "*"+segmentSuffix))
	if err != nil || len(segments) != 1 {
		t.Fatalf("%q, %v", segments, err)
	}
	return dir, segments[0], donePath(segments[0])
}

// rest is what a new process finds.
type rest struct {
	keys  []string
	stats Stats
}

func takeOver(t testing.TB, dir string) rest {
	t.Helper()
	sp := mustOpen(t, Options{Dir: dir, Sync: Never})
	mustAdopt(t, sp)
	r := rest{stats: sp.Stats()}
	keys, tokens := mustNext(t, sp.Stream("rows"), 1000)
	r.keys = keys
	sp.Stream("rows").Done(tokens...)
	if st := sp.Stats(); st.Records != 0 || len(st.Lost) != 0 {
		t.Errorf("afterwards: %+v", st)
	}
	mustClose(t, sp)
	return r
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, fileMode); err != nil {
		t.Fatal(err)
	}
}

// offsets returns where the records of a segment begin, and where they end.
func offsets(t testing.TB, b []byte) (at []int) {
	t.Helper()
	off := headerSize
	for off < len(b) {
		at = append(at, off)
		off += headSize + int(binary.LittleEndian.Uint32(b[off+4:]))
	}
	return append(at, off)
}

func TestEachDamagedByteCostsItsRecordOnly(t *testing.T) {
	dir, segment, marks := sample(t)
	whole, done := read(t, segment), read(t, marks)
	at := offsets(t, whole)
	lock := filepath.Join(filepath.Dir(segment), lockName)
	if want := []string{"a", "b", "d", "e", "f"}; len(at) != 7 {
		t.Fatalf("records at %d, want %q", at, want)
	}
	for i := range whole {
		for _, flip := range []byte{0x01, 0x80, 0xFF} {
			if err := os.MkdirAll(filepath.Dir(segment), dirMode); err != nil {
				t.Fatal(err)
			}
			damaged := bytes.Clone(whole)
			damaged[i] ^= flip
			write(t, segment, damaged)
			write(t, marks, done)
			write(t, lock, nil)
			var want []string
			for n, key := range []string{"a", "b", "c", "d", "e", "f"} {
				if key != "c" && (i < at[n] || i >= at[n+1]) {
					want = append(want, key)
				}
			}
			got := takeOver(t, dir)
			if !slices.Equal(got.keys, want) {
				t.Errorf("byte %d ^ %#x: %q, want %q", i, flip, got.keys, want)
			}
			inDone := i >= at[2] && i < at[3]
			if n := got.stats.QuarantinedRecords; n != 1 && !inDone {
				t.Errorf("byte %d ^ %#x: %d counted as damaged", i, flip, n)
			}
		}
	}
	// The damaged segments were kept, but not all of them.
	kept := names(t, filepath.Join(dir, quarantineName))
	if len(kept) == 0 || len(kept) > maxAside {
		t.Errorf("%d files are kept aside", len(kept))
	}
}

func TestEveryTruncationKeepsWhatIsWhole(t *testing.T) {
	dir, segment, _ := sample(t)
	whole := read(t, segment)
	at := offsets(t, whole)
	for size := range whole {
		if err := os.MkdirAll(filepath.Dir(segment), dirMode); err != nil {
			t.Fatal(err)
		}
		write(t, segment, whole[:size])
		var want []string
		for n, key := range []string{"a", "b", "c", "d", "e", "f"} {
			if size >= at[n+1] && !(key == "c" && size == 0) {
				want = append(want, key)
			}
		}
		got := takeOver(t, dir)
		if size == len(whole) || len(got.keys) > 0 && slices.Contains(got.keys, "c") && size < at[3] {
			t.Fatal("the cut is not where it should be")
		}
		// The marks of the first round are gone with the folder: c comes again.
		if want = slices.DeleteFunc(want, func(k string) bool { return k == "c" }); !slices.Equal(
			slices.DeleteFunc(got.keys, func(k string) bool { return k == "c" }), want) {
			t.Errorf("cut at %d: %q, want %q", size, got.keys, want)
		}
		if torn := size > 0 && size != headerSize && !slices.Contains(at, size); torn != (got.stats.QuarantinedRecords > 0) {
			t.Errorf("cut at %d: %d counted as damaged", size, got.stats.QuarantinedRecords)
		}
	}
}

func TestKindsOfDamage(t *testing.T) {
	tests := []struct {
		name    string
		damage  func(b []byte, at []int) []byte
		want    string
		damaged int64
		files   int64
	}{
		{"zeros at the end", func(b []byte, _ []int) []byte { return append(b, make([]byte, 5000)...) }, "abdef", 1, 0},
		{"foreign bytes within", func(b []byte, at []int) []byte {
			return slices.Concat(b[:at[3]], []byte("something else \xFE\xED here"), b[at[3]:])
		}, "abdef", 1, 0},
		{"a stretch is missing", func(b []byte, at []int) []byte { return slices.Concat(b[:at[3]], b[at[5]:]) }, "abf", 2, 0},
		{"a sector of zeros", func(b []byte, at []int) []byte { clear(b[at[3]+3 : at[5]-3]); return b }, "abf", 2, 0},
		{"a record twice", func(b []byte, at []int) []byte { return slices.Concat(b[:at[2]], b[at[1]:]) }, "abdef", 1, 0},
		{"a length of 60 MiB", func(b []byte, at []int) []byte {
			binary.LittleEndian.PutUint32(b[at[3]+4:], 60<<20)
			return b
		}, "abef", 1, 0},
		{"a length of 4 GiB", func(b []byte, at []int) []byte {
			binary.LittleEndian.PutUint32(b[at[3]+4:], 1<<32-1)
			return b
		}, "abef", 1, 0},
		{"an unknown version of a record", func(b []byte, at []int) []byte {
			b[at[3]+2] = 9
			seal(b[at[3]:], 3, newDestination("").seed())
			return b
		}, "abef", 1, 0},
		{"an unknown version of the segment", func(b []byte, _ []int) []byte {
			binary.LittleEndian.PutUint32(b[8:], 9)
			binary.LittleEndian.PutUint32(b[headerSize-4:], checksum(0, b[:headerSize-4], nil))
			return b
		}, "", 0, 1},
		{"for another destination", func(b []byte, _ []int) []byte {
			copy(b, appendHeader(nil, 1, newDestination("x")))
			return b
		}, "", 0, 1},
		{"text", func([]byte, []int) []byte { return []byte(strings.Repeat("This is no segment. ", 20)) }, "", 2, 1},
		{"empty", func([]byte, []int) []byte { return nil }, "", 0, 0},
		{"header only", func(b []byte, _ []int) []byte { return b[:headerSize] }, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, segment, _ := sample(t)
			b := read(t, segment)
			write(t, segment, tt.damage(bytes.Clone(b), offsets(t, b)))
			got := takeOver(t, dir)
			if keys := strings.Join(got.keys, ""); keys != tt.want {
				t.Errorf("found %q, want %q", keys, tt.want)
			}
			if got.stats.QuarantinedRecords != tt.damaged || got.stats.QuarantinedFiles != tt.files {
				t.Errorf("%d records, %d files put aside", got.stats.QuarantinedRecords, got.stats.QuarantinedFiles)
			}
		})
	}
}

func TestForeignFilesAreLeftAloneOrPutAside(t *testing.T) {
	dir, segment, _ := sample(t)
	home := filepath.Dir(segment)
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, []byte("not ours"))
	ours := []string{"notes.txt", "00000009-rows.bak", "0000000Z-rows.log", "9-rows.log", "00000009-ROWS.log", "00000009-=4.log", "00000009-=zz.log"}
	for _, name := range ours {
		write(t, filepath.Join(home, name), []byte("foreign"))
	}
	if err := os.MkdirAll(filepath.Join(home, "00000008-rows.log", "sub"), dirMode); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(home, "00000007-rows.log")); err != nil {
		t.Skip(err)
	}
	// In the shared folder nothing is touched.
	shared := []string{"README", filepath.Base(home) + "x", "v1-nothing"}
	for _, name := range shared {
		write(t, filepath.Join(dir, name), []byte("foreign"))
	}
	if err := os.Symlink(home, filepath.Join(dir, filepath.Base(home)[:20]+"0000000000000000")); err != nil {
		t.Fatal(err)
	}
	got := takeOver(t, dir)
	if strings.Join(got.keys, "") != "abdef" || got.stats.QuarantinedFiles != int64(len(ours)+2) {
		t.Errorf("found %q, %d files put aside", got.keys, got.stats.QuarantinedFiles)
	}
	if b := read(t, outside); string(b) != "not ours" {
		t.Errorf("the target of a link is now %q", b)
	}
	for _, name := range shared {
		read(t, filepath.Join(dir, name))
	}
	if _, err := os.Lstat(home); !os.IsNotExist(err) {
		t.Errorf("the empty folder: %v", err)
	}
}

func TestDamageAfterTheWriteIsCountedAsLost(t *testing.T) {
	tests := map[string]struct {
		damage func(path string, b []byte, at []int) error
		want   string
		lost   int64
	}{
		"a record": {func(path string, b []byte, at []int) error {
			b[at[2]-1] ^= 1
			return os.WriteFile(path, b, fileMode)
		}, "acdef", 1},
		"the end": {func(path string, _ []byte, at []int) error { return os.Truncate(path, int64(at[3]+5)) }, "abc", 3},
		"all":     {func(path string, _ []byte, _ []int) error { return os.Remove(path) }, "", 6},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lost := int64(0)
			sp := mustOpen(t, Options{Dir: dir, Sync: Never, Lost: func(_ string, why Cause, n int64) {
				if why == LostDamage {
					lost += n
				}
			}})
			s := sp.Stream("rows")
			mustAppend(t, s, false, "a", "b", "c", "d", "e", "f")
			segments, err := filepath.Glob(filepath.Join(dir, "v*", "*"+segmentSuffix))
			if err != nil {
				t.Fatal(err)
			}
			b := read(t, segments[0])
			if err := tt.damage(segments[0], b, offsets(t, b)); err != nil {
				t.Fatal(err)
			}
			keys, tokens := mustNext(t, s, 100)
			if strings.Join(keys, "") != tt.want || lost != tt.lost {
				t.Errorf("found %q, lost %d", keys, lost)
			}
			s.Done(tokens...)
			if st := sp.Stats(); st.Records != 0 || st.Pending["span"] != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestDamagedMarksBringRecordsBackAtWorst flips and cuts the marks.
func TestDamagedMarksBringRecordsBackAtWorst(t *testing.T) {
	dir, segment, marks := sample(t)
	whole, done := read(t, segment), read(t, marks)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		b := bytes.Repeat(done, 3)
		for range 1 + i%5 {
			b[rnd.IntN(len(b))] ^= byte(1 + rnd.IntN(255))
		}
		b = b[:rnd.IntN(len(b)+1)]
		if err := os.MkdirAll(filepath.Dir(segment), dirMode); err != nil {
			t.Fatal(err)
		}
		write(t, segment, whole)
		write(t, marks, b)
		got := strings.Join(takeOver(t, dir).keys, "")
		if got != "abdef" && got != "abcdef" {
			t.Fatalf("with the marks %x: %q", b, got)
		}
	}
}

func TestALargeFileIsNotRead(t *testing.T) {
	dir, segment, _ := sample(t)
	if err := os.Truncate(segment, 1<<40); err != nil {
		t.Skip(err)
	}
	if got := takeOver(t, dir); len(got.keys) != 0 || got.stats.QuarantinedFiles != 1 {
		t.Errorf("%+v", got)
	}
}

func ExampleSpool() {
	dir, err := os.MkdirTemp("", "spool")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	sp, err := Open(Options{Dir: dir, Destination: "server"})
	if err != nil {
		panic(err)
	}
	defer sp.Close()
	rows := sp.Stream("rows")
	if _, err := rows.Append(false, Record{Kind: "span", Data: []byte(`{"id":"1"}`)}); err != nil {
		panic(err)
	}
	entries, err := rows.Next(100, 1<<20)
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		fmt.Println(e.Kind, string(e.Data))
		rows.Done(e.Token)
	}
	fmt.Println(sp.Stats().Records, "left")
	// Output:
	// span {"id":"1"}
	// 0 left
}
