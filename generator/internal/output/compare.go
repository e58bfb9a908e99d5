package output

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// folders are where generated files may be: a generated file elsewhere is none of
// ours to remove.
var folders = []string{"docs", "gen", "opik"}

// Action is what has to be done to a file of the tree.
type Action string

const (
	Create Action = "create"
	Change Action = "change"
	Remove Action = "remove" // nothing generates it any more
)

// Step is one difference between what was generated and the tree.
type Step struct {
	Path   string `json:"path"`
	Action Action `json:"action"`
	old    []byte
	new    []byte
}

// Plan is every difference, by path.
type Plan struct {
	Steps []Step
	root  string
}

// Compare compares generated files with the tree at root. It refuses to plan a
// change to a file that somebody wrote by hand.
func Compare(root string, files []File) (*Plan, error) {
	p := &Plan{root: root}
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.Path] {
			return nil, fmt.Errorf("%s is generated twice", f.Path)
		}
		seen[f.Path] = true
		old, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.Path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			p.Steps = append(p.Steps, Step{f.Path, Create, nil, f.Data})
		case err != nil:
			return nil, fmt.Errorf("%s: %w", f.Path, diag.WithoutPath(err))
		case bytes.Equal(old, f.Data):
		case !Ours(old):
			return nil, fmt.Errorf("%s was written by hand (it lacks the line %q) and would be overwritten", f.Path, GoHeader)
		default:
			p.Steps = append(p.Steps, Step{f.Path, Change, old, f.Data})
		}
	}
	if err := p.findStale(seen); err != nil {
		return nil, err
	}
	slices.SortFunc(p.Steps, func(a, b Step) int { return strings.Compare(a.Path, b.Path) })
	return p, nil
}

// findStale adds the generated files of the tree that nothing generates.
func (p *Plan) findStale(produced map[string]bool) error {
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(p.root, folder), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() || !slices.Contains([]string{".go", ".md"}, filepath.Ext(path)) {
				return err
			}
			rel, err := filepath.Rel(p.root, path)
			if err != nil || produced[filepath.ToSlash(rel)] {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && Ours(data) {
				p.Steps = append(p.Steps, Step{filepath.ToSlash(rel), Remove, data, nil})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Diff shows the differences as a unified diff.
func (p *Plan) Diff() []byte {
	var b bytes.Buffer
	for _, s := range p.Steps {
		oldName, newName := "a/"+s.Path, "b/"+s.Path
		switch s.Action {
		case Create:
			oldName = "/dev/null"
		case Remove:
			newName = "/dev/null"
		}
		b.Write(diff.Diff(oldName, s.old, newName, s.new))
	}
	return b.Bytes()
}

// Apply changes the tree. Everything is first written beside its place, so that a
// failure (a full disk, a folder that may not be written) leaves the tree as it was.
// Errors name the file by its path in the tree.
func (p *Plan) Apply() (err error) {
	temporary := make([]string, len(p.Steps)) // by step; empty when there is none, or no longer
	defer func() {
		for _, path := range temporary {
			if path != "" {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	for i, s := range p.Steps {
		if s.Action == Remove {
			continue
		}
		if temporary[i], err = writeBeside(p.place(s), s.new); err != nil {
			return fmt.Errorf("%s: cannot write: %w", s.Path, diag.WithoutPath(err))
		}
	}
	for i, s := range p.Steps {
		if s.Action == Remove {
			continue
		}
		if err := os.Rename(temporary[i], p.place(s)); err != nil {
			return fmt.Errorf("%s: cannot %s: %w", s.Path, s.Action, diag.WithoutPath(err))
		}
		temporary[i] = ""
	}
	for _, s := range p.Steps {
		if s.Action != Remove {
			continue
		}
		if err := os.Remove(p.place(s)); err != nil {
			return fmt.Errorf("%s: cannot remove: %w", s.Path, diag.WithoutPath(err))
		}
	}
	return nil
}

// place is where the file of a step is.
func (p *Plan) place(s Step) string { return filepath.Join(p.root, filepath.FromSlash(s.Path)) }

// writeBeside writes a temporary file in the folder of path, and returns its name.
func writeBeside(path string, data []byte) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".opikgen-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	return f.Name(), errors.Join(err, f.Chmod(0o644), f.Close())
}

// WriteIfChanged writes one file, atomically and only if its bytes change.
func WriteIfChanged(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	temporary, err := writeBeside(path, data)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil && temporary != "" {
		err = errors.Join(err, os.Remove(temporary))
	}
	return err
}
