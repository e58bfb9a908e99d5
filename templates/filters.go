package templates

import "github.com/opik-go/sdk/gen/rest"

// TraceFilter says which traces are meant.
//
//opik:filter "traces" schema=TraceFilter
type TraceFilter struct {
	ID        Exact
	Name      Text
	StartTime Time
	EndTime   Time
	// It is the whole input as text.
	Input Text
	// It is the whole output as text.
	Output Text
	// It is a value inside of the input.
	InputJSON JSON
	// It is a value inside of the output.
	OutputJSON JSON
	// It is a value inside of the metadata.
	Metadata JSON
	// It is the cost of all spans, in US dollars.
	TotalEstimatedCost Number
	LLMSpanCount       Number
	Tags               List
	CompletionTokens   Number `opik:"usage.completion_tokens"`
	PromptTokens       Number `opik:"usage.prompt_tokens"`
	TotalTokens        Number `opik:"usage.total_tokens"`
	FeedbackScores     Score
	// These are the scores of its spans.
	SpanFeedbackScores Score
	// It is in milliseconds.
	Duration Number
	// It is the time to the first token, in milliseconds.
	TTFT     Number
	ThreadID Exact
	// It is passed or failed.
	Guardrails     Text
	VisibilityMode Enum[rest.TraceVisibilityMode]
	// It is empty unless there was an error.
	ErrorInfo Presence
	// It is the type of the error.
	ErrorType     Text
	CreatedAt     Time
	LastUpdatedAt Time
	// It is a value of the entity by its full name, such as input.question.
	Custom             Path
	AnnotationQueueIDs List
	ExperimentID       Exact
	ExperimentIDs      OneOf
	Source             Source[rest.Source] `property:"Trace_Public.source"`
	Environment        Label               `property:"Trace_Public.environment"`
}

// SpanFilter says which spans are meant.
//
//opik:filter "spans" schema=SpanFilter
type SpanFilter struct {
	ID        Exact
	Name      Text
	StartTime Time
	EndTime   Time
	// It is the whole input as text.
	Input Text
	// It is the whole output as text.
	Output Text
	// It is a value inside of the input.
	InputJSON JSON
	// It is a value inside of the output.
	OutputJSON JSON
	// It is a value inside of the metadata.
	Metadata JSON
	Model    Text
	Provider Text
	// It is in US dollars.
	TotalEstimatedCost Number
	Tags               List
	CompletionTokens   Number `opik:"usage.completion_tokens"`
	PromptTokens       Number `opik:"usage.prompt_tokens"`
	TotalTokens        Number `opik:"usage.total_tokens"`
	FeedbackScores     Score
	// It is in milliseconds.
	Duration Number
	// It is the time to the first token, in milliseconds.
	TTFT Number
	// It is empty unless there was an error.
	ErrorInfo Presence
	// It is the type of the error.
	ErrorType   Text
	Type        Enum[rest.SpanType]
	TraceID     Exact
	Source      Source[rest.Source] `property:"Span_Public.source"`
	Environment Label               `property:"Span_Public.environment"`
	// It is a value of the entity by its full name, such as input.question.
	Custom Path
}

// ThreadFilter says which threads are meant.
//
//opik:filter "threads" schema=TraceThreadFilter
type ThreadFilter struct {
	// It is the id that the application gave.
	ID               Exact
	FirstMessage     Text
	LastMessage      Text
	NumberOfMessages Number
	// It is in milliseconds.
	Duration           Number
	CreatedAt          Time
	LastUpdatedAt      Time
	StartTime          Time
	EndTime            Time
	FeedbackScores     Score
	Status             Enum[rest.TraceThreadStatus]
	Tags               List
	AnnotationQueueIDs List
	Source             Source[rest.Source]
	Environment        Label `property:"TraceThread.environment"`
}

// DatasetItemFilter says which items of a dataset are meant.
//
//opik:filter "dataset items" schema=DatasetItemFilter
type DatasetItemFilter struct {
	ID Exact
	// It is a column of the item.
	Data Map
	// It is all columns as one text.
	FullData      Text
	Source        Text
	TraceID       Exact
	SpanID        Exact
	CreatedAt     Time
	LastUpdatedAt Time
	CreatedBy     Text
	LastUpdatedBy Text
	Tags          List
}

