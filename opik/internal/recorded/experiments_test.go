package recorded

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// The recordings of evaluate() are made with the calls that an evaluation makes:
// traces, spans, scores and items.
func experimentScenarios() map[string]scenario {
	return map[string]scenario{
		"experiment-create":    {run: experimentCreate, faults: noFaults},
		"experiment-items":     {run: experimentItems},
		"experiment-read":      {run: experimentRead},
		"evaluate-exact-match": {run: evaluateExactMatch},
		"evaluate-no-metrics":  {run: evaluateNoMetrics},
		"evaluate-task-error":  {run: evaluateTaskError},
		"py-experiment":        {run: pyExperiment},
	}
}

// itemID and itemTraceID are the ids that the recorded callers chose for items.
func itemID(n int) string      { return fmt.Sprintf("01942ab4-7a2e-7000-9000-%012d", n) }
func itemTraceID(n int) string { return fmt.Sprintf("01942ab4-7a2e-7000-a000-%012d", n) }

func (r *run) createDataset() *opik.Dataset {
	r.Helper()
	dataset, err := r.client.CreateDataset(r.ctx, "ds", opik.CreateDatasetParams{})
	if err != nil {
		r.Fatal(err)
	}
	return dataset
}

func (r *run) createExperiment(params opik.CreateExperimentParams) *opik.Experiment {
	r.Helper()
	experiment, err := r.client.CreateExperiment(r.ctx, "ds", params)
	if err != nil {
		r.Fatal(err)
	}
	return experiment
}

func experimentCreate(r *run) {
	r.createDataset()
	r.createExperiment(opik.CreateExperimentParams{Name: "e1"})
	r.createExperiment(opik.CreateExperimentParams{Config: object{"model": "m1", "temperature": 0.1}, Tags: []string{"x", "y"}})
	prompt := r.createPrompt("p1", "Say {{x}}", opik.CreatePromptParams{})
	r.createExperiment(opik.CreateExperimentParams{Name: "e3", Config: object{"k": 1}, Prompts: []opik.AnyPrompt{prompt}})
	r.createExperiment(opik.CreateExperimentParams{
		Name: "e4", Type: opik.ExperimentTypeTrial, OptimizationID: "01942ab4-7a2e-7000-8000-0000000000f1", ProjectName: "other-project",
	})
}

func experimentItems(r *run) {
	r.createDataset()
	experiment := r.createExperiment(opik.CreateExperimentParams{Name: "e"})
	items := make([]opik.ExperimentItem, 120)
	for i := range items {
		items[i] = opik.ExperimentItem{DatasetItemID: itemID(i), TraceID: itemTraceID(i)}
	}
	r.check(experiment.Insert(items...))
	r.flush()
}

func experimentRead(r *run) {
	dataset := r.createDataset()
	experiment := r.createExperiment(opik.CreateExperimentParams{Name: "e"})
	r.check(experiment.Insert(opik.ExperimentItem{DatasetItemID: itemID(1), TraceID: itemTraceID(1)}))
	r.flush()

	same, err := r.client.GetExperimentByID(r.ctx, experiment.ID())
	r.check(err)
	if same.Name() != "e" || same.Record().DatasetName != "ds" || same.Record().DatasetID != dataset.ID() {
		r.Errorf("experiment %+v", same.Record())
	}
	for e, err := range r.client.GetExperimentsByName(r.ctx, "e", opik.GetExperimentsByNameParams{}) {
		r.check(err)
		if e.ID() != experiment.ID() {
			r.Errorf("found %s", e.ID())
		}
	}
	if _, err := r.client.GetExperimentByName(r.ctx, "missing", opik.GetExperimentByNameParams{}); errors.Is(err, opik.ErrNotFound) != (r.vector.Results["error"] == true) {
		r.Errorf("error %v", err)
	}
	n := 0
	for e, err := range r.client.GetDatasetExperiments(r.ctx, "ds", opik.GetDatasetExperimentsParams{MaxResults: 5}) {
		if r.check(err); e.ID() == experiment.ID() {
			n++
		}
	}
	for _, params := range []opik.ExperimentItemsParams{{}, {MaxResults: 1, Truncate: true}} {
		for item, err := range experiment.Items(r.ctx, params) {
			if r.check(err); item.DatasetItemID == itemID(1) && item.TraceID == itemTraceID(1) {
				n++
			}
		}
	}
	if n != 3 {
		r.Errorf("read %d times, not once in each of three ways", n)
	}
	want := strings.NewReplacer(
		"<base-url>", r.srv.URL, "<experiment-1>", experiment.ID(), "<dataset-1>", dataset.ID(),
		"<base64-base-url>", base64.StdEncoding.EncodeToString([]byte(r.srv.URL)),
	).Replace(fmt.Sprint(r.vector.Results["url"]))
	if got := experiment.URL(); got != want {
		r.Errorf("URL %s, not %s", got, want)
	}
}

