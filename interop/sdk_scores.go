package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// scoreDoc is a feedback score as the cases have it.
type scoreDoc struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Reason   string  `json:"reason,omitempty"`
	Category string  `json:"category_name,omitempty"`
}

// scoresDoc is the document of the case scores.
type scoresDoc struct {
	Project string     `json:"project"`
	Trace   []scoreDoc `json:"trace_scores"`
	Span    []scoreDoc `json:"span_scores"`
}

// entityKeys are the ids of a trace and a span of it.
type entityKeys struct {
	Trace string `json:"trace"`
	Span  string `json:"span"`
}

func addScores(acts map[string]act, client *opik.Client) {
	acts["write scores"] = doing(func(ctx context.Context, data scoresDoc, _ none) (entityKeys, error) {
		ctx, trace := client.StartTrace(ctx, "scored", opik.InProject(data.Project))
		_, span := trace.StartSpan(ctx, "scored")
		span.End()
		trace.End()
		var err error
		for _, s := range data.Trace {
			err = errors.Join(err, client.LogTracesFeedbackScores(opik.TraceScore{
				ID: trace.ID(), ProjectName: data.Project, Name: s.Name, Value: s.Value, Reason: s.Reason, CategoryName: s.Category,
			}))
		}
		for _, s := range data.Span {
			span.Score(s.Name, s.Value, opik.WithReason(s.Reason), opik.WithCategory(s.Category))
		}
		return entityKeys{trace.ID(), span.ID()}, err
	})
	acts["read scores"] = doing(func(ctx context.Context, data scoresDoc, keys entityKeys) (read scoresDoc, err error) {
		trace, err := client.GetTraceContent(ctx, keys.Trace, opik.GetTraceContentParams{})
		if err != nil {
			return read, err
		}
		span, err := client.GetSpanContent(ctx, keys.Span, opik.GetSpanContentParams{})
		if err != nil {
			return read, err
		}
		return scoresDoc{
			Project: data.Project,
			Trace:   scoreDocs(trace.FeedbackScores, data.Trace),
			Span:    scoreDocs(span.FeedbackScores, data.Span),
		}, nil
	})
}

// scoreDocs returns scores in the order of the wanted ones: servers do not keep it.
func scoreDocs(scores []rest.FeedbackScore, wanted []scoreDoc) (docs []scoreDoc) {
	for _, s := range scores {
		docs = append(docs, scoreDoc{Name: s.Name, Value: s.Value, Reason: s.Reason, Category: s.CategoryName})
	}
	place := func(d scoreDoc) int {
		return slices.IndexFunc(wanted, func(w scoreDoc) bool { return w.Name == d.Name })
	}
	slices.SortFunc(docs, func(a, b scoreDoc) int {
		if order := place(a) - place(b); order != 0 {
			return order
		}
		return strings.Compare(a.Name, b.Name)
	})
	return docs
}
