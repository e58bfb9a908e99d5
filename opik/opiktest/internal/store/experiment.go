package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// experimentTables is what a workspace holds about experiments.
type experimentTables struct {
	experiments       map[string]*Experiment                // by id
	experimentItems   map[string]*ExperimentItem            // by id
	itemsOfExperiment map[string]map[string]*ExperimentItem // the same, by experiment
	itemsOfTrace      map[string]map[string]*ExperimentItem // the same, by trace
	assertions        map[entity]map[assertionKey]assertion
	optimizations     map[string]*Optimization // by id
}

func newExperimentTables() experimentTables {
	return experimentTables{
		experiments:       map[string]*Experiment{},
		experimentItems:   map[string]*ExperimentItem{},
		itemsOfExperiment: map[string]map[string]*ExperimentItem{},
		itemsOfTrace:      map[string]map[string]*ExperimentItem{},
		assertions:        map[entity]map[assertionKey]assertion{},
		optimizations:     map[string]*Optimization{},
	}
}

// Experiment is a run of something over the items of a dataset. Experiments are
// replaced, never modified.
type Experiment struct {
	stamp
	ID      string
	Dataset string // id
	Project string // id, "" if it belongs to none
	// Fields holds what clients wrote, and what the server fills in for what they
	// left out.
	Fields doc.Object
}

// experimentMembers are the members of a written experiment that are kept.
var experimentMembers = []string{"name", "metadata", "tags", "type", "evaluation_method", "optimization_id",
	"status", "experiment_scores", "dataset_version_id"}

// ErrExperimentNotFound is the answer where an experiment is asked for by id.
func ErrExperimentNotFound(id string) error {
	return apierr.Message(http.StatusNotFound, "Not found experiment with id '%s'", id)
}

// Experiment returns the experiment with the id.
func (s *Store) Experiment(id string) (*Experiment, error) {
	if e := s.experiments[lower(id)]; e != nil {
		return e, nil
	}
	return nil, ErrExperimentNotFound(id)
}

// Experiments returns all experiments, greatest id first.
func (s *Store) Experiments() []*Experiment {
	return greatestFirst(s.experiments)
}

// CreateExperiment adds an experiment, and its dataset if there is none of the
// name. An experiment of the same id stays as it is.
func (s *Store) CreateExperiment(body doc.Object, user string) (*Experiment, error) {
	id, err := s.writeID(body, "Experiment")
	if err != nil {
		return nil, err
	}
	if e := s.experiments[id]; e != nil {
		return e, nil
	}
	links, err := s.promptLinks(body)
	if err != nil {
		return nil, err
	}
	project, err := s.optionalProject(body, user)
	if err != nil {
		return nil, err
	}
	name := doc.String(body, "dataset_name")
	d := s.DatasetByName(name)
	version, err := experimentVersion(d, doc.String(body, "dataset_version_id"))
	if err != nil {
		return nil, err
	}
	if d == nil {
		d = s.addDataset(s.NewID(), name, project, user)
	}
	e := &Experiment{ID: id, Dataset: d.ID, Project: project, stamp: s.newStamp(user), Fields: doc.Object{
		"name": experimentName(id), "type": "regular", "evaluation_method": "dataset", "status": "completed",
	}}
	for _, member := range experimentMembers {
		if v := body[member]; v != nil {
			e.Fields[member] = v
		}
	}
	if len(links) > 0 {
		e.Fields["prompt_versions"] = links
	}
	if version != nil {
		e.Fields["dataset_version_id"] = version.ID
	}
	s.experiments[id] = e
	return e, nil
}

// experimentVersion returns the version that an experiment runs on: the one that is
// named, or the latest, which may be nil.
func experimentVersion(d *Dataset, id string) (*Version, error) {
	if d != nil {
		if id == "" {
			return d.Latest(), nil
		}
		for _, v := range d.versions {
			if v.ID == lower(id) {
				return v, nil
			}
		}
	}
	if id == "" {
		return nil, nil
	}
	return nil, apierr.Message(http.StatusConflict, "Dataset version not found")
}

// promptLinks returns links to the prompt versions that a body names, which must
// exist.
func (s *Store) promptLinks(body doc.Object) ([]any, error) {
	links := doc.Objects(body, "prompt_versions")
	if links == nil {
		if one := doc.Member(body, "prompt_version"); one != nil {
			links = append(links, one)
		}
	}
	var out []any
	for _, link := range links {
		v, _ := s.PromptVersion(doc.String(link, "id"))
		if v == nil {
			return nil, apierr.Message(http.StatusConflict, "Prompt version not found")
		}
		out = append(out, v.Link())
	}
	return out, nil
}

// UpdateExperiment overwrites the members that the update has.
func (s *Store) UpdateExperiment(id string, update doc.Object, user string) error {
	e, err := s.Experiment(id)
	if err != nil {
		return err
	}
	changed, err := s.changedExperiment(e, update, false, user)
	if err != nil {
		return err
	}
	s.experiments[e.ID] = changed
	return nil
}

// UpdateExperiments applies one update to many experiments; unknown ids are skipped.
func (s *Store) UpdateExperiments(ids []string, update doc.Object, mergeTags bool, user string) error {
	var all []*Experiment
	for _, id := range ids {
		e := s.experiments[lower(id)]
		if e == nil {
			continue
		}
		changed, err := s.changedExperiment(e, update, mergeTags, user)
		if err != nil {
			return err
		}
		all = append(all, changed)
	}
	for _, e := range all {
		s.experiments[e.ID] = e
	}
	return nil
}

func (s *Store) changedExperiment(e *Experiment, update doc.Object, mergeTags bool, user string) (*Experiment, error) {
	changed := *e
	changed.Fields = doc.With(e.Fields, nil)
	for _, member := range []string{"name", "metadata", "type", "status", "experiment_scores"} {
		if v := update[member]; v != nil {
			changed.Fields[member] = v
		}
	}
	tags, err := batchTags(doc.Strings(e.Fields, "tags"), update, mergeTags)
	if err != nil {
		return nil, err
	}
	if tags != nil {
		changed.Fields["tags"] = doc.FromStrings(tags)
	}
	changed.stamp = s.touch(e.stamp, user)
	return &changed, nil
}

// DeleteExperiments removes experiments with their items; unknown ids are no error.
// The traces stay.
func (s *Store) DeleteExperiments(ids []string) {
	for _, id := range ids {
		id = lower(id)
		for _, item := range s.ExperimentItems(id) {
			s.dropExperimentItem(item)
		}
		delete(s.experiments, id)
	}
}

// optionalProject returns the id of the project that a body names, "" if it names none.
func (s *Store) optionalProject(body doc.Object, user string) (string, error) {
	return s.datasetProject(body, user)
}
