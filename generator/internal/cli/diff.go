package cli

import (
	"bytes"
	"flag"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/opik-go/sdk/generator/internal/apidiff"
	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/contractdiff"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// comparison is what diff prints with -json, and what an update reports.
type comparison struct {
	Old document `json:"old"`
	New document `json:"new"`
	// Breaking is the number of breaking changes.
	Breaking int              `json:"breaking"`
	Changes  []apidiff.Change `json:"changes"`
	// Contract has the changes of the contract in the words of the wire.
	Contract []contractdiff.Change `json:"contract"`
	differ   bool
}

// document is one of two that are compared.
type document struct {
	Source string      `json:"source"`
	Digest string      `json:"digest"`
	Counts spec.Counts `json:"counts"`
	// Symbols is the number of exported symbols made of it.
	Symbols int `json:"symbols"`
}

// diffVerb compares what two documents make of the SDK.
func diffVerb(fs *flag.FlagSet) func(*run) int {
	failOn := fs.String("fail-on", "any", "which changes make the exit code 1: any, or breaking ones")
	return func(r *run) int {
		if *failOn != "any" && *failOn != "breaking" {
			return r.trouble(fmt.Errorf("-fail-on can be any or breaking, not %q", *failOn))
		}
		var before, after spec.ImportReport
		var problems, further diag.List
		var both sync.WaitGroup
		both.Go(func() { before, problems = r.importOnly(r.args[0]) })
		both.Go(func() { after, further = r.importOnly(r.args[1]) })
		both.Wait()
		if problems.Append(further); problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		c, problems := r.compare(before, after)
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		code := InStep
		if c.differ && *failOn == "any" || c.Breaking > 0 {
			code = Differs
		}
		return r.finish(code, problems, c, c.markdown(1))
	}
}

// importOnly reads and repairs a document, and writes nothing.
func (r *run) importOnly(source string) (spec.ImportReport, diag.List) {
	return spec.Import(r.ctx, spec.ImportOptions{Source: source})
}

// compare compares what two documents make together with the tree's templates.
func (r *run) compare(before, after spec.ImportReport) (*comparison, diag.List) {
	in, problems := build.Read(r.root, "")
	if problems.Failed() {
		return nil, problems
	}
	var onTheWire []contractdiff.Change
	var err error
	var compared sync.WaitGroup
	compared.Go(func() { onTheWire, err = contractdiff.Compare(before.JSON, after.JSON) })
	defer compared.Wait()
	var sides [2]*apidiff.Side
	for i, report := range []spec.ImportReport{before, after} {
		in.Contract = build.Source{Name: report.Source, Data: report.Data}
		if sides[i], problems = apidiff.NewSide(in); problems.Failed() {
			return nil, problems
		}
	}
	c := &comparison{
		Old:     document{before.Source, before.Digest, before.Counts, len(sides[0].Symbols)},
		New:     document{after.Source, after.Digest, after.Counts, len(sides[1].Symbols)},
		Changes: apidiff.Compare(sides[0], sides[1]),
		differ:  !bytes.Equal(body(before.Data), body(after.Data)),
	}
	c.Breaking = apidiff.Breaking(c.Changes)
	if c.Changes == nil {
		c.Changes = []apidiff.Change{}
	}
	compared.Wait()
	if c.Contract = onTheWire; err != nil {
		problems.Errorf(diag.Position{}, "contract-diff", "%v", err)
	}
	return c, problems
}

// body is a contract without its header, which names the source.
func body(contract []byte) []byte {
	_, rest, _ := bytes.Cut(contract, []byte("\n\n"))
	return rest
}

// markdown is the report of a comparison. Its heading is of the level.
func (c *comparison) markdown(level int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s → %s\n\n", strings.Repeat("#", level), title(c.Old), title(c.New))
	c.figures(&b)
	b.WriteString("\n" + c.verdict() + "\n")
	b.WriteString(apidiff.Markdown(c.Changes, level+1))
	c.onTheWire(&b, level+1)
	return b.String()
}

// title is what a document is called in a heading.
func title(d document) string { return path.Base(d.Source) }

// figures writes a table of both documents.
func (c *comparison) figures(b *strings.Builder) {
	b.WriteString("| | old | new |\n|---|---:|---:|\n")
	fmt.Fprintf(b, "| SHA-256 | `%.12s` | `%.12s` |\n", c.Old.Digest, c.New.Digest)
	for _, row := range []struct {
		name     string
		old, new int
	}{
		{"paths", c.Old.Counts.Paths, c.New.Counts.Paths},
		{"operations", c.Old.Counts.Operations, c.New.Counts.Operations},
		{"schemas", c.Old.Counts.Schemas, c.New.Counts.Schemas},
		{"exported symbols", c.Old.Symbols, c.New.Symbols},
	} {
		fmt.Fprintf(b, "| %s | %d | %d |\n", row.name, row.old, row.new)
	}
}

// verdict says in a sentence how much has changed.
func (c *comparison) verdict() string {
	switch {
	case !c.differ:
		return "Nothing has changed."
	case len(c.Changes) == 0:
		return "The contract has changed in nothing that users or templates see."
	}
	return fmt.Sprintf("%s, and %s.", counted(c.Breaking, "breaking change"), counted(len(c.Changes)-c.Breaking, "other"))
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// onTheWire writes the changes of the contract that harm clients which are not
// regenerated; the others are counted.
func (c *comparison) onTheWire(b *strings.Builder, level int) {
	if len(c.Contract) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s On the wire\n\n", strings.Repeat("#", level))
	b.WriteString("What oasdiff finds in the contracts: what a client feels that is not regenerated.\n\n")
	counts := map[contractdiff.Level]int{}
	for _, change := range c.Contract {
		counts[change.Level]++
		if change.Level != contractdiff.Info {
			fmt.Fprintf(b, "- %s: %s\n", change.Level, change)
		}
	}
	if n := counts[contractdiff.Info]; n > 0 {
		fmt.Fprintf(b, "- %d more that do no harm; `-json` lists them\n", n)
	}
}
