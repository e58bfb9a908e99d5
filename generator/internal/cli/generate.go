package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// generation is what generate and check print with -json.
type generation struct {
	Steps         []output.Step    `json:"steps"`
	Files         int              `json:"files"`
	Lines         int              `json:"lines"`
	TemplateLines int              `json:"templateLines"`
	States        map[ir.State]int `json:"states"`
	Diff          string           `json:"diff,omitempty"`
}

// generateVerb writes what is generated.
func generateVerb(fs *flag.FlagSet) func(*run) int {
	contract := fs.String("contract", "", "contract to use instead of the tree's api/openapi.yaml, as import writes it")
	out := fs.String("out", "", "folder to write to instead of the tree")
	missing := fs.String("missing", "fail", "what to do about operations and properties that the contract lacks: fail, or omit them")
	return func(r *run) int {
		if *missing != "fail" && *missing != "omit" {
			return r.trouble(fmt.Errorf("-missing can be fail or omit, not %q", *missing))
		}
		if *contract != "" && *out == "" {
			return r.trouble(fmt.Errorf("-contract needs -out: the tree is generated from its own contract"))
		}
		target := r.root
		if *out != "" {
			target = *out
		}
		r.all = *missing == "omit"
		g, problems := r.generate(*contract, *missing == "omit")
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		plan, err := output.Compare(target, g.Files)
		if err == nil {
			err = plan.Apply()
		}
		if err != nil {
			problems.Errorf(diag.Position{}, "output", "%v", err)
			return r.finish(Trouble, problems, nil, "")
		}
		var text strings.Builder
		for _, s := range plan.Steps {
			fmt.Fprintf(&text, "%s %s\n", s.Action, s.Path)
		}
		return r.finish(InStep, problems, summary(g, plan), text.String())
	}
}

// checkVerb compares in memory.
func checkVerb(fs *flag.FlagSet) func(*run) int {
	release := fs.Bool("release", false, "fail while operations are pending or undecided")
	return func(r *run) int {
		g, problems := r.generate("", false)
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		plan, err := output.Compare(r.root, g.Files)
		if err != nil {
			problems.Errorf(diag.Position{}, "output", "%v", err)
			return r.finish(Trouble, problems, nil, "")
		}
		code := InStep
		pending := pending(g.Model, *release)
		if pending.Failed() {
			code = Differs
		}
		problems.Append(pending)
		outcome := summary(g, plan)
		diff := string(plan.Diff())
		if len(plan.Steps) > 0 {
			code = Differs
			outcome.Diff = diff
		}
		return r.finish(code, problems, outcome, diff)
	}
}

// pending warns of the operations that nobody has decided on. For a release each
// of them is an error.
func pending(m *ir.Model, release bool) diag.List {
	var problems diag.List
	n := 0
	for _, op := range m.Operations {
		if op.State != ir.StatePending && op.State != ir.StateUndecided {
			continue
		}
		n++
		if release {
			pos := op.Pos
			if pos.File == "" {
				pos = op.Contract
			}
			problems.Add(diag.Diagnostic{
				Code: "pending-operation", Pos: pos, Related: op.Contract,
				Message: fmt.Sprintf("operation %q is %s", op.ID, op.State),
				Hint:    "a release needs a method, a message or a skip with its reason",
			})
		}
	}
	if n > 0 && !release {
		problems.Add(diag.Diagnostic{
			Severity: diag.Warning, Code: "pending-operation", Pos: diag.Position{File: build.TemplatesDir},
			Message: fmt.Sprintf("%d operations are pending", n),
		})
	}
	return problems
}

// generate reads the inputs of the tree and runs the stages. The stages take half a
// second and know nothing of interruptions; one is noticed here, before anything
// is written.
func (r *run) generate(contract string, omit bool) (*build.Result, diag.List) {
	in, problems := build.Read(r.root, contract)
	if problems.Failed() {
		return nil, problems
	}
	in.OmitMissing = omit
	result, problems := build.Generate(in)
	if r.ctx.Err() != nil {
		problems.Errorf(diag.Position{}, "interrupted", "interrupted; nothing was written")
	}
	return result, problems
}

// summary gives the figures of a generation.
func summary(g *build.Result, plan *output.Plan) *generation {
	s := &generation{
		Steps: plan.Steps, Files: len(g.Files), TemplateLines: g.TemplateLines, States: map[ir.State]int{},
	}
	for _, f := range g.Files {
		if strings.HasPrefix(f.Path, "opik/") {
			s.Lines += strings.Count(string(f.Data), "\n")
		}
	}
	for _, op := range g.Model.Operations {
		s.States[op.State]++
	}
	return s
}

// readable is a path as a message shows it: relative if that is shorter.
func readable(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
