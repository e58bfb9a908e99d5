package opik

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Limits of the server for one request of [Experiment.Upload]. The size is that of the
// request before it is compressed. Requests are filled up to a little less than what
// the server takes, since it counts the bytes of its own way to write them.
const (
	fullUploadBytes = 4_000_000
	maxUploadBytes  = 4 << 20
	maxUploadItems  = 1000
	maxUploadSpans  = 100
	maxUploadScores = 100
)

// ExperimentUpload is a finished run over an item of a dataset, for
// [Experiment.Upload].
type ExperimentUpload struct {
	// DatasetItemID is the id of the item, a UUID of version 7. It is required.
	DatasetItemID string
	// Output is what the run made of the item, any JSON value. The server makes a trace
	// for it. It cannot be given together with Trace.
	Output any
	// Trace is the trace of the run, with StartTime; its project is the experiment's.
	// Without ID, it gets a new one. Without Source, that is [SourceExperiment].
	Trace *rest.Trace
	// Spans are the steps of the run, each with StartTime; at most 100, which is the
	// server's limit. Without ID, a span gets a new one.
	Spans []rest.Span
	// FeedbackScores are the scores of the run; at most 100, which is the server's
	// limit. Without Source, that is "sdk".
	FeedbackScores []rest.FeedbackScore
}

// Upload stores runs that are finished, together with their traces, spans and scores.
// It is for results that were made elsewhere; what the program runs itself is better
// traced, and told by [Experiment.Insert].
//
// The runs are divided among requests of at most 1,000 runs and 4 MB, which are the
// server's limits. It blocks until the server has answered the last one.
//
// What the server would refuse is found before the first request: a run without
// DatasetItemID, with both Output and Trace, with too many spans or scores, with a
// value that JSON does not have, or too large for a request of its own. The error then
// names all such runs by index and field, as a [*ValidationError] each, and nothing is
// sent. If a request fails, those before it have been stored; the error is an
// [*UploadError] that says how many runs they had.
func (h *Experiment) Upload(ctx context.Context, runs []ExperimentUpload, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	record := h.known()
	if record.DatasetName == "" {
		return &ValidationError{Method: "Experiment.Upload", Field: "dataset", Reason: "is gone, and runs cannot be stored without it"}
	}
	head := rest.ExperimentItemBulkUpload{ExperimentID: record.ID, ExperimentName: record.Name, DatasetName: record.DatasetName}
	// Older servers read the project only from each trace.
	project := h.client.projectName(record.ProjectName, "")
	setOptional(&head, "ProjectName", project)
	batches, err := uploadBatches(head, project, runs)
	if err != nil {
		return err
	}
	stored := 0
	for _, batch := range batches {
		head.Items = batch
		if err := h.client.rest.ExperimentItemsBulk(ctx, head, opts...); err != nil {
			return &UploadError{Stored: stored, Err: err}
		}
		stored += len(batch)
	}
	return nil
}

// UploadError says that an upload in several requests failed at one of them. Find it
// with [errors.As] as *UploadError; the cause can be asked for as well.
type UploadError struct {
	// Stored is how many runs, from the first on, were stored before. Whether those of
	// the request that failed were stored is known only if the server refused it.
	Stored int
	// Err is the cause.
	Err error
}

// Error gives the number and the cause.
func (e *UploadError) Error() string {
	return fmt.Sprintf("opik: Experiment.Upload: after %d runs: %v", e.Stored, e.Err)
}

// Unwrap returns the cause.
func (e *UploadError) Unwrap() error { return e.Err }

