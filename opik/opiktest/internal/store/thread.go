package store

import (
	"net/http"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// idleAfter is how long a thread stays active without a new trace.
const idleAfter = 15 * time.Minute

// threadKey identifies a thread: ids of threads are free texts within a project.
type threadKey struct{ Project, ID string }

// Thread is the record that the server keeps beside the traces of a thread.
type Thread struct {
	threadKey
	stamp
	ModelID string
	Closed  bool
	Tags    []string
	active  time.Time // last activity
}

// ErrThreadNotFound is the answer where a thread is asked for.
func ErrThreadNotFound(id string) error {
	return apierr.Message(http.StatusNotFound, "Trace Thread id: %s not found", id)
}

// thread returns the record, which it makes if it is missing.
func (s *Store) thread(k threadKey, user string) *Thread {
	t := s.threads[k]
	if t == nil {
		t = &Thread{threadKey: k, stamp: s.newStamp(user), ModelID: s.NewID(), active: s.settings.Now()}
		s.threads[k] = t
	}
	return t
}

// reopenThread notes that a trace of the thread arrived.
func (s *Store) reopenThread(project, id, user string) {
	t := s.thread(threadKey{project, id}, user)
	t.Closed, t.active = false, s.settings.Now()
	t.stamp = s.touch(t.stamp, user)
}

// ThreadByModel returns the thread with the model id, or nil.
func (s *Store) ThreadByModel(modelID string) *Thread {
	for _, t := range s.threads {
		if t.ModelID == modelID {
			return t
		}
	}
	return nil
}

// SetThreadsClosed opens or closes threads. Closing one that does not exist is an error.
func (s *Store) SetThreadsClosed(project string, ids []string, closed bool, user string) error {
	for _, id := range ids {
		if closed && s.threads[threadKey{project, id}] == nil {
			return apierr.Message(http.StatusNotFound, "Thread '[%s]' not found:", id)
		}
	}
	for _, id := range ids {
		t := s.thread(threadKey{project, id}, user)
		t.Closed, t.active = closed, s.settings.Now()
		t.stamp = s.touch(t.stamp, user)
	}
	return nil
}

// UpdateThread sets the tags of one thread.
func (s *Store) UpdateThread(modelID string, update doc.Object, user string) error {
	t := s.ThreadByModel(modelID)
	if t == nil {
		return ErrThreadNotFound(modelID)
	}
	if update["tags"] != nil {
		t.Tags = append([]string{}, doc.Strings(update, "tags")...)
	}
	t.stamp = s.touch(t.stamp, user)
	return nil
}

// UpdateThreads changes the tags of many threads; unknown ids are skipped.
func (s *Store) UpdateThreads(modelIDs []string, update doc.Object, mergeTags bool, user string) error {
	changes := map[*Thread][]string{}
	for _, id := range modelIDs {
		t := s.ThreadByModel(lower(id))
		if t == nil {
			continue
		}
		tags, err := batchTags(t.Tags, update, mergeTags)
		if err != nil {
			return err
		}
		if tags != nil {
			changes[t] = tags
		}
	}
	for t, tags := range changes {
		t.Tags = tags
		t.stamp = s.touch(t.stamp, user)
	}
	return nil
}

// DeleteThreads removes the traces of threads, and the threads with them.
func (s *Store) DeleteThreads(project string, ids []string) {
	var traces []string
	for _, r := range s.traces.ofProject(project) {
		if slices.Contains(ids, doc.String(r.Fields, "thread_id")) {
			traces = append(traces, r.ID)
		}
	}
	s.DeleteTraces(traces)
	for _, id := range ids {
		if t := s.threads[threadKey{project, id}]; t != nil {
			delete(s.threads, t.threadKey)
			s.background(func() { s.dropEntity(ThreadEntity, t.ModelID) })
		}
	}
}
