// Interop proves that the SDK and Opik's official clients understand each other:
// what one of them writes to the embedded backend, each of the others reads back
// equal, and a trace that one of them begins goes on in another.
//
// `make interop` installs the official clients into a folder that may be thrown
// away, and runs this program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/opik-go/sdk/opik/opiktest"
)

func main() {
	python := flag.String("python", "", "Python interpreter that has the package opik")
	node := flag.String("node", "", "folder that holds node_modules with the package opik")
	only := flag.String("case", "", "run this case only")
	verbose := flag.Bool("v", false, "show what the official clients write to their error output")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *python, *node, *only, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		stop()
		os.Exit(1)
	}
}

// run starts the backend and the clients, runs the cases and prints the result.
func run(ctx context.Context, python, node, only string, verbose bool) (err error) {
	server, err := opiktest.Start("127.0.0.1:0", opiktest.AllowViolations())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	ours, err := newSDK(server.URL)
	if err != nil {
		return err
	}
	peers := []peer{ours}
	defer func() {
		for _, p := range peers {
			err = errors.Join(err, p.close())
		}
	}()
	dir, err := filepath.Abs("interop")
	if err != nil {
		return err
	}
	for _, official := range []struct {
		name string
		cmd  *exec.Cmd
	}{
		{"python", official(ctx, python, python, filepath.Join(dir, "python", "peer.py"))},
		{"typescript", official(ctx, node, "node", filepath.Join(node, "peer.mjs"))},
	} {
		if official.cmd == nil {
			continue
		}
		p, err := startProcess(official.name, official.cmd, server.URL, verbose)
		if err != nil {
			return err
		}
		peers = append(peers, p)
	}

	all, err := loadCases()
	if err != nil {
		return err
	}
	report := &report{}
	for _, c := range all {
		if only == "" || only == c.Name {
			report.add(runCase(ctx, c, peers)...)
		}
	}
	report.print(os.Stdout)
	printUnserved(os.Stdout, server.Backend)
	return report.failure()
}

// official returns the command of a client, or nil if the client is not wanted.
func official(ctx context.Context, wanted, name string, args ...string) *exec.Cmd {
	if wanted == "" {
		return nil
	}
	return exec.CommandContext(ctx, name, args...)
}
