package opik_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// Ids of items of a dataset.
const (
	item1 = "01942ab4-7a2e-7000-9000-000000000001"
	item2 = "01942ab4-7a2e-7000-9000-000000000002"
)

// experimentOn creates an experiment on the dataset "ds", which has two items.
func experimentOn(t *testing.T, c *opik.Client, params opik.CreateExperimentParams) *opik.Experiment {
	t.Helper()
	err := c.Datasets.UpsertItems(t.Context(), []rest.DatasetItem{
		{ID: item1, Source: "sdk", Data: json.RawMessage(`{"q":"one"}`)},
		{ID: item2, Source: "sdk", Data: json.RawMessage(`{"q":"two"}`)},
	}, opik.DatasetUpsertItemsParams{DatasetName: "ds"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.CreateExperiment(t.Context(), "ds", params)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// runOf records a trace for an item and returns its id.
func runOf(t *testing.T, c *opik.Client, output string, score float64) string {
	t.Helper()
	_, trace := c.StartTrace(t.Context(), "evaluation_task", opik.WithSource(opik.SourceExperiment), opik.WithInput(object{"in": output}))
	trace.SetOutput(object{"answer": output})
	trace.Score("exact", score)
	trace.End()
	return trace.ID()
}

func TestExperimentFromBeginToEnd(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{Name: "first", Tags: []string{"x"}})
	if e.ID() == "" || e.Name() != "first" || e.Record().DatasetName != "ds" || e.Record().Type != opik.ExperimentTypeRegular {
		t.Errorf("experiment %+v", e.Record())
	}
	err := e.Insert(
		opik.ExperimentItem{DatasetItemID: item1, TraceID: runOf(t, c, "A", 1)},
		opik.ExperimentItem{DatasetItemID: item2, TraceID: runOf(t, c, "B", 0), ExecutionPolicy: &rest.ExecutionPolicy{RunsPerItem: 2, PassThreshold: 1}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.SetScores(t.Context(), opik.ExperimentScore{Name: "accuracy", Value: 0.5}); err != nil {
		t.Fatal(err)
	}
	if err := e.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	record := e.Record()
	if record.TraceCount == nil || *record.TraceCount != 2 || len(record.FeedbackScores) != 1 || record.FeedbackScores[0].Value != 0.5 ||
		len(record.ExperimentScores) != 1 || record.ExperimentScores[0] != (opik.ExperimentScore{Name: "accuracy", Value: 0.5}) {
		t.Errorf("after the end: %+v", record)
	}

	var got []string
	for item, err := range e.Items(t.Context(), opik.ExperimentItemsParams{PageSize: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s %v", item.DatasetItemID, item.DatasetItemData, item.Output, item.FeedbackScores[0].Value))
	}
	want := []string{item2 + ` {"q":"two"} {"answer":"B"} 0`, item1 + ` {"q":"one"} {"answer":"A"} 1`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("items:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// The traces come before what refers to them.
	order := ""
	for _, r := range srv.Requests() {
		switch r.Operation {
		case "createTraces", "createExperimentItems", "finishExperiments":
			order += r.Operation + " "
		}
	}
	if order != "createTraces createExperimentItems finishExperiments " {
		t.Errorf("order of requests: %s", order)
	}
}

func TestItemsOfExperimentsAreFiltered(t *testing.T) {
	c, _ := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	err := e.Insert(
		opik.ExperimentItem{DatasetItemID: item1, TraceID: runOf(t, c, "A", 1)}, opik.ExperimentItem{DatasetItemID: item2, TraceID: runOf(t, c, "B", 0)},
		opik.ExperimentItem{DatasetItemID: item2, TraceID: runOf(t, c, "C", 0.5)})
	if err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	for _, test := range []struct {
		params opik.ExperimentItemsParams
		want   string
	}{
		{opik.ExperimentItemsParams{}, "C B A"},
		{opik.ExperimentItemsParams{MaxResults: 2}, "C B"},
		{opik.ExperimentItemsParams{Filter: "feedback_scores.exact > 0.1"}, "C A"},
		{opik.ExperimentItemsParams{Filter: `data.q = "one"`}, "A"},
		{opik.ExperimentItemsParams{Filter: `output.answer = "B"`}, "B"},
		{opik.ExperimentItemsParams{Search: "TWO"}, "C B"},
		{opik.ExperimentItemsParams{Sorting: []rest.SortingField{{Field: "feedback_scores.exact", Direction: "ASC"}}}, "B C A"},
	} {
		var got []string
		for item, err := range e.Items(t.Context(), test.params) {
			if err != nil {
				t.Fatalf("%+v: %v", test.params, err)
			}
			var output struct{ Answer string }
			if err := json.Unmarshal(item.Output, &output); err != nil {
				t.Fatal(err)
			}
			got = append(got, output.Answer)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%+v: %v, want %s", test.params, got, test.want)
		}
	}
	var mistake *opik.FilterError
	for _, err := range e.Items(t.Context(), opik.ExperimentItemsParams{Filter: "color = 1"}) {
		if !errors.As(err, &mistake) {
			t.Errorf("error %v", err)
		}
	}
}

func TestInsertedItemsAreAccountedFor(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	items := make([]opik.ExperimentItem, 2500)
	for i := range items {
		items[i] = opik.ExperimentItem{
			DatasetItemID: fmt.Sprintf("01942ab4-7a2e-7000-9000-%012d", i), TraceID: fmt.Sprintf("01942ab4-7a2e-7000-a000-%012d", i),
		}
	}
	var all sync.WaitGroup
	for part := range 5 {
		all.Go(func() {
			if err := e.Insert(items[part*500 : (part+1)*500]...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	receipt, err := c.Flush(t.Context())
	if got := receipt.Kinds["experiment item"]; err != nil || got.Accepted != 2500 || got.Delivered != 2500 {
		t.Errorf("%v, %v", receipt, err)
	}
	for _, r := range srv.Requests() {
		if r.Operation != "createExperimentItems" {
			continue
		}
		if n := len(r.Body.(object)["experiment_items"].([]any)); n > 1000 {
			t.Errorf("%d items in one request", n)
		}
	}
	if err := e.Refresh(t.Context()); err != nil || *e.Record().TraceCount != 2500 {
		t.Errorf("%+v, %v", e.Record(), err)
	}
}

// TestInsertSurvives repeats requests whose answer was lost: no item may come twice.
func TestInsertSurvives(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	lost := srv.Inject(opiktest.Reset(0).On("POST /v1/private/experiments/items").Times(1))
	if err := e.Insert(opik.ExperimentItem{DatasetItemID: item1, TraceID: item2}); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	if lost.Hits() != 1 {
		t.Error("no answer was lost")
	}
	n := 0
	for _, err := range e.Items(t.Context(), opik.ExperimentItemsParams{}) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 {
		t.Errorf("%d items", n)
	}
}

func TestInsertRefusesWhatTheServerWould(t *testing.T) {
	c, _ := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	err := e.Insert(opik.ExperimentItem{DatasetItemID: item1}, opik.ExperimentItem{DatasetItemID: item1, TraceID: item2})
	var invalid *opik.ValidationError
	if !errors.As(err, &invalid) || invalid.Field != "records[0].TraceID" || invalid.Method != "Experiment.Insert" {
		t.Errorf("error %v", err)
	}
	if receipt := flush(t, c); receipt.Kinds["experiment item"].Delivered != 1 {
		t.Errorf("receipt %v", receipt)
	}
	if _, err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Insert(opik.ExperimentItem{DatasetItemID: item1, TraceID: item2}); !errors.Is(err, opik.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestScoresOfExperiments(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	err := e.SetScores(t.Context(), opik.ExperimentScore{Name: "a", Value: math.NaN()}, opik.ExperimentScore{Name: " ", Value: 1})
	if err == nil || !strings.Contains(err.Error(), "scores[0].Value is no finite number") || !strings.Contains(err.Error(), "scores[1].Name is missing") {
		t.Errorf("error %v", err)
	}
	if err := e.SetScores(t.Context()); err != nil {
		t.Error(err)
	}
	for _, r := range srv.Requests() {
		if r.Operation == "updateExperiment" {
			t.Errorf("request %v", r.Body)
		}
	}
	scores := []opik.ExperimentScore{{Name: "a", Value: 1}}
	if err := e.SetScores(t.Context(), scores...); err != nil {
		t.Fatal(err)
	}
	scores[0].Name = "changed"
	if got := e.Record().ExperimentScores; len(got) != 1 || got[0].Name != "a" {
		t.Errorf("scores %v", got)
	}
	if err := e.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.SetScores(t.Context(), opik.ExperimentScore{Name: "a"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestFinishWaitsForWhatIsQueued(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	down := srv.Inject(opiktest.FailWith(http.StatusServiceUnavailable).On("POST /v1/private/experiments/items"))
	if err := e.Insert(opik.ExperimentItem{DatasetItemID: item1, TraceID: item2}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Finish(ctx); !errors.Is(err, opik.ErrNotDelivered) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	finished := func() (n int) {
		for _, r := range srv.Requests() {
			if r.Operation == "finishExperiments" {
				n++
			}
		}
		return n
	}
	if finished() != 0 {
		t.Error("the experiment is finished although something is queued")
	}
	down.Remove()
	if err := e.Finish(t.Context()); err != nil || finished() != 1 {
		t.Errorf("%v, finished %d times", err, finished())
	}
	// What the server refuses does not keep an experiment from ending.
	srv.Inject(opiktest.FailWith(http.StatusUnprocessableEntity).On("POST /v1/private/experiments/items").Times(1))
	if err := e.Insert(opik.ExperimentItem{DatasetItemID: item1, TraceID: item2}); err != nil {
		t.Fatal(err)
	}
	if err := e.Finish(t.Context()); !errors.Is(err, opik.ErrNotDelivered) || finished() != 2 {
		t.Errorf("%v, finished %d times", err, finished())
	}
}

func TestExperimentURL(t *testing.T) {
	c, srv := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{})
	want := srv.URL + "/v1/session/redirect/experiments/?experiment_id=" + e.ID() + "&dataset_id=" + e.Record().DatasetID + "&path="
	if got := e.URL(); !strings.HasPrefix(got, want) {
		t.Errorf("URL %s", got)
	}
	if got := (*opik.Experiment)(nil).URL(); got != "" {
		t.Errorf("URL %q of nothing", got)
	}
}

func TestExperimentOfADeletedDataset(t *testing.T) {
	c, _ := served(t, 0)
	e := experimentOn(t, c, opik.CreateExperimentParams{Name: "e"})
	other := experimentOn(t, c, opik.CreateExperimentParams{Name: "e too"})
	for _, x := range []*opik.Experiment{e, other} {
		if err := x.Insert(opik.ExperimentItem{DatasetItemID: item1, TraceID: runOf(t, c, x.Name(), 1)}); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, c)
	if err := c.DeleteDataset(t.Context(), "ds", opik.DeleteDatasetParams{}); err != nil {
		t.Fatal(err)
	}
	e, err := c.GetExperimentByID(t.Context(), e.ID())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for item, err := range e.Items(t.Context(), opik.ExperimentItemsParams{}) {
		if n++; err != nil || string(item.Output) != `{"answer":"e"}` || string(item.DatasetItemData) != `{"in":"e"}` {
			t.Errorf("item %+v, %v", item, err)
		}
	}
	if n != 1 {
		t.Errorf("%d items", n)
	}
	var invalid *opik.ValidationError
	for _, err := range e.Items(t.Context(), opik.ExperimentItemsParams{Search: "x"}) {
		if !errors.As(err, &invalid) {
			t.Errorf("error %v", err)
		}
	}
	if err := e.Upload(t.Context(), []opik.ExperimentUpload{{DatasetItemID: item1}}); !errors.As(err, &invalid) {
		t.Errorf("error %v", err)
	}
}

func TestNilExperiment(t *testing.T) {
	var e *opik.Experiment
	for name, err := range map[string]error{
		"Insert": e.Insert(opik.ExperimentItem{}), "SetScores": e.SetScores(t.Context()), "Finish": e.Finish(t.Context()),
		"Delete": e.Delete(t.Context()), "Upload": e.Upload(t.Context(), nil), "Update": e.Update(t.Context(), opik.ExperimentUpdateParams{}),
	} {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range e.Items(t.Context(), opik.ExperimentItemsParams{}) {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("Items: %v", err)
		}
	}
	var c *opik.Client
	_, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{})
	_, byName := c.GetExperimentByName(t.Context(), "x", opik.GetExperimentByNameParams{})
	for name, err := range map[string]error{
		"CreateExperiment": err, "GetExperimentByName": byName,
		"UpdateExperiment": c.UpdateExperiment(t.Context(), "x", opik.UpdateExperimentParams{Name: "y"}),
	} {
		if !errors.Is(err, opik.ErrNilClient) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range c.GetDatasetExperiments(t.Context(), "ds", opik.GetDatasetExperimentsParams{}) {
		if !errors.Is(err, opik.ErrNilClient) {
			t.Errorf("GetDatasetExperiments: %v", err)
		}
	}
}
