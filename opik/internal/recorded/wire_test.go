package recorded

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"testing"
)

// languageHeaders are headers that tell of the language or its HTTP library, and
// headers about a choice of the SDK: formats and compression.
var languageHeaders = []string{"accept", "accept-encoding", "accept-language", "content-encoding", "sec-fetch-mode", "user-agent", "x-fern-language", "x-fern-runtime"}

// compareHeaders compares the headers that mean something with those of each
// request of this SDK. An empty one counts as absent.
func compareHeaders(v *vector, sent []sentRequest) (findings []finding) {
	recorded := map[string]string{}
	for _, r := range v.Requests {
		for name, value := range r.Headers {
			if !slices.Contains(languageHeaders, name) {
				recorded[name] = value
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		for _, s := range sent {
			got := strings.Join(s.header.Values(name), ", ")
			if name == "content-type" {
				if len(s.raw) == 0 || v.sends(string(s.raw)) {
					continue
				}
				got, _, _ = mime.ParseMediaType(got)
			}
			if got != recorded[name] {
				findings = append(findings, finding{"header " + name, orAbsent(recorded[name]), orAbsent(got)})
				break
			}
		}
	}
	return findings
}

// sends tells whether a recorded request has the text as its body, which is no JSON.
func (v *vector) sends(text string) bool {
	return slices.ContainsFunc(v.Requests, func(r recordedRequest) bool { return r.BodyText == text })
}

func orAbsent(text string) string { return cmp.Or(text, absent) }

// compareSearches compares what is searched for, search by search. How many results
// a request asks for is compared in the first request of each search.
func compareSearches(v *vector, sent []sentRequest) (findings []finding) {
	var recorded, ours []map[string]string
	for _, r := range v.Requests {
		if r.isSearch() {
			recorded = append(recorded, searchTerms(r.Path, r.Body))
		}
	}
	for _, s := range sent {
		body, _ := s.body.(map[string]any)
		if !strings.HasSuffix(s.path, "/search") || body["last_retrieved_id"] != nil {
			continue
		}
		ours = append(ours, searchTerms(s.path, s.body))
	}
	if len(recorded) != len(ours) {
		findings = append(findings, finding{"searches", fmt.Sprint(len(recorded)), fmt.Sprint(len(ours))})
	}
	for i := range min(len(recorded), len(ours)) {
		for _, name := range slices.Sorted(maps.Keys(union(recorded[i], ours[i]))) {
			if want, got := recorded[i][name], ours[i][name]; want != got {
				findings = append(findings, finding{fmt.Sprintf("search %d %s", i+1, name), orAbsent(want), orAbsent(got)})
			}
		}
	}
	return findings
}

// searchTerms takes a search apart into what it means: the order of conditions and
// of excluded fields does not matter, and conditions without a value may have null
// or an empty text.
func searchTerms(path string, body any) state {
	s := state{"path": path}
	o, _ := body.(map[string]any)
	for name, v := range o {
		list, _ := v.([]any)
		switch name {
		case "filters":
			for _, element := range list {
				f, _ := element.(map[string]any)
				terms := make([]string, 0, 4)
				for _, member := range []string{"field", "key", "operator", "value"} {
					text, _ := f[member].(string)
					terms = append(terms, quote(text))
				}
				for member := range f {
					if !slices.Contains([]string{"field", "key", "operator", "value"}, member) {
						terms = append(terms, "unknown "+member)
					}
				}
				s["filter "+strings.Join(terms, " ")] = "set"
			}
		case "exclude":
			for _, element := range list {
				s[fmt.Sprintf("exclude %v", element)] = "set"
			}
		default:
			if v != false {
				s.add(name, v)
			}
		}
	}
	return s
}

// checkLimits makes sure that no list of a body is longer than the server takes.
func checkLimits(t *testing.T, sent []sentRequest) {
	t.Helper()
	const most = 1000
	for _, s := range sent {
		body, _ := s.body.(map[string]any)
		for name, v := range body {
			if list, ok := v.([]any); ok && len(list) > most {
				t.Errorf("%s %s: %d %s in one request", s.method, s.path, len(list), name)
			}
		}
	}
}

func TestSearchTerms(t *testing.T) {
	filter := func(field, operator string, more map[string]any) map[string]any {
		f := map[string]any{"field": field, "operator": operator}
		maps.Copy(f, more)
		return f
	}
	a := object{"project_name": "p", "filters": []any{filter("tags", "contains", object{"value": "x"}), filter("scores", "is_empty", object{"key": "k", "value": nil})}}
	b := object{"project_name": "p", "limit": nil, "filters": []any{filter("scores", "is_empty", object{"key": "k", "value": ""}), filter("tags", "contains", object{"key": "", "value": "x"})}}
	if x, y := searchTerms("/search", a), searchTerms("/search", b); !maps.Equal(x, y) {
		t.Errorf("%v is not %v", x, y)
	}
	b["filters"].([]any)[0].(object)["key"] = "other"
	if x, y := searchTerms("/search", a), searchTerms("/search", b); maps.Equal(x, y) {
		t.Error("another key makes no difference")
	}
}
