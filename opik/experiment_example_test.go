package opik_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// An experiment runs a program over the items of a dataset: each run is a trace with
// scores.
func ExampleExperiment() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	type question struct{ Question, Expected string }
	dataset, err := client.CreateDataset(ctx, "capitals", opik.CreateDatasetParams{})
	if err != nil {
		panic(err)
	}
	_, err = dataset.Insert(ctx, opik.DatasetItem{Data: question{"France?", "Paris"}}, opik.DatasetItem{Data: question{"Peru?", "Lima"}})
	if err != nil {
		panic(err)
	}

	experiment, err := client.CreateExperiment(ctx, "capitals", opik.CreateExperimentParams{
		NamePrefix: "nightly", Config: map[string]any{"model": "small"},
	})
	if err != nil {
		panic(err)
	}
	right, runs := 0.0, 0.0
	for item, err := range dataset.Items(ctx, opik.DatasetItemsParams{}) {
		if err != nil {
			panic(err)
		}
		var q question
		if err := item.Decode(&q); err != nil {
			panic(err)
		}
		_, trace := client.StartTrace(ctx, "evaluation_task", opik.WithSource(opik.SourceExperiment), opik.WithInput(q))
		answer := "Paris" // the program that is tried out
		score := 0.0
		if answer == q.Expected {
			score = 1
		}
		trace.SetOutput(answer)
		trace.Score("exact_match", score)
		trace.End()
		if err := experiment.Insert(opik.ExperimentItem{DatasetItemID: item.ID, TraceID: trace.ID()}); err != nil {
			panic(err)
		}
		right, runs = right+score, runs+1
	}
	if err := experiment.SetScores(ctx, opik.ExperimentScore{Name: "accuracy", Value: right / runs}); err != nil {
		panic(err)
	}
	if err := experiment.Finish(ctx); err != nil {
		panic(err)
	}

	for item, err := range experiment.Items(ctx, opik.ExperimentItemsParams{}) {
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s -> %s: %v\n", item.DatasetItemData, item.Output, item.FeedbackScores[0].Value)
	}
	if _, err := client.Close(ctx); err != nil {
		panic(err)
	}
	// Output:
	// {"Expected":"Lima","Question":"Peru?"} -> "Paris": 0
	// {"Expected":"Paris","Question":"France?"} -> "Paris": 1
}

func ExampleExperiment_Upload() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	experiment, err := client.CreateExperiment(ctx, "capitals", opik.CreateExperimentParams{Name: "from elsewhere"})
	if err != nil {
		panic(err)
	}
	err = experiment.Upload(ctx, []opik.ExperimentUpload{{
		DatasetItemID:  "01942ab4-7a2e-7000-9000-000000000001",
		Output:         map[string]any{"answer": "Paris"},
		FeedbackScores: []rest.FeedbackScore{{Name: "exact_match", Value: 1}},
	}})
	if err != nil {
		panic(err)
	}
	if err := experiment.Refresh(ctx); err != nil {
		panic(err)
	}
	record := experiment.Record()
	fmt.Println(*record.TraceCount, record.FeedbackScores)

	// What the server would refuse is not sent.
	err = experiment.Upload(ctx, []opik.ExperimentUpload{{DatasetItemID: "1", Output: "Paris"}})
	fmt.Println(strings.SplitAfter(err.Error(), "is invalid")[0])
	if _, err := client.Close(ctx); err != nil {
		panic(err)
	}
	// Output:
	// 1 [{exact_match 1}]
	// opik: Experiment.Upload: runs[0].DatasetItemID is invalid
}

// The trials of an optimization are experiments that name it.
func ExampleClient_CreateOptimization() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	optimization, err := client.CreateOptimization(ctx, "capitals", "accuracy", opik.CreateOptimizationParams{Name: "shorter prompts"})
	if err != nil {
		panic(err)
	}
	for i, accuracy := range []float64{0.5, 0.75} {
		trial, err := client.CreateExperiment(ctx, "capitals", opik.CreateExperimentParams{
			Name: fmt.Sprint("trial ", i+1), Type: opik.ExperimentTypeTrial, OptimizationID: optimization.ID(),
		})
		if err != nil {
			panic(err)
		}
		if err := trial.SetScores(ctx, opik.ExperimentScore{Name: "accuracy", Value: accuracy}); err != nil {
			panic(err)
		}
	}
	if err := optimization.Update(ctx, opik.OptimizationUpdateParams{Status: "completed"}); err != nil {
		panic(err)
	}
	for trial, err := range optimization.Trials(ctx, opik.ExperimentListParams{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(trial.Name(), trial.Record().ExperimentScores)
	}
	if err := optimization.Refresh(ctx); err != nil {
		panic(err)
	}
	fmt.Println(optimization.Record().Status, *optimization.Record().BestObjectiveScore)
	if _, err := client.Close(ctx); err != nil {
		panic(err)
	}
	// Output:
	// trial 2 [{accuracy 0.75}]
	// trial 1 [{accuracy 0.5}]
	// completed 0.75
}
