package store

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// maxTags is how many tags an entity can have after a batch update.
const maxTags = 50

// notStored are the members of a written trace or span that are not part of its
// fields: they are the row's key, or only the server sets them.
var notStored = slices.Concat(stampMembers, []string{
	"id", "trace_id", "parent_span_id", "project_name", "project_id",
	"feedback_scores", "span_feedback_scores", "comments", "guardrails_validations",
	"span_count", "llm_span_count", "has_tool_spans", "duration", "providers", "experiment",
	"visibility_mode", "tags_to_add", "tags_to_remove",
})

// instants are the members that are stored in the server's way of writing times.
var instants = []string{"start_time", "end_time"}

// writtenFields returns what is stored of a written trace or span.
func writtenFields(body doc.Object) doc.Object {
	o := doc.Without(doc.Clone(body), notStored...)
	for _, name := range instants {
		if t, ok := doc.Time(o, name); ok {
			o[name] = doc.FormatTime(t)
		}
	}
	if u, ok := o["usage"].(doc.Object); ok {
		o["usage"] = doc.Clone(u)
	}
	return o
}

// writeID returns the id of a written entity: a new one if it has none.
func (s *Store) writeID(body doc.Object, entity string) (string, error) {
	id, ok := body["id"].(string)
	if !ok {
		return s.NewID(), nil
	}
	id = lower(id)
	if !uuid7.IsV7(id) {
		return "", apierr.NotVersion7(entity)
	}
	return id, nil
}

// newRow makes the row of a complete record. A record that says when it was
// changed competes with that time.
func (s *Store) newRow(key rowKey, body doc.Object, user string) *Row {
	r := &Row{rowKey: key, stamp: s.newStamp(user), Fields: writtenFields(body)}
	if t, ok := doc.Time(body, "last_updated_at"); ok {
		r.updated = t
	}
	return r
}

// completePartial joins a row that updates made with the creation that follows:
// what the updates set and is not empty stays.
func completePartial(partial, created *Row) *Row {
	merged := doc.With(created.Fields, nil)
	for name, v := range partial.Fields {
		if !doc.IsEmpty(v) {
			merged[name] = v
		}
	}
	merged["start_time"] = created.Fields["start_time"]
	st := created.stamp
	st.created, st.createdBy = partial.created, partial.createdBy
	return &Row{rowKey: partial.rowKey, stamp: st, Fields: merged}
}

// ignoredWhenBlank are the members that an update leaves alone when their text is blank.
var ignoredWhenBlank = []string{"name", "thread_id", "model", "provider"}

// patchFields returns the fields after a single update: members that are not
// null overwrite, whole.
func patchFields(stored, update doc.Object) doc.Object {
	changes := writtenFields(update)
	delete(changes, "start_time")
	for _, name := range ignoredWhenBlank {
		if v, ok := changes[name].(string); ok && strings.TrimSpace(v) == "" {
			delete(changes, name)
		}
	}
	return doc.With(stored, changes)
}

// batchPatchFields returns the fields after a batch update, which treats tags
// in its own way and leaves the source alone.
func batchPatchFields(stored, update doc.Object, mergeTags bool) (doc.Object, error) {
	fields := patchFields(stored, doc.Without(update, "source"))
	tags, err := batchTags(doc.Strings(stored, "tags"), update, mergeTags)
	if err != nil {
		return nil, err
	}
	if tags != nil {
		fields["tags"] = doc.FromStrings(tags)
	}
	return fields, nil
}

// batchTags returns the tags after a batch update, nil if it says nothing about them.
func batchTags(stored []string, update doc.Object, merge bool) ([]string, error) {
	add, remove := doc.Strings(update, "tags_to_add"), doc.Strings(update, "tags_to_remove")
	var tags []string
	switch {
	case update["tags_to_add"] != nil || update["tags_to_remove"] != nil:
		for _, t := range union(stored, add) {
			if !slices.Contains(remove, t) {
				tags = append(tags, t)
			}
		}
	case update["tags"] == nil:
		return nil, nil
	case merge:
		tags = union(stored, doc.Strings(update, "tags"))
	default:
		tags = doc.Strings(update, "tags")
	}
	if len(tags) > maxTags {
		return nil, apierr.Invalid("Tag limit exceeded: maximum 50 tags per item")
	}
	return append([]string{}, tags...), nil
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func conflict(format string, args ...any) error {
	e := apierr.Message(http.StatusConflict, format, args...)
	return apierr.List(http.StatusConflict, e.Message)
}
