package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// ClientOptimizations are the methods of Client about optimizations.
//
//opik:client
type ClientOptimizations interface {
	// CreateOptimization creates an optimization, which is running, and returns it. A
	// dataset of the name is created if there is none. An optimization with params.ID is
	// replaced. objectiveName is the score that trials are judged by.
	//
	//opik:field status value=running
	CreateOptimization(ctx context.Context, datasetName, objectiveName string) (*Optimization, error)

	// GetOptimizationByID returns the optimization with the id. It fails with
	// [ErrNotFound] if there is none.
	GetOptimizationByID(ctx context.Context, id string) (*Optimization, error)

	// DeleteOptimizations deletes optimizations. Those that do not exist are no error.
	// Their trials stay.
	//
	//opik:op deleteOptimizationsById
	DeleteOptimizations(ctx context.Context, ids []string) error
}

// Optimization is an optimization on the server: a series of trials that look for a
// better prompt. A trial is an experiment of type trial, or mini-batch, that is
// created with the id of the optimization. [Client.CreateOptimization] and
// [Client.GetOptimizationByID] return it.
//
//opik:handle rest.Optimization service=Optimizations
type Optimization interface {
	// Update changes what params sets, name and status for instance. It fails with
	// [ErrConflict] if an optimization that is over is to be cancelled.
	Update(ctx context.Context) error
}

// Optimizations reads and writes optimizations: series of experiments that look for
// a better prompt.
//
// [Client.CreateOptimization] and [Client.GetOptimizationByID] are for working with
// one of them.
//
//opik:service tag=Optimizations
type Optimizations interface {
	// List returns the optimizations that match params, newest first.
	List(ctx context.Context) iter.Seq2[*Optimization, error]

	// Upsert creates an optimization in any state, or replaces the one with params.ID,
	// and returns its id.
	Upsert(ctx context.Context, datasetName, objectiveName string, status rest.OptimizationStatus) (string, error)

	// Update changes what params sets of an optimization. It fails with [ErrNotFound]
	// if there is no such optimization, and with [ErrConflict] if one that is over is
	// to be cancelled.
	//
	//opik:op updateOptimizationsById
	Update(ctx context.Context, id string) error

	// StudioLogs returns where the log of a run in the optimization studio can be read.
	//
	//opik:op getStudioOptimizationLogs
	StudioLogs(ctx context.Context, id string) (*rest.OptimizationStudioLog, error)
}