// evaluation prepares what evaluate() does: a dataset of questions with the expected
// answers, and an experiment on its version.
func (r *run) evaluation(params opik.CreateExperimentParams, questions ...object) (*opik.Experiment, []opik.DatasetItem) {
	r.Helper()
	dataset := r.createDataset()
	var items []opik.DatasetItem
	for _, q := range questions {
		items = append(items, opik.DatasetItem{Data: q})
	}
	_, err := dataset.Insert(r.ctx, items...)
	r.check(err)
	version, err := dataset.CurrentVersion(r.ctx)
	if err != nil {
		r.Fatal(err)
	}
	params.DatasetVersionID = version.Record().ID
	experiment := r.createExperiment(params)
	var stored []opik.DatasetItem
	for item, err := range dataset.Items(r.ctx, opik.DatasetItemsParams{}) {
		r.check(err)
		stored = append([]opik.DatasetItem{item}, stored...) // the oldest first
	}
	return experiment, stored
}

// evaluationTrace starts the trace of a run over an item.
func (r *run) evaluationTrace(e *opik.Experiment, item opik.DatasetItem) (trace *opik.Trace, input object) {
	r.Helper()
	r.check(item.Decode(&input))
	input["id"] = item.ID
	trace = r.startTrace("evaluation_task", opik.WithSource(opik.SourceExperiment), opik.WithInput(input))
	r.check(e.Insert(opik.ExperimentItem{DatasetItemID: item.ID, TraceID: trace.ID()}))
	return trace, input
}

var (
	question1 = object{"input": "q1", "expected": "a1"}
	question2 = object{"input": "q2", "expected": "a2"}
)

func evaluateExactMatch(r *run) {
	experiment, items := r.evaluation(opik.CreateExperimentParams{Name: "exp-1", Config: object{"model": "m"}}, question1, question2)
	for _, item := range items {
		trace, input := r.evaluationTrace(experiment, item)
		output, score, reason := "wrong", 0.0, "Exact match: No match"
		if input["input"] == "q1" {
			output, score, reason = "a1", 1, "Exact match: Match"
		}
		trace.SetOutput(object{"output": output})
		trace.Score("exact_match", score, opik.WithReason(reason))
		trace.End()
	}
	r.flush()
}

func evaluateNoMetrics(r *run) {
	experiment, items := r.evaluation(opik.CreateExperimentParams{Name: "exp-none"}, question1)
	for _, item := range items {
		trace, input := r.evaluationTrace(experiment, item)
		task := startSpan(trace, "llm_task", opik.WithInput(object{"arguments": []any{input}}))
		helper := startSpan(task, "helper", opik.WithSpanType(opik.SpanTypeTool))
		helper.SetOutput(object{"h": 1})
		helper.End()
		task.SetOutput(object{"output": "x"})
		task.End()
		trace.SetOutput(object{"output": "x"})
		trace.End()
	}
	r.flush()
}

func evaluateTaskError(r *run) {
	experiment, items := r.evaluation(opik.CreateExperimentParams{Name: "exp-err"}, question1, question2)
	for _, item := range items {
		trace, input := r.evaluationTrace(experiment, item)
		if input["input"] == "q1" {
			trace.SetOutput(object{"output": "a1"})
			trace.Score("exact_match", 1, opik.WithReason("Exact match: Match"))
		} else {
			trace.SetErrorInfo(opik.ErrorInfo{ExceptionType: "Error", Message: "task failed", Traceback: "somewhere"})
		}
		trace.End()
	}
	r.flush()
}

func pyExperiment(r *run) {
	experiment := r.createExperiment(opik.CreateExperimentParams{Name: "e1", Config: object{"model": "m1"}, Tags: []string{"x"}})
	r.check(experiment.Insert(opik.ExperimentItem{DatasetItemID: itemID(1), TraceID: itemTraceID(1)}))
	r.flush()
}

// nameOfServer is what the server calls an experiment that was given no name.
var nameOfServer = regexp.MustCompile(`^[a-z]+_[a-z]+_[0-9]+$`)

// identities are members of an experiment that other members say in words.
var identities = []string{"dataset_id", "dataset_version_id", "dataset_version_summary", "name"}

// addExperiments adds the experiments with their items. An item is found by the data
// of the item of the dataset, or by the id if that does not exist.
func (s state) addExperiments(t *testing.T, srv *opiktest.Server, header http.Header) {
	t.Helper()
	unnamed := 0
	for _, experiment := range readAll(t, srv, header, "/v1/private/experiments", nil) {
		name := fmt.Sprint(experiment["name"])
		if nameOfServer.MatchString(name) {
			unnamed++
			name = fmt.Sprintf("without a name, number %d", unnamed)
		}
		path := "experiment " + name
		fields := maps.Clone(experiment)
		if summary, ok := experiment["dataset_version_summary"].(map[string]any); ok {
			s.add(path+".dataset_version", summary["version_name"])
		}
		for _, name := range identities {
			delete(fields, name)
		}
		s.addObject(path, fields)
		ids, err := json.Marshal([]any{experiment["id"]})
		if err != nil {
			t.Fatal(err)
		}
		items := fmt.Sprintf("/v1/private/datasets/%v/items/experiments/items", experiment["dataset_id"])
		for _, item := range readAll(t, srv, header, items, url.Values{"experiment_ids": {string(ids)}}) {
			key := item["id"]
			if data, ok := item["data"].(map[string]any); ok && len(data) > 0 {
				key = data
			}
			for _, run := range item["experiment_items"].([]any) {
				at := fmt.Sprintf("%s/%v", path, key)
				s.addObject(at, run.(map[string]any))
				s.add(at+".trace", run.(map[string]any)["trace_id"])
			}
		}
	}
}
