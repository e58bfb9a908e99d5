package recorded

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// projectE1 is the id of a project that a recorded caller chose.
const projectE1 = "01942ab4-7a2e-7000-8000-0000000000e1"

func adminScenarios() map[string]scenario {
	project := []setup{createProject("test-project")}
	return map[string]scenario{
		"annotation-queue-traces": {run: annotationQueueTraces, prepare: project},
		"agent-config":            {run: agentConfig, prepare: project, faults: noFaults},
		"environments":            {run: environments},
		"attachment-upload": {run: attachmentUpload, differs: &difference{
			reason: "uploads name the client's project, so that attachments are found where the traces are",
		}},
		"py-attachment-local": {
			run: pyAttachmentLocal, prepare: project,
			// The recording server chose an address that this one does not have.
			withoutPaths: []string{"/upload-here"},
		},
		"rest-query-encoding": {
			run: restQueryEncoding, prepare: []setup{createProject("my project/ä&b")},
			// The recording server knew the ids of projects that do not exist.
			withoutPaths: []string{"/v1/private/spans", "/v1/private/traces/feedback-scores/names"},
		},
	}
}

// addReview adds annotation queues, environments and agent configurations.
func (s state) addReview(t *testing.T, srv *opiktest.Server, header http.Header) {
	t.Helper()
	for _, queue := range readAll(t, srv, header, "/v1/private/annotation-queues", nil) {
		s.addObject(fmt.Sprintf("queue %v", queue["name"]), queue)
	}
	for _, environment := range readList(t, srv, header, "/v1/private/environments") {
		s.addObject(fmt.Sprintf("environment %v", environment["name"]), environment)
	}
	for _, project := range readAll(t, srv, header, "/v1/private/projects", nil) {
		for _, version := range readAll(t, srv, header, fmt.Sprintf("/v1/private/agent-configs/blueprints/history/projects/%v", project["id"]), nil) {
			s.addObject(fmt.Sprintf("configuration %v/%v", project["name"], version["name"]), version)
		}
	}
}

func annotationQueueTraces(r *run) {
	queue, err := r.client.CreateTracesAnnotationQueue(r.ctx, "review", opik.CreateAnnotationQueueParams{
		Description: "d", Instructions: "read it", CommentsEnabled: opik.Ptr(true), FeedbackDefinitionNames: []string{"quality"},
	})
	if err != nil {
		r.Fatal(err)
	}
	r.sameAfter(2)
	r.check(queue.AddTraces(r.ctx, []string{traceA1, traceA2}))
	r.sameAfter(3)
	r.check(queue.RemoveTraces(r.ctx, []string{traceA2}))
	r.sameAfter(4)
	r.check(queue.Update(r.ctx, opik.AnnotationQueueUpdateParams{Name: "review-2"}))
	r.sameAfter(5)
	if n, err := queue.ItemsCount(r.ctx); err != nil || n != 1 {
		r.Errorf("%d items, %v", n, err)
	}
	for other, err := range r.client.GetTracesAnnotationQueues(r.ctx, opik.GetAnnotationQueuesParams{}) {
		if r.check(err); other.ID() != queue.ID() {
			r.Errorf("found %+v", other.Record())
		}
	}
	r.sameQuery(7, map[string]string{"page": "1", "size": "100"})
	r.check(queue.Delete(r.ctx))
	for i, route := range []string{"POST /v1/private/annotation-queues", "POST .../add", "POST .../delete", "PATCH ...", "POST /v1/private/annotation-queues/delete"} {
		r.sameBody([]int{1, 2, 3, 4, 8}[i], route)
	}
}

func environments(r *run) {
	_, err := r.client.CreateEnvironment(r.ctx, "staging", opik.EnvironmentCreateParams{Description: "pre-prod", Color: "#112233"})
	r.check(err)
	r.sameAfter(1)
	list, err := r.client.GetEnvironments(r.ctx)
	r.check(err)
	names := []string{}
	for _, e := range list {
		names = append(names, e.Name)
	}
	r.same("names", names)
	r.check(r.client.UpdateEnvironment(r.ctx, "staging", opik.EnvironmentUpdateParams{Description: "changed"}))
	r.sameAfter(5)
	r.sameBody(4, "PATCH ...")
	r.check(r.client.DeleteEnvironment(r.ctx, "staging"))
	r.sameAfter(8)
	if err := r.client.DeleteEnvironment(r.ctx, "missing"); (err == nil) != (r.vector.Results["missing"] == "no error") {
		r.Errorf("deleting what is not there: %v", err)
	}
}

