package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// ClientExperiments are the methods of Client about experiments.
//
//opik:client
type ClientExperiments interface {
	// GetExperimentByID returns the experiment with the id. It fails with [ErrNotFound]
	// if there is none.
	GetExperimentByID(ctx context.Context, id string) (*Experiment, error)

	// DeleteExperiments deletes experiments with their items. Those that do not exist
	// are no error. The traces stay.
	//
	//opik:op deleteExperimentsById
	DeleteExperiments(ctx context.Context, ids []string) error
}

// Experiment is an experiment on the server: what a program made of the items of a
// dataset, and how good that was. [Client.CreateExperiment],
// [Client.GetExperimentByID] and [Client.GetExperimentsByName] return it.
//
// A run of the program over an item is a trace. [Experiment.Insert] says which trace
// belongs to which item, scores of the traces are those of the run, and
// [Experiment.SetScores] sets scores of the whole. [Experiment.Finish] says that this
// was all, and [Experiment.Items] reads the runs back.
//
//opik:handle rest.Experiment service=Experiments
type Experiment interface {
	// Update changes the experiment. What params does not set stays as it is.
	Update(ctx context.Context) error
}

// Experiments reads and changes experiments and their items.
//
// [Client.CreateExperiment] and [Client.GetExperimentByID] are for working with one
// of them.
//
//opik:service tag=Experiments
type Experiments interface {
	// List returns the experiments that match params, newest first.
	List(ctx context.Context) iter.Seq2[*Experiment, error]

	// Search returns the experiments that have the text in their names, in upper or
	// lower case, newest first. [Client.GetExperimentsByName] returns those with just
	// that name.
	Search(ctx context.Context, name string) iter.Seq2[*Experiment, error]

	// Create creates an experiment and returns its id. A dataset of the name is created
	// if there is none. If there is an experiment with params.ID, nothing is changed and
	// that is no error. It fails with [ErrConflict] if a prompt version or the version of
	// the dataset does not exist.
	//
	// [Client.CreateExperiment] takes prompts and free-form metadata instead.
	Create(ctx context.Context, datasetName string) (string, error)

	// Update changes an experiment. What params does not set stays as it is. It fails
	// with [ErrNotFound] if there is no such experiment.
	Update(ctx context.Context, id string) error

	// UpdateBatch makes the same change to several experiments. It changes their tags
	// as update.TagsToAdd and update.TagsToRemove say; update.Tags replaces the tags, or
	// adds to them if params.MergeTags is set. Ids that do not exist are skipped.
	//
	//opik:op batchUpdateExperiments
	UpdateBatch(ctx context.Context, ids []string, update rest.ExperimentUpdate) error

	// Finish says that nothing more is coming for the experiments: the server then
	// calls the webhooks of alerts about finished experiments. [Experiment.Finish]
	// first sends what is queued.
	Finish(ctx context.Context, ids []string) error

	// Execute lets the server run prompts over a dataset with a language model of the
	// workspace's providers, and returns the experiments that it fills.
	Execute(ctx context.Context, datasetID, datasetName string, prompts []rest.PromptVariant) (*rest.ExperimentExecutionResponse, error)

	// Groups returns the groups that the experiments which match params fall into: one
	// for each value of the first of groups, by the value. Groups within groups are not
	// part of the server's contract.
	//
	//opik:op findExperimentGroups
	Groups(ctx context.Context, groups []rest.GroupBy) (*rest.ExperimentGroupResponse, error)

	// AggregateGroups returns the groups of [ExperimentsService.Groups] with figures
	// about each.
	//
	//opik:op findExperimentGroupsAggregations
	AggregateGroups(ctx context.Context, groups []rest.GroupBy) (*rest.ExperimentGroupAggregationsResponse, error)

	// FeedbackScoreNames returns the names of the scores that the traces of experiments have.
	//
	//opik:op findFeedbackScoreNames
	FeedbackScoreNames(ctx context.Context) ([]rest.ScoreName, error)

	GetItem(ctx context.Context, id string) (*rest.ExperimentItem, error)

	// SearchItems returns the items of the experiments that have the text in their
	// names, in upper or lower case, newest first, with the inputs, outputs and
	// scores of their traces. [Experiment.Items] reads those of one experiment.
	SearchItems(ctx context.Context, experimentName string) iter.Seq2[rest.ExperimentItem, error]

	// BulkItems stores items of an experiment together with their traces, spans and
	// scores, which the server makes if an item has only a result. The request may hold
	// 4 MB at most; [Experiment.Upload] divides what is more.
	//
	//opik:op experimentItemsBulk
	BulkItems(ctx context.Context, experimentName, datasetName string, items []rest.ExperimentItemBulkRecord) error

	// DeleteItems deletes items of experiments. Those that do not exist are no error.
	// Their traces stay.
	DeleteItems(ctx context.Context, ids []string) error
}

// ExperimentItem says which trace an experiment made of an item of a dataset.
//
// Items are sent after the traces, so that none refers to a trace that is still on
// its way. The server does not check that trace and item exist.
//
//opik:async createExperimentItems items=experiment_items key=id lane=traces stage=3 merge=replace group=trace_id method=LogExperimentItems
//opik:field id "ID is a UUID of version 7."
//opik:field experiment_id "ExperimentID is the experiment's id; [Experiment.Insert] sets it."
//opik:field dataset_item_id "DatasetItemID is the id of the item that the experiment ran on."
//opik:field trace_id "TraceID is the id of the trace that was recorded for the run."
//opik:field execution_policy keep type=*rest.ExecutionPolicy "ExecutionPolicy says how often the item is run, and how many runs must pass."
//opik:field input hide
//opik:field output hide
//opik:field trace_metadata hide
type ExperimentItem rest.ExperimentItem
