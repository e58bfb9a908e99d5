package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/gosrc"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
	"github.com/opik-go/sdk/generator/internal/require"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// readSDK reads the Go files of the SDK below root that are written by hand, by
// path.
func (in *Inputs) readSDK(root string) error {
	for _, folder := range []string{RESTDir, SDKDir} {
		if err := in.readFolder(root, folder); err != nil {
			return err
		}
	}
	return nil
}

func (in *Inputs) readFolder(root, folder string) error {
	return filepath.WalkDir(filepath.Join(root, filepath.FromSlash(folder)), func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(path) != ".go":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil || output.Ours(data) {
			return err
		}
		rel, err := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		if require.In(data) {
			in.HandWritten = append(in.HandWritten, Source{rel, data})
		}
		if folder == SDKDir && !strings.HasSuffix(rel, "_test.go") && !strings.Contains(rel, "/internal/") {
			in.Code = append(in.Code, gosrc.File{Name: rel, Data: data})
		}
		return err
	})
}

// exported returns the names that the hand-written files of the SDK export, but for
// files that are left out.
func (result *Result) exported(in *Inputs) []string {
	var files []gosrc.File
	for _, f := range in.Code {
		if !slices.Contains(result.LeftOut, f.Name) {
			files = append(files, f)
		}
	}
	return gosrc.Exported(SDKDir, files)
}

// packageFile is the file of a folder whose needs are those of all files in it.
const packageFile = "doc.go"

// requirements compares what hand-written files need with the contract. What is
// missing is an error, or else the file is left out, or its folder.
func (result *Result) requirements(in *Inputs, c *spec.Contract) diag.List {
	var problems diag.List
	for _, source := range in.HandWritten {
		f, found := require.Parse(source.Name, source.Data)
		problems.Append(found)
		what, name := "file", f.Name
		if path.Base(name) == packageFile {
			what, name = "package", path.Dir(name)
		}
		for i, need := range f.Missing(c, result.lacks) {
			if !in.OmitMissing {
				problems.Add(require.Unknown(c, need))
				continue
			}
			problems.Add(diag.Diagnostic{
				Severity: diag.Warning, Code: "unknown-requirement", Pos: need.Pos,
				Message: fmt.Sprintf("the %s requires %s; left out", what, need.Name),
			})
			if i == 0 {
				result.LeftOut = append(result.LeftOut, name)
			}
		}
	}
	return problems
}

// lacks reports whether the SDK leaves out what serves an operation, although the
// contract has it.
func (result *Result) lacks(operation string) bool {
	for _, op := range result.Model.Operations {
		if op.ID == operation {
			return op.State == ir.StateUndecided && op.Reason != ""
		}
	}
	return false
}
