// Package store holds the state of one workspace of the embedded backend and
// the rules by which requests change it. It knows nothing of HTTP.
//
// A Store is not safe for concurrent use: its user serialises calls. What it
// returns may be read at any time afterwards, since rows are replaced and never
// modified.
package store

import (
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// DefaultProject is where traces and spans go that name no project.
const DefaultProject = "Default Project"

// Settings are what the stores of all workspaces share.
type Settings struct {
	// Now is the clock.
	Now func() time.Time
	// Delay is how long derived data takes to appear: rows of threads, and what
	// a delete removes besides the entity itself.
	Delay time.Duration
}

// Store is the state of one workspace.
type Store struct {
	settings Settings
	ids      uuid7.Generator
	lastTick time.Time
	later    []deferred

	projects   map[string]*Project // by id
	traces     *table
	spans      *table
	threads    map[threadKey]*Thread
	scores     map[entity]map[scoreKey]score
	comments   map[string]*comment            // by id
	commentsOf map[entity]map[string]*comment // the same, by what they are about
	datasets   map[string]*Dataset            // by id
	exports    map[string]*Export             // by id
	prompts    map[string]*Prompt             // by id

	experimentTables
	reviewTables
}

// New returns an empty workspace.
func New(s Settings) *Store {
	st := &Store{
		settings:   s,
		projects:   map[string]*Project{},
		traces:     newTable(),
		spans:      newTable(),
		threads:    map[threadKey]*Thread{},
		scores:     map[entity]map[scoreKey]score{},
		comments:   map[string]*comment{},
		commentsOf: map[entity]map[string]*comment{},
		datasets:   map[string]*Dataset{},
		exports:    map[string]*Export{},
		prompts:    map[string]*Prompt{},

		experimentTables: newExperimentTables(),
		reviewTables:     newReviewTables(),
	}
	st.seedDefinitions()
	return st
}

// NewID returns a new version 7 id.
func (s *Store) NewID() string { return s.ids.New(s.settings.Now()) }

// Now returns the clock's time.
func (s *Store) Now() time.Time { return s.settings.Now() }

// now returns the time with microseconds, which is what the server stores for
// times of its own. It never returns the same time twice, so that of two
// changes the later one has the greater last_updated_at.
func (s *Store) now() time.Time {
	t := s.settings.Now().UTC().Truncate(time.Microsecond)
	if !t.After(s.lastTick) {
		t = s.lastTick.Add(time.Microsecond)
	}
	s.lastTick = t
	return t
}

// deferred is a change that the server makes in the background.
type deferred struct {
	due time.Time
	run func()
}

// background makes a change after the delay, or at once if there is none.
func (s *Store) background(run func()) {
	if s.settings.Delay <= 0 {
		run()
		return
	}
	s.later = append(s.later, deferred{due: s.settings.Now().Add(s.settings.Delay), run: run})
}

// Settle makes the background changes that are due. It is called before every
// request is served.
func (s *Store) Settle() {
	now := s.settings.Now()
	n := 0
	for ; n < len(s.later) && !s.later[n].due.After(now); n++ {
		s.later[n].run()
	}
	s.later = slices.Delete(s.later, 0, n)
}

// stamp are the members that say who made and changed an entity, and when.
type stamp struct {
	created, updated     time.Time
	createdBy, updatedBy string
}

func (s *Store) newStamp(user string) stamp {
	now := s.now()
	return stamp{created: now, updated: now, createdBy: user, updatedBy: user}
}

func (s *Store) touch(st stamp, user string) stamp {
	st.updated, st.updatedBy = s.now(), user
	return st
}

// addTo sets the four members of a read view.
func (st stamp) addTo(o doc.Object) {
	o["created_at"], o["created_by"] = doc.FormatTime(st.created), st.createdBy
	o["last_updated_at"], o["last_updated_by"] = doc.FormatTime(st.updated), st.updatedBy
}

// stampMembers are the members that only the server sets.
var stampMembers = []string{"created_at", "created_by", "last_updated_at", "last_updated_by"}
