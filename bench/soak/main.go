// Command soak runs a client for a long time against a server that cannot be had, and
// fails if its memory, goroutines or open files grow: a third of the time the server
// accepts connections and never answers, a third nobody listens, and a third it answers
// 503. A client without a spool and one with it run side by side, each in a process of
// its own.
//
//	go run ./soak -time 30m -out ../.cache
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

func main() {
	var o options
	flag.DurationVar(&o.time, "time", 30*time.Minute, "how long it takes")
	flag.IntVar(&o.rate, "rate", 2000, "traces and spans a second")
	flag.StringVar(&o.out, "out", ".", "folder for the samples, soak-memory.csv and soak-spool.csv")
	flag.StringVar(&o.spool, "spool", "", "folder of the spool of this process; it is a child then")
	child := flag.Bool("child", false, "run one client and write the samples to standard output")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *child {
		err = soak(ctx, o, os.Stdout)
	} else {
		err = both(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

type options struct {
	time       time.Duration
	rate       int
	out, spool string
}

// both runs a client without and one with a spool, and judges their samples.
func both(ctx context.Context, o options) error {
	folder, err := os.MkdirTemp("", "opik-soak-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	names := []string{"memory", "spool"}
	failures := make([]error, len(names))
	reports := make([]string, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			spool := ""
			if name == "spool" {
				spool = folder
			}
			reports[i], failures[i] = watch(ctx, o, name, spool)
		})
	}
	wg.Wait()
	for i, name := range names {
		fmt.Printf("%s\n\n%s\n", name, reports[i])
		if failures[i] != nil {
			failures[i] = fmt.Errorf("%s: %w", name, failures[i])
		}
	}
	return errors.Join(failures...)
}

// watch runs a child, keeps its samples, and judges them.
func watch(ctx context.Context, o options, name, spool string) (report string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Create(filepath.Join(o.out, "soak-"+name+".csv"))
	if err != nil {
		return "", err
	}
	defer file.Close()
	cmd := exec.CommandContext(ctx, self, "-child", "-time", o.time.String(), "-rate", strconv.Itoa(o.rate), "-spool", spool)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	samples, err := readSamples(io.TeeReader(out, file))
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return "", err
	}
	return table(samples), judge(samples)
}
