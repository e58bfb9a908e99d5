package opik_test

//opik:requires ExperimentItemBulkUpload_ExperimentItemBulkWriteView.project_name

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestUpload(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{Name: "e"})
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	err := e.Upload(t.Context(), []opik.ExperimentUpload{
		{DatasetItemID: item1, Output: object{"answer": "<A>"}, FeedbackScores: []rest.FeedbackScore{{Name: "exact", Value: 1}}},
		{
			DatasetItemID: item2,
			Trace:         &rest.Trace{Name: "run", StartTime: start, EndTime: start.Add(time.Second), Output: json.RawMessage(`{"answer":"B"}`)},
			Spans:         []rest.Span{{Name: "step", StartTime: start, EndTime: start.Add(time.Second), Type: opik.SpanTypeTool}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.AssertTraceTrees(t, `
		trace "run" project="P"
		  output: {"answer":"B"}
		  span "step" type=tool
		trace "evaluation_task" project="P"
		  output: {"answer":"<A>"}
		  score "exact" = 1
	`)
	n := 0
	for item, err := range e.Items(t.Context(), opik.ExperimentItemsParams{}) {
		if n++; err != nil || item.ExperimentID != e.ID() {
			t.Errorf("%+v, %v", item, err)
		}
	}
	if n != 2 {
		t.Errorf("%d items", n)
	}
	if err := e.Upload(t.Context(), nil); err != nil {
		t.Errorf("nothing: %v", err)
	}
}

func TestUploadIsDivided(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	sizes := func() (sizes []int) {
		for _, r := range srv.Requests() {
			if r.Operation != "experimentItemsBulk" {
				continue
			}
			if r.Size > 4<<20 || r.Status != http.StatusNoContent {
				t.Errorf("a request of %d bytes was answered with %d", r.Size, r.Status)
			}
			sizes = append(sizes, len(r.Body.(object)["items"].([]any)))
		}
		return sizes
	}
	runs := make([]opik.ExperimentUpload, 2001)
	for i := range runs {
		runs[i] = opik.ExperimentUpload{DatasetItemID: item1, Output: i}
	}
	if err := e.Upload(t.Context(), runs); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(sizes()); got != "[1000 1000 1]" {
		t.Errorf("by number: %s", got)
	}
	large := make([]opik.ExperimentUpload, 9)
	for i := range large {
		large[i] = opik.ExperimentUpload{DatasetItemID: item1, Output: strings.Repeat("ä<", 250_000)} // 750 kB
	}
	if err := e.Upload(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range sizes()[3:] {
		total += n
	}
	if total != 9 || len(sizes()) < 5 {
		t.Errorf("by size: %v", sizes())
	}
}

func TestUploadRefusesWhatTheServerWould(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	sent := len(srv.Requests())
	now := time.Now()
	spans, scores := make([]rest.Span, 101), make([]rest.FeedbackScore, 101)
	for i := range spans {
		spans[i], scores[i] = rest.Span{StartTime: now}, rest.FeedbackScore{Name: "s"}
	}
	trace := &rest.Trace{StartTime: now}
	err := e.Upload(t.Context(), []opik.ExperimentUpload{
		{DatasetItemID: item1, Output: 1},
		{Output: 1},
		{DatasetItemID: "x"},
		{DatasetItemID: item1, Output: 1, Trace: trace},
		{DatasetItemID: item1, Trace: trace, Spans: spans, FeedbackScores: scores},
		{DatasetItemID: item1, Trace: &rest.Trace{}, Spans: []rest.Span{{ID: "x"}}},
		{DatasetItemID: item1, FeedbackScores: []rest.FeedbackScore{{}}},
		{DatasetItemID: item1, FeedbackScores: []rest.FeedbackScore{{Name: "n", Value: math.Inf(1)}}},
		{DatasetItemID: item1, Output: strings.Repeat("x", 4<<20)},
	})
	var got []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			var invalid *opik.ValidationError
			if !errors.As(err, &invalid) {
				t.Fatalf("error %v", err)
			}
			got = append(got, invalid.Field+" "+invalid.Reason)
		}
	}
	want := []string{
		"runs[1].DatasetItemID is missing",
		"runs[2].DatasetItemID is invalid",
		"runs[3].Output is given together with Trace",
		"runs[4].Spans has 101 elements; at most 100 are allowed",
		"runs[4].FeedbackScores has 101 elements; at most 100 are allowed",
		"runs[5].Trace.StartTime is missing",
		"runs[5].Spans[0].ID is invalid",
		"runs[5].Spans[0].StartTime is missing",
		"runs[6].FeedbackScores[0].Name is missing",
		"runs[7] cannot be encoded",
		"runs[8] takes ",
	}
	if len(got) != len(want) {
		t.Fatalf("%d problems: %v", len(got), err)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("problem %d: %s, want %s", i, got[i], want[i])
		}
	}
	if len(srv.Requests()) != sent {
		t.Error("something was sent")
	}
}

func TestUploadThatFails(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	runs := make([]opik.ExperimentUpload, 1500)
	for i := range runs {
		runs[i] = opik.ExperimentUpload{DatasetItemID: item1, Output: i}
	}
	// A request whose fate is unknown is not repeated: the runs would be stored twice.
	lost := srv.Inject(opiktest.Reset(0).On("PUT /v1/private/experiments/items/bulk").After(1).Times(1))
	err := e.Upload(t.Context(), runs)
	var failed *opik.UploadError
	if !errors.As(err, &failed) || failed.Stored != 1000 || lost.Hits() != 1 {
		t.Fatalf("%v; %d answers lost", err, lost.Hits())
	}
	srv.Inject(opiktest.FailWith(http.StatusConflict).On("PUT /v1/private/experiments/items/bulk").Times(1))
	if err := e.Upload(t.Context(), runs[:1]); !errors.Is(err, opik.ErrConflict) || !errors.As(err, &failed) || failed.Stored != 0 {
		t.Errorf("error %v", err)
	}
	// One that was not executed is repeated.
	srv.Inject(opiktest.BareTooManyRequests().On("PUT /v1/private/experiments/items/bulk").Times(1))
	if err := e.Upload(t.Context(), runs[:1]); err != nil {
		t.Error(err)
	}
	if err := e.Refresh(t.Context()); err != nil || *e.Record().TraceCount != 1501 {
		t.Errorf("%d traces, %v", *e.Record().TraceCount, err)
	}
}
