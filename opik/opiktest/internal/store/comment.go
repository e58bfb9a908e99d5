package store

import (
	"maps"
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

type comment struct {
	stamp
	id    string
	about entity
	text  string
	queue any // source_queue_id as it was given
}

func (c *comment) view() doc.Object {
	o := doc.Object{"id": c.id, "text": c.text}
	if c.queue != nil {
		o["source_queue_id"] = c.queue
	}
	c.addTo(o)
	return o
}

func errCommentNotFound() error { return apierr.Message(http.StatusNotFound, "Comment not found") }

// AddComment adds a comment to a trace, span or thread, which must exist.
func (s *Store) AddComment(t EntityType, id string, body doc.Object, user string) (string, error) {
	if t == ThreadEntity {
		if s.ThreadByModel(id) == nil {
			return "", ErrThreadNotFound(id)
		}
	} else if _, err := s.row(t, id); err != nil {
		return "", err
	}
	c := &comment{
		id: s.NewID(), about: entity{t, id}, text: doc.String(body, "text"),
		queue: body["source_queue_id"], stamp: s.newStamp(user),
	}
	s.setComment(c)
	return c.id, nil
}

// Comment returns a comment of the entity as answers show it.
func (s *Store) Comment(t EntityType, about, id string) (doc.Object, error) {
	c := s.comments[id]
	if c == nil || c.about != (entity{t, about}) {
		return nil, errCommentNotFound()
	}
	return c.view(), nil
}

// UpdateComment replaces the text of a comment.
func (s *Store) UpdateComment(t EntityType, id, text, user string) error {
	c := s.comments[id]
	if c == nil || c.about.Type != t {
		return errCommentNotFound()
	}
	changed := *c
	changed.text, changed.stamp = text, s.touch(c.stamp, user)
	s.setComment(&changed)
	return nil
}

// setComment adds a comment, or replaces the one with its id.
func (s *Store) setComment(c *comment) {
	s.comments[c.id] = c
	if s.commentsOf[c.about] == nil {
		s.commentsOf[c.about] = map[string]*comment{}
	}
	s.commentsOf[c.about][c.id] = c
}

// DeleteComments removes comments; unknown ids are no error.
func (s *Store) DeleteComments(t EntityType, ids []string) {
	for _, id := range ids {
		if c := s.comments[lower(id)]; c != nil && c.about.Type == t {
			delete(s.comments, c.id)
			delete(s.commentsOf[c.about], c.id)
		}
	}
}

// dropComments removes the comments of an entity.
func (s *Store) dropComments(e entity) {
	for id := range s.commentsOf[e] {
		delete(s.comments, id)
	}
	delete(s.commentsOf, e)
}

// commentViews returns the comments of an entity, oldest first.
func (s *Store) commentViews(e entity) []any {
	comments := s.commentsOf[e]
	out := make([]any, 0, len(comments))
	for _, id := range sortedKeys(comments) {
		out = append(out, comments[id].view())
	}
	return out
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// greatestFirst returns the values of a map in the order of their keys, greatest first.
func greatestFirst[V any](m map[string]V) []V {
	ids := sortedKeys(m)
	slices.Reverse(ids)
	out := make([]V, len(ids))
	for i, id := range ids {
		out[i] = m[id]
	}
	return out
}
