package cli

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/output"
)

// syncVerb brings the pending lines in step with the contract.
func syncVerb(*flag.FlagSet) func(*run) int {
	return func(r *run) int {
		in, problems := build.Read(r.root, "")
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		change, problems := build.Pending(in)
		if problems.Failed() {
			return r.finish(Trouble, problems, nil, "")
		}
		if err := output.WriteIfChanged(filepath.Join(r.root, filepath.FromSlash(build.PendingFile)), change.Data); err != nil {
			problems.Errorf(diag.Position{File: build.PendingFile}, "output", "%v", err)
			return r.finish(Trouble, problems, nil, "")
		}
		var text strings.Builder
		for _, id := range change.Added {
			fmt.Fprintf(&text, "pending: %s\n", id)
		}
		for _, id := range change.Removed {
			fmt.Fprintf(&text, "no longer pending: %s\n", id)
		}
		return r.finish(InStep, problems, change, text.String())
	}
}
