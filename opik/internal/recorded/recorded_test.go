package recorded

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/leaktest"
	"github.com/opik-go/sdk/opik/opiktest"
)

// TestMain keeps the settings of whoever runs the tests out of them.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "OPIK_") && name != "OPIK_TESTDATA" {
			os.Unsetenv(name)
		}
	}
	folder, err := os.MkdirTemp("", "recorded")
	if err == nil {
		file := filepath.Join(folder, "config")
		err = os.WriteFile(file, nil, 0o600)
		os.Setenv("OPIK_CONFIG_PATH", file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	leaktest.Main(cleaning{m, folder})
}

type cleaning struct {
	*testing.M
	folder string
}

func (c cleaning) Run() int {
	defer os.RemoveAll(c.folder)
	return c.M.Run()
}

// scenario is how a recording is replayed.
type scenario struct {
	// run does with this SDK what the steps of the recording say.
	run func(*run)
	// byID, if set, does it once more, with the updates of a program that has the id
	// of a trace or span and not its handle.
	byID func(*run)
	// prepare is what the steps take for granted, and reveal makes visible at the
	// end what the server holds of entities that do not exist.
	prepare, reveal []setup
	// faults replace those that the recorded answers show.
	faults []opiktest.Fault
	// withoutPaths are the beginnings of the paths of recorded requests that are
	// left out, because the server in memory does not have them.
	withoutPaths []string
	// ownSearches says that the recorded searches depend on what happened on the
	// recording server in between; run checks their results.
	ownSearches bool
	// differs says what is different on purpose. Nil is nothing.
	differs *difference
	// notReplayed says why there is nothing to replay. The test fails when there is.
	notReplayed string
}

// difference is a difference on purpose. The test fails when it is another one, or
// is gone.
type difference struct {
	reason string
	// paths are those of all findings of the comparison; one that ends in * stands
	// for all that begin so. Without paths the scenario's function makes sure of the
	// difference.
	paths []string
}

func (sc *scenario) skips(r recordedRequest) bool {
	return slices.ContainsFunc(sc.withoutPaths, func(prefix string) bool { return strings.HasPrefix(r.Path, prefix) })
}

// scenarios has a function for each recording of the groups, by name.
func scenarios() map[string]scenario {
	all := map[string]scenario{}
	for _, group := range []map[string]scenario{tracingScenarios(), feedbackScenarios(), transportScenarios(), searchScenarios(), promptScenarios(), experimentScenarios(), datasetScenarios(), adminScenarios()} {
		maps.Copy(all, group)
	}
	return all
}

// TestRecorded replays the recordings and reports how many agree.
func TestRecorded(t *testing.T) {
	vectors := loadVectors(t)
	known := scenarios()
	var sum summary
	t.Run("vectors", func(t *testing.T) {
		for _, v := range vectors {
			sc, ok := known[v.Scenario]
			delete(known, v.Scenario)
			t.Run(v.Group+"/"+v.Scenario, func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() { sum.add(&v, &sc, t.Failed()) })
				if !ok {
					t.Fatalf("nothing replays this scenario: %s", v.Title)
				}
				if sc.notReplayed != "" {
					if len(v.Requests) > 0 || v.Kind == "" {
						t.Errorf("there is something to replay now; it was left out because %s", sc.notReplayed)
					}
					return
				}
				checkFindings(t, &sc, replayBoth(t, &v, &sc, sc.run))
				if sc.byID != nil {
					t.Run("by id", func(t *testing.T) { checkFindings(t, &sc, replayBoth(t, &v, &sc, sc.byID)) })
				}
			})
		}
	})
	for name := range known {
		t.Logf("there is no recording of %s", name)
	}
	t.Log(sum.String())
}

