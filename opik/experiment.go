package opik

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/message"
)

// ExperimentType is what an experiment is for. Servers may know more types than
// these.
type ExperimentType = rest.ExperimentType

// Types of experiments. They are spelt out because a server's contract may lack some.
const (
	ExperimentTypeRegular   ExperimentType = "regular"    // the default
	ExperimentTypeTrial     ExperimentType = "trial"      // of an optimization, over the whole dataset
	ExperimentTypeMiniBatch ExperimentType = "mini-batch" // of an optimization, over a part of the dataset
	ExperimentTypeMutation  ExperimentType = "mutation"   // of an optimization, a changed prompt
)

// EvaluationMethod says what the items of an experiment's dataset are.
type EvaluationMethod = rest.ExperimentEvaluationMethod

// Methods of evaluation.
const (
	EvaluationMethodDataset EvaluationMethod = "dataset"          // inputs that metrics score; the default
	EvaluationMethodSuite   EvaluationMethod = "evaluation_suite" // tests with assertions that pass or fail
)

// ExperimentScore is a score of an experiment as a whole.
type ExperimentScore = rest.ExperimentScore

// Insert says which traces the experiment made of which items of the dataset. It does
// not block: the items are queued as [Client.LogExperimentItems] does, which says
// more about errors, and sent after the traces. The experiment's id takes the place
// of ExperimentID, and its project that of an empty ProjectName.
func (h *Experiment) Insert(items ...ExperimentItem) error {
	if err := h.usable(); err != nil {
		return err
	}
	record := h.known()
	return queueRecords(h.client, "Experiment.Insert", items, func(r ExperimentItem) message.ExperimentItem {
		r.ID, r.ExperimentID = orNewID(r.ID), record.ID
		if r.ProjectName == "" {
			r.ProjectName = h.client.projectName(record.ProjectName, "")
		}
		return message.ExperimentItem(r)
	})
}

// SetScores sets the scores of the experiment as a whole, an average over its items
// for instance, in place of those that it has. Without scores it does nothing. A
// score without a name, or whose value is no finite number, is a [*ValidationError],
// and then nothing is sent.
//
// It blocks until the server has answered its request. Its error matches
// [ErrNotFound] if there is no such experiment any more.
func (h *Experiment) SetScores(ctx context.Context, scores ...ExperimentScore) error {
	if err := h.usable(); err != nil {
		return err
	}
	var problems []error
	for i, score := range scores {
		invalid := func(field, reason string) {
			problems = append(problems, &ValidationError{Method: "Experiment.SetScores", Field: fmt.Sprintf("scores[%d].%s", i, field), Reason: reason})
		}
		if strings.TrimSpace(score.Name) == "" {
			invalid("Name", "is missing")
		}
		if math.IsNaN(score.Value) || math.IsInf(score.Value, 0) {
			invalid("Value", "is no finite number")
		}
	}
	if err := errors.Join(problems...); err != nil || len(scores) == 0 {
		return err
	}
	scores = append([]ExperimentScore(nil), scores...)
	if err := h.client.Experiments.Update(ctx, h.ID(), ExperimentUpdateParams{ExperimentScores: scores}); err != nil {
		return err
	}
	h.change(func(record *rest.Experiment) { record.ExperimentScores = scores })
	return nil
}

// Finish sends everything that the client has queued, as [Client.Flush] does, and then
// tells the server that the experiment is complete: alerts about finished experiments
// are sent, and figures are computed.
//
// It blocks until the server has answered, or ctx ends. If something is still queued
// then, the experiment is not finished, and the call may be repeated. If something
// was lost, the experiment is finished, and the error says so all the same; such an
// error wraps [ErrNotDelivered]. What was delivered meanwhile is not part of the next
// [Receipt].
func (h *Experiment) Finish(ctx context.Context) error {
	if err := h.usable(); err != nil {
		return err
	}
	receipt, lost := h.client.Flush(ctx)
	if receipt.Total().Queued > 0 {
		return lost
	}
	return errors.Join(lost, h.client.Experiments.Finish(orBackground(ctx), []string{h.ID()}))
}

// Delete deletes the experiment with its items. One that does not exist any more is
// no error. The traces stay. It blocks until the server has answered its request.
func (h *Experiment) Delete(ctx context.Context, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	return h.client.DeleteExperiments(ctx, []string{h.ID()}, opts...)
}

// URL returns an address that shows the experiment in a browser. It is empty for a
// nil handle, and makes no request.
func (h *Experiment) URL() string {
	if h.usable() != nil {
		return ""
	}
	record := h.known()
	return h.client.redirectURL("experiments", "experiment_id", record.ID, record.DatasetID)
}
