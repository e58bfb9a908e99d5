package api

import (
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
)

// Limits that many bodies share.
const (
	maxBatch       = 1000
	maxTags        = 50
	maxTagLen      = 100
	maxEnvironment = 150
)

var (
	spanTypes    = []string{"general", "tool", "llm", "guardrail"}
	sources      = []string{"sdk", "experiment", "playground", "optimization", "evaluator"}
	scoreSources = []string{"ui", "sdk", "online_scoring"}
	visibilities = []string{"private", "public"}
)

// errorInfo has no required members: the server does not look into it.
var errorInfo = validate.Shape{
	{Name: "exception_type", Kind: validate.String},
	{Name: "message", Kind: validate.String},
	{Name: "traceback", Kind: validate.String},
}

// tracingFields are what traces and spans, written or updated, have in common.
var tracingFields = validate.Shape{
	{Name: "project_name", Kind: validate.String},
	{Name: "name", Kind: validate.String},
	{Name: "end_time", Kind: validate.Time},
	{Name: "error_info", Kind: validate.Object, Shape: errorInfo},
	{Name: "ttft", Kind: validate.Number},
	{Name: "source", Kind: validate.String, Enum: sources},
	{Name: "environment", Kind: validate.String, MaxLen: maxEnvironment},
}

var spanFields = validate.Shape{
	{Name: "parent_span_id", Kind: validate.UUID},
	{Name: "type", Kind: validate.String, Enum: spanTypes},
	{Name: "model", Kind: validate.String},
	{Name: "provider", Kind: validate.String},
	{Name: "usage", Kind: validate.Integers},
	{Name: "total_estimated_cost", Kind: validate.Number, Min: "0"},
	{Name: "trace_id", Kind: validate.UUID, Required: true},
}

var created = validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "start_time", Kind: validate.Time, Required: true},
	{Name: "last_updated_at", Kind: validate.Time},
	{Name: "tags", Kind: validate.Strings},
}

var updated = validate.Shape{
	{Name: "project_id", Kind: validate.UUID},
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_add", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
	{Name: "tags_to_remove", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
}

var (
	threadID    = validate.Shape{{Name: "thread_id", Kind: validate.String}}
	traceWrite  = slices.Concat(created, tracingFields, threadID)
	traceUpdate = slices.Concat(updated, tracingFields, threadID)
	spanWrite   = slices.Concat(created, tracingFields, spanFields)
	spanUpdate  = slices.Concat(updated, tracingFields, spanFields)
)

// batchOf is a body that holds a list of entities.
func batchOf(name string, s validate.Shape) validate.Shape {
	return validate.Shape{{
		Name: name, Kind: validate.Objects, Required: true, MinItems: 1, MaxItems: maxBatch, Shape: s,
	}}
}

// batchUpdateOf is a body that applies one update to many ids.
func batchUpdateOf(s validate.Shape) validate.Shape {
	return validate.Shape{
		{Name: "ids", Kind: validate.UUIDs, Required: true, MinItems: 1, MaxItems: maxBatch},
		{Name: "update", Kind: validate.Object, Required: true, Shape: s},
		{Name: "merge_tags", Kind: validate.Bool},
	}
}

// idList is the body of batch deletes.
var idList = validate.Shape{
	{Name: "ids", Kind: validate.UUIDs, Required: true, MinItems: 1, MaxItems: maxBatch},
}

var scoreFields = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "value", Kind: validate.Number, Required: true, Min: "-999999999.999999999", Max: "999999999.999999999"},
	{Name: "source", Kind: validate.String, Required: true, Enum: scoreSources},
	{Name: "category_name", Kind: validate.String},
	{Name: "reason", Kind: validate.String},
	{Name: "author", Kind: validate.String},
}

var (
	scoreBatch = batchOf("scores", slices.Concat(scoreFields, validate.Shape{
		{Name: "id", Kind: validate.UUID, Required: true},
		{Name: "project_name", Kind: validate.String},
	}))
	threadScoreBatch = batchOf("scores", slices.Concat(scoreFields, validate.Shape{
		{Name: "thread_id", Kind: validate.String, Required: true, NotBlank: true},
		{Name: "project_name", Kind: validate.String},
	}))
	scoreDelete = validate.Shape{
		{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
		{Name: "author", Kind: validate.String},
	}
)
