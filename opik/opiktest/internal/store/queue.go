package store

import (
	"net/http"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Defaults of annotation queues.
const (
	defaultAnnotators  = 1
	defaultLockTimeout = 300 // seconds
)

// Queue is an annotation queue: traces, or threads by their model ids.
type Queue struct {
	stamp
	ID, Project string
	fields      doc.Object // as written, and as updated
	items       map[string]bool
	locks       map[string][]lock // by item
}

// lock reserves an item for a user.
type lock struct {
	user    string
	expires time.Time
}

// queueFields are the members of a queue that are kept as they are written.
var queueFields = []string{"name", "description", "instructions", "scope", "comments_enabled",
	"feedback_definition_names", "annotators_per_item", "lock_timeout_seconds"}

// errQueueNotFound is the answer where a queue is asked for.
func errQueueNotFound() error {
	return apierr.Message(http.StatusNotFound, "Annotation queue not found")
}

// Queues returns all queues, in no order.
func (s *Store) Queues() []*Queue {
	out := make([]*Queue, 0, len(s.queues))
	for _, q := range s.queues {
		out = append(out, q)
	}
	return out
}

// Queue returns the queue with the id.
func (s *Store) Queue(id string) (*Queue, error) {
	if q := s.queues[lower(id)]; q != nil {
		return q, nil
	}
	return nil, errQueueNotFound()
}

// CreateQueues adds queues: all of them or none. They need a project that exists.
func (s *Store) CreateQueues(bodies []doc.Object, user string) ([]string, error) {
	var made []*Queue
	for _, body := range bodies {
		id, err := s.writeID(body, "AnnotationQueue")
		if err != nil {
			return nil, err
		}
		p := s.projects[lower(doc.String(body, "project_id"))]
		if p == nil {
			return nil, ErrProjectNotFound()
		}
		if s.queues[id] != nil || slices.ContainsFunc(made, func(q *Queue) bool { return q.ID == id }) {
			return nil, conflict("Annotation queue already exists with id '%s'", id)
		}
		q := &Queue{ID: id, Project: p.ID, stamp: s.newStamp(user), fields: doc.Object{"comments_enabled": false}, items: map[string]bool{}, locks: map[string][]lock{}}
		q.set(body)
		made = append(made, q)
	}
	var ids []string
	for _, q := range made {
		s.queues[q.ID] = q
		ids = append(ids, q.ID)
	}
	return ids, nil
}

// set takes the members that a body has.
func (q *Queue) set(body doc.Object) {
	given := doc.Object{}
	for _, name := range queueFields {
		if v := body[name]; v != nil {
			given[name] = v
		}
	}
	q.fields = doc.With(q.fields, given)
}

// UpdateQueue changes a queue; an unknown one is no error, as on the server.
func (s *Store) UpdateQueue(id string, body doc.Object, user string) {
	q := s.queues[lower(id)]
	if q == nil {
		return
	}
	q.set(doc.Without(body, "scope"))
	q.stamp = s.touch(q.stamp, user)
}

// DeleteQueue removes a queue; an unknown one is no error.
func (s *Store) DeleteQueue(id string) { delete(s.queues, lower(id)) }

// Put puts items into the queue.
func (q *Queue) Put(ids []string) {
	for _, id := range ids {
		q.items[lower(id)] = true
	}
}

// Take takes items out of the queue; those that are not in it are no error.
func (q *Queue) Take(ids []string) {
	for _, id := range ids {
		delete(q.items, lower(id))
		delete(q.locks, lower(id))
	}
}

// QueuesWith returns the ids of the queues that a trace, or the thread with a model id,
// is in.
func (s *Store) QueuesWith(item string) []string {
	var ids []string
	for _, id := range sortedKeys(s.queues) {
		if s.queues[id].items[lower(item)] {
			ids = append(ids, id)
		}
	}
	return ids
}

// QueueView is the queue as answers show it.
func (s *Store) QueueView(q *Queue) doc.Object {
	o := doc.With(q.fields, doc.Object{"id": q.ID, "project_id": q.Project, "items_count": len(q.items)})
	if name := s.ProjectName(q.Project); name != "" {
		o["project_name"] = name
	}
	q.addTo(o)
	return o
}

// number returns a member that is an integer, or what is usual without it.
func (q *Queue) number(name string, usual int64) int64 {
	if n, ok := doc.Decimal(doc.Text(q.fields[name])); ok && n.Num().IsInt64() {
		return n.Num().Int64()
	}
	return usual
}

// held returns the locks of an item that have not expired.
func (s *Store) held(q *Queue, item string) []lock {
	q.locks[item] = slices.DeleteFunc(q.locks[item], func(l lock) bool { return !s.Now().Before(l.expires) })
	return q.locks[item]
}

// LockItem reserves an item of a queue for a user, or makes the user's reservation
// last longer.
func (s *Store) LockItem(q *Queue, item, user string) (doc.Object, error) {
	item = lower(item)
	if !q.items[item] {
		return nil, apierr.Message(http.StatusNotFound, "Item not found in the annotation queue")
	}
	held := s.held(q, item)
	own := slices.IndexFunc(held, func(l lock) bool { return l.user == user })
	if own < 0 && int64(len(held)) >= q.number("annotators_per_item", defaultAnnotators) {
		return doc.Object{"acquired": false, "item_id": item, "locked_by": held[0].user, "expires_at": doc.FormatTime(held[0].expires)}, nil
	}
	l := lock{user, s.Now().UTC().Add(time.Duration(q.number("lock_timeout_seconds", defaultLockTimeout)) * time.Second)}
	if own >= 0 {
		held[own] = l
	} else {
		q.locks[item] = append(held, l)
	}
	return doc.Object{"acquired": true, "item_id": item, "locked_by": user, "expires_at": doc.FormatTime(l.expires)}, nil
}

// Locks returns the reservations of a queue, by item.
func (s *Store) Locks(q *Queue) doc.Object {
	out := doc.Object{}
	for _, item := range sortedKeys(q.locks) {
		held := s.held(q, item)
		if len(held) == 0 {
			continue
		}
		var users []any
		for _, l := range held {
			users = append(users, l.user)
		}
		out[item] = doc.Object{"active_locks": len(held), "locked_by": users}
	}
	return out
}
