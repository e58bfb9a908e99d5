package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/opik-go/sdk/bench/internal/usage"
	"github.com/opik-go/sdk/opik"
)

// samplesPerPhase is how often a client is looked at in each third of the time.
const samplesPerPhase = 60

// spoolBytes bounds the spool, so that it is full for most of the time.
const spoolBytes = 64 << 20

// soak records all the time and writes samples.
func soak(ctx context.Context, o options, out io.Writer) error {
	server, err := newTrouble()
	if err != nil {
		return err
	}
	defer server.stop()
	opts := []opik.Option{
		opik.WithURL(server.url() + "/api"), opik.WithProject("soak"), opik.WithConfigFile(os.DevNull),
		opik.WithAPIKey(""), opik.WithWorkspace("default"),
		opik.WithLogger(slog.New(slog.DiscardHandler)), opik.WithIdleTimeout(2 * time.Second),
		opik.WithQueueBytes(16 << 20),
	}
	if o.spool != "" {
		opts = append(opts, opik.WithSpool(o.spool, opik.SpoolMaxBytes(spoolBytes)))
	}
	client, err := opik.New(opts...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.time)
	defer cancel()
	recorded := make(chan struct{})
	go func() {
		defer close(recorded)
		record(ctx, client, o.rate)
	}()
	fmt.Fprintln(out, header)
	begin := time.Now()
	phases := []phase{silent, absent, failing}
	every := o.time / time.Duration(len(phases)*samplesPerPhase)
	for _, p := range phases {
		if err := server.become(p); err != nil {
			return err
		}
		for range samplesPerPhase {
			select {
			case <-time.After(every):
			case <-ctx.Done():
			}
			s, err := look(client)
			if err != nil {
				return err
			}
			s.at, s.phase = time.Since(begin), p
			if _, err := fmt.Fprintln(out, s); err != nil {
				return err
			}
		}
	}
	<-recorded
	ended, end := context.WithTimeout(context.Background(), time.Second)
	defer end()
	_, _ = client.Close(ended) // nobody takes anything
	t := client.Stats().Total()
	if t.Queued != 0 || t.Accepted != t.Delivered+t.Rejected+t.Dropped+t.Spooled {
		return fmt.Errorf("the counts do not add up: %+v", t)
	}
	return nil
}

// record records spans of about a kilobyte, a tenth of a second's worth at a time.
func record(ctx context.Context, client *opik.Client, rate int) {
	text := strings.Repeat("All work and no play makes Jack a dull boy. ", 20)
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		ctx, trace := client.StartTrace(ctx, "soak")
		for range rate/10 - 1 {
			_, span := opik.StartSpan(ctx, "step", opik.WithInput(map[string]any{"question": text, "n": 1}))
			span.SetOutput(text)
			span.End()
		}
		trace.End()
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// look takes a sample. The heap is what was reachable at the latest collection.
func look(client *opik.Client) (s sample, err error) {
	m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(m)
	s.heap = int64(m[0].Value.Uint64())
	if s.resident, _, err = usage.Memory(); err != nil {
		return s, err
	}
	if s.files, err = usage.Files(); err != nil {
		return s, err
	}
	s.goroutines = runtime.NumGoroutine()
	t := client.Stats().Total()
	s.accepted, s.dropped, s.spooled, s.queued = t.Accepted, t.Dropped, t.Spooled, t.Queued
	return s, nil
}
