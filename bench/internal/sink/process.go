package sink

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Serve is the sink's process: it listens on this machine, writes its URL to out as
// one line, and serves until in ends, which happens at the latest when the process
// that started it is gone.
func Serve(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: New()}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", l.Addr()); err != nil {
		return err
	}
	io.Copy(io.Discard, in) // its end, however it comes, is what is waited for
	if err := server.Close(); err != nil {
		return err
	}
	if err := <-failed; err != http.ErrServerClosed {
		return err
	}
	return nil
}

// Process is a sink in a process of its own.
type Process struct {
	URL string

	cmd   *exec.Cmd
	stdin io.Closer
}

// Start starts a sink by the command, which has to call [Serve] with its standard
// input and output.
func Start(cmd *exec.Cmd) (*Process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		p.Stop()
		return nil, fmt.Errorf("the sink did not say where it listens: %w", err)
	}
	p.URL = strings.TrimSpace(line)
	return p, nil
}

// Stop ends the process.
func (p *Process) Stop() error {
	p.stdin.Close() // it cannot fail in a way that matters: the process ends
	return p.cmd.Wait()
}

// Reset makes the sink forget what it received.
func (p *Process) Reset(ctx context.Context) error { return p.get(ctx, pathReset, nil) }

// Report asks the sink what it received.
func (p *Process) Report(ctx context.Context) (r Report, err error) {
	err = p.get(ctx, pathReport, &r)
	return r, err
}

func (p *Process) get(ctx context.Context, path string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the sink answered %s", resp.Status)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
