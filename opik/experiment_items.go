package opik

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// ExperimentItemContent is what an experiment made of an item of a dataset.
type ExperimentItemContent struct {
	// ExperimentItem has the ids of the item, of its trace and of the item of the
	// dataset, and what the trace has: Input, Output, FeedbackScores, AssertionResults,
	// Comments, Duration in milliseconds, TotalEstimatedCost in US dollars, Usage.
	rest.ExperimentItem
	// DatasetItemData are the columns of the item of the dataset, a JSON object, as the
	// experiment saw them. If the item is gone, it is the trace's input.
	DatasetItemData json.RawMessage
}

// ExperimentItemsParams holds the optional inputs of [Experiment.Items].
type ExperimentItemsParams struct {
	// Filter are conditions in Opik's query language that an item must meet, such as
	// feedback_scores.exact < 1. A mistake in them is a [*FilterError], and nothing is sent.
	Filter ExperimentItemFilter
	// Filters are further conditions that an item must meet, all of them.
	Filters []rest.ExperimentComparisonFilter
	// Search is a text that data or output must contain, in upper or lower case.
	Search string
	// Sorting orders the items; only the first element counts. Without it, items of the
	// dataset come newest first.
	Sorting []rest.SortingField
	// Truncate cuts data, inputs and outputs to 10,001 characters. By default they are
	// whole.
	Truncate bool
	// MaxResults ends the list after so many items. By default it goes on to the last.
	MaxResults int
	// PageSize is the number of items of the dataset to ask for in one request, by
	// default 100.
	PageSize int
}

// Items returns what the experiment made of the items of its dataset. An item of the
// dataset that was run several times appears several times. Items that were queued
// are there after [Client.Flush].
//
// They are read with the items of the dataset, which finds them by the experiment's
// id. If the dataset is gone, they are looked for by the experiment's name instead,
// and then Filter, Filters, Search and Sorting cannot be used: that is a [*ValidationError].
//
// It fetches pages as the caller goes on and none after the caller stops. After an
// error the iterator ends; every range over it starts anew.
func (h *Experiment) Items(ctx context.Context, params ExperimentItemsParams, opts ...CallOption) iter.Seq2[ExperimentItemContent, error] {
	return func(yield func(ExperimentItemContent, error) bool) {
		if err := h.usable(); err != nil {
			yield(ExperimentItemContent{}, err)
			return
		}
		if h.known().DatasetID == "" {
			if err := h.Refresh(ctx, opts...); err != nil {
				yield(ExperimentItemContent{}, err)
				return
			}
		}
		items := h.comparedItems
		if h.known().DatasetID == "" {
			items = h.streamedItems
		}
		n := 0
		for item, err := range items(ctx, params, opts) {
			if n++; !yield(item, err) || n == params.MaxResults {
				return
			}
		}
	}
}

// comparedItems reads the items of the dataset together with those of the experiment.
func (h *Experiment) comparedItems(ctx context.Context, params ExperimentItemsParams, opts []CallOption) iter.Seq2[ExperimentItemContent, error] {
	record := h.known()
	list := DatasetListExperimentItemsParams{
		Filter: params.Filter, Filters: params.Filters, Search: params.Search, Sorting: params.Sorting, Truncate: &params.Truncate, PageSize: params.PageSize,
	}
	return func(yield func(ExperimentItemContent, error) bool) {
		for item, err := range h.client.Datasets.ListExperimentItems(ctx, record.DatasetID, []string{record.ID}, list, opts...) {
			if err != nil {
				yield(ExperimentItemContent{}, err)
				return
			}
			for _, run := range item.ExperimentItems {
				if run.ExperimentID == record.ID && !yield(contentOf(run, item.Data), nil) {
					return
				}
			}
		}
	}
}

// streamedItems searches for the items by the name of the experiment, which others
// may have too.
func (h *Experiment) streamedItems(ctx context.Context, params ExperimentItemsParams, opts []CallOption) iter.Seq2[ExperimentItemContent, error] {
	if params.Filter != "" || params.Filters != nil || params.Search != "" || params.Sorting != nil {
		return failed[ExperimentItemContent](&ValidationError{
			Method: "Experiment.Items", Field: "params", Reason: "has Filter, Filters, Search or Sorting, which need the dataset, and that is gone",
		})
	}
	record := h.known()
	search := ExperimentSearchItemsParams{ProjectName: record.ProjectName, Truncate: &params.Truncate}
	return func(yield func(ExperimentItemContent, error) bool) {
		for run, err := range h.client.Experiments.SearchItems(ctx, record.Name, search, opts...) {
			switch {
			case err != nil:
				yield(ExperimentItemContent{}, fmt.Errorf("opik: Experiment.Items: %w", err))
				return
			case run.ExperimentID == record.ID && !yield(contentOf(run, nil), nil):
				return
			}
		}
	}
}

func contentOf(run rest.ExperimentItem, data json.RawMessage) ExperimentItemContent {
	if len(data) == 0 || string(data) == "{}" || string(data) == "null" {
		data = run.Input
	}
	return ExperimentItemContent{ExperimentItem: run, DatasetItemData: data}
}
