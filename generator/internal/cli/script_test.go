package cli_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/opik-go/sdk/generator/internal/cli"
)

var update = flag.Bool("update", false, "rewrite the expected outputs of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"opikgen": func() {
			cli.Tune()
			os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
		},
		"hidecounts": hideCounts,
	})
}

// hideCounts prints a report without the numbers of exported symbols, which change with
// the support code that is copied into every REST layer.
func hideCounts() {
	report, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	counts := regexp.MustCompile(`(?m)^(\| exported symbols \|).*$`)
	os.Stdout.Write(counts.ReplaceAll(report, []byte("$1 before | after |")))
}

// TestScripts runs testdata/script/*.txtar. Each starts with a copy of
// testdata/base, a small library whose templates are without a fault; the files of
// a script replace those of the copy.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			return overlayBase(env.WorkDir)
		},
	})
}

// overlayBase copies the base tree to the folder, and leaves what is there.
func overlayBase(folder string) error {
	base := os.DirFS(filepath.Join("testdata", "base"))
	tree := filepath.Join(folder, ".base")
	if err := os.CopyFS(tree, base); err != nil {
		return err
	}
	return filepath.WalkDir(tree, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(tree, path)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, rel)
		if _, err := os.Stat(target); err == nil {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.Rename(path, target)
	})
}
