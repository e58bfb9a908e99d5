package opik_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestHandleOfNewRecord(t *testing.T) {
	c, _ := served(t, 0)
	d, err := c.CreateDataset(t.Context(), "questions", opik.CreateDatasetParams{Description: "from support", Tags: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if d.ID() == "" || d.Name() != "questions" || d.Record().Description != "from support" {
		t.Errorf("dataset %+v", d.Record())
	}
	same, err := c.GetDataset(t.Context(), "questions", opik.GetDatasetParams{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(same.Record(), d.Record()) {
		t.Errorf("read %+v, created %+v", same.Record(), d.Record())
	}
	n := 0
	for listed, err := range c.Datasets.List(t.Context(), opik.DatasetListParams{}) {
		if n++; err != nil || listed.ID() != d.ID() {
			t.Errorf("listed %v, %v", listed.Record(), err)
		}
	}
	page, err := c.Datasets.ListPage(t.Context(), opik.DatasetListParams{})
	if err != nil || n != 1 || len(page.Items) != 1 || page.Items[0].Name() != "questions" {
		t.Errorf("%d listed; page %+v, %v", n, page, err)
	}
}

func TestHandleRefresh(t *testing.T) {
	c, _ := served(t, 0)
	d, err := c.CreateDataset(t.Context(), "before", opik.CreateDatasetParams{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Datasets.Update(t.Context(), d.ID(), "after", opik.DatasetUpdateParams{}); err != nil {
		t.Fatal(err)
	}
	if d.Name() != "before" {
		t.Errorf("name %q without a request", d.Name())
	}
	if err := d.Refresh(t.Context()); err != nil || d.Name() != "after" {
		t.Errorf("name %q, %v", d.Name(), err)
	}
	if err := c.Datasets.Delete(t.Context(), d.ID()); err != nil {
		t.Fatal(err)
	}
	if err := d.Refresh(t.Context()); !errors.Is(err, opik.ErrNotFound) || d.Name() != "after" {
		t.Errorf("name %q, error %v", d.Name(), err)
	}
}

// What a caller does to a record does not show in the handle.
func TestHandleRecordIsCopy(t *testing.T) {
	c, _ := served(t, 0)
	d, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{Tags: []string{"kept"}})
	if err != nil {
		t.Fatal(err)
	}
	record := d.Record()
	record.Name, record.Tags[0] = "changed", "changed"
	if d.Name() != "d" || !reflect.DeepEqual(d.Record().Tags, []string{"kept"}) {
		t.Errorf("the handle has %+v", d.Record())
	}
}

func TestHandleConcurrentUse(t *testing.T) {
	c, _ := served(t, 0)
	d, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{Tags: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				if err := d.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 100 {
				if r := d.Record(); r.ID != d.ID() || r.Name != d.Name() {
					t.Errorf("record %+v", r)
				}
			}
		})
	}
	all.Wait()
}

// Handles that no call returned have no values, and their methods say so.
func TestNilHandle(t *testing.T) {
	for name, d := range map[string]*opik.Dataset{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			if d.ID() != "" || d.Name() != "" || !reflect.DeepEqual(d.Record(), rest.Dataset{}) {
				t.Errorf("%q, %q, %+v", d.ID(), d.Name(), d.Record())
			}
			v := reflect.ValueOf(d)
			n := 0
			for i := range v.NumMethod() {
				f := v.Method(i)
				if f.Type().NumIn() == 0 {
					continue
				}
				n++
				args := zeroArguments(t, f.Type())
				results := f.Call(args)
				last := results[len(results)-1]
				if last.Kind() == reflect.Func {
					for _, v := range last.Seq2() {
						last = v
					}
				}
				if err, _ := last.Interface().(error); !errors.Is(err, opik.ErrNilHandle) {
					t.Errorf("%s: error %v", v.Type().Method(i).Name, err)
				}
			}
			if n < 5 {
				t.Errorf("%d methods were called", n)
			}
		})
	}
}

// zeroArguments are a context and zero values for all parameters but the options.
func zeroArguments(t *testing.T, f reflect.Type) []reflect.Value {
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < f.NumIn() && !(f.IsVariadic() && i == f.NumIn()-1); i++ {
		args = append(args, reflect.Zero(f.In(i)))
	}
	return args
}

// A failure on the way of a list is the caller's to see, with a nil handle.
func TestHandlesOfBrokenList(t *testing.T) {
	c, srv := served(t, 0)
	if _, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{}); err != nil {
		t.Fatal(err)
	}
	srv.Inject(opiktest.FailWith(http.StatusForbidden))
	n := 0
	for d, err := range c.Datasets.List(t.Context(), opik.DatasetListParams{}) {
		if n++; d != nil || !errors.Is(err, opik.ErrForbidden) {
			t.Errorf("dataset %v, error %v", d, err)
		}
	}
	if n != 1 {
		t.Errorf("the iterator yielded %d times", n)
	}
	if _, err := c.GetDataset(t.Context(), "d", opik.GetDatasetParams{}); err == nil || strings.Contains(err.Error(), "nil") {
		t.Errorf("error %v", err)
	}
}

// What was written through a handle shows in it, what was not sent stays, and nothing
// shows of a write that failed.
func TestHandleKeepsWhatItWrote(t *testing.T) {
	c, srv := served(t, 0)
	if _, err := c.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{}); err != nil {
		t.Fatal(err)
	}
	e, err := c.CreateExperiment(t.Context(), "d", opik.CreateExperimentParams{Name: "before"})
	if err != nil {
		t.Fatal(err)
	}
	tags := []string{"a"}
	if err := e.Update(t.Context(), opik.ExperimentUpdateParams{Tags: tags}); err != nil {
		t.Fatal(err)
	}
	tags[0] = "changed"
	if r := e.Record(); r.Name != "before" || !reflect.DeepEqual(r.Tags, []string{"a"}) {
		t.Errorf("name %q, tags %q", r.Name, r.Tags)
	}
	if err := e.Update(t.Context(), opik.ExperimentUpdateParams{Name: "after"}); err != nil || e.Name() != "after" {
		t.Errorf("name %q, %v", e.Name(), err)
	}
	srv.Inject(opiktest.FailWith(http.StatusForbidden))
	if err := e.Update(t.Context(), opik.ExperimentUpdateParams{Name: "lost"}); !errors.Is(err, opik.ErrForbidden) || e.Name() != "after" {
		t.Errorf("name %q, %v", e.Name(), err)
	}
	srv.ClearFaults()
	written := e.Record()
	if err := e.Refresh(t.Context()); err != nil || e.Name() != written.Name || !reflect.DeepEqual(e.Record().Tags, written.Tags) {
		t.Errorf("the server has %+v, the handle had %+v, %v", e.Record(), written, err)
	}
}
