package spool

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
)

// memory is a file system with a segment and its marks, for fuzzing without a disk.
type memory struct {
	disk
	files map[string][]byte
	left  map[string]bool // what was neither removed nor put aside
}

type memoryFile struct {
	*bytes.Reader
}

func (memoryFile) Write(b []byte) (int, error) { return len(b), nil }
func (memoryFile) Truncate(int64) error        { return nil }
func (memoryFile) Sync() error                 { return nil }
func (memoryFile) Close() error                { return nil }

func (m memory) Open(path string) (File, error) {
	b, ok := m.files[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return memoryFile{bytes.NewReader(b)}, nil
}

func (m memory) Append(string) (File, error)                { return memoryFile{bytes.NewReader(nil)}, nil }
func (m memory) MkdirAll(string) error                      { return nil }
func (m memory) ReadDir(string, int) ([]fs.DirEntry, error) { return nil, nil }
func (m memory) Rename(from, _ string) error                { return m.Remove(from) }

func (m memory) Remove(path string) error {
	delete(m.left, path)
	return nil
}

func FuzzSegment(f *testing.F) {
	_, path, marks := sample(f)
	b, done := read(f, path), read(f, marks)
	f.Add(b, done)
	f.Add(b[:len(b)-3], done[:5])
	f.Add(append(bytes.Clone(b[:70]), b[75:]...), bytes.Repeat(done, 2)[3:])
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, b, done []byte) {
		h := &home{dir: "/spool/h", adopted: true}
		path := h.segmentPath(1, "rows")
		m := memory{
			files: map[string][]byte{path: b, donePath(path): done},
			left:  map[string]bool{path: true, donePath(path): true},
		}
		sp, err := Open(Options{Dir: "/spool", FS: m})
		if err != nil {
			t.Fatal(err)
		}
		g, err := sp.loadSegment(h, path, "rows", int64(len(b)), int64(len(done)))
		if err != nil {
			t.Fatal(err)
		}
		if g != nil {
			if len(g.index) > len(b)/minFrame+1<<16 {
				t.Fatalf("an index of %d records for %d bytes", len(g.index), len(b))
			}
			h.segments = 1
			open := g.count[free]
			h.adopted = false
			sp.publish(h, []*segment{g}, make(map[string]Adopted))
			entries, err := sp.Stream("rows").Next(1<<20, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			lost := int64(0)
			for _, e := range entries {
				sp.Stream("rows").Done(e.Token)
			}
			for _, causes := range sp.Stats().Lost {
				for why := range causes {
					if why == LostDamage {
						t.Error("what was whole is damaged now")
					}
					lost++
				}
			}
			if len(entries) != open && lost == 0 {
				t.Errorf("%d of %d records", len(entries), open)
			}
			if st := sp.Stats(); st.Records != 0 || len(st.Pending) != 0 {
				t.Errorf("%+v", st)
			}
		}
		if m.left[path] {
			t.Error("the segment is left")
		}
		if err := sp.Stats().Problem; err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
}
