// Demo shows the whole way, from the contract to a trace that arrives: it
// regenerates the SDK, builds the quickstart, starts the embedded backend on a
// port of this machine, runs the quickstart against it over HTTP, and prints what
// the backend holds then, with the time that each step took.
//
// Run it in the root of the repository with `make demo`. It needs no network.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "opik-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	quickstart := filepath.Join(dir, "quickstart")

	var times timetable
	err = times.step("generate from api/ and templates/", func() error {
		return command(ctx, nil, "go", "generate", "./...")
	})
	if err != nil {
		return err
	}
	err = times.step("build examples/quickstart", func() error {
		return command(ctx, nil, "go", "build", "-o", quickstart, "./examples/quickstart")
	})
	if err != nil {
		return err
	}
	var server *opiktest.Server
	err = times.step("start the embedded backend", func() error {
		server, err = opiktest.Start("127.0.0.1:0")
		return err
	})
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Printf("The embedded backend listens on %s\n\n", server.URL)
	err = times.step("run the quickstart and flush", func() error {
		return command(ctx, withoutOpikSettings(os.Environ()), quickstart, "-url", server.URL)
	})
	if err != nil {
		return err
	}

	trees := server.TraceTrees()
	if len(trees) == 0 {
		return fmt.Errorf("the backend at %s holds no trace", server.URL)
	}
	fmt.Println("\nWhat the backend holds:")
	for _, tree := range trees {
		fmt.Println()
		fmt.Print(tree.String())
	}
	fmt.Println("\nRequests:")
	for _, r := range server.Requests() {
		fmt.Printf("  %-5s %-40s %d\n", r.Method, r.Path, r.Status)
	}
	fmt.Println("\nTimes:")
	times.print()
	if violations := server.Violations(); len(violations) > 0 {
		return fmt.Errorf("%d requests broke the contract, the first: %s", len(violations), violations[0])
	}
	return nil
}

// command runs a program with its output beside ours. env nil means our own.
func command(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	return nil
}

// withoutOpikSettings removes the settings of a real Opik server: the demo must
// not depend on them, and their key must not reach the embedded one.
func withoutOpikSettings(env []string) []string {
	kept := []string{"OPIK_CONFIG_PATH=" + os.DevNull}
	for _, entry := range env {
		if !strings.HasPrefix(strings.ToUpper(entry), "OPIK_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// timetable remembers how long each step took.
type timetable []struct {
	name string
	took time.Duration
}

func (t *timetable) step(name string, do func() error) error {
	start := time.Now()
	err := do()
	*t = append(*t, struct {
		name string
		took time.Duration
	}{name, time.Since(start)})
	return err
}

func (t *timetable) print() {
	for _, s := range *t {
		fmt.Printf("  %-36s %8s\n", s.name, s.took.Round(time.Millisecond))
	}
}
