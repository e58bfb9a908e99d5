package opik_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// someIDs makes ids that look as the server's do.
func someIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("01942ab4-7a2e-7000-8000-%012x", i+1)
	}
	return ids
}

func TestTracesAnnotationQueue(t *testing.T) {
	c, srv := served(t, 1)
	q, err := c.CreateTracesAnnotationQueue(t.Context(), "review", opik.CreateAnnotationQueueParams{
		Description: "d", Instructions: "read it", CommentsEnabled: opik.Ptr(true), FeedbackDefinitionNames: []string{"quality"},
	})
	if err != nil {
		t.Fatal(err)
	}
	record := q.Record()
	if q.Name() != "review" || record.Scope != opik.AnnotationQueueOfTraces || record.Description != "d" || record.Instructions != "read it" ||
		!*record.CommentsEnabled || !reflect.DeepEqual(record.FeedbackDefinitionNames, []string{"quality"}) || record.ProjectName != "P" {
		t.Errorf("queue %+v", record)
	}
	ids := someIDs(2345)
	if err := q.AddTraces(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.RequestsTo("addItemsToAnnotationQueue")); n != 3 {
		t.Errorf("%d requests", n)
	}
	if err := q.RemoveTraces(t.Context(), ids[:1001]); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.RequestsTo("removeItemsFromAnnotationQueue")); n != 2 {
		t.Errorf("%d requests", n)
	}
	if n, err := q.ItemsCount(t.Context()); err != nil || n != 1344 {
		t.Errorf("%d items, %v", n, err)
	}
	if err := q.Update(t.Context(), opik.AnnotationQueueUpdateParams{Name: "review-2"}); err != nil || q.Name() != "review-2" || q.Record().Description != "d" {
		t.Errorf("%+v, %v", q.Record(), err)
	}
	if body := srv.RequestsTo("updateAnnotationQueue")[0].Body.(object); len(body) != 1 {
		t.Errorf("the update sends %v", body)
	}
	for _, none := range [][]string{nil, {}} {
		srv.ClearRequests()
		if err := errors.Join(q.AddTraces(t.Context(), none), q.RemoveTraces(t.Context(), none)); err != nil || len(srv.Requests()) != 0 {
			t.Errorf("%v, requests %v", err, srv.Requests())
		}
	}
	if err := q.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := q.AddTraces(t.Context(), ids[:1]); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if err := q.Update(t.Context(), opik.AnnotationQueueUpdateParams{Name: "x"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if err := c.DeleteAnnotationQueue(t.Context(), q.ID()); err != nil {
		t.Errorf("deleting again: %v", err)
	}
}

func TestThreadsAnnotationQueue(t *testing.T) {
	c, srv := served(t, 0)
	for i := range 3 {
		_, trace := c.StartTrace(t.Context(), "t", opik.WithThreadID(fmt.Sprint("thread-", i)))
		trace.End()
	}
	flush(t, c)
	var threads []rest.TraceThread
	for thread, err := range c.SearchThreads(t.Context(), opik.SearchThreadsParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		threads = append(threads, thread)
	}
	q, err := c.CreateThreadsAnnotationQueue(t.Context(), "talks", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.AddThreads(t.Context(), threads); err != nil {
		t.Fatal(err)
	}
	sent := srv.RequestsTo("addItemsToAnnotationQueue")[0].Body.(object)["ids"].([]any)
	for i, id := range sent {
		if id != threads[i].ThreadModelID || id == threads[i].ID {
			t.Errorf("%v was sent for %+v", id, threads[i])
		}
	}
	if err := q.RemoveThreads(t.Context(), threads[:1]); err != nil {
		t.Fatal(err)
	}
	if n, err := q.ItemsCount(t.Context()); err != nil || n != 2 {
		t.Errorf("%d items, %v", n, err)
	}
	var invalid *opik.ValidationError
	threads[1].ThreadModelID = ""
	if err := q.AddThreads(t.Context(), threads); !errors.As(err, &invalid) || invalid.Field != "items[1]" {
		t.Errorf("error %v", err)
	}
	if err := q.Update(t.Context(), opik.AnnotationQueueUpdateParams{Instructions: "new"}); err != nil || q.Record().Instructions != "new" {
		t.Errorf("%+v, %v", q.Record(), err)
	}
	if err := q.Delete(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestGetAnnotationQueues(t *testing.T) {
	c, _ := served(t, 1)
	traces, err := c.CreateTracesAnnotationQueue(t.Context(), "a", opik.CreateAnnotationQueueParams{ID: someIDs(1)[0]})
	if err != nil || traces.ID() != someIDs(1)[0] {
		t.Fatalf("%v, %v", traces, err)
	}
	threads, err := c.CreateThreadsAnnotationQueue(t.Context(), "b", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	more, err := c.CreateTracesAnnotationQueue(t.Context(), "c", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	list := func(params opik.GetAnnotationQueuesParams) (ids []string) {
		t.Helper()
		for q, err := range c.GetTracesAnnotationQueues(t.Context(), params) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, q.ID())
		}
		return ids
	}
	for want, params := range map[string]opik.GetAnnotationQueuesParams{
		more.ID() + " " + traces.ID(): {},
		more.ID():                     {MaxResults: 1},
		traces.ID():                   {Name: "A"},
		"":                            {Name: "b"},
	} {
		if got := strings.Join(list(params), " "); got != want {
			t.Errorf("%+v: %s, want %s", params, got, want)
		}
	}
	n := 0
	for q, err := range c.GetThreadsAnnotationQueues(t.Context(), opik.GetAnnotationQueuesParams{ProjectName: "P"}) {
		if n++; err != nil || q.ID() != threads.ID() {
			t.Errorf("%v, %v", q, err)
		}
	}
	if n != 1 {
		t.Errorf("%d queues of threads", n)
	}
	for _, err := range c.GetThreadsAnnotationQueues(t.Context(), opik.GetAnnotationQueuesParams{ProjectName: "none"}) {
		if !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}

	if q, err := c.GetTracesAnnotationQueue(t.Context(), traces.ID()); err != nil || q.Name() != "a" {
		t.Errorf("%v, %v", q, err)
	}
	if q, err := c.GetThreadsAnnotationQueue(t.Context(), threads.ID()); err != nil || q.Name() != "b" {
		t.Errorf("%v, %v", q, err)
	}
	var scope *opik.AnnotationQueueScopeError
	if _, err := c.GetTracesAnnotationQueue(t.Context(), threads.ID()); !errors.As(err, &scope) || scope.Scope != "thread" || scope.Want != "trace" || scope.ID != threads.ID() {
		t.Errorf("error %v", err)
	}
	if _, err := c.GetThreadsAnnotationQueue(t.Context(), traces.ID()); !errors.As(err, &scope) || !strings.Contains(err.Error(), `is one of scope "trace", not "thread"`) {
		t.Errorf("error %v", err)
	}
	if _, err := c.GetTracesAnnotationQueue(t.Context(), someIDs(9)[8]); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestBadAnnotationQueues(t *testing.T) {
	c, srv := served(t, 1)
	q, err := c.CreateTracesAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	srv.ClearRequests()
	var invalid *opik.ValidationError
	ids := append(someIDs(1500), "thread-1")
	if err := q.AddTraces(t.Context(), ids); !errors.As(err, &invalid) || invalid.Field != "items[1500]" || len(srv.Requests()) != 0 {
		t.Errorf("error %v, requests %d", err, len(srv.Requests()))
	}
	if err := c.DeleteAnnotationQueue(t.Context(), ""); !errors.As(err, &invalid) {
		t.Errorf("error %v", err)
	}
	srv.Inject(opiktest.FailWith(403).On("addItemsToAnnotationQueue").After(1))
	if err := q.AddTraces(t.Context(), someIDs(1500)); !errors.Is(err, opik.ErrForbidden) || !strings.Contains(err.Error(), "after 1000 of 1500 items") {
		t.Errorf("error %v", err)
	}
	if _, err := c.CreateTracesAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{ProjectName: "none"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	var none *opik.Client
	if _, err := none.CreateThreadsAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	if _, err := none.GetThreadsAnnotationQueue(t.Context(), "q"); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	for _, err := range none.GetTracesAnnotationQueues(t.Context(), opik.GetAnnotationQueuesParams{}) {
		if !errors.Is(err, opik.ErrNilClient) {
			t.Errorf("error %v", err)
		}
	}
	if err := none.DeleteAnnotationQueue(t.Context(), "q"); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	var traces *opik.TracesAnnotationQueue
	var threads *opik.ThreadsAnnotationQueue
	for i, err := range []error{
		traces.AddTraces(t.Context(), someIDs(1)), traces.RemoveTraces(t.Context(), nil), traces.Update(t.Context(), opik.AnnotationQueueUpdateParams{}), traces.Delete(t.Context()),
		threads.AddThreads(t.Context(), nil), threads.RemoveThreads(t.Context(), nil), threads.Update(t.Context(), opik.AnnotationQueueUpdateParams{}), threads.Delete(t.Context()),
	} {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("%d: error %v", i, err)
		}
	}
}

// TestAnnotationQueueIsPatient repeats what the server refuses for now.
func TestAnnotationQueueIsPatient(t *testing.T) {
	c, srv := served(t, 1)
	q, err := c.CreateTracesAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	injected := srv.Inject(opiktest.FailWith(503).On("addItemsToAnnotationQueue").Times(1))
	if err := q.AddTraces(t.Context(), someIDs(1)); err != nil || injected.Hits() != 1 {
		t.Errorf("%v, %d failures", err, injected.Hits())
	}
}

func TestFeedbackDefinitions(t *testing.T) {
	c, _ := served(t, 0)
	numerical, err := opik.NewFeedbackDefinition(rest.NumericalFeedbackDefinition{Name: "quality", Details: rest.NumericalFeedbackDetail{Min: 0, Max: 1}})
	if err != nil {
		t.Fatal(err)
	}
	categorical, err := opik.NewFeedbackDefinition(rest.CategoricalFeedbackDefinition{
		Name: "tone", Description: "how it sounds", Details: rest.CategoricalFeedbackDetail{Categories: map[string]float64{"rude": 0, "kind": 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	boolean, err := opik.NewFeedbackDefinition(rest.BooleanFeedbackDefinition{Name: "right", Details: rest.BooleanFeedbackDetail{TrueLabel: "yes", FalseLabel: "no"}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, definition := range []rest.Feedback{numerical, categorical, boolean} {
		id, err := c.FeedbackDefinitions.Create(t.Context(), definition)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if _, err := c.FeedbackDefinitions.Create(t.Context(), boolean); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	got, err := c.FeedbackDefinitions.Get(t.Context(), ids[1])
	if err != nil {
		t.Fatal(err)
	}
	value, err := got.Value()
	if tone, ok := value.(rest.CategoricalFeedbackDefinition); err != nil || !ok || tone.Details.Categories["kind"] != 1 || tone.Description != "how it sounds" || tone.ID != ids[1] {
		t.Errorf("%+v, %v", value, err)
	}
	var names []string
	for definition, err := range c.FeedbackDefinitions.List(t.Context(), opik.FeedbackDefinitionListParams{Type: rest.FeedbackTypeBoolean}) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := definition.AsBooleanFeedbackDefinition()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, b.Name+b.Details.TrueLabel)
	}
	if !reflect.DeepEqual(names, []string{"rightyes"}) {
		t.Errorf("%v", names)
	}
	if err := c.FeedbackDefinitions.Update(t.Context(), ids[0], boolean); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	if err := c.FeedbackDefinitions.DeleteBatch(t.Context(), ids); err != nil {
		t.Error(err)
	}
	nan := 0.0
	if _, err := opik.NewFeedbackDefinition(rest.NumericalFeedbackDefinition{Details: rest.NumericalFeedbackDetail{Min: nan / nan}}); err == nil {
		t.Error("a limit that is no number was accepted")
	}
}

func TestGuardrails(t *testing.T) {
	c, srv := served(t, 0)
	ctx, trace := c.StartTrace(t.Context(), "t")
	_, span := opik.StartSpan(ctx, "Guardrail", opik.WithSpanType(opik.SpanTypeGuardrail))
	if err := c.LogGuardrails(
		opik.Guardrail{TraceID: trace.ID(), SpanID: span.ID(), Name: rest.GuardrailNamePII, Result: rest.GuardrailResultPassed, Config: object{"entities": []string{"X"}}, Details: object{}},
		opik.Guardrail{TraceID: trace.ID(), SpanID: span.ID(), Name: rest.GuardrailNameTOPIC, Result: rest.GuardrailResultFailed, Config: object{}, Details: object{"scores": object{"war": 0.9}}},
	); err != nil {
		t.Fatal(err)
	}
	// Unsent, it is replaced.
	if err := c.LogGuardrails(opik.Guardrail{TraceID: trace.ID(), SpanID: span.ID(), Name: rest.GuardrailNamePII, Result: rest.GuardrailResultFailed, Config: object{}, Details: object{}}); err != nil {
		t.Fatal(err)
	}
	span.End()
	trace.End()
	if r := flush(t, c); r.Kinds["guardrail"].Delivered != 3 {
		t.Errorf("receipt %v", r)
	}
	if n := len(srv.RequestsTo("createGuardrails")[0].Body.(object)["guardrails"].([]any)); n != 2 {
		t.Errorf("%d guardrails were sent", n)
	}
	got, err := c.GetTraceContent(t.Context(), trace.ID(), opik.GetTraceContentParams{})
	if err != nil {
		t.Fatal(err)
	}
	want := []rest.GuardrailsValidation{{SpanID: span.ID(), Checks: []rest.Check{
		{Name: rest.GuardrailNamePII, Result: rest.GuardrailResultFailed}, {Name: rest.GuardrailNameTOPIC, Result: rest.GuardrailResultFailed},
	}}}
	if !reflect.DeepEqual(got.GuardrailsValidations, want) {
		t.Errorf("%+v", got.GuardrailsValidations)
	}
	var invalid *opik.ValidationError
	if err := c.LogGuardrails(opik.Guardrail{TraceID: trace.ID(), Name: rest.GuardrailNamePII, Result: rest.GuardrailResultPassed, Config: object{}, Details: object{}}); !errors.As(err, &invalid) || invalid.Field != "SpanID" {
		t.Errorf("error %v", err)
	}
}

// TestQueuesWaitForTheRateLimit refuses more requests than are repeated otherwise.
func TestQueuesWaitForTheRateLimit(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		if _, err := p.c.Projects.Create(p.Context(), "P", opik.ProjectCreateParams{}); err != nil {
			p.Fatal(err)
		}
		q, err := p.c.CreateTracesAnnotationQueue(p.Context(), "q", opik.CreateAnnotationQueueParams{})
		if err != nil {
			p.Fatal(err)
		}
		p.net.be(nil, http.StatusTooManyRequests, 0)
		ctx, cancel := context.WithTimeout(p.Context(), time.Minute)
		defer cancel()
		if err := q.AddTraces(ctx, someIDs(1)); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, opik.ErrRateLimited) {
			p.Errorf("error %v", err)
		}
		if n := p.net.requests(); n < 10 {
			p.Errorf("%d requests in a minute", n)
		}
		time.AfterFunc(time.Minute, func() { p.net.be(nil, 0, 0) })
		if err := q.AddTraces(p.Context(), someIDs(1)); err != nil {
			p.Error(err)
		}
		if n, err := q.ItemsCount(p.Context()); n != 1 || err != nil {
			p.Errorf("%d items, %v", n, err)
		}
	}, opik.WithProject("P"))
}
