package store

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// EntityType is what can have scores and comments.
type EntityType uint8

// The types of entities.
const (
	TraceEntity EntityType = iota
	SpanEntity
	ThreadEntity // identified by its model id
)

var entityWords = [...]string{TraceEntity: "Trace", SpanEntity: "Span", ThreadEntity: "Thread"}

// String returns the word that the server's messages use.
func (t EntityType) String() string { return entityWords[t] }

// entity identifies what a score or comment is about.
type entity struct {
	Type EntityType
	ID   string
}

// scoreKey identifies a score of an entity. A score given for another project
// than the entity's own is stored and never shown.
type scoreKey struct{ Project, Name, Author string }

type score struct {
	stamp
	fields doc.Object // value, reason, category_name, source
}

// assertionCategory diverts a score into the results of assertions.
const assertionCategory = "suite_assertion"

// scoreFields are the members of a score that are kept.
var scoreFields = []string{"value", "reason", "category_name", "source", "source_queue_id"}

func (s *Store) putScore(e entity, project string, body doc.Object, user string) {
	author := doc.String(body, "author")
	if author == "" {
		author = user
	}
	if doc.String(body, "category_name") == assertionCategory {
		s.putAssertion(e, assertionKey{doc.String(body, "name"), author}, scoredAssertion(body))
		return
	}
	key := scoreKey{project, doc.String(body, "name"), author}
	sc := score{stamp: s.newStamp(author), fields: doc.Object{}}
	for _, name := range scoreFields {
		if v := body[name]; v != nil {
			sc.fields[name] = v
		}
	}
	if old, ok := s.scores[e][key]; ok {
		sc.created, sc.createdBy = old.created, old.createdBy
	}
	if s.scores[e] == nil {
		s.scores[e] = map[scoreKey]score{}
	}
	s.scores[e][key] = sc
}

// Score sets one score of a trace or span, which must exist.
func (s *Store) Score(t EntityType, id string, body doc.Object, user string) error {
	row, err := s.row(t, id)
	if err != nil {
		return err
	}
	s.putScore(entity{t, row.ID}, row.Project, body, user)
	return nil
}

// row returns the trace or span that is read for the id.
func (s *Store) row(t EntityType, id string) (*Row, error) {
	if t == SpanEntity {
		if r := s.spans.get(id); r != nil {
			return r, nil
		}
		return nil, ErrSpanNotFound(id)
	}
	if r := s.traces.get(id); r != nil {
		return r, nil
	}
	return nil, ErrTraceNotFound(id)
}

// ScoreBatch sets scores of traces or spans, which need not exist yet. Either
// all are set or none.
func (s *Store) ScoreBatch(t EntityType, items []doc.Object, user string) error {
	for _, item := range items {
		if id, _ := uuid7.Parse(doc.String(item, "id")); !uuid7.IsV7(id) {
			return apierr.NotVersion7(t.String())
		}
	}
	for _, item := range items {
		project := s.projectForWrite(doc.String(item, "project_name"), user)
		s.putScore(entity{t, lower(doc.String(item, "id"))}, project.ID, item, user)
	}
	return nil
}

// ScoreThreads sets scores of threads, whose records are made where they are missing.
func (s *Store) ScoreThreads(items []doc.Object, user string) {
	for _, item := range items {
		project := s.projectForWrite(doc.String(item, "project_name"), user)
		t := s.thread(threadKey{project.ID, doc.String(item, "thread_id")}, user)
		s.putScore(entity{ThreadEntity, t.ModelID}, project.ID, item, user)
	}
}

// DeleteScore removes a score of a trace or span: of one author, or of all if
// author is empty.
func (s *Store) DeleteScore(t EntityType, id, name, author string) {
	s.deleteScores(entity{t, id}, []string{name}, author)
}

func (s *Store) deleteScores(e entity, names []string, author string) {
	for k := range s.scores[e] {
		if slices.Contains(names, k.Name) && (author == "" || k.Author == author) {
			delete(s.scores[e], k)
		}
	}
}

// DeleteThreadScores removes scores of a thread.
func (s *Store) DeleteThreadScores(project, thread string, names []string, author string) {
	if t := s.threads[threadKey{project, thread}]; t != nil {
		s.deleteScores(entity{ThreadEntity, t.ModelID}, names, author)
	}
}

// dropEntity removes the scores and comments of an entity that was deleted.
func (s *Store) dropEntity(t EntityType, id string) {
	e := entity{t, id}
	delete(s.scores, e)
	delete(s.assertions, e)
	s.dropComments(e)
	s.dropAttachments(e)
}

// scoreViews returns the scores of an entity as answers show them, by name: one
// for each name, averaged over the authors.
func (s *Store) scoreViews(e entity, project string) []any {
	byName := map[string][]scoreKey{}
	for k := range s.scores[e] {
		if k.Project == project {
			byName[k.Name] = append(byName[k.Name], k)
		}
	}
	out := []any{}
	for _, name := range sortedKeys(byName) {
		keys := byName[name]
		slices.SortFunc(keys, func(a, b scoreKey) int { return strings.Compare(a.Author, b.Author) })
		out = append(out, s.scoreView(e, name, keys))
	}
	return out
}

func (s *Store) scoreView(e entity, name string, keys []scoreKey) doc.Object {
	first := s.scores[e][keys[0]]
	st := first.stamp
	byAuthor := doc.Object{}
	var values []json.Number
	joined := map[string][]string{}
	for _, k := range keys {
		sc := s.scores[e][k]
		value, _ := sc.fields["value"].(json.Number)
		values = append(values, value)
		for _, member := range []string{"reason", "category_name"} {
			if text := doc.String(sc.fields, member); text != "" {
				joined[member] = append(joined[member], text)
			}
		}
		joined["created_by"] = append(joined["created_by"], sc.createdBy)
		joined["last_updated_by"] = append(joined["last_updated_by"], sc.updatedBy)
		if sc.created.Before(st.created) {
			st.created = sc.created
		}
		if sc.updated.After(st.updated) {
			st.updated = sc.updated
		}
		byAuthor[k.Author] = doc.With(sc.fields, doc.Object{"last_updated_at": doc.FormatTime(sc.updated), "author": k.Author})
	}
	view := doc.Object{"name": name, "value": average(values), "source": first.fields["source"], "value_by_author": byAuthor}
	st.addTo(view)
	for member, texts := range joined {
		view[member] = strings.Join(texts, ", ")
	}
	return view
}

// average returns the mean with at most nine digits after the point. A single
// value keeps its text.
func average(values []json.Number) json.Number {
	if len(values) == 1 {
		return values[0]
	}
	sum := new(big.Rat)
	for _, v := range values {
		if r, ok := doc.Decimal(v.String()); ok {
			sum.Add(sum, r)
		}
	}
	return Decimal(sum.Quo(sum, big.NewRat(int64(len(values)), 1)))
}

// Decimal writes a number with at most nine digits after the point and no
// trailing zeros.
func Decimal(r *big.Rat) json.Number {
	text := r.FloatString(9)
	text = strings.TrimRight(text, "0")
	return json.Number(strings.TrimSuffix(text, "."))
}

// ScoreNames returns the names of the scores of a project's entities, sorted.
// keep chooses among the entities; nil keeps all.
func (s *Store) ScoreNames(t EntityType, project string, keep func(id string) bool) []string {
	names := map[string]bool{}
	for e, scores := range s.scores {
		if e.Type != t || keep != nil && !keep(e.ID) {
			continue
		}
		for k := range scores {
			if project == "" || k.Project == project {
				names[k.Name] = true
			}
		}
	}
	return sortedKeys(names)
}
