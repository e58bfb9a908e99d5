package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// ErrTraceNotFound is the answer where a trace is asked for by id.
func ErrTraceNotFound(id string) error {
	return apierr.Message(http.StatusNotFound, "Trace id: %s not found", id)
}

// CreateTrace adds one trace. A complete trace of that id is a conflict; one
// that only updates made so far is completed.
func (s *Store) CreateTrace(body doc.Object, user string) (string, error) {
	id, err := s.writeID(body, "Trace")
	if err != nil {
		return "", err
	}
	project := s.projectForWrite(doc.String(body, "project_name"), user)
	row := s.newRow(rowKey{Project: project.ID, ID: id}, body, user)
	if old := s.traces.get(id); old != nil {
		switch {
		case old.Project != project.ID:
			return "", conflict("Project name and workspace name do not match the existing trace")
		case !old.Partial:
			return "", conflict("Trace already exists")
		}
		row.updated = s.now()
		row = completePartial(old, row)
	}
	s.putTrace(row)
	return id, nil
}

// CreateTraces stores complete records: nothing is merged, and of the records of
// one id the one changed last is read. Either all are stored or none.
func (s *Store) CreateTraces(bodies []doc.Object, user string) error {
	ids := make([]string, len(bodies))
	for i, body := range bodies {
		var err error
		if ids[i], err = s.writeID(body, "Trace"); err != nil {
			return err
		}
	}
	for i, body := range bodies {
		project := s.projectForWrite(doc.String(body, "project_name"), user)
		s.putTrace(s.newRow(rowKey{Project: project.ID, ID: ids[i]}, body, user))
	}
	return nil
}

// UpdateTrace overwrites members of a trace. An unknown id makes a partial trace
// that its creation completes later.
func (s *Store) UpdateTrace(id string, update doc.Object, user string) error {
	if !uuid7.IsV7(id) {
		return apierr.NotVersion7("Trace")
	}
	project, err := s.projectForUpdate(update, user)
	if err != nil {
		return err
	}
	old := s.traces.get(id)
	if old == nil {
		old = &Row{rowKey: rowKey{Project: project.ID, ID: id}, stamp: s.newStamp(user), Partial: true, Fields: doc.Object{}}
	}
	if old.Project != project.ID {
		return conflict("Project name and workspace name do not match the existing trace")
	}
	s.putTrace(&Row{
		rowKey: old.rowKey, stamp: s.touch(old.stamp, user), Partial: old.Partial,
		Fields: patchFields(old.Fields, update),
	})
	return nil
}

// UpdateTraces applies one update to many traces; unknown ids are skipped.
func (s *Store) UpdateTraces(ids []string, update doc.Object, mergeTags bool, user string) error {
	return s.updateRows(s.traces, s.putTrace, ids, update, mergeTags, user)
}

// updateRows checks all changes before it makes the first.
func (s *Store) updateRows(t *table, put func(*Row), ids []string, update doc.Object, mergeTags bool, user string) error {
	var rows []*Row
	for _, id := range ids {
		old := t.get(lower(id))
		if old == nil {
			continue
		}
		fields, err := batchPatchFields(old.Fields, update, mergeTags)
		if err != nil {
			return err
		}
		rows = append(rows, &Row{rowKey: old.rowKey, stamp: old.stamp, Partial: old.Partial, Fields: fields})
	}
	for _, r := range rows {
		r.stamp = s.touch(r.stamp, user)
		put(r)
	}
	return nil
}

// putTrace stores the row and what the server derives from it.
func (s *Store) putTrace(r *Row) {
	s.traces.put(r)
	if p := s.projects[r.Project]; p != nil && r.updated.After(p.lastTrace) {
		p.lastTrace = r.updated
	}
	if thread := doc.String(r.Fields, "thread_id"); thread != "" {
		s.background(func() { s.reopenThread(r.Project, thread, r.createdBy) })
	}
}

// DeleteTraces removes traces, and in the background what belongs to them.
// Unknown ids are no error.
func (s *Store) DeleteTraces(ids []string) {
	for _, id := range ids {
		id = lower(id)
		for _, r := range append([]*Row(nil), s.traces.byID[id]...) {
			s.traces.remove(r)
		}
		s.background(func() { s.dropTraceParts(id) })
	}
}

func (s *Store) dropTraceParts(id string) {
	for _, r := range s.spans.ofTrace(id) {
		s.spans.remove(r)
		s.dropEntity(SpanEntity, r.ID)
	}
	s.dropEntity(TraceEntity, id)
}
