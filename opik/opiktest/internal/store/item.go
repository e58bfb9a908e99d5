package store

import (
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// itemMembers are the members of an item that are not part of its fields.
var itemMembers = slices.Concat(stampMembers, []string{"id", "dataset_item_id", "dataset_id",
	"experiment_items", "run_summaries_by_experiment", "tags_to_add", "tags_to_remove", "clear_execution_policy"})

// errItemNotFound is the answer where an item is asked for.
func errItemNotFound() error { return apierr.List(http.StatusNotFound, "Dataset item not found") }

// PutItems adds items to a dataset, or replaces those that it has. Either all
// are written or none.
func (s *Store) PutItems(d *Dataset, bodies []doc.Object, group, user string) error {
	ids := make([]string, len(bodies))
	for i, body := range bodies {
		var err error
		if ids[i], err = s.itemID(body); err != nil {
			return err
		}
	}
	v := s.editable(d, group, user)
	for i, body := range bodies {
		s.putItem(v, ids[i], doc.Without(doc.Clone(body), itemMembers...), user)
	}
	return nil
}

func (s *Store) putItem(v *Version, id string, fields doc.Object, user string) {
	item := &Item{ID: id, Dataset: v.dataset.ID, Fields: fields, stamp: s.newStamp(user)}
	if old := v.items[id]; old != nil {
		item.created, item.createdBy = old.created, old.createdBy
	}
	v.items[id] = item
}

// Item returns an item of the latest version of any dataset.
func (s *Store) Item(id string) (*Dataset, *Item, error) {
	for _, d := range s.datasets {
		if v := d.Latest(); v != nil && v.items[id] != nil {
			return d, v.items[id], nil
		}
	}
	return nil, nil, errItemNotFound()
}

// PatchItem overwrites members of an item, in a new version.
func (s *Store) PatchItem(id string, update doc.Object, user string) error {
	d, item, err := s.Item(id)
	if err != nil {
		return err
	}
	v := s.addVersion(d, d.Latest(), user)
	s.putItem(v, id, patchItem(item.Fields, update, item.tags(update, false)), user)
	return nil
}

func (i *Item) tags(update doc.Object, merge bool) []string {
	// The limit was checked together with the other constraints of the body.
	tags, _ := batchTags(doc.Strings(i.Fields, "tags"), update, merge)
	return tags
}

func patchItem(fields, update doc.Object, tags []string) doc.Object {
	out := doc.With(fields, doc.Without(doc.Clone(update), itemMembers...))
	if tags != nil {
		out["tags"] = doc.FromStrings(tags)
	}
	if doc.Bool(update, "clear_execution_policy", false) {
		delete(out, "execution_policy")
	}
	return out
}

// UpdateItems applies one update to many items, in one new version of each
// dataset concerned. Unknown ids are skipped.
func (s *Store) UpdateItems(ids []string, update doc.Object, mergeTags bool, user string) error {
	versions := map[*Dataset]*Version{}
	for _, id := range ids {
		_, item, err := s.Item(lower(id))
		if err != nil {
			continue
		}
		if _, err := batchTags(doc.Strings(item.Fields, "tags"), update, mergeTags); err != nil {
			return err
		}
	}
	for _, id := range ids {
		d, item, err := s.Item(lower(id))
		if err != nil {
			continue
		}
		if versions[d] == nil {
			versions[d] = s.addVersion(d, d.Latest(), user)
		}
		s.putItem(versions[d], item.ID, patchItem(item.Fields, update, item.tags(update, mergeTags)), user)
	}
	return nil
}

// DeleteItems removes items; unknown ids are no error.
func (s *Store) DeleteItems(ids []string, group, user string) {
	for _, id := range ids {
		d, item, err := s.Item(lower(id))
		if err != nil {
			continue
		}
		delete(s.editable(d, group, user).items, item.ID)
	}
}

// Changes are what one request does to the items and settings of a dataset.
type Changes struct {
	Base     string // id of the version that the changes are for
	Override bool   // apply them whatever the base
	Body     doc.Object
}

// ApplyChanges makes a new version with the changes.
func (s *Store) ApplyChanges(d *Dataset, c Changes, user string) (*Version, error) {
	latest := d.Latest()
	if !c.Override && (latest == nil || latest.ID != lower(c.Base)) {
		return nil, apierr.Message(http.StatusConflict, "Version conflict: the base version is not the latest version")
	}
	added, edited := doc.Objects(c.Body, "added_items"), doc.Objects(c.Body, "edited_items")
	ids := make([]string, 0, len(added)+len(edited))
	for _, body := range append(slices.Clone(added), edited...) {
		id, err := s.itemID(body)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	for _, tag := range doc.Strings(c.Body, "tags") {
		if err := d.tagFree(tag); err != nil {
			return nil, err
		}
	}
	v := s.addVersion(d, latest, user)
	for i, body := range added {
		s.putItem(v, ids[i], doc.Without(doc.Clone(body), itemMembers...), user)
	}
	for i, body := range edited {
		id := ids[len(added)+i]
		if old := v.items[id]; old != nil {
			s.putItem(v, id, patchItem(old.Fields, body, old.tags(body, false)), user)
		}
	}
	for _, id := range doc.Strings(c.Body, "deleted_ids") {
		delete(v.items, lower(id))
	}
	v.describe(c.Body)
	return v, nil
}

// describe sets what the body says about the version itself.
func (v *Version) describe(body doc.Object) {
	v.description = doc.String(body, "change_description")
	v.tags = doc.Strings(body, "tags")
	if m := body["metadata"]; m != nil {
		v.metadata = m
	}
	if e := body["evaluators"]; e != nil {
		v.evaluators = e
	}
	switch {
	case doc.Bool(body, "clear_execution_policy", false):
		v.policy = nil
	case body["execution_policy"] != nil:
		v.policy = body["execution_policy"]
	}
}

// ImportItems adds the items of a file in the background.
func (s *Store) ImportItems(d *Dataset, data []doc.Object, user string) {
	d.status = importRunning
	s.background(func() {
		v := s.addVersion(d, d.Latest(), user)
		for _, o := range data {
			s.putItem(v, s.NewID(), doc.Object{"source": "manual", "data": o}, user)
		}
		d.status = importDone
	})
}
