package cli

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/leftout"
	"github.com/opik-go/sdk/generator/internal/output"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// madeSDK is what sdk prints with -json.
type madeSDK struct {
	*generation
	LeftOut *leftout.Report `json:"leftOut"`
}

// leftOutFile is where an SDK says what it lacks.
const leftOutFile = "docs/left-out.md"

// sdkVerb makes a complete SDK for a published document in a new folder. It is
// built beside its place, so that a failure leaves nothing.
func sdkVerb(flags *flag.FlagSet) func(*run) int {
	vet := flags.Bool("vet", true, "run go vet on the result; without it nothing is compiled")
	return func(r *run) int {
		r.all = true
		target, err := filepath.Abs(r.args[1])
		if err == nil {
			err = emptyOrMissing(target)
		}
		if err != nil {
			return r.trouble(err)
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return r.trouble(err)
		}
		work, err := os.MkdirTemp(filepath.Dir(target), ".opikgen-sdk-*")
		if err != nil {
			return r.trouble(err)
		}
		made, problems := r.buildSDK(work)
		if !problems.Failed() && *vet {
			if err := vetTree(r, work); err != nil {
				problems.Errorf(diag.Position{}, "vet", "the result does not pass go vet:\n%v", err)
			}
		}
		if !problems.Failed() {
			if err := moveInto(work, target); err != nil {
				problems.Errorf(diag.Position{}, "output", "%v", err)
			}
		}
		if problems.Failed() {
			if err := os.RemoveAll(work); err != nil {
				problems.Errorf(diag.Position{}, "output", "%v", err)
			}
			return r.finish(Trouble, problems, nil, "")
		}
		return r.finish(InStep, problems, made, fmt.Sprintf("%s: %d generated files, %d methods and messages\n%s",
			readable(target), made.Files, made.States[ir.StateMethod]+made.States[ir.StateMessage], made.LeftOut.Text()))
	}
}

// buildSDK imports the document, generates, and copies what is written by hand.
func (r *run) buildSDK(work string) (*madeSDK, diag.List) {
	contract := filepath.Join(work, filepath.FromSlash(build.ContractFile))
	if err := os.MkdirAll(filepath.Dir(contract), 0o755); err != nil {
		return nil, one(err)
	}
	_, problems := spec.Import(r.ctx, spec.ImportOptions{Source: r.args[0], Target: contract})
	if problems.Failed() {
		return nil, problems
	}
	own, problems := r.omitting("", nil)
	if problems.Failed() {
		return nil, problems
	}
	g, problems := r.omitting(contract, withParams(own.Model))
	if problems.Failed() {
		return nil, problems
	}
	report := leftout.Of(own, g)
	files := append(g.Files, output.File{Path: leftOutFile, Data: []byte(output.MarkdownHeader + "\n" + report.Markdown())})
	plan, err := output.Compare(work, files)
	if err == nil {
		err = plan.Apply()
	}
	if err == nil {
		err = copyHandWritten(r.root, work, g.LeftOut)
	}
	if err != nil {
		problems.Errorf(diag.Position{}, "output", "%v", err)
	}
	return &madeSDK{summary(g, &output.Plan{}), report}, problems
}

// withParams returns the methods that have params.
func withParams(m *ir.Model) map[string]bool {
	all := map[string]bool{}
	for _, g := range m.Groups {
		for _, method := range g.Methods {
			if method.Params != nil {
				all[cmp.Or(g.Service, "Client")+"."+method.Name] = true
			}
		}
	}
	return all
}

// omitting generates for a contract, by default the tree's, without what it lacks.
func (r *run) omitting(contract string, keepParams map[string]bool) (*build.Result, diag.List) {
	in, problems := build.Read(r.root, contract)
	if problems.Failed() {
		return nil, problems
	}
	in.Contract.Name = build.ContractFile
	in.OmitMissing, in.KeepParams = true, keepParams
	return build.Generate(in)
}

// handWritten is what an SDK has besides generated files.
var handWritten = []string{"go.mod", "LICENSE", build.RESTDir, build.SDKDir}

// copyHandWritten copies what is written by hand, tests included, but for the files
// that need what the document lacks.
func copyHandWritten(from, to string, leftOut []string) error {
	for _, name := range handWritten {
		err := filepath.WalkDir(filepath.Join(from, name), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name == "LICENSE" {
				return nil
			}
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(from, path)
			switch {
			case err != nil:
				return err
			case slices.Contains(leftOut, filepath.ToSlash(rel)) && d.IsDir():
				return filepath.SkipDir
			case slices.Contains(leftOut, filepath.ToSlash(rel)) || !d.Type().IsRegular():
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil || output.Ours(data) {
				return err
			}
			return output.WriteIfChanged(filepath.Join(to, rel), data)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// vetTree compiles and vets the tree, with what is on this machine alone.
func vetTree(r *run, tree string) error {
	cmd := exec.CommandContext(r.ctx, "go", "vet", "-trimpath", "./...")
	cmd.Dir = tree
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly", "GOPROXY=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// emptyOrMissing refuses a folder that has anything in it.
func emptyOrMissing(path string) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty", readable(path))
	}
	return nil
}

// moveInto moves the finished tree to its place, an empty folder or none.
func moveInto(work, target string) error {
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	return os.Rename(work, target)
}

func one(err error) diag.List {
	var l diag.List
	l.Errorf(diag.Position{}, "trouble", "%v", err)
	return l
}
