package cli

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// importVerb makes a published document the contract.
func importVerb(fs *flag.FlagSet) func(*run) int {
	force := fs.Bool("force", false, "accept a document that lacks a tenth of the present operations")
	return func(r *run) int {
		report, problems := spec.Import(r.ctx, spec.ImportOptions{
			Source: r.args[0], Target: readable(filepath.Join(r.root, build.ContractFile)), Force: *force,
		})
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		return r.finish(InStep, problems, report, importText(report))
	}
}

// importText says what an import did.
func importText(report spec.ImportReport) string {
	var b strings.Builder
	if report.Written {
		fmt.Fprintf(&b, "%s is now %s\n", build.ContractFile, report.Source)
	} else {
		fmt.Fprintf(&b, "%s is in step with %s\n", build.ContractFile, report.Source)
	}
	for _, id := range report.Added {
		fmt.Fprintf(&b, "  new operation %s\n", id)
	}
	for _, id := range report.Removed {
		fmt.Fprintf(&b, "  operation %s is gone\n", id)
	}
	for _, c := range report.ChangesByRule() {
		if c.Count > 0 {
			fmt.Fprintf(&b, "  %d repairs by the rule %s\n", c.Count, c.Rule)
		}
	}
	if len(report.Added)+len(report.Removed) > 0 {
		b.WriteString("opikgen sync brings the pending lines in step\n")
	}
	return b.String()
}
