package store

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// latestTag is the tag that the newest version has, and that nobody can remove.
const latestTag = "latest"

// Version is the state of a dataset's items at some time.
type Version struct {
	stamp
	ID, Name    string
	dataset     *Dataset
	previous    *Version
	description string
	tags        []string
	metadata    any
	evaluators  any
	policy      any
	items       map[string]*Item
}

// Item is an item of a dataset. Items are replaced, never modified.
type Item struct {
	stamp
	ID      string
	Dataset string
	Fields  doc.Object
}

// hash is what clients call a version by.
func (v *Version) hash() string { return v.ID[len(v.ID)-8:] }

func (v *Version) allTags() []string {
	if v.dataset.Latest() == v {
		return append([]string{latestTag}, v.tags...)
	}
	return v.tags
}

func (v *Version) summary() doc.Object {
	o := doc.Object{
		"id": v.ID, "version_hash": v.hash(), "version_name": v.Name,
		"tags": doc.FromStrings(v.allTags()),
	}
	if v.description != "" {
		o["change_description"] = v.description
	}
	return o
}

// View is the version as answers show it.
func (v *Version) View() doc.Object {
	o := v.summary()
	added, modified, deleted := v.changes()
	maps.Copy(o, doc.Clone(doc.Object{
		"dataset_id": v.dataset.ID, "is_latest": v.dataset.Latest() == v,
		"items_total": len(v.items), "items_added": added, "items_modified": modified,
		"items_deleted": deleted, "metadata": v.metadata, "evaluators": v.evaluators,
		"execution_policy": v.policy,
	}))
	v.addTo(o)
	return o
}

// changes counts the differences to the version before.
func (v *Version) changes() (added, modified, deleted int) {
	before := map[string]*Item{}
	if v.previous != nil {
		before = v.previous.items
	}
	for id, item := range v.items {
		switch old := before[id]; {
		case old == nil:
			added++
		case old != item:
			modified++
		}
	}
	for id := range before {
		if v.items[id] == nil {
			deleted++
		}
	}
	return added, modified, deleted
}

// Items returns the items, greatest id first.
func (v *Version) Items() []*Item {
	if v == nil {
		return nil
	}
	return greatestFirst(v.items)
}

// View is the item as answers show it.
func (i *Item) View() doc.Object {
	o := doc.With(i.Fields, doc.Object{"id": i.ID, "dataset_item_id": i.ID, "dataset_id": i.Dataset})
	i.addTo(o)
	return o
}

func errVersionNotFound() error {
	return apierr.Message(http.StatusNotFound, "Dataset version not found")
}

// Versions returns the versions, newest first.
func (d *Dataset) Versions() []*Version {
	out := slices.Clone(d.versions)
	slices.Reverse(out)
	return out
}

// Version returns the version with a hash, a tag or an id. The empty reference
// is the latest, which may be nil.
func (d *Dataset) Version(ref string) (*Version, error) {
	if ref == "" {
		return d.Latest(), nil
	}
	for _, v := range d.versions {
		if v.hash() == ref || v.ID == lower(ref) || slices.Contains(v.allTags(), ref) {
			return v, nil
		}
	}
	return nil, errVersionNotFound()
}

// VersionNamed returns the version with a name, such as "v3".
func (d *Dataset) VersionNamed(name string) (*Version, error) {
	for _, v := range d.versions {
		if v.Name == name {
			return v, nil
		}
	}
	return nil, errVersionNotFound()
}

// addVersion adds a version that begins with the items and settings of another;
// from may be nil.
func (s *Store) addVersion(d *Dataset, from *Version, user string) *Version {
	v := &Version{
		ID: s.NewID(), Name: "v" + strconv.Itoa(len(d.versions)+1), dataset: d,
		previous: d.Latest(), items: map[string]*Item{}, stamp: s.newStamp(user),
	}
	if from != nil {
		v.items = maps.Clone(from.items)
		v.metadata, v.evaluators, v.policy = from.metadata, from.evaluators, from.policy
	}
	d.versions = append(d.versions, v)
	return v
}

// editable returns the version that a change of items goes to. Without a batch
// group it is the latest, changed in place; all changes of one group make one
// new version.
func (s *Store) editable(d *Dataset, group, user string) *Version {
	latest := d.Latest()
	switch {
	case group == "" && latest != nil:
		latest.stamp = s.touch(latest.stamp, user)
		return latest
	case group == "":
		return s.addVersion(d, nil, user)
	}
	if v := d.groups[lower(group)]; v != nil {
		v.stamp = s.touch(v.stamp, user)
		return v
	}
	v := s.addVersion(d, latest, user)
	d.groups[lower(group)] = v
	return v
}

// RestoreVersion makes the state of an old version the newest one.
func (s *Store) RestoreVersion(d *Dataset, ref, user string) (*Version, error) {
	from, err := d.Version(ref)
	if err != nil {
		return nil, err
	}
	v := s.addVersion(d, from, user)
	v.description = "Restored from version " + from.Name
	return v, nil
}

// DescribeVersion sets the description of a version and adds tags.
func (s *Store) DescribeVersion(d *Dataset, hash string, body doc.Object, user string) (*Version, error) {
	v, err := d.Version(hash)
	if err != nil {
		return nil, err
	}
	for _, tag := range doc.Strings(body, "tags_to_add") {
		if err := d.tagFree(tag); err != nil {
			return nil, err
		}
	}
	v.tags = union(v.tags, doc.Strings(body, "tags_to_add"))
	if text, ok := body["change_description"].(string); ok {
		v.description = text
	}
	v.stamp = s.touch(v.stamp, user)
	return v, nil
}

func (d *Dataset) tagFree(tag string) error {
	for _, v := range d.versions {
		if slices.Contains(v.allTags(), tag) {
			return conflict("Tag '%s' already exists for this dataset", tag)
		}
	}
	return nil
}

// TagVersion adds a tag, which no other version may have.
func (s *Store) TagVersion(d *Dataset, hash, tag string) error {
	v, err := d.Version(hash)
	if err != nil {
		return err
	}
	if err := d.tagFree(tag); err != nil {
		return err
	}
	v.tags = append(slices.Clone(v.tags), tag)
	return nil
}

// UntagVersion removes a tag. The tag of the newest version cannot be removed.
func (s *Store) UntagVersion(d *Dataset, hash, tag string) error {
	if tag == latestTag {
		return apierr.Message(http.StatusBadRequest, "Cannot delete '%s' tag", latestTag)
	}
	v, err := d.Version(hash)
	if err != nil {
		return err
	}
	v.tags = slices.DeleteFunc(slices.Clone(v.tags), func(t string) bool { return t == tag })
	return nil
}
