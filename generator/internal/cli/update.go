package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/output"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// defaultReport is where the report goes: a folder that is not tracked.
const defaultReport = ".cache/update.md"

// updateVerb takes a newer document over and reports what came of it.
func updateVerb(fs *flag.FlagSet) func(*run) int {
	force := fs.Bool("force", false, "accept a document that lacks a tenth of the present operations")
	test := fs.String("test", "go vet ./... && go test ./...", "command that tests the tree, run by sh in its root; none if empty")
	report := fs.String("report", "", "file for the report, by default "+defaultReport+" in the tree")
	return func(r *run) int {
		u := &update{run: r, force: *force, test: *test, report: *report}
		if u.report == "" {
			u.report = filepath.Join(r.root, filepath.FromSlash(defaultReport))
		}
		problems := u.steps()
		code := InStep
		if problems.Failed() {
			code = Trouble
		}
		if err := u.write(problems); err != nil {
			problems.Errorf(diag.Position{File: readable(u.report)}, "output", "cannot write the report: %v", diag.WithoutPath(err))
			code = Trouble
		}
		return r.finish(code, problems, u.Update, u.text(problems))
	}
}

// update is one run of the verb.
type update struct {
	*run
	force        bool
	test, report string
	Update
	imported spec.ImportReport
}

// Update is what update prints with -json.
type Update struct {
	Steps []updateStep `json:"steps"`
	// Comparison is what the document changes; nil if it could not be read.
	Comparison *comparison `json:"comparison,omitempty"`
	// Pending are the operations that nobody has decided on and that are new.
	Pending []string `json:"pending"`
	// Written says that the tree has the new contract.
	Written bool       `json:"written"`
	Tests   *testCount `json:"tests,omitempty"`
	Report  string     `json:"report"`
}

// updateStep is a step that was made, and what came of it.
type updateStep struct {
	Name   string `json:"name"`
	Failed bool   `json:"failed,omitempty"`
	Result string `json:"result"`
}

func (u *update) step(name, format string, args ...any) {
	u.Steps = append(u.Steps, updateStep{Name: name, Result: fmt.Sprintf(format, args...)})
}

func (u *update) failed(name, format string, args ...any) {
	u.step(name, format, args...)
	u.Steps[len(u.Steps)-1].Failed = true
}

// steps runs the steps. All that can be found out without writing comes first.
func (u *update) steps() diag.List {
	contract := filepath.Join(u.root, filepath.FromSlash(build.ContractFile))
	present, problems := spec.Import(u.ctx, spec.ImportOptions{Source: readable(contract)})
	if problems.Failed() {
		u.failed("import", "the present contract cannot be read")
		return problems
	}
	u.imported, problems = spec.Import(u.ctx, spec.ImportOptions{
		Source: u.args[0], Target: readable(contract), Force: u.force, Dry: true,
	})
	if problems.Failed() {
		u.failed("import", "the document is refused; nothing was written")
		return problems
	}
	u.step("import", "%s, SHA-256 `%s`", u.imported.Counts, u.imported.Digest)
	present.Source = build.ContractFile
	if u.Comparison, problems = u.compare(present, u.imported); problems.Failed() {
		u.failed("diff", "the documents cannot be compared; nothing was written")
		return problems
	}
	u.step("diff", "%s", strings.TrimSuffix(u.Comparison.verdict(), "."))
	in, plan, problems := u.plan()
	if problems.Failed() {
		return problems
	}
	if err := u.apply(in, plan); err != nil {
		u.failed("write", "the tree is as it was")
		problems.Errorf(diag.Position{}, "output", "%v", err)
		return problems
	}
	if !u.Written {
		u.step("write", "the tree is in step already")
		return problems
	}
	u.step("write", "%s, %s and %s", build.ContractFile, build.PendingFile, counted(len(plan.Steps), "generated file"))
	problems.Append(u.runTests())
	return problems
}

// plan syncs and generates in memory.
func (u *update) plan() (*build.Inputs, *output.Plan, diag.List) {
	in, problems := build.Read(u.root, "")
	if problems.Failed() {
		u.failed("sync", "the tree cannot be read; nothing was written")
		return nil, nil, problems
	}
	in.Contract = build.Source{Name: build.ContractFile, Data: u.imported.Data}
	change, problems := build.Pending(in)
	if problems.Failed() {
		u.failed("sync", "the pending lines cannot be told; nothing was written")
		return nil, nil, problems
	}
	u.Pending = change.Added
	u.step("sync", "%s, %d no longer", counted(len(change.Added), "new pending operation"), len(change.Removed))
	in.Templates = slices.DeleteFunc(in.Templates, func(f tmpl.File) bool { return f.Name == build.PendingFile })
	in.Templates = append(in.Templates, tmpl.File{Name: build.PendingFile, Data: change.Data})
	g, problems := build.Generate(in)
	if u.ctx.Err() != nil {
		problems.Errorf(diag.Position{}, "interrupted", "interrupted; nothing was written")
	}
	if problems.Failed() {
		u.failed("generate", "templates or overlay ask for what the document lacks; nothing was written")
		return nil, nil, problems
	}
	plan, err := output.Compare(u.root, g.Files)
	if err != nil {
		u.failed("generate", "nothing was written")
		problems.Errorf(diag.Position{}, "output", "%v", err)
		return nil, nil, problems
	}
	u.step("generate", "%s", counted(len(g.Files), "file"))
	return in, plan, problems
}

// apply writes the contract, the pending lines and what is generated. If it fails,
// the inputs get back what they had.
func (u *update) apply(in *build.Inputs, plan *output.Plan) (err error) {
	inputs := []struct {
		name string
		data []byte
	}{{build.ContractFile, in.Contract.Data}, {build.PendingFile, in.Templates[len(in.Templates)-1].Data}}
	for _, input := range inputs {
		path := filepath.Join(u.root, filepath.FromSlash(input.name))
		old, readErr := os.ReadFile(path)
		if readErr != nil && !errors.Is(readErr, os.ErrNotExist) {
			return fmt.Errorf("%s: %w", input.name, diag.WithoutPath(readErr))
		}
		if readErr == nil && bytes.Equal(old, input.data) {
			continue
		}
		if err := output.WriteIfChanged(path, input.data); err != nil {
			return fmt.Errorf("%s: %w", input.name, diag.WithoutPath(err))
		}
		u.Written = true
		defer func() {
			switch {
			case err == nil:
			case readErr != nil:
				err = errors.Join(err, os.Remove(path))
			default:
				err = errors.Join(err, output.WriteIfChanged(path, old))
			}
			u.Written = u.Written && err == nil
		}()
	}
	u.Written = u.Written || len(plan.Steps) > 0
	return plan.Apply()
}
