package recorded

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// finding is a place where the recording and this SDK differ.
type finding struct{ path, recorded, ours string }

const absent = "absent"

func (f finding) String() string {
	return fmt.Sprintf("%s: recorded %s, here %s", f.path, f.recorded, f.ours)
}

// comparison compares the states that the recorded requests and this SDK led to.
type comparison struct {
	made        *substitution // values that the recording leaves open
	begin, end  time.Time     // of the run of this SDK
	ignoreOrder bool          // times of the recording say nothing
}

var hash8 = regexp.MustCompile(`^"[0-9a-f]{8}"$`)

// states returns the differences, sorted by path.
func (c comparison) states(recorded, ours state) (findings []finding) {
	var times []timePair
	for _, path := range slices.Sorted(maps.Keys(union(recorded, ours))) {
		want, wanted := recorded[path]
		got, there := ours[path]
		switch {
		case !there:
			findings = append(findings, finding{path, want, absent})
		case !wanted:
			findings = append(findings, finding{path, absent, got})
		default:
			if why := c.differ(want, got); why != "" {
				findings = append(findings, finding{path, want, got + why})
			} else if at, ok := parseTime(want); ok && c.made.kind(unquote(want)) == madeUpTime {
				mine, _ := parseTime(got)
				times = append(times, timePair{path, at, mine})
			}
		}
	}
	if c.ignoreOrder {
		return findings
	}
	return append(findings, inOrder(times)...)
}

// differ returns "" for values that mean the same. What the recording leaves open
// only has to be of its kind.
func (c comparison) differ(want, got string) (why string) {
	switch c.made.kind(unquote(want)) {
	case madeUpID:
		if err := uuid7.Check(unquote(got)); err != nil {
			return fmt.Sprintf(" (%v)", err)
		}
		if unquote(got) != strings.ToLower(unquote(got)) {
			return " (not in lower case)"
		}
		return ""
	case madeUpTime:
		at, ok := parseTime(got)
		if !ok {
			return " (no time)"
		}
		if at.Before(c.begin) || at.After(c.end) {
			return " (not during the run)"
		}
		return ""
	case madeUpText:
		if unquote(got) == "" {
			return " (empty)"
		}
		return ""
	case madeUpHash:
		if !hash8.MatchString(got) {
			return " (no hash)"
		}
		return ""
	}
	if want == got {
		return ""
	}
	if a, ok := parseTime(want); ok {
		if b, ok := parseTime(got); ok && a.Equal(b) {
			return ""
		}
	}
	return " "
}

type timePair struct {
	path           string
	recorded, ours time.Time
}

// inOrder checks that what followed each other in the recording does so here.
func inOrder(times []timePair) (findings []finding) {
	slices.SortFunc(times, func(a, b timePair) int {
		return cmp.Or(a.recorded.Compare(b.recorded), a.ours.Compare(b.ours), strings.Compare(a.path, b.path))
	})
	for i := 1; i < len(times); i++ {
		a, b := times[i-1], times[i]
		if b.ours.Before(a.ours) {
			findings = append(findings, finding{b.path, "after " + a.path, "before"})
		}
	}
	return findings
}

func union(a, b state) state {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

func unquote(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)
}

func parseTime(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, unquote(text))
	return at, err == nil
}

// TestComparison makes sure that differences are found.
func TestComparison(t *testing.T) {
	now := time.Now().UTC()
	at := func(d time.Duration) string { return quote(now.Add(d).Format(time.RFC3339Nano)) }
	id, id2 := uuid7.New(), uuid7.New()
	c := comparison{
		made: &substitution{kinds: map[string]madeUp{
			id: madeUpID, "cafe0001": madeUpHash, "anything": madeUpText, unquote(at(0)): madeUpTime, unquote(at(time.Millisecond)): madeUpTime,
		}},
		begin: now.Add(time.Second), end: now.Add(3 * time.Second),
	}
	tests := []struct {
		name           string
		recorded, ours state
		want           []string
	}{
		{"equal", state{"a": "1"}, state{"a": "1"}, nil},
		{"another value", state{"a": "1"}, state{"a": "2"}, []string{"a"}},
		{"missing", state{"a": "1", "b": "1"}, state{"a": "1"}, []string{"b"}},
		{"too much", state{"a": "1"}, state{"a": "1", "b": "1"}, []string{"b"}},
		{"a time that the caller chose", state{"a": `"2025-01-02T03:04:05.600Z"`}, state{"a": `"2025-01-02T03:04:05.6Z"`}, nil},
		{"another time", state{"a": `"2025-01-02T03:04:05.600Z"`}, state{"a": `"2025-01-02T03:04:05.7Z"`}, []string{"a"}},
		{"an open id", state{"a": quote(id)}, state{"a": quote(id2)}, nil},
		{"no id", state{"a": quote(id)}, state{"a": `"x"`}, []string{"a"}},
		{"an id in upper case", state{"a": quote(id)}, state{"a": strings.ToUpper(quote(id2))}, []string{"a"}},
		{"an open hash", state{"a": `"cafe0001"`}, state{"a": `"0123abcd"`}, nil},
		{"no hash", state{"a": `"cafe0001"`}, state{"a": `"0123abcX"`}, []string{"a"}},
		{"an open text", state{"a": `"anything"`}, state{"a": `"else"`}, nil},
		{"no text", state{"a": `"anything"`}, state{"a": `""`}, []string{"a"}},
		{"an open time", state{"a": at(0)}, state{"a": at(2 * time.Second)}, nil},
		{"a time before the run", state{"a": at(0)}, state{"a": at(0)}, []string{"a"}},
		{"a time after the run", state{"a": at(0)}, state{"a": at(4 * time.Second)}, []string{"a"}},
		{"no time", state{"a": at(0)}, state{"a": "1"}, []string{"a"}},
		{"in order", state{"a": at(0), "b": at(time.Millisecond)}, state{"a": at(time.Second), "b": at(2 * time.Second)}, nil},
		{"at once", state{"a": at(0), "b": at(time.Millisecond)}, state{"a": at(time.Second), "b": at(time.Second)}, nil},
		{"out of order", state{"a": at(0), "b": at(time.Millisecond)}, state{"a": at(2 * time.Second), "b": at(time.Second)}, []string{"b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range c.states(tt.recorded, tt.ours) {
				got = append(got, f.path)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("differences %q, not %q", got, tt.want)
			}
		})
	}
}
