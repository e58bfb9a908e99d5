package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary play the command that is run: with this variable
// set it sends the request that the variable describes and ends.
func TestMain(m *testing.M) {
	if body := os.Getenv("CONTRACTCHECK_TEST_ASK"); body != "" {
		os.Exit(play(body))
	}
	os.Exit(m.Run())
}

func play(body string) int {
	if body == "fail" {
		return 3
	}
	if body == "silent" {
		return 0
	}
	resp, err := http.Post(os.Getenv(checkVariable), "application/json", strings.NewReader(body))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("checker answered", resp.StatusCode)
	return 0
}

func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, ask      string
		args           []string
		status         int
		stdout, stderr string // a part of each
	}{
		{"good request", `{"method":"GET","path":"/is-alive/ping"}`, nil, exitSame, "     1  isAlive\ncompared with the contract: 1 requests to 1 operations, 0 answers\n", ""},
		{"bad request", `{"method":"GET","path":"/v1/private/traces","query":"page=x"}`, nil, exitDiffers,
			`violation: getTracesByProject: query parameter page: "x" is not of type integer`, "1 violations of the contract"},
		{"failing command", "fail", nil, exitDiffers, ": 0 requests", "the command failed: exit status 3"},
		{"no request", "silent", nil, exitDiffers, ": 0 requests", "no request that could be checked"},
		{"no command", "", []string{"-C", "../../.."}, exitTrouble, "", "usage: contractcheck"},
		{"command not found", "", []string{"-C", "../../..", "--", "./no-such-command"}, exitTrouble, "", "no-such-command"},
		{"no contract", "", []string{"-C", t.TempDir(), "--", self}, exitTrouble, "", "cannot read the contract"},
		{"unknown flag", "", []string{"-x"}, exitTrouble, "", "not defined: -x"},
		{"help", "", []string{"-h"}, exitSame, "", "usage: contractcheck"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.ask != "" {
				t.Setenv("CONTRACTCHECK_TEST_ASK", test.ask)
				test.args = []string{"-v", "-C", "../../..", "--", self}
			}
			var stdout, stderr bytes.Buffer
			if status := run(test.args, &stdout, &stderr); status != test.status {
				t.Errorf("status %d, want %d\n%s%s", status, test.status, &stdout, &stderr)
			}
			if !strings.Contains(stdout.String(), test.stdout) {
				t.Errorf("output:\n%s\nwant:\n%s", &stdout, test.stdout)
			}
			if !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("errors:\n%s\nwant:\n%s", &stderr, test.stderr)
			}
		})
	}
}
