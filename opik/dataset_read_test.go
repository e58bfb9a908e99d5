package opik_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest"
)

func numbered(n int) (items []opik.DatasetItem) {
	for i := range n {
		items = append(items, question(i))
	}
	return items
}

func itemIDs(t *testing.T, items func(func(opik.DatasetItem, error) bool)) (ids []string) {
	t.Helper()
	for item := range values(t, items) {
		ids = append(ids, item.ID)
	}
	return ids
}

func TestItems(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	ids := s.insert(ds, numbered(25)...).IDs
	slices.Reverse(ids) // newest first
	s.take()
	tests := []struct {
		name   string
		params opik.DatasetItemsParams
		want   []string
	}{
		{"all", opik.DatasetItemsParams{}, ids},
		{"in pages", opik.DatasetItemsParams{PageSize: 10}, ids},
		{"some", opik.DatasetItemsParams{MaxResults: 3}, ids[:3]},
		{"some of several pages", opik.DatasetItemsParams{MaxResults: 15, PageSize: 10}, ids[:15]},
		{"by id", opik.DatasetItemsParams{IDs: []string{ids[20], strings.ToUpper(ids[3]), ids[3]}}, []string{ids[3], ids[20]}},
		{"some by id", opik.DatasetItemsParams{IDs: []string{ids[20], ids[3]}, MaxResults: 1}, ids[3:4]},
		{"by a condition", opik.DatasetItemsParams{Filters: []rest.DatasetItemFilter{
			{Field: "data", Key: "q", Operator: rest.FilterOperatorEqual, Value: "24"},
		}}, ids[:1]},
		{"by a filter", opik.DatasetItemsParams{Filter: `data.q = "24"`}, ids[:1]},
		{"by both", opik.DatasetItemsParams{Filter: `source = "sdk"`, Filters: []rest.DatasetItemFilter{
			{Field: "data", Key: "q", Operator: rest.FilterOperatorEqual, Value: "23"},
		}}, ids[1:2]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := itemIDs(t, ds.Items(t.Context(), tt.params)); !slices.Equal(got, tt.want) {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
	s.take()
	if got := itemIDs(t, ds.Items(t.Context(), opik.DatasetItemsParams{IDs: ids[:1], PageSize: 10})); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if requests, _ := s.take(); len(requests) != 1 {
		t.Errorf("requests %v after all was found", requests)
	}
}

func TestItemsWithMistakenFilter(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	for _, err := range ds.Items(t.Context(), opik.DatasetItemsParams{Filter: `data.q ~ "24"`}) {
		var mistake *opik.FilterError
		if !errors.As(err, &mistake) {
			t.Errorf("error %v", err)
		}
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
}

func TestItemsThatAreMissing(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	ids := s.insert(ds, numbered(3)...).IDs
	absent := []string{uuid7.New(), uuid7.New()}
	var got []string
	var last error
	for item, err := range ds.Items(t.Context(), opik.DatasetItemsParams{IDs: []string{absent[1], ids[0], absent[0]}}) {
		if last = err; err == nil {
			got = append(got, item.ID)
		}
	}
	var missing *opik.DatasetItemsNotFoundError
	if !errors.As(last, &missing) || !errors.Is(last, opik.ErrNotFound) || !slices.Equal(missing.IDs, []string{absent[1], absent[0]}) || missing.Dataset != "d" {
		t.Errorf("error %v", last)
	}
	if !slices.Equal(got, ids[:1]) {
		t.Errorf("items %q", got)
	}
}

func TestItemsResume(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	ids := s.insert(ds, numbered(50)...).IDs
	slices.Reverse(ids)
	cut := s.srv.Inject(opiktest.CutStream(7).Times(3))
	if got := itemIDs(t, ds.Items(t.Context(), opik.DatasetItemsParams{})); !slices.Equal(got, ids) || cut.Hits() != 3 {
		t.Errorf("%d items after %d cuts", len(got), cut.Hits())
	}
}

// Items of a dataset in another project than the client's are asked for with the
// name of that project, which is found once.
func TestItemsOfAnotherProject(t *testing.T) {
	s := newDatasetServer(t)
	if _, err := s.client.CreateDataset(t.Context(), "d", opik.CreateDatasetParams{ProjectName: "Q"}); err != nil {
		t.Fatal(err)
	}
	ds := s.get("d")
	s.insert(ds, numbered(2)...)
	s.take()
	for range 2 {
		if got := itemIDs(t, ds.Items(t.Context(), opik.DatasetItemsParams{})); len(got) != 2 {
			t.Errorf("%d items", len(got))
		}
	}
	requests, _ := s.take()
	projects := 0
	for _, r := range requests {
		if strings.HasPrefix(r, "GET projects/") {
			projects++
		}
	}
	if projects != 1 {
		t.Errorf("requests %v", requests)
	}
	if name, err := ds.ProjectName(t.Context()); name != "Q" || err != nil {
		t.Errorf("project %q, %v", name, err)
	}

	// A caller who may not see the project reads the items all the same.
	other := s.get("d")
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).On("getProjectById").Times(1))
	if got := itemIDs(t, other.Items(t.Context(), opik.DatasetItemsParams{})); len(got) != 2 {
		t.Errorf("%d items", len(got))
	}
	s.srv.Inject(opiktest.FailWith(http.StatusUnauthorized).On("getProjectById").Times(1))
	for _, err := range s.get("d").Items(t.Context(), opik.DatasetItemsParams{}) {
		if !errors.Is(err, opik.ErrUnauthorized) {
			t.Errorf("error %v", err)
		}
	}
}

func TestDecodeItems(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	type pair struct {
		Q string `json:"q"`
		N int64  `json:"n"`
	}
	s.insert(ds, opik.ItemsOf(pair{"a", 1}, pair{"b", 9007199254740993})...)
	got := slices.Collect(values(t, opik.ItemsAs[pair](ds.Items(t.Context(), opik.DatasetItemsParams{}))))
	if want := []pair{{"b", 9007199254740993}, {"a", 1}}; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	for item := range values(t, ds.Items(t.Context(), opik.DatasetItemsParams{MaxResults: 1})) {
		m, err := item.Map()
		if err != nil || m["n"] != json.Number("9007199254740993") || m["q"] != "b" {
			t.Errorf("%v, %v", m, err)
		}
	}
	for _, err := range opik.ItemsAs[struct{ Q int }](ds.Items(t.Context(), opik.DatasetItemsParams{})) {
		if err == nil || !strings.Contains(err.Error(), "dataset item") {
			t.Errorf("error %v", err)
		}
	}
	for _, item := range []opik.DatasetItem{{Data: panics{}}, {Data: func() {}}, {Data: json.RawMessage(`{`)}} {
		if err := item.Decode(new(any)); err == nil {
			t.Errorf("%T is decoded", item.Data)
		}
		if _, err := item.Map(); err == nil {
			t.Errorf("%T is decoded", item.Data)
		}
	}
	if err := (opik.DatasetItem{Data: object{"a": 1}}).Decode(new(panicsToo)); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("error %v", err)
	}
}

type panicsToo struct{}

func (*panicsToo) UnmarshalJSON([]byte) error { panic("no") }

func TestGetDatasets(t *testing.T) {
	s := newDatasetServer(t)
	names := func(params opik.GetDatasetsParams) (all []string) {
		t.Helper()
		for ds := range values(t, s.client.GetDatasets(t.Context(), params)) {
			all = append(all, ds.Name())
		}
		return all
	}
	if got := names(opik.GetDatasetsParams{}); got != nil {
		t.Errorf("%q in a project that does not exist", got)
	}
	for _, name := range []string{"one", "two", "three"} {
		s.dataset(name)
	}
	if _, err := s.client.CreateDataset(t.Context(), "other", opik.CreateDatasetParams{ProjectName: "Q"}); err != nil {
		t.Fatal(err)
	}
	if got := names(opik.GetDatasetsParams{}); !slices.Equal(got, []string{"three", "two", "one"}) {
		t.Errorf("%q", got)
	}
	if got := names(opik.GetDatasetsParams{MaxResults: 2}); !slices.Equal(got, []string{"three", "two"}) {
		t.Errorf("%q", got)
	}
	if got := names(opik.GetDatasetsParams{ProjectName: "q", Name: "OTH"}); !slices.Equal(got, []string{"other"}) {
		t.Errorf("%q", got)
	}
	for _, err := range s.client.GetDatasets(t.Context(), opik.GetDatasetsParams{ProjectName: "none"}) {
		if !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
	all := 0
	for range values(t, s.client.Datasets.List(t.Context(), opik.DatasetListParams{})) {
		all++
	}
	if all != 4 {
		t.Errorf("%d datasets in the workspace", all)
	}
}

func TestGetOrCreateDataset(t *testing.T) {
	s := newDatasetServer(t)
	made, err := s.client.GetOrCreateDataset(t.Context(), "d", opik.CreateDatasetParams{Description: "first"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.client.GetOrCreateDataset(t.Context(), "d", opik.CreateDatasetParams{Description: "second"})
	if err != nil || got.ID() != made.ID() || got.Record().Description != "first" {
		t.Errorf("%+v, %v", got.Record(), err)
	}
	// Somebody creates it between the two requests.
	s.srv.Inject(opiktest.FailWith(http.StatusNotFound).On("POST /v1/private/datasets/retrieve").Times(1))
	if got, err := s.client.GetOrCreateDataset(t.Context(), "d", opik.CreateDatasetParams{}); err != nil || got.ID() != made.ID() {
		t.Errorf("%v", err)
	}
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).Times(1))
	if _, err := s.client.GetOrCreateDataset(t.Context(), "d", opik.CreateDatasetParams{}); !errors.Is(err, opik.ErrForbidden) {
		t.Errorf("error %v", err)
	}
}

func TestVersions(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	var missing *opik.DatasetVersionNotFoundError
	if _, err := ds.CurrentVersion(t.Context()); !errors.As(err, &missing) || !errors.Is(err, opik.ErrNotFound) || missing.Version != "" {
		t.Errorf("error %v", err)
	}
	ids := s.insert(ds, numbered(3)...).IDs
	if err := ds.UpdateItems(t.Context(), opik.DatasetItem{ID: ids[0], Data: object{"q": "changed"}}); err != nil {
		t.Fatal(err)
	}
	if err := ds.DeleteItems(t.Context(), ids[1:2]); err != nil {
		t.Fatal(err)
	}
	added := s.insert(ds, question("new")).IDs

	current, err := ds.CurrentVersion(t.Context())
	if err != nil || current.Name() != "v4" || current.ItemsCount() != 3 || current.Dataset() != ds {
		t.Fatalf("version %+v, %v", current.Record(), err)
	}
	first, err := ds.Version(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(ids)
	slices.Reverse(want)
	if got := itemIDs(t, first.Items(t.Context(), opik.DatasetItemsParams{})); !slices.Equal(got, want) || first.ItemsCount() != 3 {
		t.Errorf("items %q", got)
	}
	for _, ref := range []string{first.Hash(), first.ID()} {
		if v, err := ds.Version(t.Context(), ref); err != nil || v.Name() != "v1" {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if v, err := ds.Version(t.Context(), "latest"); err != nil || v.ID() != current.ID() {
		t.Errorf("latest: %v", err)
	}
	for _, ref := range []string{"v9", "none"} {
		if _, err := ds.Version(t.Context(), ref); !errors.As(err, &missing) || missing.Version != ref || missing.Dataset != "d" || !strings.Contains(err.Error(), ref) {
			t.Errorf("%s: error %v", ref, err)
		}
	}
	var refusal *opik.APIError
	if _, err := ds.Version(t.Context(), "v9"); !errors.As(err, &refusal) {
		t.Errorf("error %v hides what the server said", err)
	}

	diff, err := current.Diff(t.Context(), first)
	if err != nil || !slices.Equal(diff.Added, added) || !slices.Equal(diff.Modified, ids[:1]) || !slices.Equal(diff.Deleted, ids[1:2]) || diff.Unchanged != 1 {
		t.Errorf("%+v, %v", diff, err)
	}
	if now, err := ds.Diff(t.Context()); err != nil || now.Statistics == nil {
		t.Errorf("%+v, %v", now, err)
	}

	if err := first.Tag(t.Context(), "good"); err != nil {
		t.Fatal(err)
	}
	if err := first.Tag(t.Context(), "good"); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	if err := first.Describe(t.Context(), "as it began"); err != nil {
		t.Fatal(err)
	}
	if v, err := ds.Version(t.Context(), "good"); err != nil || v.Name() != "v1" || v.Record().ChangeDescription != "as it began" {
		t.Errorf("%v", err)
	}
	if err := first.Untag(t.Context(), "good"); err != nil {
		t.Fatal(err)
	}
	if _, err := ds.Version(t.Context(), "good"); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}

	restored, err := first.Restore(t.Context())
	if err != nil || restored.Name() != "v5" {
		t.Fatal(err)
	}
	if diff, err := restored.Diff(t.Context(), first); err != nil || diff.Unchanged != 3 || len(diff.Added)+len(diff.Deleted)+len(diff.Modified) != 0 {
		t.Errorf("%+v, %v", diff, err)
	}
	// What was there before is known again, what came later is not.
	if got := s.insert(ds, question(1), question("new")); got.Stored != 1 || got.IDs[0] != ids[1] {
		t.Errorf("receipt %+v", got)
	}
	var names []string
	for v := range values(t, ds.Versions(t.Context())) {
		names = append(names, v.Name())
	}
	if !slices.Equal(names, []string{"v6", "v5", "v4", "v3", "v2", "v1"}) {
		t.Errorf("versions %q", names)
	}
}

func TestVersionsTurnedOff(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).Times(1))
	var missing *opik.DatasetVersionNotFoundError
	if _, err := ds.CurrentVersion(t.Context()); !errors.As(err, &missing) || !errors.Is(err, opik.ErrForbidden) {
		t.Errorf("error %v", err)
	}
	s.srv.Inject(opiktest.FailWith(http.StatusBadRequest).Times(1))
	if _, err := ds.CurrentVersion(t.Context()); errors.As(err, &missing) || !errors.Is(err, opik.ErrInvalid) {
		t.Errorf("error %v", err)
	}
}

func TestNilVersion(t *testing.T) {
	for name, v := range map[string]*opik.DatasetVersion{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			if v.ID() != "" || v.Name() != "" || v.Hash() != "" || v.ItemsCount() != 0 || v.Dataset() != nil || v.Record().ID != "" {
				t.Error("it has values")
			}
			ctx := context.Background()
			_, restore := v.Restore(ctx)
			_, diff := v.Diff(ctx, v)
			errs := []error{v.Tag(ctx, "t"), v.Untag(ctx, "t"), v.Describe(ctx, "t"), restore, diff}
			for _, err := range v.Items(ctx, opik.DatasetItemsParams{}) {
				errs = append(errs, err)
			}
			for i, err := range errs {
				if !errors.Is(err, opik.ErrNilHandle) {
					t.Errorf("%d: error %v", i, err)
				}
			}
		})
	}
}
