package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// protectedDefinition is the feedback definition that every workspace has, and
// that cannot be changed.
const protectedDefinition = "User feedback"

// FeedbackDefinition says what people can score, and with which values.
type FeedbackDefinition struct {
	stamp
	ID     string
	fields doc.Object // name, type, description, details
}

// seedDefinitions adds what every workspace has.
func (s *Store) seedDefinitions() {
	d := &FeedbackDefinition{ID: s.NewID(), stamp: s.newStamp("admin"), fields: doc.Object{
		"name": protectedDefinition, "type": "categorical",
		"details": doc.Object{"categories": doc.Object{"👍": 1, "👎": 0}},
	}}
	s.definitions[d.ID] = d
}

// FeedbackDefinitions returns all definitions, in no order.
func (s *Store) FeedbackDefinitions() []*FeedbackDefinition {
	out := make([]*FeedbackDefinition, 0, len(s.definitions))
	for _, d := range s.definitions {
		out = append(out, d)
	}
	return out
}

// FeedbackDefinition returns the definition with the id.
func (s *Store) FeedbackDefinition(id string) (*FeedbackDefinition, error) {
	if d := s.definitions[lower(id)]; d != nil {
		return d, nil
	}
	return nil, apierr.List(http.StatusNotFound, "Feedback definition not found")
}

// View is the definition as answers show it.
func (d *FeedbackDefinition) View() doc.Object {
	o := doc.With(d.fields, doc.Object{"id": d.ID})
	d.addTo(o)
	return o
}

// Protected tells whether the definition can be neither changed nor deleted.
func (d *FeedbackDefinition) Protected() bool {
	return doc.String(d.fields, "name") == protectedDefinition
}

// errProtected is the answer to changing what every workspace has.
func errProtected() error {
	return apierr.Message(http.StatusConflict, "Feedback definition '%s' cannot be changed or deleted", protectedDefinition)
}

func definitionFields(body doc.Object) doc.Object {
	fields := doc.Object{}
	for _, name := range []string{"name", "type", "description", "details"} {
		if v := body[name]; v != nil {
			fields[name] = v
		}
	}
	return fields
}

// freeDefinitionName refuses a name that another definition has.
func (s *Store) freeDefinitionName(name string, own *FeedbackDefinition) error {
	for _, d := range s.definitions {
		if d != own && doc.String(d.fields, "name") == name {
			return conflict("Feedback already exists")
		}
	}
	return nil
}

// CreateFeedbackDefinition adds a definition.
func (s *Store) CreateFeedbackDefinition(body doc.Object, user string) (*FeedbackDefinition, error) {
	if err := s.freeDefinitionName(doc.String(body, "name"), nil); err != nil {
		return nil, err
	}
	d := &FeedbackDefinition{ID: s.NewID(), stamp: s.newStamp(user), fields: definitionFields(body)}
	s.definitions[d.ID] = d
	return d, nil
}

// UpdateFeedbackDefinition replaces a definition.
func (s *Store) UpdateFeedbackDefinition(id string, body doc.Object, user string) error {
	d, err := s.FeedbackDefinition(id)
	if err != nil {
		return err
	}
	if d.Protected() {
		return errProtected()
	}
	if err := s.freeDefinitionName(doc.String(body, "name"), d); err != nil {
		return err
	}
	d.fields, d.stamp = definitionFields(body), s.touch(d.stamp, user)
	return nil
}

// DeleteFeedbackDefinitions removes definitions, all or none; unknown ones are no error.
func (s *Store) DeleteFeedbackDefinitions(ids ...string) error {
	for _, id := range ids {
		if d := s.definitions[lower(id)]; d != nil && d.Protected() {
			return errProtected()
		}
	}
	for _, id := range ids {
		delete(s.definitions, lower(id))
	}
	return nil
}
