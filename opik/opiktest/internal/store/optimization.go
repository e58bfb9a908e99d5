package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Optimization is a search for a better prompt: its trials are experiments that
// name it. Optimizations are replaced, never modified.
type Optimization struct {
	stamp
	ID      string
	Dataset string // id
	Project string // id, "" if it belongs to none
	// Fields holds what clients wrote.
	Fields doc.Object
}

var optimizationMembers = []string{"name", "objective_name", "status", "metadata", "studio_config", "error_info"}

// ErrOptimizationNotFound is the answer where an optimization is asked for by id.
func ErrOptimizationNotFound(id string) error {
	return apierr.Message(http.StatusNotFound, "Not found optimization with id '%s'", id)
}

// Optimization returns the optimization with the id.
func (s *Store) Optimization(id string) (*Optimization, error) {
	if o := s.optimizations[lower(id)]; o != nil {
		return o, nil
	}
	return nil, ErrOptimizationNotFound(id)
}

// Optimizations returns all optimizations, greatest id first.
func (s *Store) Optimizations() []*Optimization {
	return greatestFirst(s.optimizations)
}

// PutOptimization adds an optimization, or replaces the one of the same id. The
// dataset is created if there is none of the name.
func (s *Store) PutOptimization(body doc.Object, user string) (*Optimization, error) {
	id, err := s.writeID(body, "Optimization")
	if err != nil {
		return nil, err
	}
	project, err := s.optionalProject(body, user)
	if err != nil {
		return nil, err
	}
	name := doc.String(body, "dataset_name")
	d := s.DatasetByName(name)
	if d == nil {
		d = s.addDataset(s.NewID(), name, project, user)
	}
	o := &Optimization{ID: id, Dataset: d.ID, Project: project, stamp: s.newStamp(user), Fields: doc.Object{}}
	for _, member := range optimizationMembers {
		if v := body[member]; v != nil {
			o.Fields[member] = v
		}
	}
	if doc.String(o.Fields, "name") == "" {
		o.Fields["name"] = experimentName(id)
	}
	if old := s.optimizations[id]; old != nil {
		o.created, o.createdBy = old.created, old.createdBy
	}
	s.optimizations[id] = o
	return o, nil
}

// UpdateOptimization overwrites the members that the update has. What is over cannot
// be cancelled.
func (s *Store) UpdateOptimization(id string, update doc.Object, user string) error {
	o, err := s.Optimization(id)
	if err != nil {
		return err
	}
	was := doc.String(o.Fields, "status")
	if doc.String(update, "status") == "cancelled" && was != "running" && was != "initialized" {
		return apierr.Message(http.StatusConflict, "Optimization cannot be cancelled in the state '%s'", was)
	}
	changed := *o
	changed.Fields = doc.With(o.Fields, nil)
	for _, member := range []string{"name", "status", "metadata", "error_info"} {
		if v := update[member]; v != nil {
			changed.Fields[member] = v
		}
	}
	changed.stamp = s.touch(o.stamp, user)
	s.optimizations[o.ID] = &changed
	return nil
}

// DeleteOptimizations removes optimizations; unknown ids are no error. Their trials stay.
func (s *Store) DeleteOptimizations(ids []string) {
	for _, id := range ids {
		delete(s.optimizations, lower(id))
	}
}
