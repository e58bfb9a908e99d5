package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik"
)

// experimentsDoc is the document of the case experiments.
type experimentsDoc struct {
	Project string          `json:"project"`
	Dataset string          `json:"dataset"`
	Name    string          `json:"name"`
	Config  json.RawMessage `json:"config"`
	Items   []runDoc        `json:"items"`
}

// runDoc is what the experiment made of an item.
type runDoc struct {
	Data   question        `json:"data"`
	Output json.RawMessage `json:"output"`
	Scores []scoreDoc      `json:"scores"`
}

// question is an item of the dataset.
type question struct {
	Q string `json:"q"`
}

type idKey struct {
	ID string `json:"id"`
}

func addExperiments(acts map[string]act, client *opik.Client) {
	acts["write experiments"] = doing(func(ctx context.Context, data experimentsDoc, _ none) (idKey, error) {
		return writeExperiment(ctx, client, data)
	})
	acts["read experiments"] = doing(func(ctx context.Context, data experimentsDoc, keys idKey) (read experimentsDoc, err error) {
		experiment, err := client.GetExperimentByID(ctx, keys.ID)
		if err != nil {
			return read, err
		}
		record := experiment.Record()
		read = experimentsDoc{Project: data.Project, Dataset: record.DatasetName, Name: experiment.Name(), Config: record.Metadata}
		for item, err := range experiment.Items(ctx, opik.ExperimentItemsParams{}) {
			if err != nil {
				return read, err
			}
			run := runDoc{Output: item.Output, Scores: scoreDocs(item.FeedbackScores, nil)}
			if err := json.Unmarshal(item.DatasetItemData, &run.Data); err != nil {
				return read, err
			}
			read.Items = append(read.Items, run)
		}
		slices.SortFunc(read.Items, func(a, b runDoc) int { return strings.Compare(a.Data.Q, b.Data.Q) })
		return read, nil
	})
}

func writeExperiment(ctx context.Context, client *opik.Client, data experimentsDoc) (key idKey, err error) {
	dataset, err := client.CreateDataset(ctx, data.Dataset, opik.CreateDatasetParams{ProjectName: data.Project})
	if err != nil {
		return key, err
	}
	for _, run := range data.Items {
		if _, err := dataset.Insert(ctx, opik.DatasetItem{Data: run.Data}); err != nil {
			return key, err
		}
	}
	stored := map[question]string{}
	for item, err := range dataset.Items(ctx, opik.DatasetItemsParams{}) {
		if err != nil {
			return key, err
		}
		var q question
		if err := item.Decode(&q); err != nil {
			return key, err
		}
		stored[q] = item.ID
	}
	experiment, err := client.CreateExperiment(ctx, data.Dataset, opik.CreateExperimentParams{
		Name: data.Name, Config: data.Config, ProjectName: data.Project,
	})
	if err != nil {
		return key, err
	}
	for _, run := range data.Items {
		_, trace := client.StartTrace(ctx, "task", opik.InProject(data.Project), opik.WithInput(run.Data))
		trace.SetOutput(run.Output)
		for _, s := range run.Scores {
			trace.Score(s.Name, s.Value, opik.WithReason(s.Reason))
		}
		trace.End()
		if err := experiment.Insert(opik.ExperimentItem{DatasetItemID: stored[run.Data], TraceID: trace.ID()}); err != nil {
			return key, err
		}
	}
	return idKey{experiment.ID()}, nil
}
