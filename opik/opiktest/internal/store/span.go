package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// ErrSpanNotFound is the answer where a span is asked for by id.
func ErrSpanNotFound(id string) error {
	return apierr.Message(http.StatusNotFound, "Span id: %s not found", id)
}

// spanKey reads the ids of a written span and checks their version.
func (s *Store) spanKey(body doc.Object) (rowKey, error) {
	id, err := s.writeID(body, "Span")
	if err != nil {
		return rowKey{}, err
	}
	k := rowKey{ID: id, Trace: lower(doc.String(body, "trace_id")), Parent: lower(doc.String(body, "parent_span_id"))}
	if !uuid7.IsV7(k.Trace) {
		return rowKey{}, apierr.NotVersion7("Trace")
	}
	if k.Parent != "" && !uuid7.IsV7(k.Parent) {
		return rowKey{}, apierr.NotVersion7("Parent Span")
	}
	return k, nil
}

// CreateSpan adds one span. A complete span of that id stays as it is, without
// an error; one that only updates made so far is completed.
func (s *Store) CreateSpan(body doc.Object, user string) (string, error) {
	key, err := s.spanKey(body)
	if err != nil {
		return "", err
	}
	project := s.projectForWrite(doc.String(body, "project_name"), user)
	key.Project = project.ID
	old := s.spans.get(key.ID)
	if old == nil {
		s.spans.put(s.newRow(key, body, user))
		return key.ID, nil
	}
	if !old.Partial {
		return key.ID, nil
	}
	if err := sameSpan(old.rowKey, key); err != nil {
		return "", err
	}
	row := s.newRow(key, body, user)
	row.updated = s.now()
	s.spans.put(completePartial(old, row))
	return key.ID, nil
}

// sameSpan refuses a request that names another project, trace or parent than
// the stored span has.
func sameSpan(stored, given rowKey) error {
	switch {
	case stored.Project != given.Project:
		return conflict("Project name and workspace name do not match the existing span")
	case stored.Trace != given.Trace:
		return conflict("trace_id does not match the existing span")
	case stored.Parent != given.Parent:
		return conflict("parent_span_id does not match the existing span")
	}
	return nil
}

// CreateSpans stores complete records, as CreateTraces does.
func (s *Store) CreateSpans(bodies []doc.Object, user string) error {
	keys := make([]rowKey, len(bodies))
	for i, body := range bodies {
		var err error
		if keys[i], err = s.spanKey(body); err != nil {
			return err
		}
	}
	for i, body := range bodies {
		keys[i].Project = s.projectForWrite(doc.String(body, "project_name"), user).ID
		s.spans.put(s.newRow(keys[i], body, user))
	}
	return nil
}

// UpdateSpan overwrites members of a span. The update must name the span's
// project, trace and parent; an unknown id makes a partial span.
func (s *Store) UpdateSpan(id string, update doc.Object, user string) error {
	if !uuid7.IsV7(id) {
		return apierr.NotVersion7("Span")
	}
	key, err := s.spanKey(doc.With(update, doc.Object{"id": id}))
	if err != nil {
		return err
	}
	project, err := s.projectForUpdate(update, user)
	if err != nil {
		return err
	}
	key.Project = project.ID
	old := s.spans.get(id)
	if old == nil {
		old = &Row{rowKey: key, stamp: s.newStamp(user), Partial: true, Fields: doc.Object{}}
	}
	if err := sameSpan(old.rowKey, key); err != nil {
		return err
	}
	s.spans.put(&Row{
		rowKey: key, stamp: s.touch(old.stamp, user), Partial: old.Partial,
		Fields: patchFields(old.Fields, update),
	})
	return nil
}

// UpdateSpans applies one update to many spans; unknown ids are skipped.
func (s *Store) UpdateSpans(ids []string, update doc.Object, mergeTags bool, user string) error {
	return s.updateRows(s.spans, s.spans.put, ids, update, mergeTags, user)
}