// replayBoth does the steps with this SDK, replays the recorded requests, and
// returns what is different.
func replayBoth(t *testing.T, v *vector, sc *scenario, steps func(*run)) []finding {
	t.Helper()
	r := newRun(t, v, sc)
	steps(r)
	if _, err := r.client.Close(r.ctx); err != nil {
		t.Errorf("close: %v", err)
	}
	for i, fault := range r.faults {
		if fault.Hits() == 0 {
			t.Errorf("failure %d did not happen", i+1)
		}
	}
	end := time.Now().Add(time.Millisecond)
	for _, s := range sc.reveal {
		s.send(t, r.srv, credentials(v))
	}
	final := readState(t, r.srv, credentials(v))
	recorded := replay(t, v, sc, slices.Collect(maps.Keys(r.states)))

	c := comparison{made: recorded.made, begin: r.begin, end: end, ignoreOrder: v.Derived}
	findings := c.states(recorded.final, final)
	for _, n := range slices.Sorted(maps.Keys(r.states)) {
		for _, f := range c.states(recorded.states[n], r.states[n]) {
			f.path = fmt.Sprintf("after %d requests: %s", n, f.path)
			findings = append(findings, f)
		}
	}
	findings = append(findings, compareHeaders(v, r.requests())...)
	findings = append(findings, compareSearches(v, r.requests())...)
	if !sc.ownSearches && !slices.Equal(recorded.counts, r.counts) {
		findings = append(findings, finding{"results of searches", fmt.Sprint(recorded.counts), fmt.Sprint(r.counts)})
	}
	checkLimits(t, r.requests())
	return findings
}

// mostReported is how many findings of a recording are shown.
const mostReported = 20

// checkFindings compares what was found with what is different on purpose.
func checkFindings(t *testing.T, sc *scenario, findings []finding) {
	t.Helper()
	unexpected, gone := judge(sc, findings)
	for i, f := range unexpected {
		if i == mostReported {
			t.Errorf("and %d more", len(unexpected)-i)
			break
		}
		t.Errorf("%v", f)
	}
	for _, pattern := range gone {
		t.Errorf("%s is no longer different", pattern)
	}
}

// judge returns the findings that are no difference on purpose, and the differences
// on purpose that were not found.
func judge(sc *scenario, findings []finding) (unexpected []finding, gone []string) {
	var expected []string
	if sc.differs != nil {
		expected = sc.differs.paths
	}
	found := map[string]bool{}
	for _, f := range findings {
		i := slices.IndexFunc(expected, func(pattern string) bool {
			prefix, many := strings.CutSuffix(pattern, "*")
			return f.path == pattern || many && strings.HasPrefix(f.path, prefix)
		})
		if i < 0 {
			unexpected = append(unexpected, f)
			continue
		}
		found[expected[i]] = true
	}
	for _, pattern := range expected {
		if !found[pattern] {
			gone = append(gone, pattern)
		}
	}
	return unexpected, gone
}

// summary counts how the recordings of each group went.
type summary struct {
	mu     sync.Mutex
	groups map[string]*tally
}

type tally struct {
	passed, differing, failing, notReplayed int
	remarks                                 []string
}

func (s *summary) add(v *vector, sc *scenario, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups == nil {
		s.groups = map[string]*tally{}
	}
	g := s.groups[v.Group]
	if g == nil {
		g = &tally{}
		s.groups[v.Group] = g
	}
	remark := ""
	switch {
	case failed:
		g.failing++
		remark = "failing"
	case sc.notReplayed != "":
		g.notReplayed++
		remark = "not replayed: " + sc.notReplayed
	case sc.differs != nil:
		g.differing++
		remark = "differing on purpose: " + sc.differs.reason
	default:
		g.passed++
		return
	}
	g.remarks = append(g.remarks, v.Scenario+": "+remark)
}

// String has a line for each group, and one for each recording that does not agree.
func (s *summary) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	var all tally
	line := func(name string, g *tally) {
		fmt.Fprintf(&b, "\n%s: %d passed, %d differing on purpose, %d failing", name, g.passed, g.differing, g.failing)
		if g.notReplayed > 0 {
			fmt.Fprintf(&b, ", %d not replayed", g.notReplayed)
		}
	}
	for _, name := range groups {
		g := s.groups[name]
		if g == nil {
			continue
		}
		line(name, g)
		all.passed, all.differing = all.passed+g.passed, all.differing+g.differing
		all.failing, all.notReplayed = all.failing+g.failing, all.notReplayed+g.notReplayed
	}
	line("together", &all)
	for _, name := range groups {
		if g := s.groups[name]; g != nil {
			slices.Sort(g.remarks)
			for _, remark := range g.remarks {
				b.WriteString("\n  " + remark)
			}
		}
	}
	return b.String()
}
