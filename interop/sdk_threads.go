package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik"
)

// threadsDoc is the document of the case threads.
type threadsDoc struct {
	Project  string     `json:"project"`
	ThreadID string     `json:"thread_id"`
	Turns    []turnDoc  `json:"turns"`
	Messages int64      `json:"number_of_messages"`
	Scores   []scoreDoc `json:"scores"`
}

// turnDoc is a trace of the thread.
type turnDoc struct {
	StartTime time.Time `json:"start_time"`
	EndTime   time.Time `json:"end_time"`
	Input     any       `json:"input"`
	Output    any       `json:"output"`
}

func addThreads(acts map[string]act, client *opik.Client) {
	acts["write threads"] = doing(func(ctx context.Context, data threadsDoc, _ none) (none, error) {
		for _, turn := range data.Turns {
			_, trace := client.StartTrace(ctx, "turn", opik.InProject(data.Project), opik.WithThreadID(data.ThreadID),
				opik.WithStartTime(turn.StartTime), opik.WithInput(turn.Input))
			trace.SetOutput(turn.Output)
			trace.EndAt(turn.EndTime)
		}
		// Only a closed thread takes scores.
		if _, err := client.Flush(ctx); err != nil {
			return none{}, err
		}
		if err := client.Threads.Close(ctx, []string{data.ThreadID}, opik.ThreadCloseParams{ProjectName: data.Project}); err != nil {
			return none{}, err
		}
		for _, s := range data.Scores {
			err := client.LogThreadsFeedbackScores(opik.ThreadScore{
				ThreadID: data.ThreadID, ProjectName: data.Project, Name: s.Name, Value: s.Value, Reason: s.Reason,
			})
			if err != nil {
				return none{}, err
			}
		}
		return none{}, nil
	})
	acts["read threads"] = doing(func(ctx context.Context, data threadsDoc, _ none) (threadsDoc, error) {
		return readThread(ctx, client, data)
	})
}

func readThread(ctx context.Context, client *opik.Client, data threadsDoc) (read threadsDoc, err error) {
	found := 0
	for thread, err := range client.SearchThreads(ctx, opik.SearchThreadsParams{
		ProjectName: data.Project, Filter: opik.ThreadFields.ID.Equal(data.ThreadID),
	}) {
		if err != nil {
			return read, err
		}
		found++
		read = threadsDoc{Project: data.Project, ThreadID: thread.ID, Messages: *thread.NumberOfMessages, Scores: scoreDocs(thread.FeedbackScores, data.Scores)}
	}
	if found != 1 {
		return read, fmt.Errorf("the search found %d threads, not one", found)
	}
	for trace, err := range client.SearchTraces(ctx, opik.SearchTracesParams{
		ProjectName: data.Project, Filter: opik.TraceFields.ThreadID.Equal(data.ThreadID),
	}) {
		if err != nil {
			return read, err
		}
		read.Turns = append(read.Turns, turnDoc{trace.StartTime, trace.EndTime, trace.Input, trace.Output})
	}
	slices.SortFunc(read.Turns, func(a, b turnDoc) int { return a.StartTime.Compare(b.StartTime) })
	return read, nil
}
