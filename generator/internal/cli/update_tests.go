package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// testCount is how far the tests came.
type testCount struct {
	// Passed and Failed are packages, as go test names them.
	Passed int      `json:"passed"`
	Failed []string `json:"failed,omitempty"`
	// Tests are the names of the tests that failed.
	Tests []string `json:"tests,omitempty"`
	// Tail is the end of what a failing command printed.
	Tail string `json:"tail,omitempty"`
}

// tailLines is how much of a failing command's output is kept.
const tailLines = 60

// runTests runs the command that tests the tree, and follows what it prints.
func (u *update) runTests() diag.List {
	var problems diag.List
	if u.test == "" {
		u.step("test", "not asked for")
		return problems
	}
	cmd := exec.CommandContext(u.ctx, "sh", "-c", u.test)
	cmd.Dir = u.root
	cmd.WaitDelay = 10 * time.Second // for children that keep the pipe
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	done := make(chan *testCount)
	go func() { done <- followTests(io.TeeReader(reader, u.stderr)) }()
	err := cmd.Run()
	writer.CloseWithError(io.EOF)
	u.Tests = <-done
	if err == nil {
		u.Tests.Tail = ""
		u.step("test", "%s passed", counted(u.Tests.Passed, "package"))
		return problems
	}
	u.failed("test", "%s passed, %d failed (`%s`: %v)", counted(u.Tests.Passed, "package"), len(u.Tests.Failed), u.test, err)
	problems.Add(diag.Diagnostic{
		Code: "tests", Message: fmt.Sprintf("the tests fail: %v", err),
		Hint: "the tree has the new contract: correct what fails and run the tests again, or take it back with\n" + undo,
	})
	return problems
}

// undo takes an update back.
const undo = "git restore api templates docs gen opik && git clean -fd docs gen opik"

// followTests reads what go test prints to the end.
func followTests(r io.Reader) *testCount {
	count := &testCount{}
	var tail [][]byte
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 && (err == nil || err == io.EOF) {
			count.line(string(bytes.TrimRight(line, "\r\n")))
		}
		if len(line) > 0 {
			tail = append(tail, bytes.Clone(line))
			tail = tail[max(0, len(tail)-tailLines):]
		}
		if err != nil && err != bufio.ErrBufferFull {
			break
		}
	}
	count.Tail = strings.TrimRight(string(bytes.Join(tail, nil)), "\n")
	return count
}

// line takes note of a line of go test.
func (c *testCount) line(line string) {
	switch word, rest, _ := strings.Cut(line, "\t"); {
	case strings.TrimSpace(word) == "ok":
		c.Passed++
	case word == "FAIL" && rest != "":
		name, _, _ := strings.Cut(rest, "\t")
		name, _, _ = strings.Cut(name, " ")
		c.Failed = append(c.Failed, name)
	case strings.HasPrefix(line, "--- FAIL: "):
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "--- FAIL: "), " ")
		c.Tests = append(c.Tests, name)
	}
}