// uploadBatches checks all runs and divides them among requests.
func uploadBatches(head rest.ExperimentItemBulkUpload, project string, runs []ExperimentUpload) ([][]rest.ExperimentItemBulkRecord, error) {
	head.Items = []rest.ExperimentItemBulkRecord{}
	empty, err := json.Marshal(head)
	if err != nil {
		return nil, &ValidationError{Method: "Experiment.Upload", Field: "experiment", Reason: "cannot be encoded", Err: err}
	}
	var problems []error
	var batches [][]rest.ExperimentItemBulkRecord
	var batch []rest.ExperimentItemBulkRecord
	size := len(empty)
	for i, run := range runs {
		item, found := run.record(project, fmt.Sprintf("runs[%d]", i))
		if found != nil {
			problems = append(problems, found...)
			continue
		}
		encoded, err := json.Marshal(item)
		if err != nil {
			problems = append(problems, &ValidationError{Method: "Experiment.Upload", Field: fmt.Sprintf("runs[%d]", i), Reason: "cannot be encoded", Err: err})
			continue
		}
		n := len(encoded) + 1 // with its comma
		if len(empty)+n > maxUploadBytes {
			problems = append(problems, &ValidationError{
				Method: "Experiment.Upload", Field: fmt.Sprintf("runs[%d]", i),
				Reason: fmt.Sprintf("takes %d bytes; a request may have %d", n, maxUploadBytes),
			})
			continue
		}
		if len(batch) == maxUploadItems || size+n > fullUploadBytes {
			batches, batch, size = append(batches, batch), nil, len(empty)
		}
		batch, size = append(batch, item), size+n
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches, errors.Join(problems...)
}

// record returns the run as it is sent, or what the server would refuse about it.
func (u ExperimentUpload) record(project, field string) (item rest.ExperimentItemBulkRecord, problems []error) {
	invalid := func(name, reason string, err error) {
		problems = append(problems, &ValidationError{Method: "Experiment.Upload", Field: field + "." + name, Reason: reason, Err: err})
	}
	item.DatasetItemID = u.DatasetItemID
	if u.DatasetItemID == "" {
		invalid("DatasetItemID", "is missing", nil)
	} else if err := uuid7.Check(u.DatasetItemID); err != nil {
		invalid("DatasetItemID", "is invalid", err)
	}
	if u.Output != nil && u.Trace != nil {
		invalid("Output", "is given together with Trace", nil)
	}
	if u.Output != nil {
		item.EvaluateTaskResult = json.RawMessage(jsonenc.AppendValue(nil, u.Output))
	}
	checkID := func(name, id string) string {
		id = orNewID(id)
		if err := uuid7.Check(id); err != nil {
			invalid(name, "is invalid", err)
		}
		return id
	}
	if u.Trace != nil {
		trace := *u.Trace
		trace.ProjectName = project
		trace.ID, trace.Source = checkID("Trace.ID", trace.ID), cmp.Or(trace.Source, SourceExperiment)
		if trace.StartTime.IsZero() {
			invalid("Trace.StartTime", "is missing", nil)
		}
		item.Trace = &trace
	}
	if n := len(u.Spans); n > maxUploadSpans {
		invalid("Spans", fmt.Sprintf("has %d elements; at most %d are allowed", n, maxUploadSpans), nil)
	}
	for i, span := range u.Spans {
		name := fmt.Sprintf("Spans[%d].", i)
		span.ID, span.Source = checkID(name+"ID", span.ID), cmp.Or(span.Source, SourceExperiment)
		if span.StartTime.IsZero() {
			invalid(name+"StartTime", "is missing", nil)
		}
		item.Spans = append(item.Spans, span)
	}
	if n := len(u.FeedbackScores); n > maxUploadScores {
		invalid("FeedbackScores", fmt.Sprintf("has %d elements; at most %d are allowed", n, maxUploadScores), nil)
	}
	for i, score := range u.FeedbackScores {
		if score.Name == "" {
			invalid(fmt.Sprintf("FeedbackScores[%d].Name", i), "is missing", nil)
		}
		score.Source = cmp.Or(score.Source, "sdk")
		item.FeedbackScores = append(item.FeedbackScores, score)
	}
	return item, problems
}
