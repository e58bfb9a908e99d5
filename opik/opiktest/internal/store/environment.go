package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Environment is an environment of the workspace.
type Environment struct {
	stamp
	ID     string
	fields doc.Object
}

var environmentFields = []string{"name", "description", "color", "position"}

// Environments returns all environments, in no order.
func (s *Store) Environments() []*Environment {
	out := make([]*Environment, 0, len(s.environments))
	for _, e := range s.environments {
		out = append(out, e)
	}
	return out
}

// Environment returns the environment with the id.
func (s *Store) Environment(id string) (*Environment, error) {
	if e := s.environments[lower(id)]; e != nil {
		return e, nil
	}
	return nil, apierr.Message(http.StatusNotFound, "Environment not found")
}

// View is the environment as answers show it.
func (e *Environment) View() doc.Object {
	o := doc.With(e.fields, doc.Object{"id": e.ID})
	e.addTo(o)
	return o
}

// CreateEnvironment adds an environment after the others.
func (s *Store) CreateEnvironment(body doc.Object, user string) (*Environment, error) {
	id, err := s.writeID(body, "Environment")
	if err != nil {
		return nil, err
	}
	if err := s.freeEnvironmentName(doc.String(body, "name"), nil); err != nil {
		return nil, err
	}
	if s.environments[id] != nil {
		return nil, conflict("Environment already exists with id '%s'", id)
	}
	e := &Environment{ID: id, stamp: s.newStamp(user), fields: doc.Object{"position": len(s.environments)}}
	e.set(body)
	s.environments[id] = e
	return e, nil
}

func (e *Environment) set(body doc.Object) {
	given := doc.Object{}
	for _, name := range environmentFields {
		if v := body[name]; v != nil {
			given[name] = v
		}
	}
	e.fields = doc.With(e.fields, given)
}

// freeEnvironmentName refuses a name that another environment has.
func (s *Store) freeEnvironmentName(name string, own *Environment) error {
	for _, e := range s.environments {
		if e != own && doc.String(e.fields, "name") == name {
			return conflict("Environment already exists with name '%s'", name)
		}
	}
	return nil
}

// UpdateEnvironment changes the members that the body has.
func (s *Store) UpdateEnvironment(id string, body doc.Object, user string) error {
	e, err := s.Environment(id)
	if err != nil {
		return err
	}
	if name := doc.String(body, "name"); name != "" {
		if err := s.freeEnvironmentName(name, e); err != nil {
			return err
		}
	}
	e.set(body)
	e.stamp = s.touch(e.stamp, user)
	return nil
}

// DeleteEnvironment removes an environment; an unknown one is no error.
func (s *Store) DeleteEnvironment(id string) { delete(s.environments, lower(id)) }