func agentConfig(r *run) {
	type values struct {
		Model       string         `json:"model"`
		Temperature float64        `json:"temperature"`
		MaxTokens   int            `json:"max_tokens"`
		Stream      bool           `json:"stream"`
		Tools       []string       `json:"tools"`
		Extra       map[string]int `json:"extra"`
	}
	first, err := r.client.CreateConfig(r.ctx, values{"m1", 0.5, 100, true, []string{"a"}, map[string]int{"k": 1}}, opik.CreateConfigParams{Description: "first"})
	if err != nil {
		r.Fatal(err)
	}
	r.same("v1", first.Version())
	r.sameBody(2, "POST /v1/private/agent-configs/blueprints")
	r.sameAfter(3)
	second, err := r.client.CreateConfig(r.ctx, map[string]any{"model": "m2"}, opik.CreateConfigParams{})
	if err != nil {
		r.Fatal(err)
	}
	r.same("v2", second.Version())
	r.sameAfter(7)
	r.check(r.client.SetConfigEnv(r.ctx, first.Version(), "prod", opik.SetConfigEnvParams{}))

	ctx, trace := r.client.StartTrace(r.ctx, "agent")
	ctx, span := opik.StartSpan(ctx, "agent", opik.WithSpanType(opik.SpanTypeLLM))
	type read struct {
		Model       string  `json:"model"`
		Temperature float64 `json:"temperature"`
	}
	config, err := r.client.GetOrCreateConfig(ctx, read{"fallback", 0}, opik.GetConfigParams{})
	r.check(err)
	var result read
	r.check(config.Decode(ctx, &result))
	r.same("result", result)
	span.SetOutput(result)
	span.End()
	trace.SetOutput(result)
	trace.End()
	r.flush()
}

func attachmentUpload(r *run) {
	started, err := r.client.Attachments.StartUpload(r.ctx, opik.AttachToTrace, traceA1, "report.txt", 2, opik.AttachmentStartUploadParams{MimeType: "text/plain"})
	r.check(err)
	if started.UploadID != "BEMinIO" || len(started.PreSignUrls) != 1 || !strings.HasPrefix(started.PreSignUrls[0], r.srv.URL+"/v1/private/attachment/upload?") {
		r.Errorf("%+v", started)
	}
	r.check(r.client.Attachments.CompleteUpload(r.ctx, opik.AttachToTrace, traceA1, "report.txt", 11, "BEMinIO", []rest.MultipartUploadPart{
		{PartNumber: 1, ETag: "etag-1"}, {PartNumber: 2, ETag: "etag-2"},
	}, opik.AttachmentCompleteUploadParams{MimeType: "text/plain"}))
	for _, err := range r.client.Attachments.List(r.ctx, projectE1, opik.AttachToTrace, traceA1, opik.AttachmentListParams{PageSize: 10}) {
		r.Errorf("an attachment, or %v", err)
	}
	r.sameBody(0, "POST /v1/private/attachment/upload-start", "project_name")
	r.sameBody(1, "POST /v1/private/attachment/upload-complete", "project_name")
	r.sameQuery(2, nil)
}

func pyAttachmentLocal(r *run) {
	upload := opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: traceA1, FileName: "report.txt", MIMEType: "text/plain"}
	r.check(r.client.UploadAttachment(r.ctx, upload, strings.NewReader("hello world")))
	r.sameBody(0, "POST /v1/private/attachment/upload-start")
	put := r.requestsTo("PUT /v1/private/attachment/upload")
	if want := r.vector.Requests[1].BodyText; len(put) != 1 || string(put[0].raw) != want {
		r.Errorf("content %+v, not %q", put, want)
	}
	r.wantRequests(map[string]int{"POST /v1/private/attachment/upload-start": 1, "PUT /v1/private/attachment/upload": 1})
}

