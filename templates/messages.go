package templates

import "github.com/opik-go/sdk/gen/rest"

// Trace is the complete state of a trace. The server keeps the one with the
// greatest LastUpdatedAt, whatever the order of arrival, and erases what that one
// does not have.
//
//opik:async createTraces items=traces key=id merge=replace group=id attach=trace
//opik:field environment keep "Environment is where the trace was recorded: production, staging."
type Trace rest.Trace

// Span is the complete state of a span. The server keeps the one with the
// greatest LastUpdatedAt, whatever the order of arrival, and erases what that one
// does not have.
//
//opik:async createSpans items=spans key=id merge=replace group=trace_id attach=span
//opik:field environment keep "Environment is where the span was recorded: production, staging."
type Span rest.Span

// The server reads tags to add and to remove only in updates of several records at
// once, so the next two messages hide them.

// TraceUpdate changes a trace. What is not set stays as it is; an empty list or
// object takes the place of what the server has. If the server does not know the
// trace yet, it keeps the change until the trace arrives.
//
//opik:async updateTrace key=id,project_name,project_id merge=fields updates=Trace group=id attach=trace method=UpdateTrace
//opik:field id "ID is the trace's id."
//opik:field source "Source is what made the trace; it is changed only if it is set."
//opik:field tags_to_add hide
//opik:field tags_to_remove hide
//opik:field environment keep "Environment is where the trace was recorded: production, staging."
type TraceUpdate rest.TraceUpdate

// SpanUpdate changes a span. What is not set stays as it is; an empty list or
// object takes the place of what the server has. If the server does not know the
// span yet, it keeps the change until the span arrives. TraceID and ParentSpanID
// must be those that the span was created with, or the server refuses the change.
//
//opik:async updateSpan key=id,trace_id,parent_span_id,project_name,project_id merge=fields updates=Span group=trace_id attach=span method=UpdateSpan
//opik:field id "ID is the span's id."
//opik:field source "Source is what made the span; it is changed only if it is set."
//opik:field tags_to_add hide
//opik:field tags_to_remove hide
//opik:field environment keep "Environment is where the span was recorded: production, staging."
type SpanUpdate rest.SpanUpdate

// TraceScore is a feedback score for a trace. The trace need not have arrived yet.
// A later score of the same name and author replaces it.
//
//opik:async scoreBatchOfTraces items=scores key=id,name,project_name,author merge=replace group=id method=LogTracesFeedbackScores
//opik:field id "ID is the trace's id."
//opik:field source value=sdk
//opik:field project_id hide
type TraceScore rest.FeedbackScoreBatchItem

// SpanScore is a feedback score for a span. The span need not have arrived yet.
// A later score of the same name and author replaces it.
//
//opik:async scoreBatchOfSpans items=scores key=id,name,project_name,author merge=replace method=LogSpansFeedbackScores
//opik:field id "ID is the span's id."
//opik:field source value=sdk
//opik:field project_id hide
type SpanScore rest.FeedbackScoreBatchItem

// ThreadScore is a feedback score for a thread. A later score of the same name
// and author replaces it.
//
//opik:async scoreBatchOfThreads items=scores key=thread_id,name,project_name,author merge=replace method=LogThreadsFeedbackScores
//opik:field source value=sdk
//opik:field project_id hide
type ThreadScore rest.FeedbackScoreBatchItemThread
