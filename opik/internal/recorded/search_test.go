package recorded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// unlimited is the reason for what a search without arguments does.
const unlimited = "a search without arguments yields all results and asks for 2,000 at once; " +
	"the official SDK stops at 1,000 and lets the server shorten long values"

func searchScenarios() map[string]scenario {
	return map[string]scenario{
		"search-threads": {
			run: searchThreads,
			prepare: []setup{
				createTraces(
					object{"id": traceA1, "name": "a1", "project_name": "test-project", "thread_id": "asked", "input": object{"q": "hello"}},
					object{"id": traceA2, "name": "a2", "project_name": "test-project", "thread_id": "closed"},
				),
				{http.MethodPut, "/v1/private/traces/threads/feedback-scores", object{"scores": []any{
					object{"thread_id": "asked", "project_name": "test-project", "name": "csat", "value": 4, "source": "sdk"},
				}}},
				{http.MethodPut, "/v1/private/traces/threads/close", object{"project_name": "test-project", "thread_id": "closed"}},
			},
			differs: &difference{reason: unlimited, paths: []string{"search 1 limit", "search 1 truncate"}},
		},
		"search-traces": {
			run:     searchTraces,
			prepare: []setup{createProject("other-project")},
			differs: &difference{reason: unlimited, paths: []string{"search 1 limit", "search 1 truncate"}},
		},
		"search-wait": {
			run:         searchWait,
			prepare:     []setup{createProject("test-project")},
			reveal:      []setup{lateTrace()},
			ownSearches: true,
		},
	}
}

// officialDefaults are what the official SDK sends unless it is told otherwise.
func officialDefaults(filter opik.TraceFilter) opik.SearchTracesParams {
	return opik.SearchTracesParams{Filter: filter, MaxResults: 1000, Truncate: opik.Ptr(true)}
}

// tracesSearches are the searches of search-traces, in their order.
func tracesSearches() []opik.SearchTracesParams {
	return []opik.SearchTracesParams{
		{},
		officialDefaults(`name = "t0"`),
		officialDefaults(`feedback_scores.accuracy > 0.5 AND tags contains "prod"`),
		officialDefaults(`metadata.model = "gpt" and usage.total_tokens >= 100`),
		officialDefaults(`start_time >= "2025-01-01T00:00:00Z" AND end_time < "2025-02-01T00:00:00Z"`),
		officialDefaults(`input contains "hi" AND output not_contains "bye"`),
		officialDefaults(`error_info is_not_empty AND thread_id = "th-1"`),
		officialDefaults(`feedback_scores."my score" is_empty`),
		officialDefaults(`duration > 1.5 AND total_estimated_cost <= 0.01 AND llm_span_count != 0`),
		{
			MaxResults:  7,
			Truncate:    opik.Ptr(false),
			Exclude:     []rest.TraceField{rest.TraceFieldInput, rest.TraceFieldOutput},
			ProjectName: "other-project",
		},
	}
}

func collect[T any](r *run, results iter.Seq2[T, error]) (all []T) {
	r.Helper()
	for result, err := range results {
		if err != nil {
			r.Error(err)
			return all
		}
		all = append(all, result)
	}
	return all
}

func searchTraces(r *run) {
	for i, name := range []string{"t0", "t1"} {
		r.startTrace(name, opik.WithInput(object{"i": i})).End()
	}
	r.flush()
	for _, params := range tracesSearches() {
		r.counts = append(r.counts, len(collect(r, r.client.SearchTraces(r.ctx, params))))
	}
	r.readRecordedAnswers()
}

