package opik

import (
	"context"
	"iter"
)

// Trials returns the experiments of the optimization that match params, newest first.
//
// It is [ExperimentsService.List] for this optimization, which says more about
// requests and errors.
func (h *Optimization) Trials(ctx context.Context, params ExperimentListParams, opts ...CallOption) iter.Seq2[*Experiment, error] {
	if err := h.usable(); err != nil {
		return failed[*Experiment](err)
	}
	params.OptimizationID = h.ID()
	return h.client.Experiments.List(ctx, params, opts...)
}

// Delete deletes the optimization. One that does not exist any more is no error. Its
// trials stay. It blocks until the server has answered its request.
func (h *Optimization) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.DeleteOptimizations(ctx, []string{h.ID()}, opts...)
}

// URL returns an address that shows the optimization in a browser. It is empty for a
// nil handle, and makes no request.
func (h *Optimization) URL() string {
	if h.usable() != nil {
		return ""
	}
	record := h.known()
	return h.client.redirectURL("optimizations", "optimization_id", record.ID, record.DatasetID)
}
