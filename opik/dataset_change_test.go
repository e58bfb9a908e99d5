package opik_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opik-go/sdk/opik"
)

func TestUpdateDataset(t *testing.T) {
	c, _ := served(t, 0)
	ds, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{Description: "first", Tags: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ds.Insert(t.Context(), question(1)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		changes           opik.DatasetChanges
		name, description string
		tags              []string
	}{
		{opik.DatasetChanges{Name: "e"}, "e", "first", []string{"a"}},
		{opik.DatasetChanges{Description: "second"}, "e", "second", []string{"a"}},
		{opik.DatasetChanges{Tags: []string{"b", "c"}}, "e", "second", []string{"b", "c"}},
		{opik.DatasetChanges{}, "e", "second", []string{"b", "c"}},
		{opik.DatasetChanges{Tags: []string{}}, "e", "second", nil},
	} {
		if err := ds.Update(t.Context(), step.changes); err != nil {
			t.Fatal(err)
		}
		read, err := c.GetDataset(t.Context(), step.name, opik.GetDatasetParams{})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []*opik.Dataset{ds, read} {
			if r := h.Record(); r.Name != step.name || r.Description != step.description || !slices.Equal(r.Tags, step.tags) {
				t.Errorf("%+v: %+v", step.changes, r)
			}
		}
	}
	if n, err := ds.ItemsCount(t.Context()); n != 1 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	if _, err := c.CreateDataset(t.Context(), "other", opik.CreateDatasetParams{}); err != nil {
		t.Fatal(err)
	}
	if err := ds.Update(t.Context(), opik.DatasetChanges{Name: "other"}); !errors.Is(err, opik.ErrConflict) || ds.Name() != "e" {
		t.Errorf("the name of another dataset: %v", err)
	}
}

func TestDeleteDatasets(t *testing.T) {
	c, _ := served(t, 0)
	ds, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := c.CreateTestSuite(t.Context(), "s", opik.CreateTestSuiteParams{Description: "kept"})
	if err != nil {
		t.Fatal(err)
	}
	if err := suite.Update(t.Context(), opik.DatasetChanges{Name: "renamed"}); err != nil || suite.Name() != "renamed" {
		t.Errorf("%s, %v", suite.Name(), err)
	}
	for range 2 { // what is gone already is no error
		if err := errors.Join(ds.Delete(t.Context()), suite.Delete(t.Context())); err != nil {
			t.Error(err)
		}
	}
	for ds, err := range c.GetDatasets(t.Context(), opik.GetDatasetsParams{}) {
		t.Errorf("%v, %v", ds, err)
	}
	if err := ds.Update(t.Context(), opik.DatasetChanges{Name: "x"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("changing what is gone: %v", err)
	}
}
