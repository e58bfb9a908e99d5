package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik"
)

// distributedDoc is the document of the case distributed.
type distributedDoc struct {
	Project string     `json:"project"`
	Trace   string     `json:"trace"`
	Spans   []partSpan `json:"spans"`
}

// partSpan is a span; Parent is the name of its parent.
type partSpan struct {
	Name   string          `json:"name"`
	Parent string          `json:"parent,omitempty"`
	Output json.RawMessage `json:"output"`
}

// headerKeys are the headers of the span that the trace goes on from.
type headerKeys struct {
	Headers map[string]string `json:"headers"`
}

func addDistributed(acts map[string]act, client *opik.Client) {
	acts["write distributed"] = doing(func(ctx context.Context, data distributedDoc, _ none) (headerKeys, error) {
		ctx, trace := client.StartTrace(ctx, data.Trace, opik.InProject(data.Project))
		defer trace.End()
		_, span := trace.StartSpan(ctx, data.Spans[0].Name)
		defer span.End()
		span.SetOutput(data.Spans[0].Output)
		return headerKeys{span.DistributedHeaders()}, nil
	})
	acts["continue distributed"] = doing(func(ctx context.Context, data distributedDoc, keys headerKeys) (headerKeys, error) {
		ctx = client.ContinueTrace(ctx, keys.Headers, opik.InProject(data.Project))
		_, span := opik.StartSpan(ctx, data.Spans[1].Name)
		defer span.End()
		span.SetOutput(data.Spans[1].Output)
		return keys, nil
	})
	acts["read distributed"] = doing(func(ctx context.Context, data distributedDoc, keys headerKeys) (read distributedDoc, err error) {
		trace, err := client.GetTraceContent(ctx, keys.Headers[opik.HeaderTraceID], opik.GetTraceContentParams{})
		if err != nil {
			return read, err
		}
		read = distributedDoc{Project: data.Project, Trace: trace.Name}
		names := map[string]string{}
		parents := map[string]string{}
		for span, err := range client.SearchSpans(ctx, opik.SearchSpansParams{ProjectName: data.Project, TraceID: trace.ID}) {
			if err != nil {
				return read, err
			}
			names[span.ID], parents[span.Name] = span.Name, span.ParentSpanID
			read.Spans = append(read.Spans, partSpan{Name: span.Name, Output: span.Output})
		}
		for i := range read.Spans {
			read.Spans[i].Parent = names[parents[read.Spans[i].Name]]
		}
		slices.SortFunc(read.Spans, func(a, b partSpan) int { return strings.Compare(a.Name, b.Name) })
		return read, nil
	})
}
