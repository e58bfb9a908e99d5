package opiktest_test

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestTreesAreOrderedAndNested(t *testing.T) {
	c := newClient(t)
	later := "2025-01-02T03:04:06Z"
	c.do("POST", "/traces/batch", object{"traces": []object{
		trace(id1, object{"name": "second", "start_time": later, "end_time": end}),
		trace(id2, object{"name": "first", "thread_id": "th", "end_time": end, "metadata": object{"k": 1}}),
		trace(id3, object{"name": "elsewhere", "project_name": "a project"}),
	}}).must(204)
	c.do("PATCH", "/traces/"+id4, object{"project_name": "demo", "name": "unknown"}).must(204)
	c.do("POST", "/spans/batch", object{"spans": []object{
		span(id5, id1, object{"name": "b", "start_time": later, "end_time": end}),
		span(id4, id1, object{"name": "a", "end_time": end}),
		span(id3, id1, object{"name": "below a", "parent_span_id": id4, "end_time": end, "input": strings.Repeat("x", 300), "tags": []string{"t"}}),
		span(id2, id1, object{"name": "lost", "parent_span_id": id1}),
		span("01942ab4-7a50-7000-8000-000000000001", id2, object{"name": "circle 1", "parent_span_id": "01942ab4-7a50-7000-8000-000000000002"}),
		span("01942ab4-7a50-7000-8000-000000000002", id2, object{"name": "circle 2", "parent_span_id": "01942ab4-7a50-7000-8000-000000000001"}),
		span("01942ab4-7a50-7000-8000-000000000003", id5, object{"name": "no trace"}),
	}}).must(204)
	c.do("PUT", "/spans/feedback-scores", scores(score(id5, "q", 0.5, object{"reason": "because", "category_name": "c"}))).must(204)
	c.srv.AssertTraceTrees(t, `
		trace "elsewhere" project="a project" (not ended)
		trace "unknown" project="demo" (only updated) (not ended)
		trace "first" project="demo" thread="th"
		  metadata: {"k":1}
		  span "circle 1" type=general (parent missing) (not ended)
		  span "circle 2" type=general (parent missing) (not ended)
		trace "second" project="demo"
		  span "a" type=general
		    span "below a" type=general
		      input: "`+strings.Repeat("x", 199)+`… (302 characters, d2492384)
		      tags: ["t"]
		  span "b" type=general
		    score "q" = 0.5 category="c" reason="because"
		  span "lost" type=general (parent missing) (not ended)
	`)
	trees := c.srv.TraceTrees()
	last := trees[len(trees)-1]
	if last.ID != id1 || last.Spans[0].Spans[0].ParentID != id4 || !last.Spans[2].Orphan || last.Fields["id"] != id1 || last.Start.IsZero() {
		t.Errorf("tree: %+v", last)
	}
	if got := last.Spans[1].String(); got != "span \"b\" type=general\n  score \"q\" = 0.5 category=\"c\" reason=\"because\"\n" {
		t.Errorf("span: %s", got)
	}
	if got := opiktest.FormatTraceTrees(trees[:1]) + trees[1].String(); strings.Count(got, "\n") != 2 {
		t.Errorf("text: %s", got)
	}
	if orphans := c.srv.OrphanSpans(); len(orphans) != 1 || orphans[0].Name != "no trace" {
		t.Errorf("orphans: %v", orphans)
	}
}

func TestAssertTraceTreesShowsTheDifference(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, object{"input": 1, "output": 2, "end_time": end})).must(201)
	r := &recorder{}
	c.srv.AssertTraceTrees(r, `
		trace "t" project="demo"
		  input: 1
		  output: 3
	`)
	want := "stored traces differ (-want +got):\n" +
		" trace \"t\" project=\"demo\"\n   input: 1\n-  output: 3\n+  output: 2\n"
	if got := r.finish(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAssertTraceTreesComparesLongValues(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces", trace(id1, object{"input": strings.Repeat("a", 300) + "b", "end_time": end})).must(201)
	text := opiktest.FormatTraceTrees(c.srv.TraceTrees())
	if !strings.Contains(text, "… (303 characters, ") {
		t.Errorf("a long value is shown as\n%s", text)
	}
	c.do("POST", "/traces/batch", object{"traces": []object{trace(id1, object{"input": strings.Repeat("a", 300) + "c", "end_time": end})}}).must(204)
	if c.srv.CompareTraceTrees(text) == "" {
		t.Errorf("two values are the same to the comparison")
	}
}

func TestAssertTraceTreesWithoutTraces(t *testing.T) {
	c := newClient(t)
	c.do("GET", "/projects", nil).must(200)
	r := &recorder{}
	c.srv.AssertTraceTrees(r, `trace "t" project="demo"`)
	want := "no trace is stored after 1 requests; was the client flushed or closed? Wanted:\n-trace \"t\" project=\"demo\"\n"
	if got := r.finish(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestDiff(t *testing.T) {
	for name, test := range map[string]struct{ want, got, diff string }{
		"equal":            {"a\nb\n", "a\nb", ""},
		"both empty":       {"", "\n", ""},
		"only wanted":      {"a", "", "-a\n"},
		"only got":         {"", "a", "+a\n"},
		"inside":           {"1\n2\n3\n4\n5\n6\n7\n8", "1\n2\n3\n4\nx\n6\n7\n8", "@@ line 2 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
		"moved":            {"a\nb\nc", "b\nc\na", "-a\n b\n c\n+a\n"},
		"two places":       {"x\n1\n2\n3\n4\n5\n6\n7\ny", "1\n2\n3\n4\n5\n6\n7\nz", "-x\n 1\n 2\n 3\n@@ line 6 @@\n 5\n 6\n 7\n-y\n+z\n"},
		"repeated at ends": {"a\na", "a", " a\n-a\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := opiktest.Diff(test.want, test.got); got != test.diff {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.diff)
			}
		})
	}
	// Texts too long for a table of all pairs are shown as replaced.
	long := strings.Repeat("a\n", 3000) + "x"
	other := strings.Repeat("b\n", 3000) + "x"
	if got := opiktest.Diff(long, other); strings.Count(got, "-a\n") != 3000 || strings.Count(got, "+b\n") != 3000 {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
}

func TestDedent(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "\n\n": "", "a": "a", "\n\t\ta\n\t\t  b\n\n\t\tc\n\t": "a\n  b\n\nc", "  a\n b": " a\nb",
	} {
		if got := opiktest.Dedent(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
