package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestMain(m *testing.M) {
	if os.Getenv("INTEROP_FAKE_CLIENT") != "" {
		fakeClient()
		return
	}
	os.Exit(m.Run())
}

// fakeClient answers each request with the result that its keys ask for.
func fakeClient() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			fmt.Println(err)
			return
		}
		var line string
		if err := json.Unmarshal(r.Keys, &line); err != nil {
			fmt.Println(err)
			return
		}
		if line == "die" {
			fmt.Fprintln(os.Stderr, "I am dying")
			os.Exit(3)
		}
		fmt.Println(line)
	}
}

// TestEveryCaseFromUsToUs runs all cases without the official clients. The second
// client is ours as well: it goes on with what the first one began.
func TestEveryCaseFromUsToUs(t *testing.T) {
	cases, err := loadCases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			server := opiktest.NewServer(t)
			var peers []peer
			for range 2 {
				p, err := newSDK(server.URL)
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := p.close(); err != nil {
						t.Error(err)
					}
				}()
				peers = append(peers, p)
			}
			if !c.Handover {
				peers = peers[:1]
			}
			outcomes := runCase(t.Context(), c, peers)
			for _, o := range outcomes {
				if o.err != nil {
					t.Errorf("%s → %s: %v", o.from, o.to, o.err)
				}
			}
			if len(outcomes) == 0 {
				t.Error("nothing was compared")
			}
		})
	}
}

func TestClientInAProcess(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := func(t *testing.T) *process {
		t.Setenv("INTEROP_FAKE_CLIENT", "1")
		p, err := startProcess("fake", exec.Command(executable), "http://127.0.0.1:1/api", false)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	call := func(t *testing.T, p *process, line string) (json.RawMessage, error) {
		keys, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		return p.call(t.Context(), request{Do: "read", Case: "any", Data: json.RawMessage("{}"), Keys: keys})
	}
	for _, test := range []struct {
		name, line, result, reason, problem string
	}{
		{name: "a result", line: `{"result":{"a":1}}`, result: `{"a":1}`},
		{name: "not supported", line: `{"unsupported":"too old"}`, reason: "too old"},
		{name: "an error", line: `{"error":"it broke"}`, problem: "it broke"},
		{name: "nothing", line: `{}`, problem: "the answer is empty"},
		{name: "no JSON", line: `Traceback`, problem: "is no answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t)
			defer func() {
				if err := p.close(); err != nil {
					t.Error(err)
				}
			}()
			result, err := call(t, p, test.line)
			if string(result) != test.result {
				t.Errorf("result %s, not %s", result, test.result)
			}
			if reason, _ := reasonOf(err); reason != test.reason {
				t.Errorf("reason %q, not %q", reason, test.reason)
			}
			if test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("error %v does not say %q", err, test.problem)
			}
		})
	}
	t.Run("it ends", func(t *testing.T) {
		p := start(t)
		_, err := call(t, p, "die")
		if err == nil || !strings.Contains(err.Error(), "the client ended") {
			t.Errorf("error %v", err)
		}
		if err := p.close(); err == nil || !strings.Contains(err.Error(), "I am dying") {
			t.Errorf("closing it: %v, which does not show its error output", err)
		}
	})
}

func TestComparison(t *testing.T) {
	extra := map[string][]string{"list.*.usage": {"original.*"}, "open": {"more"}}
	for _, test := range []struct{ name, written, read, problem string }{
		{"equal", `{"a":[1,"x",true]}`, `{"a":[1,"x",true]}`, ""},
		{"null is absent", `{"a":1,"b":null}`, `{"a":1,"c":null}`, ""},
		{"times in zones", `{"start_time":"2026-01-02T03:04:05.678Z"}`, `{"start_time":"2026-01-02T04:04:05.678901+01:00"}`, ""},
		{"extra member by prefix", `{"list":[{"usage":{"a":1}}]}`, `{"list":[{"usage":{"a":1,"original.a":1}}]}`, ""},
		{"extra member by name", `{"open":{}}`, `{"open":{"more":1}}`, ""},
		{"extra member elsewhere", `{"x":{}}`, `{"x":{"more":1}}`, "x.more should not be there"},
		{"missing member", `{"a":{"b":1}}`, `{"a":{}}`, "a.b is missing"},
		{"other value", `{"a":[1,2]}`, `{"a":[1,3]}`, "a.1 is 3, not 2"},
		{"longer list", `{"a":[1]}`, `{"a":[1,2]}`, "a is [1,2], not [1]"},
		{"other type", `{"a":{}}`, `{"a":[]}`, "a is [], not {}"},
		{"no JSON", `{}`, `oops`, "no JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := compare(&testCase{Extra: extra}, json.RawMessage(test.written), json.RawMessage(test.read))
			if test.problem == "" && err != nil || test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("%v, want %q", err, test.problem)
			}
		})
	}
}

func TestReport(t *testing.T) {
	var text strings.Builder
	r := &report{}
	r.add(outcome{"traces", "go", "python", nil}, outcome{"files", "go", "python", &unsupportedError{"none there"}})
	if err := r.failure(); err != nil {
		t.Errorf("a feature that a client lacks is a failure: %v", err)
	}
	r.add(outcome{"spans", "go", "python", errors.New("a is 1")})
	if err := r.failure(); err == nil || err.Error() != "1 of 3 ways differ" {
		t.Errorf("failure %v", err)
	}
	r.print(&text)
	for _, want := range []string{"not supported: none there", "DIFFERS: a is 1", "go → python  1      1        1"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &text)
		}
	}
	if (&report{}).failure() == nil {
		t.Error("a report of nothing is no failure")
	}
}
