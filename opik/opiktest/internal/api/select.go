package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// selection chooses among the traces, spans or threads of a project. All of its
// parts must hold.
type selection struct {
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

// includes tells whether the selection keeps an entity. The time counts that
// its id carries, not its start time.
func (s *selection) includes(id string, view doc.Object) bool {
	at := uuid7.Time(id)
	switch {
	case !s.from.IsZero() && at.Before(s.from.Truncate(time.Millisecond)):
		return false
	case !s.to.IsZero() && at.After(s.to):
		return false
	}
	for name, want := range s.match {
		if doc.String(view, name) != want {
			return false
		}
	}
	return s.found(view) && s.filter.Match(view)
}

func (s *selection) found(view doc.Object) bool {
	if s.text == "" {
		return true
	}
	return slices.ContainsFunc(searched, func(name string) bool {
		return strings.Contains(strings.ToLower(doc.Text(view[name])), s.text)
	})
}
