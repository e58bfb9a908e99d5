package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Optimizations reads and writes optimizations: runs that try variants of a prompt,
// each an experiment, to better a score.
//
// [Client.CreateOptimization] and [Client.GetOptimizationByID] are for working with
// one of them: they return an [Optimization].
//
//opik:service tag=Optimizations
type Optimizations interface {
	Get(ctx context.Context, id string) (*rest.Optimization, error)
	List(ctx context.Context) iter.Seq2[rest.Optimization, error]

	// Create creates an optimization and returns its id. A dataset of the name is
	// created if there is none. An optimization with params.ID is replaced.
	Create(ctx context.Context, datasetName, objectiveName string, status rest.OptimizationStatus) (string, error)

	// Upsert creates an optimization or replaces the one with params.ID, and returns
	// its id.
	Upsert(ctx context.Context, datasetName, objectiveName string, status rest.OptimizationStatus) (string, error)

	// Update changes what params sets of an optimization. It fails with [ErrNotFound]
	// if there is no such optimization, and with [ErrConflict] if one that is over is
	// to be cancelled.
	//
	//opik:op updateOptimizationsById
	Update(ctx context.Context, id string) error

	// DeleteBatch deletes several optimizations at once. Those that do not exist are no
	// error.
	//
	//opik:op deleteOptimizationsById
	DeleteBatch(ctx context.Context, ids []string) error

	// StudioLogs returns where the log of a run in the optimization studio can be read.
	//
	//opik:op getStudioOptimizationLogs
	StudioLogs(ctx context.Context, id string) (*rest.OptimizationStudioLog, error)
}
