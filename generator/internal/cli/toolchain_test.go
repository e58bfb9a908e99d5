//go:build unix

package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/cli"
	"github.com/opik-go/sdk/generator/internal/output"
)

// BenchmarkToolchain runs the commands of the toolchain as users do, in processes
// of their own, and measures time, processor time and the peak of memory. Those
// that begin with go include the go command, with warm caches.
func BenchmarkToolchain(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	tree := copyTree(b)
	contract := filepath.Join(tree, filepath.FromSlash(build.ContractFile))
	older, newer := contract, contract
	if data := os.Getenv("OPIK_TESTDATA"); data != "" {
		older = filepath.Join(data, "specs", "opik-openapi-"+dates[2]+".yaml.gz")
		newer = filepath.Join(data, "specs", "opik-openapi-"+dates[3]+".yaml.gz")
	}
	differ := cli.InStep
	if older != newer {
		differ = cli.Differs
	}
	opikgen := func(args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := exec.Command(self, args...)
			cmd.Args[0] = "opikgen" // TestMain makes it one by this name
			cmd.Dir = tree
			return cmd
		}
	}
	command := func(name string, args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := exec.Command(name, args...)
			cmd.Dir = treeRoot
			return cmd
		}
	}
	nothing := func() {}
	for _, bench := range []struct {
		name   string
		code   int
		before func()
		cmd    func() *exec.Cmd
	}{
		{"import", cli.InStep, nothing, opikgen("import", newer)},
		{"generate-nothing-new", cli.InStep, nothing, opikgen("generate")},
		{"generate-everything", cli.InStep, func() { removeGenerated(b, tree) }, opikgen("generate")},
		{"check", cli.InStep, nothing, opikgen("check")},
		{"diff", differ, nothing, opikgen("diff", older, newer)},
		{"explain", cli.InStep, nothing, opikgen("explain", "TracesService.List")},
		{"go-generate-nothing-new", 0, func() { inStep(b) }, command("go", "generate", "./...")},
		{"go-run-check", cli.InStep, nothing, command("go", "-C", "generator", "run", "./cmd/opikgen", "check")},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var peak int64
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				bench.before()
				cmd := bench.cmd()
				b.StartTimer()
				out, err := cmd.CombinedOutput()
				if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != bench.code {
					b.Fatalf("%v\n%.2000s", err, out)
				}
				peak = max(peak, peakOf(b, cmd))
				used += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(peak>>20), "peak-MB")
		})
	}
}

// copyTree copies what the commands read and write.
func copyTree(t testing.TB) string {
	t.Helper()
	tree := t.TempDir()
	for _, name := range []string{"api", "templates", "opik", "gen", "docs"} {
		if err := os.CopyFS(filepath.Join(tree, name), os.DirFS(filepath.Join(treeRoot, name))); err != nil {
			t.Fatal(err)
		}
	}
	mod, err := os.ReadFile(filepath.Join(treeRoot, "go.mod"))
	if err == nil {
		err = os.WriteFile(filepath.Join(tree, "go.mod"), mod, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// removeGenerated removes the generated files of a copy.
func removeGenerated(t testing.TB, tree string) {
	t.Helper()
	err := filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && output.Ours(data) {
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inStep makes sure that go generate has nothing to write in the tree.
func inStep(b *testing.B) {
	b.Helper()
	opikgen(b, cli.InStep, "check")
}

// peakOf is the most memory that a finished process took.
func peakOf(t testing.TB, cmd *exec.Cmd) int64 {
	t.Helper()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal(errors.New("no figures of the process"))
	}
	if runtime.GOOS == "darwin" { // which counts bytes
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}
