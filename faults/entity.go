package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/opik-go/sdk/opik"
)

// handed is what the records of a cell refer to: one id for each.
type handed struct {
	ids    []string
	other  string // an id that marks nothing
	traces []*opik.Trace
	spans  []*opik.Span
	ctx    context.Context // carries a trace
}

// entity is a kind of records, and how to make one that can be told from others.
type entity struct {
	kind string
	// parents says that traces and spans have to be there before.
	parents bool
	// byID says that the record's id marks it, because it has no free text.
	byID bool
	// log hands record i over. The marker must be a whole text of its body.
	log1 func(c *opik.Client, h *handed, i int, marker string) error
}

// prepare makes what the records refer to.
func (e entity) prepare(ctx context.Context, c *opik.Client, n int) (*handed, error) {
	h := &handed{}
	for range n {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		h.ids = append(h.ids, id.String())
	}
	var around *opik.Trace
	h.ctx, around = c.StartTrace(ctx, "around")
	h.other = around.ID()
	if !e.parents {
		return h, nil
	}
	for range n {
		_, span := opik.StartSpan(h.ctx, "span")
		span.End()
		_, trace := c.StartTrace(ctx, "trace")
		trace.End()
		h.spans, h.traces = append(h.spans, span), append(h.traces, trace)
	}
	return h, nil
}

// marker returns the text that tells record i from others.
func (e entity) marker(h *handed, i int) string {
	if e.byID {
		return h.ids[i]
	}
	return fmt.Sprintf("record %05d of the kind %s", i, e.kind)
}

func (e entity) log(_ context.Context, c *opik.Client, h *handed, i int) error {
	return e.log1(c, h, i, e.marker(h, i))
}

// entities are all kinds of records that the client queues.
var entities = []entity{
	{kind: "trace", log1: func(c *opik.Client, _ *handed, _ int, marker string) error {
		_, trace := c.StartTrace(context.Background(), "trace", opik.WithInput(marker))
		trace.End()
		return nil
	}},
	{kind: "span", log1: func(_ *opik.Client, h *handed, _ int, marker string) error {
		_, span := opik.StartSpan(h.ctx, "span", opik.WithInput(marker))
		span.End()
		return nil
	}},
	{kind: "trace update", parents: true, log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.UpdateTrace(opik.TraceUpdate{ID: h.traces[i].ID(), Output: marker})
	}},
	{kind: "span update", parents: true, log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.UpdateSpan(opik.SpanUpdate{ID: h.spans[i].ID(), TraceID: h.spans[i].TraceID(), Output: marker})
	}},
	{kind: "trace score", log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.LogTracesFeedbackScores(opik.TraceScore{ID: h.ids[i], Name: "quality", Value: 1, Reason: marker})
	}},
	{kind: "span score", log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.LogSpansFeedbackScores(opik.SpanScore{ID: h.ids[i], Name: "quality", Value: 1, Reason: marker})
	}},
	{kind: "thread score", log1: func(c *opik.Client, _ *handed, i int, marker string) error {
		return c.LogThreadsFeedbackScores(opik.ThreadScore{ThreadID: fmt.Sprint("thread ", i), Name: "quality", Value: 1, Reason: marker})
	}},
	{kind: "experiment item", byID: true, log1: func(c *opik.Client, h *handed, _ int, marker string) error {
		return c.LogExperimentItems(opik.ExperimentItem{ID: marker, ExperimentID: h.other, DatasetItemID: h.other, TraceID: h.other})
	}},
	{kind: "guardrail", log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.LogGuardrails(opik.Guardrail{TraceID: h.ids[i], SpanID: h.ids[i], Name: "TOPIC", Result: "passed",
			Config: map[string]any{}, Details: map[string]any{"text": marker}})
	}},
	{kind: "attachment", log1: func(c *opik.Client, h *handed, i int, marker string) error {
		return c.LogAttachment(opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: h.ids[i], FileName: "a.txt"}, strings.NewReader(marker))
	}},
}
