// Package cli is the command line of opikgen: thin verbs over the stages.
package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
)

// Exit codes, as those of diff.
const (
	InStep  = 0
	Differs = 1
	Trouble = 2
)

// verb is one of the commands.
type verb struct {
	name, args, short string
	// flags declares the verb's own flags and returns what runs after parsing.
	flags func(*flag.FlagSet) func(*run) int
}

var verbs = []verb{
	{"import", "FILE|URL", "make a published document the contract", importVerb},
	{"generate", "", "write everything that is generated", generateVerb},
	{"check", "", "compare what would be generated with the tree, without writing", checkVerb},
	{"explain", "SYMBOL|OPERATION", "say how a Go symbol and an operation belong together", explainVerb},
	{"sync", "", "bring the pending lines of the templates in step with the contract", syncVerb},
	{"directives", "", "describe the directives of templates", directivesVerb},
	{"diff", "OLD NEW", "say what another document changes for users and templates", diffVerb},
	{"update", "FILE|URL", "import, sync, generate and test, and write a report of it", updateVerb},
	{"sdk", "FILE|URL DIR", "make a complete SDK for a published document in a new folder", sdkVerb},
}

// run is one execution of a verb.
type run struct {
	ctx            context.Context
	stdout, stderr io.Writer
	verb           string
	root           string // of the tree; empty for verbs that need none
	args           []string
	json           bool
	// all prints every diagnostic: what is left out must not go unnoticed.
	all bool
}

// Tune sets the collector of garbage for a process that runs one command line and
// ends: it collects less often, which saves a tenth of the time, unless memory gets
// scarce. GOGC and GOMEMLIMIT have their say.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}

// Run executes a command line and returns the exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return Trouble
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		usage(stdout)
		return InStep
	}
	for _, v := range verbs {
		if v.name == args[0] {
			return v.execute(ctx, args[1:], stdout, stderr)
		}
	}
	var names []string
	for _, v := range verbs {
		names = append(names, v.name)
	}
	fmt.Fprintf(stderr, "opikgen: unknown verb %q; %s\n", args[0], cmp.Or(diag.DidYouMean(args[0], names), "opikgen help lists them"))
	return Trouble
}

func usage(w io.Writer) {
	fmt.Fprint(w, "opikgen generates the Go SDK from Opik's contract and the templates.\n\n")
	for _, v := range verbs {
		fmt.Fprintf(w, "  opikgen %-29s %s\n", strings.TrimSpace(v.name+" "+v.args), v.short)
	}
	fmt.Fprint(w, "\nopikgen VERB -h lists the flags of a verb. The exit code is 0 if all is in step,\n1 if something differs, and 2 for trouble.\n")
}

// execute parses the flags of a verb and runs it.
func (v verb) execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("opikgen "+v.name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: opikgen %s\n%s.\n", strings.TrimSpace(v.name+" [flags] "+v.args), v.short)
		fs.PrintDefaults()
	}
	r := &run{ctx: ctx, stdout: stdout, stderr: stderr, verb: v.name}
	fs.BoolVar(&r.json, "json", false, "print the result as one JSON object")
	cpu := fs.String("cpuprofile", "", "write a profile of the processor's time to the file")
	memory := fs.String("memprofile", "", "write a profile of what was allocated to the file")
	root := fs.String("root", "", "root of the tree; by default the nearest folder above that has api and templates")
	do := v.flags(fs)
	for rest := args; ; { // flags may stand after arguments, too
		if err := fs.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return InStep
		} else if err != nil {
			return Trouble
		}
		if fs.NArg() == 0 {
			break
		}
		r.args, rest = append(r.args, fs.Arg(0)), fs.Args()[1:]
	}
	if want := len(strings.Fields(v.args)); len(r.args) != want {
		fs.Usage()
		return Trouble
	}
	if v.name != "directives" {
		if err := r.findRoot(*root); err != nil {
			return r.trouble(err)
		}
	}
	return r.profiled(*cpu, *memory, do)
}

func (r *run) findRoot(given string) error {
	if given != "" {
		root, err := filepath.Abs(given)
		r.root = root
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	r.root, err = build.FindRoot(here)
	return err
}

// trouble reports an error that belongs to no place in a file.
func (r *run) trouble(err error) int {
	var problems diag.List
	problems.Errorf(diag.Position{}, "trouble", "%v", err)
	return r.finish(Trouble, problems, nil, "")
}

// shown is how many diagnostics are printed; with -json it is all of them.
const shown = 10

// result is what -json prints.
type result struct {
	Verb        string            `json:"verb"`
	Exit        int               `json:"exit"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
	Result      any               `json:"result,omitempty"`
}

// finish prints diagnostics and the outcome, as text or as JSON, and returns the
// exit code.
func (r *run) finish(code int, problems diag.List, outcome any, text string) int {
	sorted := problems.Sorted()
	if r.json {
		if sorted == nil {
			sorted = []diag.Diagnostic{}
		}
		enc := json.NewEncoder(r.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "\t")
		if err := enc.Encode(result{r.verb, code, sorted, outcome}); err != nil {
			fmt.Fprintln(r.stderr, "opikgen:", err)
			return Trouble
		}
		return code
	}
	errorsFirst := sorted
	if problems.Failed() {
		// Warnings may well follow from the errors.
		errorsFirst = nil
		for _, d := range sorted {
			if d.Severity == diag.Error {
				errorsFirst = append(errorsFirst, d)
			}
		}
	}
	for i, d := range errorsFirst {
		if i == shown && len(errorsFirst) > shown+1 && !r.all {
			fmt.Fprintf(r.stderr, "... and %d more; -json has all\n", len(errorsFirst)-shown)
			break
		}
		fmt.Fprintln(r.stderr, d)
	}
	fmt.Fprint(r.stdout, text)
	return code
}
