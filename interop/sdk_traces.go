package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// traceDoc is a trace as the cases have it.
type traceDoc struct {
	Name      string          `json:"name"`
	StartTime time.Time       `json:"start_time"`
	EndTime   time.Time       `json:"end_time,omitzero"`
	Input     json.RawMessage `json:"input,omitempty"`
	Output    json.RawMessage `json:"output,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Tags      []string        `json:"tags,omitempty"`
	ThreadID  string          `json:"thread_id,omitempty"`
	ErrorInfo *opik.ErrorInfo `json:"error_info,omitempty"`
}

// tracesDoc is the document of the case traces.
type tracesDoc struct {
	Project string     `json:"project"`
	Traces  []traceDoc `json:"traces"`
}

// idKeys are the ids of what was written, in the order of the document.
type idKeys struct {
	IDs []string `json:"ids"`
}

func addTraces(acts map[string]act, client *opik.Client) {
	acts["write traces"] = doing(func(ctx context.Context, data tracesDoc, _ none) (idKeys, error) {
		return writeTraces(ctx, client, data), nil
	})
	acts["read traces"] = doing(func(ctx context.Context, data tracesDoc, keys idKeys) (tracesDoc, error) {
		read := tracesDoc{Project: data.Project}
		for _, id := range keys.IDs {
			t, err := client.GetTraceContent(ctx, id, opik.GetTraceContentParams{})
			if err != nil {
				return read, err
			}
			read.Traces = append(read.Traces, traceDocOf(t))
		}
		return read, nil
	})
}

func writeTraces(ctx context.Context, client *opik.Client, data tracesDoc) (keys idKeys) {
	for _, t := range data.Traces {
		keys.IDs = append(keys.IDs, writeTrace(ctx, client, data.Project, t).ID())
	}
	return keys
}

// writeTrace logs a trace; it is left open if the document has no end.
func writeTrace(ctx context.Context, client *opik.Client, project string, t traceDoc) *opik.Trace {
	_, trace := client.StartTrace(ctx, t.Name, opik.InProject(project), opik.WithStartTime(t.StartTime),
		opik.WithTags(t.Tags...), opik.WithThreadID(t.ThreadID))
	setIf(trace.SetInput, t.Input)
	setIf(trace.SetOutput, t.Output)
	setIf(trace.SetMetadata, t.Metadata)
	if t.ErrorInfo != nil {
		trace.SetErrorInfo(*t.ErrorInfo)
	}
	if !t.EndTime.IsZero() {
		trace.EndAt(t.EndTime)
	}
	return trace
}

// setIf sets a value that the document has.
func setIf(set func(any), value json.RawMessage) {
	if value != nil {
		set(value)
	}
}

func traceDocOf(t *rest.Trace) traceDoc {
	return traceDoc{
		Name: t.Name, StartTime: t.StartTime, EndTime: t.EndTime, Input: t.Input, Output: t.Output,
		Metadata: t.Metadata, Tags: t.Tags, ThreadID: t.ThreadID, ErrorInfo: t.ErrorInfo,
	}
}
