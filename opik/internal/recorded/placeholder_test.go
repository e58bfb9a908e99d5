package recorded

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// madeUp says what kind of value stands where the recording has a placeholder.
type madeUp uint8

const (
	madeUpID   madeUp = iota + 1 // a version 7 UUID
	madeUpTime                   // an instant during the run
	madeUpHash                   // eight hexadecimal digits
	madeUpText                   // anything
)

// substitution holds the values that take the place of placeholders. Equal
// placeholders are one value, and the values ascend with the numbers.
type substitution struct {
	values map[string]string // by placeholder
	kinds  map[string]madeUp // by canonical value
	// sent are the placeholders whose values the server was told: it did not make them.
	sent map[string]bool
}

// kind returns what kind of open value a text is, or 0.
func (s *substitution) kind(text string) madeUp { return s.kinds[canonical(text)] }

// canonical makes equal instants equal texts: servers drop zeros at the end.
func canonical(text string) string {
	if at, ok := parseTime(text); ok {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return text
}

var placeholderForm = regexp.MustCompile(`<[a-z]+[a-z0-9-]*>`)

// newSubstitution finds the placeholders of the requests and makes values for them.
func newSubstitution(v *vector) (*substitution, error) {
	found := map[string]bool{}
	for _, r := range v.Requests {
		for _, text := range append(textsIn(r.Body), r.Path) {
			for _, name := range placeholderForm.FindAllString(text, -1) {
				found[name] = true
			}
		}
		for _, item := range append(slices.Clone(r.Response.NDJSON), r.Response.Body) {
			for _, text := range textsIn(item) {
				for _, name := range placeholderForm.FindAllString(text, -1) {
					found[name] = true
				}
			}
		}
	}
	s := &substitution{values: map[string]string{}, kinds: map[string]madeUp{}, sent: map[string]bool{}}
	names := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		familyA, numberA := numbered(a)
		familyB, numberB := numbered(b)
		return cmp.Or(strings.Compare(familyA, familyB), numberA-numberB)
	})
	// Elements that were cut from a list are not described; they are like the others
	// of their family.
	descriptions := maps.Clone(v.Placeholders)
	for name, text := range v.Placeholders {
		family, _ := numbered(name)
		descriptions[family] = text
	}
	base := time.Now().Add(-time.Minute).Truncate(time.Millisecond)
	for i, name := range names {
		if slices.Contains(addresses, name) {
			continue // they are known when there is a server
		}
		family, number := numbered(name)
		kind, err := kindOf(cmp.Or(descriptions[name], descriptions[family]))
		if err != nil {
			return nil, fmt.Errorf("placeholder %s: %w", name, err)
		}
		var value string
		switch kind {
		case madeUpID:
			value = uuid7.New()
		case madeUpTime:
			value = base.Add(time.Duration(number) * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
		case madeUpHash:
			value = fmt.Sprintf("%08x", 0xabcd0000+i)
		case madeUpText:
			value = "text of " + name
		}
		s.values[name], s.kinds[canonical(value)] = value, kind
	}
	return s, nil
}

// addresses are the placeholders for where the server is.
var addresses = []string{"<base-url>", "<server>", "<base64-base-url>"}

// serve says where the server is that is told the values.
func (s *substitution) serve(baseURL string) {
	s.values["<base-url>"] = baseURL
	s.values["<server>"] = strings.TrimSuffix(baseURL, "/api")
	s.values["<base64-base-url>"] = base64.StdEncoding.EncodeToString([]byte(baseURL))
}

// kindOf returns the kind of the placeholders with a description.
func kindOf(description string) (madeUp, error) {
	switch {
	case description == "uuid v7":
		return madeUpID, nil
	case strings.HasPrefix(description, "timestamp "):
		return madeUpTime, nil
	case description == "hex string, 8 characters", description == "hex string, 16 characters":
		return madeUpHash, nil
	case strings.HasPrefix(description, "free text"), description == "": // fixed texts, left out of a recording, are not described
		return madeUpText, nil
	}
	return 0, fmt.Errorf("it is described as %q", description)
}

