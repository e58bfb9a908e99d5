// Contractcheck runs a command, usually go test, and compares each HTTP request
// that the command's test servers receive with the contract:
//
//	go -C generator run ./cmd/contractcheck -C .. -- go test ./...
//
// It listens on a port of this machine and tells the command the address in the
// environment variable OPIKTEST_CHECK_URL; package opiktest reads it. In the end
// it prints how many requests were compared, with -v of which operations, and what
// is wrong with them. The exit status is 0 if the command succeeded and all requests
// keep the contract, 1 if not or if there was no request at all, and 2 if
// something stood in the way.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/opik-go/sdk/generator/internal/contractcheck"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// checkVariable is the environment variable that package opiktest reads.
const checkVariable = "OPIKTEST_CHECK_URL"

// Exit statuses.
const (
	exitSame = iota
	exitDiffers
	exitTrouble
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("contractcheck", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("C", ".", "the `directory` to run the command in; the contract is found from there")
	contract := flags.String("contract", "api/openapi.yaml", "the contract's `file`")
	overlay := flags.String("overlay", "api/overlay.yaml", "the overlay's `file`; empty for none")
	verbose := flags.Bool("v", false, "print how many requests each operation got")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: contractcheck [flags] -- command [arguments]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitSame
		}
		return exitTrouble
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return exitTrouble
	}
	checker, err := load(*dir, *contract, *overlay)
	if err != nil {
		fmt.Fprintln(stderr, "contractcheck:", err)
		return exitTrouble
	}
	server := contractcheck.NewServer(checker)
	err = serve(server, func(url string) error {
		cmd := exec.Command(flags.Arg(0), flags.Args()[1:]...)
		cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = *dir, os.Stdin, stdout, stderr
		cmd.Env = append(os.Environ(), checkVariable+"="+url)
		return runCommand(cmd)
	})
	report := server.Report()
	if *verbose {
		fmt.Fprint(stdout, report.Operations())
	}
	return conclude(report, err, stdout, stderr)
}

// load reads the contract with its overlay.
func load(dir, contract, overlay string) (*contractcheck.Checker, error) {
	in := func(file string) string {
		if file == "" || filepath.IsAbs(file) {
			return file
		}
		return filepath.Join(dir, file)
	}
	doc, problems := spec.LoadDocument(in(contract), in(overlay), true)
	if problems.Failed() {
		var list []error
		for _, d := range problems.Sorted() {
			list = append(list, errors.New(d.String()))
		}
		return nil, errors.Join(list...)
	}
	data, err := doc.YAML()
	if err != nil {
		return nil, err
	}
	return contractcheck.New(data)
}

// serve answers questions while use runs.
func serve(h http.Handler, use func(url string) error) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	err = use("http://" + l.Addr().String())
	if closeErr := s.Close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// runCommand runs the command to its end. An interrupt from the terminal reaches
// the command by itself; this process waits for it and then reports.
func runCommand(cmd *exec.Cmd) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return cmd.Run()
}

// conclude prints the report and chooses the exit status.
func conclude(report contractcheck.Report, err error, stdout, stderr io.Writer) int {
	fmt.Fprint(stdout, report)
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		fmt.Fprintln(stderr, "contractcheck: the command failed:", failed)
		return exitDiffers
	case err != nil:
		fmt.Fprintln(stderr, "contractcheck:", err)
		return exitTrouble
	case len(report.Violations) > 0:
		fmt.Fprintf(stderr, "contractcheck: %d violations of the contract\n", len(report.Violations))
		return exitDiffers
	case report.Total() == 0:
		fmt.Fprintln(stderr, "contractcheck: the command made no request that could be checked")
		return exitDiffers
	}
	return exitSame
}
