package store

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// ExperimentItem says which trace an experiment made of an item of a dataset.
type ExperimentItem struct {
	stamp
	ID, Experiment, DatasetItem, Trace string
	Project                            string // id, "" if it names none
	policy                             any    // as it was given
}

// PutExperimentItems adds items to experiments, or replaces those of the same id.
// Either all are written or none. What they refer to need not exist.
func (s *Store) PutExperimentItems(bodies []doc.Object, user string) error {
	items := make([]*ExperimentItem, len(bodies))
	for i, body := range bodies {
		id, err := s.writeID(body, "Experiment Item")
		if err != nil {
			return err
		}
		items[i] = &ExperimentItem{
			ID: id, Experiment: lower(doc.String(body, "experiment_id")),
			DatasetItem: lower(doc.String(body, "dataset_item_id")), Trace: lower(doc.String(body, "trace_id")),
			policy: body["execution_policy"],
		}
		for _, ref := range []struct{ word, id string }{
			{"experiment", items[i].Experiment}, {"dataset item", items[i].DatasetItem}, {"trace", items[i].Trace},
		} {
			if !uuid7.IsV7(ref.id) {
				return apierr.NotVersion7("Experiment Item " + ref.word)
			}
		}
	}
	for i, item := range items {
		if name := doc.String(bodies[i], "project_name"); name != "" {
			item.Project = s.projectForWrite(name, user).ID
		}
		item.stamp = s.newStamp(user)
		if old := s.experimentItems[item.ID]; old != nil {
			item.created, item.createdBy = old.created, old.createdBy
			s.dropExperimentItem(old)
		}
		s.addExperimentItem(item)
	}
	return nil
}

func (s *Store) addExperimentItem(item *ExperimentItem) {
	s.experimentItems[item.ID] = item
	for _, index := range []struct {
		of  map[string]map[string]*ExperimentItem
		key string
	}{{s.itemsOfExperiment, item.Experiment}, {s.itemsOfTrace, item.Trace}} {
		if index.of[index.key] == nil {
			index.of[index.key] = map[string]*ExperimentItem{}
		}
		index.of[index.key][item.ID] = item
	}
}

func (s *Store) dropExperimentItem(item *ExperimentItem) {
	delete(s.experimentItems, item.ID)
	delete(s.itemsOfExperiment[item.Experiment], item.ID)
	delete(s.itemsOfTrace[item.Trace], item.ID)
}

// DeleteExperimentItems removes items; unknown ids are no error. The traces stay.
func (s *Store) DeleteExperimentItems(ids []string) {
	for _, id := range ids {
		if item := s.experimentItems[lower(id)]; item != nil {
			s.dropExperimentItem(item)
		}
	}
}

// ExperimentItem returns the item with the id.
func (s *Store) ExperimentItem(id string) (*ExperimentItem, error) {
	if item := s.experimentItems[lower(id)]; item != nil {
		return item, nil
	}
	return nil, apierr.Message(http.StatusNotFound, "Not found experiment item with id '%s'", id)
}

// ExperimentItems returns the items of an experiment, greatest id first.
func (s *Store) ExperimentItems(experiment string) []*ExperimentItem {
	return slices.SortedFunc(maps.Values(s.itemsOfExperiment[experiment]), func(a, b *ExperimentItem) int {
		return strings.Compare(b.ID, a.ID)
	})
}

// View is the item itself, without its trace.
func (i *ExperimentItem) View() doc.Object {
	o := doc.Object{
		"id": i.ID, "experiment_id": i.Experiment, "dataset_item_id": i.DatasetItem, "trace_id": i.Trace,
	}
	if i.Project != "" {
		o["project_id"] = i.Project
	}
	i.addTo(o)
	return o
}

// ItemWithTrace is the item with what its trace has, as far as that is stored.
func (s *Store) ItemWithTrace(i *ExperimentItem) doc.Object {
	o := i.View()
	if i.policy != nil {
		o["execution_policy"] = i.policy
	}
	results := s.assertionViews(entity{TraceEntity, i.Trace})
	if len(results) > 0 {
		o["assertion_results"] = results
		o["status"] = runStatus(allPassed(results))
	}
	row := s.traces.get(i.Trace)
	if row == nil {
		return o
	}
	trace := s.TraceView(row)
	for member, from := range map[string]string{
		"input": "input", "output": "output", "trace_metadata": "metadata", "feedback_scores": "feedback_scores",
		"comments": "comments", "duration": "duration", "total_estimated_cost": "total_estimated_cost",
		"usage": "usage", "trace_visibility_mode": "visibility_mode", "project_id": "project_id",
	} {
		if v, ok := trace[from]; ok {
			o[member] = v
		}
	}
	return o
}

// traceExperiment says which experiment a trace belongs to: the one that was given
// it last. It returns nil if there is none.
func (s *Store) traceExperiment(trace string) doc.Object {
	items := s.itemsOfTrace[trace]
	ids := sortedKeys(items)
	for _, id := range slices.Backward(ids) {
		if e := s.experiments[items[id].Experiment]; e != nil {
			return doc.Object{
				"id": e.ID, "name": e.Fields["name"], "dataset_id": e.Dataset, "dataset_item_id": items[id].DatasetItem,
			}
		}
	}
	return nil
}