// ExperimentItemFilter says which items of a dataset are meant, in a comparison of
// experiments that ran on them.
//
//opik:filter "compared items" schema=ExperimentComparisonFilter
type ExperimentItemFilter struct {
	ID            Exact
	Source        Text
	TraceID       Exact
	SpanID        Exact
	CreatedAt     Time
	LastUpdatedAt Time
	CreatedBy     Text
	LastUpdatedBy Text
	// It is in milliseconds.
	Duration Number
	// It is all of the output as one text.
	Output         Text
	FeedbackScores Score
	// It is in US dollars.
	TotalEstimatedCost Number
	TotalTokens        Number `opik:"usage.total_tokens"`
	// It is a column of the item.
	Data Column
	// It is a part of the output.
	OutputColumn Column `opik:"output"`
	// It is a part of the input.
	InputColumn Column `opik:"input"`
	// It is a part of the metadata.
	MetadataColumn Column `opik:"metadata"`
}

// DatasetFilter says which datasets are meant.
//
//opik:filter "datasets" operations=findDatasets,findDatasetsByProject
type DatasetFilter struct {
	ID          Exact
	Name        Match
	Description Match
	// It is all tags as one text.
	Tags                      Match
	CreatedAt                 Time
	CreatedBy                 Match
	LastUpdatedAt             Time
	LastUpdatedBy             Match
	LastCreatedExperimentAt   Time
	LastCreatedOptimizationAt Time
	Type                      Enum[rest.DatasetType]
}

// ExperimentFilter says which experiments are meant.
//
//opik:filter "experiments" operations=findExperiments,findExperimentsByProject,findExperimentGroups,findExperimentGroupsAggregations
type ExperimentFilter struct {
	Metadata  JSON
	DatasetID Exact
	ProjectID Exact
	PromptIDs List
	Tags      List
	// These are averages of the scores of its traces.
	FeedbackScores Score
	// These are scores of the experiment itself.
	ExperimentScores Score
}

// PromptFilter says which prompts are meant.
//
//opik:filter "prompts" operations=getPrompts,getPromptsByProject
type PromptFilter struct {
	ID            Exact
	Name          Match
	Description   Match
	CreatedAt     Time
	CreatedBy     Match
	LastUpdatedAt Time
	LastUpdatedBy Match
	// It is all tags as one text.
	Tags         Match
	VersionCount Number
	// It is text or chat.
	TemplateStructure Match
}

// PromptVersionFilter says which versions of a prompt are meant.
//
//opik:filter "prompt versions" operations=getPromptVersions
type PromptVersionFilter struct {
	ID                Exact
	Commit            Match
	Template          Match
	ChangeDescription Match
	Metadata          OrderedJSON
	Type              Enum[rest.PromptType]
	// It is all tags as one text.
	Tags      Match
	CreatedAt Time
	CreatedBy Match
}

// OptimizationFilter says which optimizations are meant.
//
//opik:filter "optimizations" operations=findOptimizations,findOptimizationsByProject
type OptimizationFilter struct {
	Metadata  JSON
	DatasetID Exact
	ProjectID Exact
	Status    Enum[rest.OptimizationStatus]
}

// AnnotationQueueFilter says which annotation queues are meant.
//
//opik:filter "annotation queues" operations=findAnnotationQueues
type AnnotationQueueFilter struct {
	ID                      Exact
	ProjectID               Exact
	Name                    Text
	Description             Text
	Instructions            Text
	FeedbackDefinitionNames List
	Scope                   Enum[rest.AnnotationQueueScope]
	CreatedAt               Time
	CreatedBy               Text
	LastUpdatedAt           Time
	LastUpdatedBy           Text
}

// AlertFilter says which alerts are meant.
//
//opik:filter "alerts" operations=findAlerts,findAlertsByProject
type AlertFilter struct {
	ID            Exact
	Name          Match
	AlertType     Enum[rest.AlertType]
	WebhookURL    Match
	CreatedAt     Time
	CreatedBy     Match
	LastUpdatedAt Time
	LastUpdatedBy Match
}

// AutomationRuleFilter says which automation rules are meant.
//
//opik:filter "automation rules" operations=findEvaluators
type AutomationRuleFilter struct {
	ID   Exact
	Name Match
	Type Enum[rest.AutomationRuleEvaluatorType]
	// It is true or false.
	Enabled Match
	// It is the share of the traces that it looks at, from 0 to 1.
	SamplingRate  Number
	CreatedAt     Time
	CreatedBy     Match
	LastUpdatedAt Time
	LastUpdatedBy Match
}

// DashboardFilter says which dashboards are meant.
//
//opik:filter "dashboards" operations=findDashboards,findDashboardsByProject
type DashboardFilter struct {
	ID            Exact
	Name          Match
	Description   Match
	Type          Enum[rest.DashboardType]
	Scope         Enum[rest.DashboardScope]
	CreatedAt     Time
	CreatedBy     Match
	LastUpdatedAt Time
	LastUpdatedBy Match
}
