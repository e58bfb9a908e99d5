package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// selection chooses among the traces, spans or threads of a project. All of its
// parts must hold.
type selection struct {
	store    *store.Store
	filter   filter.Filter
	text     string // lower case
	from, to time.Time
	match    map[string]string // members that must have a value
}

// searched are the members that a text search looks through.
var searched = []string{"id", "name", "input", "output", "metadata", "error_info", "tags",
	"thread_id", "first_message", "last_message"}

// checkTimes refuses an empty interval.
func (s *selection) checkTimes() error {
	if !s.from.IsZero() && !s.to.IsZero() && !s.from.Before(s.to) {
		return apierr.Message(http.StatusBadRequest, "Parameter 'from_time' must be before 'to_time'")
	}
	return nil
}

// includes tells whether the selection's interval includes the time that an
// entity's id carries. That time counts, not the start time.
func (s *selection) includes(id string) bool {
	at := uuid7.Time(id)
	return (s.from.IsZero() || !at.Before(s.from.Truncate(time.Millisecond))) &&
		(s.to.IsZero() || !at.After(s.to))
}

// looksInside tells whether the selection depends on more than the id.
func (s *selection) looksInside() bool {
	return s.text != "" || len(s.match) > 0 || len(s.filter) > 0
}

// keeps tells whether the selection keeps an entity with this view.
func (s *selection) keeps(view doc.Object) bool {
	for name, want := range s.match {
		if doc.String(view, name) != want {
			return false
		}
	}
	if !s.found(view) {
		return false
	}
	if s.filter.About(queueIDs) {
		item := cmp.Or(doc.String(view, "thread_model_id"), doc.String(view, "id"))
		view = doc.With(view, doc.Object{queueIDs: doc.FromStrings(s.store.QueuesWith(item))})
	}
	return s.filter.Match(view)
}

// queueIDs is the field of the annotation queues that a trace or thread is in, which
// answers do not show.
const queueIDs = "annotation_queue_ids"

func (s *selection) found(view doc.Object) bool {
	if s.text == "" {
		return true
	}
	return slices.ContainsFunc(searched, func(name string) bool {
		return strings.Contains(strings.ToLower(doc.Text(view[name])), s.text)
	})
}