// apply returns a copy of v with values in the place of placeholders.
func (s *substitution) apply(v any) any {
	switch v := v.(type) {
	case string:
		return placeholderForm.ReplaceAllStringFunc(v, func(name string) string {
			if value, ok := s.values[name]; ok {
				return value
			}
			return name
		})
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = s.apply(element)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = s.apply(member)
		}
		return out
	}
	return v
}

// send is apply for what the server is told.
func (s *substitution) send(v any) any {
	for _, text := range textsIn(v) {
		for _, name := range placeholderForm.FindAllString(text, -1) {
			s.sent[name] = true
		}
	}
	return s.apply(v)
}

// query returns a recorded query with values in the place of placeholders.
func (s *substitution) query(q map[string]any) string {
	values := url.Values{}
	for name, v := range q {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, v := range list {
			values.Add(name, fmt.Sprint(s.send(v)))
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// learn takes the ids and hashes that the server made from its answer, where the
// recorded answer has placeholders for them: later requests name them.
func (s *substitution) learn(recorded any, answer []byte) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var got any
	if d.Decode(&got) == nil {
		s.match(recorded, got)
	}
}

func (s *substitution) match(recorded, got any) {
	switch want := recorded.(type) {
	case string:
		value, ok := got.(string)
		kind := s.kind(s.values[want])
		if !ok || s.sent[want] || kind != madeUpID && kind != madeUpHash {
			return
		}
		s.values[want], s.kinds[canonical(value)] = value, kind
		s.sent[want] = true
	case []any:
		if list, ok := got.([]any); ok && len(list) == len(want) {
			for i := range want {
				s.match(want[i], list[i])
			}
		}
	case map[string]any:
		if o, ok := got.(map[string]any); ok {
			for name, member := range want {
				s.match(member, o[name])
			}
		}
	}
}

func textsIn(v any) (texts []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, element := range v {
			texts = append(texts, textsIn(element)...)
		}
	case map[string]any:
		for _, member := range v {
			texts = append(texts, textsIn(member)...)
		}
	}
	return texts
}

func TestSubstitution(t *testing.T) {
	v := &vector{
		Placeholders: map[string]string{"<trace-1>": "uuid v7", "<trace-10>": "uuid v7", "<t0>": "timestamp X", "<commit-1>": "hex string, 8 characters"},
		Requests: []recordedRequest{{
			Path: "/traces/<trace-2>",
			Body: map[string]any{"list": []any{"<trace-10>", "<trace-1>"}, "at": "<t0>", "later": "<t1>", "text": "a <b", "commit": "<commit-1>"},
		}},
	}
	s, err := newSubstitution(v)
	if err != nil {
		t.Fatal(err)
	}
	body := s.apply(v.Requests[0].Body).(map[string]any)
	first, tenth := body["list"].([]any)[1].(string), body["list"].([]any)[0].(string)
	path := s.apply(v.Requests[0].Path).(string)
	second := strings.TrimPrefix(path, "/traces/")
	if !(first < second && second < tenth) || s.kind(second) != madeUpID {
		t.Errorf("ids %s %s %s", first, second, tenth)
	}
	if at, later := body["at"].(string), body["later"].(string); at >= later || s.kind(at) != madeUpTime {
		t.Errorf("times %s %s", at, later)
	}
	if commit := body["commit"].(string); len(commit) != 8 || s.kind(commit) != madeUpHash || body["text"] != "a <b" {
		t.Errorf("body %v", body)
	}
	if s.send("<trace-1>"); s.values["<trace-1>"] != first {
		t.Error("a placeholder has changed its value by being sent")
	}
	s.learn(map[string]any{"ids": []any{"<trace-1>", "<trace-2>"}, "at": "<t0>"}, []byte(`{"ids": ["mine", "theirs"], "at": "now"}`))
	if got := s.apply([]any{"<trace-1>", "/<trace-2>", "<t0>"}).([]any); got[0] != first || got[1] != "/theirs" || got[2] == "now" || s.kind("theirs") != madeUpID {
		t.Errorf("learnt %v", got)
	}
	v.Placeholders["<t0>"], v.Requests[0].Body = "something new", "<t0>"
	if _, err := newSubstitution(v); err == nil {
		t.Error("an unknown kind of placeholder was accepted")
	}
}
