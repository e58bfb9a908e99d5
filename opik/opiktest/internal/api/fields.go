package api

import "github.com/opik-go/sdk/opik/opiktest/internal/filter"

// What each entity can be filtered and sorted by.
var (
	traceFilters = filter.Fields{
		"id": {Type: filter.StringExact}, "name": {Type: filter.String},
		"start_time": {Type: filter.DateTime}, "end_time": {Type: filter.DateTime},
		"input": {Type: filter.String}, "output": {Type: filter.String},
		"input_json":              {Type: filter.Dictionary, Member: []string{"input"}},
		"output_json":             {Type: filter.Dictionary, Member: []string{"output"}},
		"metadata":                {Type: filter.Dictionary},
		"total_estimated_cost":    {Type: filter.Number, Zero: true},
		"llm_span_count":          {Type: filter.Number, Zero: true},
		"tags":                    {Type: filter.List},
		"usage.completion_tokens": {Type: filter.Number, Member: []string{"usage", "completion_tokens"}},
		"usage.prompt_tokens":     {Type: filter.Number, Member: []string{"usage", "prompt_tokens"}},
		"usage.total_tokens":      {Type: filter.Number, Member: []string{"usage", "total_tokens"}},
		"feedback_scores":         {Type: filter.FeedbackScores},
		"span_feedback_scores":    {Type: filter.FeedbackScores},
		"duration":                {Type: filter.Number}, "ttft": {Type: filter.Number},
		"thread_id":       {Type: filter.StringExact},
		"guardrails":      {Type: filter.String, Member: []string{"guardrails_validations"}},
		"visibility_mode": {Type: filter.Enum}, "error_info": {Type: filter.ErrorInfo},
		"error_type": {Type: filter.String, Member: []string{"error_info", "exception_type"}},
		"created_at": {Type: filter.DateTime}, "last_updated_at": {Type: filter.DateTime},
		"custom": {Type: filter.Custom}, "annotation_queue_ids": {Type: filter.List},
		"experiment_id":  {Type: filter.StringExact, Member: []string{"experiment", "id"}},
		"experiment_ids": {Type: filter.StringList, Member: []string{"experiment", "id"}},
		"source":         {Type: filter.Source}, "environment": {Type: filter.Enum},
	}
	spanFilters = filter.Fields{
		"id": {Type: filter.StringExact}, "name": {Type: filter.String},
		"start_time": {Type: filter.DateTime}, "end_time": {Type: filter.DateTime},
		"input": {Type: filter.String}, "output": {Type: filter.String},
		"input_json":  {Type: filter.Dictionary, Member: []string{"input"}},
		"output_json": {Type: filter.Dictionary, Member: []string{"output"}},
		"metadata":    {Type: filter.Dictionary},
		"model":       {Type: filter.String}, "provider": {Type: filter.String},
		"total_estimated_cost":    {Type: filter.Number, Zero: true},
		"tags":                    {Type: filter.List},
		"usage.completion_tokens": {Type: filter.Number, Member: []string{"usage", "completion_tokens"}},
		"usage.prompt_tokens":     {Type: filter.Number, Member: []string{"usage", "prompt_tokens"}},
		"usage.total_tokens":      {Type: filter.Number, Member: []string{"usage", "total_tokens"}},
		"feedback_scores":         {Type: filter.FeedbackScores},
		"duration":                {Type: filter.Number}, "ttft": {Type: filter.Number},
		"error_info": {Type: filter.ErrorInfo},
		"error_type": {Type: filter.String, Member: []string{"error_info", "exception_type"}},
		"type":       {Type: filter.Enum}, "trace_id": {Type: filter.StringExact},
		"source": {Type: filter.Source}, "custom": {Type: filter.Custom},
		"environment": {Type: filter.Enum},
	}
	threadFilters = filter.Fields{
		"id": {Type: filter.StringExact}, "first_message": {Type: filter.String},
		"last_message":       {Type: filter.String},
		"number_of_messages": {Type: filter.Number, Zero: true},
		"duration":           {Type: filter.Number},
		"created_at":         {Type: filter.DateTime}, "last_updated_at": {Type: filter.DateTime},
		"start_time": {Type: filter.DateTime}, "end_time": {Type: filter.DateTime},
		"feedback_scores": {Type: filter.FeedbackScores}, "status": {Type: filter.Enum},
		"tags": {Type: filter.List}, "annotation_queue_ids": {Type: filter.List},
		"source": {Type: filter.Source}, "environment": {Type: filter.Enum},
	}
)

var (
	traceSorting = []string{"id", "name", "input", "output", "start_time", "end_time", "duration",
		"ttft", "metadata", "thread_id", "span_count", "llm_span_count", "usage.*",
		"total_estimated_cost", "tags", "error_info", "created_by", "feedback_scores.*", "experiment_id"}
	spanSorting = []string{"id", "name", "type", "trace_id", "parent_span_id", "input", "output",
		"metadata", "start_time", "end_time", "duration", "ttft", "usage.*", "tags", "created_at",
		"last_updated_at", "model", "provider", "total_estimated_cost", "error_info", "created_by",
		"feedback_scores.*"}
	threadSorting = []string{"id", "start_time", "end_time", "duration", "number_of_messages",
		"last_updated_at", "created_by", "created_at", "usage.*", "total_estimated_cost",
		"feedback_scores.*", "status", "tags"}
)
