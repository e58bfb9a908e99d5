package recorded

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// state is what a server holds, flat: a text for each value, by its path. Entities
// are found by their names and parents in it, so that states with other ids compare:
//
//	trace test-project/greet.output.answer = "hello"
//	trace test-project/root/outer/inner.type = "tool"
//	thread test-project/conv-7.status = "active"
//	project test-project = exists
type state map[string]string

// derived are members of read views that follow from others, or that the server
// makes at the time of the request.
var derived = []string{"created_at", "last_updated_at", "project_id", "thread_model_id", "duration", "providers", "trace_id", "parent_span_id"}

// readState reads what the server holds of a workspace: traces and spans as they are
// stored, projects and threads as they are read over HTTP.
func readState(t *testing.T, srv *opiktest.Server, header http.Header) state {
	t.Helper()
	s := state{}
	for _, tree := range srv.TraceTrees() {
		path := s.addEntity("trace "+tree.Project+"/"+tree.Name, tree.Fields, tree.Metadata, tree.Partial)
		s.addSpans(path, tree.Spans)
	}
	for _, orphan := range srv.OrphanSpans() {
		s.add("span "+orphan.Name+".trace_id", orphan.Fields["trace_id"])
		s.addSpans("span ", []*opiktest.SpanTree{orphan})
	}
	for _, project := range readAll(t, srv, header, "/v1/private/projects", nil) {
		name := fmt.Sprint(project["name"])
		s["project "+name] = "exists"
		for _, thread := range readAll(t, srv, header, "/v1/private/traces/threads", url.Values{"project_name": {name}}) {
			s.addObject(fmt.Sprintf("thread %s/%v", name, thread["id"]), thread)
		}
	}
	s.addPrompts(t, srv, header)
	s.addExperiments(t, srv, header)
	s.addReview(t, srv, header)
	s.addDatasets(t, srv, header)
	return s
}

// addPrompts adds the prompts, with all that is known about them and their versions.
func (s state) addPrompts(t *testing.T, srv *opiktest.Server, header http.Header) {
	t.Helper()
	for _, prompt := range readAll(t, srv, header, "/v1/private/prompts", nil) {
		path := fmt.Sprintf("prompt %v", prompt["name"])
		s.addObject(path, prompt)
		for _, version := range readAll(t, srv, header, fmt.Sprintf("/v1/private/prompts/%v/versions", prompt["id"]), nil) {
			s.addObject(fmt.Sprintf("%s/%v", path, version["version_number"]), version)
		}
	}
}

func (s state) addSpans(parent string, spans []*opiktest.SpanTree) {
	separator := "/"
	if strings.HasSuffix(parent, " ") {
		separator = ""
	}
	for _, span := range spans {
		path := s.addEntity(parent+separator+span.Name, span.Fields, span.Metadata, span.Partial)
		if span.Orphan {
			s[path+".orphan"] = "true"
		}
		s.addSpans(path, span.Spans)
	}
}

// addEntity adds a trace or span: its read view, with metadata as it was sent. It
// returns the path, which has a number for the second one of the name and further ones.
func (s state) addEntity(path string, fields map[string]any, metadata any, partial bool) string {
	name := path
	for n := 2; s[path+".id"] != ""; n++ {
		path = fmt.Sprintf("%s (%d)", name, n)
	}
	fields = maps.Clone(fields)
	fields["metadata"] = metadata
	s.addObject(path, fields)
	if partial {
		s[path+".partial"] = "true"
	}
	return path
}

func (s state) addObject(path string, o map[string]any) {
	for name, v := range o {
		if !slices.Contains(derived, name) {
			s.add(path+"."+name, v)
		}
	}
}

// add adds a value. Null is absent; empty objects and lists are not.
func (s state) add(path string, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		if len(v) == 0 {
			s[path] = "{}"
		}
		for name, member := range v {
			if name != "last_updated_at" && name != "created_at" {
				s.add(path+"."+name, member)
			}
		}
	case []any:
		if len(v) == 0 {
			s[path] = "[]"
		}
		for i, element := range v {
			s.add(fmt.Sprintf("%s[%d]", path, i), element)
		}
	case json.Number:
		s[path] = canonicalNumber(v)
	case string:
		s[path] = quote(v)
	default:
		s[path] = fmt.Sprint(v)
	}
}

func quote(text string) string { return `"` + text + `"` }

// canonicalNumber makes 1, 1.0 and 10e-1 equal.
func canonicalNumber(n json.Number) string {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return n.String()
	}
	return r.RatString()
}

// readAll reads all records of a list whose pages have a size.
func readAll(t *testing.T, srv *opiktest.Server, header http.Header, path string, query url.Values) []map[string]any {
	t.Helper()
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("size", "1000")
	return readList(t, srv, header, path+"?"+query.Encode())
}

// readList reads all records of a list; path has the query, if there is one.
func readList(t *testing.T, srv *opiktest.Server, header http.Header, path string) []map[string]any {
	t.Helper()
	status, body := call(t, srv, header, http.MethodGet, path, nil)
	var page struct {
		Content []map[string]any
		Total   int
	}
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	if page.Total != len(page.Content) {
		t.Fatalf("GET %s: %d of %d", path, len(page.Content), page.Total)
	}
	return page.Content
}
