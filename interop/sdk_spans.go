package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// spanDoc is a span as the cases have it. Parent is the index of its parent.
type spanDoc struct {
	Name      string          `json:"name"`
	Type      opik.SpanType   `json:"type"`
	Parent    *int            `json:"parent,omitempty"`
	StartTime time.Time       `json:"start_time"`
	EndTime   time.Time       `json:"end_time"`
	Input     json.RawMessage `json:"input,omitempty"`
	Output    json.RawMessage `json:"output,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Tags      []string        `json:"tags,omitempty"`
	Model     string          `json:"model,omitempty"`
	Provider  string          `json:"provider,omitempty"`
	Usage     map[string]int  `json:"usage,omitempty"`
	Cost      *float64        `json:"total_estimated_cost,omitempty"`
	ErrorInfo *opik.ErrorInfo `json:"error_info,omitempty"`
}

// spansDoc is the document of the case spans.
type spansDoc struct {
	Project string    `json:"project"`
	Trace   traceDoc  `json:"trace"`
	Spans   []spanDoc `json:"spans"`
}

type spansKeys struct {
	Trace string   `json:"trace"`
	IDs   []string `json:"ids"`
}

func addSpans(acts map[string]act, client *opik.Client) {
	acts["write spans"] = doing(func(ctx context.Context, data spansDoc, _ none) (spansKeys, error) {
		trace := writeTrace(ctx, client, data.Project, data.Trace)
		keys := spansKeys{Trace: trace.ID()}
		var spans []*opik.Span
		for _, s := range data.Spans {
			start := trace.StartSpan
			if s.Parent != nil {
				start = spans[*s.Parent].StartSpan
			}
			span := writeSpan(ctx, start, s)
			spans = append(spans, span)
			keys.IDs = append(keys.IDs, span.ID())
		}
		return keys, nil
	})
	acts["read spans"] = doing(func(ctx context.Context, data spansDoc, keys spansKeys) (read spansDoc, err error) {
		trace, err := client.GetTraceContent(ctx, keys.Trace, opik.GetTraceContentParams{})
		if err != nil {
			return read, err
		}
		read = spansDoc{Project: data.Project, Trace: traceDocOf(trace), Spans: make([]spanDoc, len(keys.IDs))}
		found := 0
		for span, err := range client.SearchSpans(ctx, opik.SearchSpansParams{ProjectName: data.Project, TraceID: keys.Trace}) {
			if err != nil {
				return read, err
			}
			at := slices.Index(keys.IDs, span.ID)
			if at < 0 {
				return read, fmt.Errorf("the search found a span %s that nobody wrote", span.ID)
			}
			read.Spans[at] = spanDocOf(span, keys.IDs)
			found++
		}
		if found != len(keys.IDs) {
			return read, fmt.Errorf("the search found %d of %d spans", found, len(keys.IDs))
		}
		return read, nil
	})
}

func writeSpan(ctx context.Context, start func(context.Context, string, ...opik.StartOption) (context.Context, *opik.Span), s spanDoc) *opik.Span {
	_, span := start(ctx, s.Name, opik.WithSpanType(s.Type), opik.WithStartTime(s.StartTime),
		opik.WithTags(s.Tags...), opik.WithModel(s.Model), opik.WithProvider(s.Provider))
	setIf(span.SetInput, s.Input)
	setIf(span.SetOutput, s.Output)
	setIf(span.SetMetadata, s.Metadata)
	if s.Usage != nil {
		span.SetUsage(s.Usage)
	}
	if s.Cost != nil {
		span.SetCost(*s.Cost)
	}
	if s.ErrorInfo != nil {
		span.SetErrorInfo(*s.ErrorInfo)
	}
	span.EndAt(s.EndTime)
	return span
}

func spanDocOf(s rest.Span, ids []string) spanDoc {
	d := spanDoc{
		Name: s.Name, Type: s.Type, StartTime: s.StartTime, EndTime: s.EndTime, Input: s.Input, Output: s.Output,
		Metadata: s.Metadata, Tags: s.Tags, Model: s.Model, Provider: s.Provider, Usage: s.Usage,
		Cost: s.TotalEstimatedCost, ErrorInfo: s.ErrorInfo,
	}
	if parent := slices.Index(ids, s.ParentSpanID); parent >= 0 {
		d.Parent = &parent
	}
	return d
}
