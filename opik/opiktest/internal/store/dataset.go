package store

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// States in which the import of a file leaves a dataset.
const (
	importRunning = "processing"
	importDone    = "completed"
)

// Dataset is a dataset of the workspace. Its items live in versions.
type Dataset struct {
	stamp
	ID, Name, Description string
	Type, Visibility      string
	Project               string // id, "" if it belongs to none
	Tags                  []string
	status                string              // of the latest import of a file
	versions              []*Version          // oldest first
	groups                map[string]*Version // by batch group
}

// ErrDatasetNotFound is the answer where a dataset is asked for.
func ErrDatasetNotFound() error { return apierr.List(http.StatusNotFound, "Dataset not found") }

// View is the dataset as answers show it.
func (d *Dataset) View() doc.Object {
	o := doc.Object{
		"id": d.ID, "name": d.Name, "type": d.Type, "visibility": d.Visibility,
		"dataset_items_count": 0, "experiment_count": 0, "optimization_count": 0,
		"status": d.status,
	}
	if d.Description != "" {
		o["description"] = d.Description
	}
	if d.Project != "" {
		o["project_id"] = d.Project
	}
	setUnlessEmpty(o, "tags", doc.FromStrings(d.Tags))
	if v := d.Latest(); v != nil {
		o["dataset_items_count"] = len(v.items)
		o["latest_version"] = v.summary()
	}
	d.addTo(o)
	return o
}

// Latest returns the newest version, nil if there is none yet.
func (d *Dataset) Latest() *Version {
	if len(d.versions) == 0 {
		return nil
	}
	return d.versions[len(d.versions)-1]
}

// Datasets returns all datasets, in no order.
func (s *Store) Datasets() []*Dataset {
	out := make([]*Dataset, 0, len(s.datasets))
	for _, d := range s.datasets {
		out = append(out, d)
	}
	return out
}

// Dataset returns the dataset with the id.
func (s *Store) Dataset(id string) (*Dataset, error) {
	if d := s.datasets[lower(id)]; d != nil {
		return d, nil
	}
	return nil, ErrDatasetNotFound()
}

// DatasetByName returns the dataset with the name, or nil. Names are unique in a
// workspace, whatever the project.
func (s *Store) DatasetByName(name string) *Dataset {
	for _, d := range s.datasets {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// CreateDataset adds a dataset from the request body.
func (s *Store) CreateDataset(body doc.Object, user string) (*Dataset, error) {
	id, err := s.writeID(body, "dataset")
	if err != nil {
		return nil, err
	}
	name := doc.String(body, "name")
	if s.DatasetByName(name) != nil || s.datasets[id] != nil {
		return nil, conflict("Dataset already exists with name '%s'", name)
	}
	project, err := s.datasetProject(body, user)
	if err != nil {
		return nil, err
	}
	d := s.addDataset(id, name, project, user)
	d.Description, d.Tags = doc.String(body, "description"), doc.Strings(body, "tags")
	if t := doc.String(body, "type"); t != "" {
		d.Type = t
	}
	if v := doc.String(body, "visibility"); v != "" {
		d.Visibility = v
	}
	return d, nil
}

func (s *Store) addDataset(id, name, project, user string) *Dataset {
	d := &Dataset{
		ID: id, Name: name, Project: project, Type: "dataset", Visibility: "private",
		status: "unknown", stamp: s.newStamp(user), groups: map[string]*Version{},
	}
	s.datasets[id] = d
	return d
}

// datasetProject returns the id of the project that a body names, "" if it names none.
func (s *Store) datasetProject(body doc.Object, user string) (string, error) {
	if doc.String(body, "project_id") == "" && doc.String(body, "project_name") == "" {
		return "", nil
	}
	p, err := s.projectForUpdate(body, user)
	if err != nil {
		return "", err
	}
	return p.ID, nil
}

// UpdateDataset replaces the members that an update has.
func (s *Store) UpdateDataset(id string, body doc.Object, user string) error {
	d, err := s.Dataset(id)
	if err != nil {
		return err
	}
	name := doc.String(body, "name")
	if other := s.DatasetByName(name); other != nil && other != d {
		return conflict("Dataset already exists with name '%s'", name)
	}
	d.Name = name
	d.Description = doc.String(body, "description")
	if v := doc.String(body, "visibility"); v != "" {
		d.Visibility = v
	}
	if body["tags"] != nil {
		d.Tags = doc.Strings(body, "tags")
	}
	d.stamp = s.touch(d.stamp, user)
	return nil
}

// DeleteDataset removes a dataset with all its versions; an unknown id is no error.
func (s *Store) DeleteDataset(id string) { delete(s.datasets, lower(id)) }

// DatasetForItems returns the dataset that a write of items goes to. One that is
// named is created if it is missing; one given by id must exist.
func (s *Store) DatasetForItems(body doc.Object, user string) (*Dataset, error) {
	if id := doc.String(body, "dataset_id"); id != "" {
		return s.Dataset(id)
	}
	name := doc.String(body, "dataset_name")
	if d := s.DatasetByName(name); d != nil {
		return d, nil
	}
	project, err := s.datasetProject(body, user)
	if err != nil {
		return nil, err
	}
	return s.addDataset(s.NewID(), name, project, user), nil
}

// itemID returns the id of a written item: a new one if it has none.
func (s *Store) itemID(body doc.Object) (string, error) {
	id, err := s.writeID(body, "dataset_item")
	if err != nil {
		return "", err
	}
	for _, ref := range []string{"trace_id", "span_id"} {
		if given := doc.String(body, ref); given != "" && !uuid7.IsV7(lower(given)) {
			return "", apierr.NotVersion7("dataset_item " + ref)
		}
	}
	return id, nil
}