func restQueryEncoding(r *run) {
	api := r.client.REST()
	filters := []rest.TraceFilter{{Field: "name", Operator: "=", Value: "a b+c"}}
	at := time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)
	_, err := api.GetTracesByProject(r.ctx, &rest.GetTracesByProjectParams{
		ProjectName: "my project/ä&b", Page: 2, Size: 5, Truncate: opik.Ptr(true), Filters: filters, FromTime: at,
	})
	r.check(err)
	if _, err := api.GetSpansByProject(r.ctx, &rest.GetSpansByProjectParams{ProjectID: traceA2, TraceID: traceA1, Type: "llm"}); !errors.Is(err, opik.ErrNotFound) {
		r.Errorf("spans of no project: %v", err)
	}
	_, err = api.FindDatasets(r.ctx, &rest.FindDatasetsParams{Name: "a&b=c?", WithExperimentsOnly: opik.Ptr(true)})
	r.check(err)
	_, err = api.FindExperiments(r.ctx, &rest.FindExperimentsParams{DatasetID: traceA1, Name: "é"})
	r.check(err)
	_, err = api.FindProjects(r.ctx, &rest.FindProjectsParams{Name: "x", Page: 1, Size: 100})
	r.check(err)
	if _, err := api.FindTraceFeedbackScoreNames(r.ctx, &rest.FindTraceFeedbackScoreNamesParams{ProjectID: traceA2}); err != nil && !errors.Is(err, opik.ErrNotFound) {
		r.Error(err)
	}
	for i, recorded := range r.vector.Requests {
		if strings.ContainsRune(recorded.RawQuery, '+') || strings.ContainsRune(r.requests()[i].query, '+') {
			r.Errorf("request %d: a blank is written as a plus", i+1)
		}
		raw, err := url.ParseQuery(recorded.RawQuery)
		if err != nil || fmt.Sprint(flat(raw)) != fmt.Sprint(recorded.Query) {
			r.Errorf("request %d: %v is not %v, %v", i+1, raw, recorded.Query, err)
		}
		r.sameQuery(i, nil)
	}
}

// sameQuery compares the query of the recorded request with number n, counting from 0,
// with that of the request of this SDK to the same path. Members of otherwise may
// differ and have to be as it says.
func (r *run) sameQuery(n int, otherwise map[string]string) {
	r.Helper()
	want := map[string]string{}
	for name, v := range r.vector.Requests[n].Query {
		want[name] = r.known(fmt.Sprint(v))
	}
	maps.Copy(want, otherwise)
	sent := r.requestsTo(r.vector.Requests[n].Method + " " + r.vector.Requests[n].Path)
	if len(sent) == 0 {
		r.Errorf("no request %s", r.vector.Requests[n].Path)
		return
	}
	values, err := url.ParseQuery(sent[0].query)
	if got := flat(values); err != nil || !sameTexts(got, want) {
		r.Errorf("query of %s: %v, not %v, %v", sent[0].path, got, want, err)
	}
}

// sameTexts compares texts, JSON by its meaning. An id that the recording leaves open
// equals any.
func sameTexts(got, want map[string]string) bool {
	return maps.EqualFunc(got, want, func(a, b string) bool {
		if a == b {
			return true
		}
		var x, y any
		if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
			return false
		}
		return likewise(x, y)
	})
}

// known puts the address of the server into a recorded text.
func (r *run) known(text string) string {
	s := substitution{values: map[string]string{}}
	s.serve(r.srv.URL)
	return s.apply(text).(string)
}

func flat(values url.Values) map[string]string {
	out := map[string]string{}
	for name, list := range values {
		out[name] = strings.Join(list, ",")
	}
	return out
}

// sameBody compares the body of the recorded request with number n, counting from 0,
// with that of the request of this SDK: the route may begin or end in "...". Members
// of ours may be there only here.
func (r *run) sameBody(n int, route string, ours ...string) {
	r.Helper()
	method, path, _ := strings.Cut(route, " ")
	fits := func(s sentRequest) bool {
		if tail, ok := strings.CutPrefix(path, "..."); ok {
			return s.method == method && strings.HasSuffix(s.path, tail)
		}
		return s.method == method && s.path == path
	}
	sent := r.requests()
	i := slices.IndexFunc(sent, fits)
	if i < 0 {
		r.Errorf("no request %s", route)
		return
	}
	encoded, err := json.Marshal(r.vector.Requests[n].Body)
	if err != nil {
		r.Fatal(err)
	}
	var want any
	if err := json.Unmarshal([]byte(r.known(string(encoded))), &want); err != nil {
		r.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(sent[i].raw, &got); err != nil {
		r.Fatal(err)
	}
	for _, name := range ours {
		if _, there := got[name]; !there {
			r.Errorf("%s: %s is no longer only here", route, name)
		}
		delete(got, name)
	}
	if !likewise(got, want) {
		r.Errorf("%s: %v, not %v", route, got, want)
	}
}

// likewise compares decoded JSON. A text that the recording leaves open equals any.
func likewise(got, want any) bool {
	switch want := want.(type) {
	case string:
		text, ok := got.(string)
		return ok && (text == want || placeholderForm.MatchString(want))
	case []any:
		list, ok := got.([]any)
		return ok && slices.EqualFunc(list, want, likewise)
	case map[string]any:
		object, ok := got.(map[string]any)
		return ok && maps.EqualFunc(object, want, likewise)
	}
	return reflect.DeepEqual(got, want)
}
