package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// patience is how long a client may take for one request. The Python client waits
// for its own batches, which takes seconds.
const patience = 60 * time.Second

// process is an official client. It gets a request a line and answers with a line.
type process struct {
	label   string
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan answer
	errors  *tail
}

// answer is a line of a process. Exactly one member is set.
type answer struct {
	Result      json.RawMessage `json:"result"`
	Unsupported string          `json:"unsupported"`
	Error       string          `json:"error"`
	broken      error
}

// startProcess starts a client that talks to the server with the URL.
func startProcess(label string, cmd *exec.Cmd, url string, verbose bool) (*process, error) {
	p := &process{label: label, cmd: cmd, answers: make(chan answer), errors: &tail{}}
	cmd.Env = append(withoutOpikSettings(os.Environ()), "OPIK_URL_OVERRIDE="+url+"/", "OPIK_WORKSPACE=default",
		// Nobody's error reports, prompts or log files.
		"OPIK_SENTRY_ENABLE=false", "OPIK_CONSOLE_LOGGING_LEVEL=WARNING", "OPIK_LOG_LEVEL=WARN")
	cmd.Stderr = p.errors
	if verbose {
		cmd.Stderr = io.MultiWriter(p.errors, os.Stderr)
	}
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the %s client: %w", label, err)
	}
	go p.read(out)
	return p, nil
}

func (p *process) name() string { return p.label }

// read passes the lines of the process on, until it ends.
func (p *process) read(out io.Reader) {
	defer close(p.answers)
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			a.broken = fmt.Errorf("the line %q is no answer: %w", line, err)
		}
		p.answers <- a
	}
}

func (p *process) call(ctx context.Context, r request) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	line, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return nil, fmt.Errorf("the client is gone: %w%s", err, p.errors)
	}
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("no answer within %v: %w%s", patience, ctx.Err(), p.errors)
	case a, ok := <-p.answers:
		switch {
		case !ok:
			return nil, fmt.Errorf("the client ended%s", p.errors)
		case a.broken != nil:
			return nil, a.broken
		case a.Unsupported != "":
			return nil, &unsupportedError{a.Unsupported}
		case a.Error != "":
			return nil, errors.New(a.Error)
		case len(a.Result) == 0:
			return nil, errors.New("the answer is empty")
		}
		return a.Result, nil
	}
}

// close lets the process end by itself, which takes as long as its client's
// last flush, or ends it.
func (p *process) close() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	ended := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer ended.Stop()
	for range p.answers { // what nobody waited for
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("the %s client: %w%s", p.label, err, p.errors)
	}
	return nil
}

// withoutOpikSettings removes the settings of a real Opik server: the clients must
// not depend on them, and their key must not reach the embedded one.
func withoutOpikSettings(env []string) []string {
	var kept []string
	for _, entry := range env {
		if !strings.HasPrefix(strings.ToUpper(entry), "OPIK_") {
			kept = append(kept, entry)
		}
	}
	return kept
}
