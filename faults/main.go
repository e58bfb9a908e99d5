// Command faults measures what becomes of records when something goes wrong: each
// fault with each kind of record, with and without a spool on disk. Faults of the
// server come from the embedded backend, those of the network from toxiproxy.
//
// For each cell it compares what the client says with what the server has, and it
// fails if a record is missing that nobody has counted.
//
//	go run .                 all cells, as a table
//	go run . -fault 503      only faults whose name matches
//	go run . -update FILE    write the report
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"github.com/rs/zerolog"
)

// The toxics of the proxy log what they do, whatever its logger is.
func init() { zerolog.SetGlobalLevel(zerolog.Disabled) }

func main() {
	fault := flag.String("fault", "", "only faults whose name matches this regular expression")
	kind := flag.String("kind", "", "only kinds of records whose name matches this regular expression")
	update := flag.String("update", "", "write the report to this file")
	verbose := flag.Bool("v", false, "print each cell as it ends")
	var o options
	flag.IntVar(&o.records, "records", 40, "records in each cell")
	flag.IntVar(&o.parallel, "parallel", 12, "cells at a time")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, *fault, *kind, *update, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, fault, kind, update string, verbose bool) error {
	wantFault, err := regexp.Compile(fault)
	if err != nil {
		return err
	}
	wantKind, err := regexp.Compile(kind)
	if err != nil {
		return err
	}
	if verbose {
		o.done = func(r result) { fmt.Println(r) }
	}
	cells := choose(func(c cell) bool {
		return wantFault.MatchString(c.fault.name) && wantKind.MatchString(c.entity.kind)
	})
	results, err := measure(ctx, cells, o)
	if err != nil {
		return err
	}
	text, err := report(results, o)
	if err != nil {
		return err
	}
	if update != "" {
		if err := os.WriteFile(update, text, 0o644); err != nil {
			return err
		}
	} else {
		os.Stdout.Write(text)
	}
	return problems(results)
}
