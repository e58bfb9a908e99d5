package lifecycle

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/leaktest"
)

const (
	roleVariable   = "LIFECYCLE_ROLE"
	urlVariable    = "LIFECYCLE_URL"
	folderVariable = "LIFECYCLE_FOLDER"
)

// TestMain runs a child's part if this process is one.
func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVariable)]; ok {
		role()
		return
	}
	leaktest.Main(m)
}

// roles are what children do. A child says with a line that it has done a step, and
// is told by a line of input to do the next.
var roles = map[string]func(){}

// newClient makes the child's client.
func newClient(opts ...opik.Option) *opik.Client {
	c, err := opik.New(append([]opik.Option{
		opik.WithURL(os.Getenv(urlVariable)), opik.WithProject("lifecycle"), opik.WithConfigFile(os.DevNull),
		opik.WithBatch(time.Hour, 100_000), // nothing is sent by itself
	}, opts...)...)
	if err != nil {
		fmt.Println("new:", err)
		os.Exit(3)
	}
	return c
}

// record ends so many spans of one trace, which stays open.
func record(c *opik.Client, n int) {
	ctx, _ := c.StartTrace(context.Background(), "open")
	for range n {
		_, span := opik.StartSpan(ctx, "span", opik.WithInput("in"))
		span.SetOutput("out")
		span.End()
	}
}

func say(line string) { fmt.Println(line) }

var input = bufio.NewReader(os.Stdin)

// hear waits for the parent's next line.
func hear() {
	if _, err := input.ReadString('\n'); err != nil {
		os.Exit(4)
	}
}

// child is a process as its parent sees it.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   *bufio.Reader
	in    *os.File
	ended bool
}

func start(t *testing.T, role, url, folder string) *child {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role, urlVariable+"="+url, folderVariable+"="+folder)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Not StdinPipe, which ends with the child: one of its own may still read.
	theirs, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = theirs
	if err := errors.Join(cmd.Start(), theirs.Close()); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: cmd, out: bufio.NewReader(out), in: in}
	t.Cleanup(func() {
		in.Close()
		if !c.ended {
			_ = cmd.Process.Kill() // it may have ended by itself
			_ = cmd.Wait()
		}
		if t.Failed() {
			t.Logf("the child %q wrote:\n%s", role, stderr.String())
		}
	})
	return c
}

// expect reads the child's next line.
func (c *child) expect(want string) {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if got := strings.TrimSpace(line); err != nil || got != want {
		c.t.Fatalf("the child says %q, %v; want %q", got, err, want)
	}
}

func (c *child) tell() {
	c.t.Helper()
	if _, err := io.WriteString(c.in, "go\n"); err != nil {
		c.t.Fatal(err)
	}
}

// wait returns how the child ended.
func (c *child) wait() *os.ProcessState {
	_ = c.cmd.Wait() // the state says it
	c.ended = true
	return c.cmd.ProcessState
}
