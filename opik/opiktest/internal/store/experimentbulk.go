package store

import (
	"net/http"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// PutExperimentBulk stores items of an experiment together with their traces, spans
// and scores. The experiment is the one with the id, or a new one. Either all are
// stored or nothing is.
func (s *Store) PutExperimentBulk(body doc.Object, user string) error {
	items := doc.Objects(body, "items")
	bulk := make([]bulkItem, len(items))
	for i, item := range items {
		var err error
		if bulk[i], err = s.bulkItem(item); err != nil {
			return err
		}
	}
	e, err := s.bulkExperiment(body, user)
	if err != nil {
		return err
	}
	project := doc.String(body, "project_name")
	for _, b := range bulk {
		b.trace["project_name"] = project
		trace, id := s.projectForWrite(project, user), doc.String(b.trace, "id")
		s.putTrace(s.newRow(rowKey{Project: trace.ID, ID: id}, b.trace, user))
		for _, span := range b.spans {
			key, err := s.spanKey(span)
			if err != nil {
				return err
			}
			key.Project = trace.ID
			s.spans.put(s.newRow(key, span, user))
		}
		for _, score := range b.scores {
			s.putScore(entity{TraceEntity, id}, trace.ID, score, user)
		}
		s.addExperimentItem(&ExperimentItem{
			stamp: s.newStamp(user), ID: s.NewID(), Experiment: e.ID, DatasetItem: b.datasetItem, Trace: id, Project: trace.ID,
		})
	}
	return nil
}

// bulkItem is an item of a bulk upload whose ids are known to be right.
type bulkItem struct {
	datasetItem   string
	trace         doc.Object
	spans, scores []doc.Object
}

func (s *Store) bulkItem(item doc.Object) (b bulkItem, err error) {
	b.datasetItem, b.scores = lower(doc.String(item, "dataset_item_id")), doc.Objects(item, "feedback_scores")
	if !uuid7.IsV7(b.datasetItem) {
		return b, apierr.NotVersion7("Experiment Item dataset item")
	}
	b.trace = doc.Clone(doc.Member(item, "trace"))
	if item["trace"] == nil {
		now := doc.FormatTime(s.now())
		b.trace = doc.Object{
			"name": "evaluation_task", "source": "experiment", "start_time": now, "end_time": now,
			"output": item["evaluate_task_result"],
		}
	}
	id, err := s.writeID(b.trace, "Trace")
	if err != nil {
		return b, err
	}
	b.trace["id"] = id
	for _, span := range doc.Objects(item, "spans") {
		span = doc.With(doc.Clone(span), doc.Object{"trace_id": id})
		key, err := s.spanKey(span)
		if err != nil {
			return b, err
		}
		span["id"] = key.ID
		b.spans = append(b.spans, span)
	}
	return b, nil
}

// bulkExperiment returns the experiment that a bulk upload is for.
func (s *Store) bulkExperiment(body doc.Object, user string) (*Experiment, error) {
	dataset := doc.String(body, "dataset_name")
	if e := s.experiments[lower(doc.String(body, "experiment_id"))]; e != nil {
		if d := s.datasets[e.Dataset]; d == nil || !strings.EqualFold(d.Name, dataset) {
			return nil, apierr.Message(http.StatusConflict, "Experiment '%s' belongs to another dataset than '%s'", e.ID, dataset)
		}
		return e, nil
	}
	return s.CreateExperiment(doc.Clone(doc.Object{
		"id": body["experiment_id"], "name": body["experiment_name"], "dataset_name": dataset, "project_name": body["project_name"],
	}), user)
}