// readRecordedAnswers lets an empty server give the recorded answers to the same
// searches: the recording server did not look at the conditions.
func (r *run) readRecordedAnswers() {
	srv := opiktest.NewServer(r.T, append(accounts(r.vector), opiktest.AllowViolations())...)
	for _, project := range []string{"test-project", "other-project"} {
		createProject(project).send(r.T, srv, credentials(r.vector))
	}
	client := r.connect(opik.WithURL(srv.URL))
	made, err := newSubstitution(r.vector)
	if err != nil {
		r.Fatal(err)
	}
	counts, _ := r.vector.Results["counts"].([]any)
	searches := tracesSearches()
	for _, recorded := range r.vector.Requests {
		if !recorded.isSearch() {
			continue
		}
		var answer bytes.Buffer
		var ids []string
		for _, item := range recorded.Response.NDJSON {
			item = made.apply(item)
			ids = append(ids, item.(object)["id"].(string))
			line, err := json.Marshal(item)
			if err != nil {
				r.Fatal(err)
			}
			answer.Write(append(line, "\r\n"...))
		}
		srv.Inject(opiktest.FailWith(recorded.Response.Status).WithBody(recorded.Response.ContentType, answer.String()).Times(1))
		if len(searches) == 0 {
			r.Fatal("more searches were recorded")
		}
		var got []string
		for _, trace := range collect(r, client.SearchTraces(r.ctx, searches[0])) {
			got = append(got, trace.ID)
			if trace.StartTime.IsZero() || trace.EndTime.IsZero() || trace.Name == "" || len(trace.Input) == 0 || trace.Source != opik.SourceSDK {
				r.Errorf("read %+v", trace)
			}
		}
		if !slices.Equal(got, ids) {
			r.Errorf("read %q, not %q", got, ids)
		}
		if len(counts) > 0 && json.Number(strconv.Itoa(len(got))) != counts[0] {
			r.Errorf("%d results, not %v", len(got), counts[0])
		}
		searches = searches[1:]
	}
}

func searchThreads(r *run) {
	for _, params := range []opik.SearchThreadsParams{
		{},
		{
			Filter:     `status = "inactive" AND number_of_messages >= 2`,
			MaxResults: 1000, Truncate: opik.Ptr(true),
		},
		{
			Filter:     `first_message contains "hello" AND feedback_scores.csat >= 4`,
			MaxResults: 5, Truncate: opik.Ptr(false),
		},
	} {
		r.counts = append(r.counts, len(collect(r, r.client.SearchThreads(r.ctx, params))))
	}
	if want := []int{2, 1, 1}; !slices.Equal(r.counts, want) {
		r.Errorf("found %v, not %v: the conditions mean nothing to the server", r.counts, want)
	}
}

// lateTrace is the trace that appears while it is waited for.
func lateTrace() setup {
	return createTraces(object{"id": traceA1, "name": "late", "project_name": "test-project"})
}

func searchWait(r *run) {
	late := time.AfterFunc(3*time.Second, func() {
		if err := lateTrace().try(r.srv, credentials(r.vector)); err != nil {
			r.Error(err)
		}
	})
	defer late.Stop()

	ctx, cancel := context.WithTimeout(r.ctx, 8*time.Second)
	defer cancel()
	start := time.Now()
	found, err := opik.WaitFor(ctx, 1, r.client.SearchTraces(ctx, officialDefaults("")))
	if err != nil {
		r.Error(err)
	}
	if want := r.vector.Results["found"]; want != json.Number("1") || len(found) != 1 || found[0].Name != "late" {
		r.Errorf("found %v, not %v", found, want)
	}
	if took := time.Since(start); took < 4900*time.Millisecond {
		r.Errorf("found after %v", took)
	}

	ctx, cancel = context.WithTimeout(r.ctx, time.Second)
	defer cancel()
	start = time.Now()
	if _, err := opik.WaitFor(ctx, 5, r.client.SearchTraces(ctx, officialDefaults(""))); !errors.Is(err, opik.ErrTooFew) {
		r.Errorf("error %v", err)
	}
	// The official SDK looks at the time only every five seconds.
	if took := time.Since(start); took > 4500*time.Millisecond {
		r.Errorf("given up after %v", took)
	}
	if want := r.vector.Results["error"]; want != true {
		r.Errorf("the recording has the error %v", want)
	}
}
