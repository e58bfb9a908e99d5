package opik_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest"
)

func (s *datasetServer) suite(name string, params opik.CreateTestSuiteParams) *opik.TestSuite {
	s.Helper()
	suite, err := s.client.CreateTestSuite(s.Context(), name, params)
	if err != nil {
		s.Fatal(err)
	}
	return suite
}

func (s *datasetServer) settings(suite *opik.TestSuite) opik.TestSuiteSettings {
	s.Helper()
	settings, err := suite.Settings(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return settings
}

func policy(runs, passes int) *opik.ExecutionPolicy {
	return &opik.ExecutionPolicy{RunsPerItem: runs, PassThreshold: passes}
}

func TestCreateTestSuite(t *testing.T) {
	s := newDatasetServer(t)
	plain := s.suite("plain", opik.CreateTestSuiteParams{})
	if requests, _ := s.take(); len(requests) != 2 {
		t.Errorf("requests %v: no version is made without settings", requests)
	}
	if got := s.settings(plain); got.Assertions != nil || *got.ExecutionPolicy != *policy(1, 1) {
		t.Errorf("%+v", got)
	}
	suite := s.suite("suite", opik.CreateTestSuiteParams{
		Description: "d", Tags: []string{"nightly"},
		Settings: opik.TestSuiteSettings{Assertions: []string{"is polite", "costs < 5 €"}, ExecutionPolicy: policy(3, 2)},
	})
	if got := s.settings(suite); !slices.Equal(got.Assertions, []string{"is polite", "costs < 5 €"}) || *got.ExecutionPolicy != *policy(3, 2) {
		t.Errorf("%+v", got)
	}
	record := suite.Dataset().Record()
	if suite.Name() != "suite" || suite.ID() != record.ID || record.Type != "evaluation_suite" || record.Description != "d" || !slices.Equal(record.Tags, []string{"nightly"}) {
		t.Errorf("%+v", record)
	}
	if v, err := suite.Dataset().CurrentVersion(t.Context()); err != nil || v.Name() != "v1" || v.ItemsCount() != 0 {
		t.Errorf("version %+v, %v", v.Record(), err)
	}
	s.take()
	if _, err := s.client.CreateTestSuite(t.Context(), "suite", opik.CreateTestSuiteParams{}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}

	s.take()
	for name, settings := range map[string]opik.TestSuiteSettings{
		"Assertions[1]":                 {Assertions: []string{"a", " "}},
		"Assertions[2]":                 {Assertions: []string{"a", "b", "a"}},
		"ExecutionPolicy.RunsPerItem":   {ExecutionPolicy: policy(101, 1)},
		"ExecutionPolicy.PassThreshold": {ExecutionPolicy: policy(0, 2)},
	} {
		var problem *opik.ValidationError
		_, err := s.client.CreateTestSuite(t.Context(), "other", opik.CreateTestSuiteParams{Settings: settings})
		if !errors.As(err, &problem) || problem.Field != name || problem.Method != "Client.CreateTestSuite" {
			t.Errorf("%s: error %v", name, err)
		}
		if err := plain.UpdateSettings(t.Context(), settings); !errors.As(err, &problem) || problem.Field != name || problem.Method != "TestSuite.UpdateSettings" {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
}

func TestCreateTestSuiteWithoutSettings(t *testing.T) {
	s := newDatasetServer(t)
	s.srv.Inject(opiktest.FailWith(http.StatusForbidden).After(2).Times(1))
	settings := opik.TestSuiteSettings{Assertions: []string{"a"}}
	suite, err := s.client.CreateTestSuite(t.Context(), "suite", opik.CreateTestSuiteParams{Settings: settings})
	if !errors.Is(err, opik.ErrForbidden) || suite == nil {
		t.Fatalf("suite %v, error %v", suite, err)
	}
	if err := suite.UpdateSettings(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	if got := s.settings(suite); !slices.Equal(got.Assertions, []string{"a"}) {
		t.Errorf("%+v", got)
	}
}

func TestGetTestSuites(t *testing.T) {
	s := newDatasetServer(t)
	s.dataset("dataset")
	one := s.suite("one", opik.CreateTestSuiteParams{})
	s.suite("two", opik.CreateTestSuiteParams{})
	if got, err := s.client.GetTestSuite(t.Context(), "one", opik.GetDatasetParams{}); err != nil || got.ID() != one.ID() {
		t.Errorf("%v", err)
	}
	if _, err := s.client.GetTestSuite(t.Context(), "dataset", opik.GetDatasetParams{}); !errors.Is(err, opik.ErrNotTestSuite) || !strings.Contains(err.Error(), "dataset") {
		t.Errorf("error %v", err)
	}
	if _, err := s.client.GetTestSuite(t.Context(), "none", opik.GetDatasetParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	var names []string
	for suite := range values(t, s.client.GetTestSuites(t.Context(), opik.GetDatasetsParams{})) {
		names = append(names, suite.Name())
	}
	if !slices.Equal(names, []string{"two", "one"}) {
		t.Errorf("%q", names)
	}
	for _, err := range s.client.GetTestSuites(t.Context(), opik.GetDatasetsParams{ProjectName: "none"}) {
		if !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}

	settings := opik.TestSuiteSettings{Assertions: []string{"a"}}
	made, err := s.client.GetOrCreateTestSuite(t.Context(), "three", opik.CreateTestSuiteParams{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.client.GetOrCreateTestSuite(t.Context(), "three", opik.CreateTestSuiteParams{Settings: opik.TestSuiteSettings{Assertions: []string{"b"}}})
	if err != nil || again.ID() != made.ID() || !slices.Equal(s.settings(again).Assertions, settings.Assertions) {
		t.Errorf("%+v, %v", s.settings(again), err)
	}
	s.srv.Inject(opiktest.FailWith(http.StatusNotFound).On("POST /v1/private/datasets/retrieve").Times(1))
	if got, err := s.client.GetOrCreateTestSuite(t.Context(), "three", opik.CreateTestSuiteParams{}); err != nil || got.ID() != made.ID() {
		t.Errorf("%v", err)
	}
	if _, err := s.client.GetOrCreateTestSuite(t.Context(), "dataset", opik.CreateTestSuiteParams{}); !errors.Is(err, opik.ErrNotTestSuite) {
		t.Errorf("error %v", err)
	}
	if err := s.client.DeleteTestSuite(t.Context(), "three", opik.DeleteDatasetParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.GetTestSuite(t.Context(), "three", opik.GetDatasetParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestTestSuiteItems(t *testing.T) {
	s := newDatasetServer(t)
	suite := s.suite("suite", opik.CreateTestSuiteParams{Settings: opik.TestSuiteSettings{Assertions: []string{"is polite"}}})
	items := []opik.TestSuiteItem{
		{Data: object{"q": 1}, Assertions: []string{"says \"one\"", "is short"}, ExecutionPolicy: policy(2, 0)},
		{Data: object{"q": 2}, Description: "second"},
	}
	receipt, err := suite.Insert(t.Context(), items...)
	if err != nil || receipt.Stored != 2 {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	// Assertions belong to the content.
	again := items[0]
	again.Assertions = []string{"is short"}
	if receipt, err := suite.Insert(t.Context(), items[0], again); err != nil || receipt.Stored != 1 || receipt.Duplicates != 1 {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	got := slices.Collect(values(t, suite.Items(t.Context(), opik.DatasetItemsParams{IDs: receipt.IDs})))
	slices.Reverse(got)
	if len(got) != 2 || got[0].ID != receipt.IDs[0] || !slices.Equal(got[0].Assertions, items[0].Assertions) || *got[0].ExecutionPolicy != *policy(2, 1) ||
		got[1].Assertions != nil || got[1].ExecutionPolicy != nil || got[1].Description != "second" || got[1].CreatedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	var q struct{ Q int }
	if err := got[1].Decode(&q); err != nil || q.Q != 2 {
		t.Errorf("%+v, %v", q, err)
	}

	changed := got[1]
	changed.Assertions, changed.Description = []string{"says \"two\""}, ""
	if err := suite.UpdateItems(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	for item := range values(t, suite.Items(t.Context(), opik.DatasetItemsParams{IDs: []string{changed.ID}})) {
		if !slices.Equal(item.Assertions, changed.Assertions) || item.Description != "" {
			t.Errorf("%+v", item)
		}
	}
	// The settings of the suite stay with all changes of items.
	if err := suite.DeleteItems(t.Context(), []string{changed.ID}); err != nil {
		t.Fatal(err)
	}
	if err := suite.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := suite.Dataset().ItemsCount(t.Context()); n != 0 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	if got := s.settings(suite); !slices.Equal(got.Assertions, []string{"is polite"}) {
		t.Errorf("%+v", got)
	}

	s.take()
	var problem *opik.ValidationError
	for field, item := range map[string]opik.TestSuiteItem{
		"items[1].Assertions[0]":               {ID: uuid7.New(), Data: object{"q": 1}, Assertions: []string{""}},
		"items[1].Data":                        {ID: uuid7.New()},
		"items[1].ExecutionPolicy.RunsPerItem": {ID: uuid7.New(), Data: object{"q": 1}, ExecutionPolicy: policy(-1, 1)},
	} {
		fine := opik.TestSuiteItem{ID: uuid7.New(), Data: object{"q": 3}}
		if _, err := suite.Insert(t.Context(), fine, item); !errors.As(err, &problem) || problem.Field != field || problem.Method != "TestSuite.Insert" {
			t.Errorf("%s: error %v", field, err)
		}
		if err := suite.UpdateItems(t.Context(), fine, item); !errors.As(err, &problem) || problem.Field != field || problem.Method != "TestSuite.UpdateItems" {
			t.Errorf("%s: error %v", field, err)
		}
	}
	if err := suite.UpdateItems(t.Context(), opik.TestSuiteItem{Data: object{"q": 1}}); !errors.As(err, &problem) || problem.Field != "items[0].ID" {
		t.Errorf("error %v", err)
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
}

func TestUpdateSettings(t *testing.T) {
	s := newDatasetServer(t)
	suite := s.suite("suite", opik.CreateTestSuiteParams{Settings: opik.TestSuiteSettings{Assertions: []string{"a", "b"}, ExecutionPolicy: policy(3, 2)}})
	if _, err := suite.Insert(t.Context(), opik.TestSuiteItem{Data: object{"q": 1}}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name       string
		settings   opik.TestSuiteSettings
		assertions []string
		policy     *opik.ExecutionPolicy
		version    string
	}{
		{"the same", opik.TestSuiteSettings{Assertions: []string{"b", "a"}, ExecutionPolicy: policy(3, 2)}, []string{"a", "b"}, policy(3, 2), "v2"},
		{"only assertions", opik.TestSuiteSettings{Assertions: []string{"c"}}, []string{"c"}, policy(3, 2), "v3"},
		{"only the policy", opik.TestSuiteSettings{ExecutionPolicy: policy(5, 0)}, []string{"c"}, policy(5, 1), "v4"},
		{"the same policy", opik.TestSuiteSettings{ExecutionPolicy: policy(5, 1)}, []string{"c"}, policy(5, 1), "v4"},
		{"no assertions", opik.TestSuiteSettings{Assertions: []string{}}, nil, policy(5, 1), "v5"},
		{"both", opik.TestSuiteSettings{Assertions: []string{"d"}, ExecutionPolicy: policy(1, 1)}, []string{"d"}, policy(1, 1), "v6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := suite.UpdateSettings(t.Context(), tt.settings); err != nil {
				t.Fatal(err)
			}
			if got := s.settings(suite); !slices.Equal(got.Assertions, tt.assertions) || *got.ExecutionPolicy != *tt.policy {
				t.Errorf("%+v, policy %+v", got, got.ExecutionPolicy)
			}
			if v, err := suite.Dataset().CurrentVersion(t.Context()); err != nil || v.Name() != tt.version || v.ItemsCount() != 1 {
				t.Errorf("version %s, %v", v.Name(), err)
			}
		})
	}
	var problem *opik.ValidationError
	if err := suite.UpdateSettings(t.Context(), opik.TestSuiteSettings{}); !errors.As(err, &problem) {
		t.Errorf("error %v", err)
	}
	// A version that is not understood, and one that somebody else made.
	other := opik.Evaluator{Name: "length", Type: "code_metric", Config: json.RawMessage(`{"max":5}`)}
	if _, err := s.client.Datasets.ApplyItemChanges(t.Context(), suite.ID(), opik.DatasetApplyItemChangesParams{
		Override: opik.Ptr(true), Evaluators: []opik.Evaluator{other},
	}); err != nil {
		t.Fatal(err)
	}
	if err := suite.UpdateSettings(t.Context(), opik.TestSuiteSettings{Assertions: []string{"e"}}); err != nil {
		t.Fatal(err)
	}
	v, err := suite.Dataset().CurrentVersion(t.Context())
	if err != nil || len(v.Record().Evaluators) != 2 || !reflect.DeepEqual(v.Record().Evaluators[1], other) {
		t.Errorf("%+v, %v", v.Record().Evaluators, err)
	}
	s.srv.Inject(opiktest.FailWith(http.StatusConflict).On("applyDatasetItemChanges").Times(1))
	if err := suite.UpdateSettings(t.Context(), opik.TestSuiteSettings{Assertions: []string{"f"}}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	broken := opik.Evaluator{Name: "j", Type: "llm_judge", Config: json.RawMessage(`7`)}
	if _, err := s.client.Datasets.ApplyItemChanges(t.Context(), suite.ID(), opik.DatasetApplyItemChangesParams{
		Override: opik.Ptr(true), Evaluators: []opik.Evaluator{broken},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := suite.Settings(t.Context()); err == nil || !strings.Contains(err.Error(), `"j"`) {
		t.Errorf("error %v", err)
	}
	if err := suite.UpdateSettings(t.Context(), opik.TestSuiteSettings{Assertions: []string{"f"}}); err == nil {
		t.Error("settings that are not understood are replaced")
	}
}

func TestNilTestSuite(t *testing.T) {
	for name, suite := range map[string]*opik.TestSuite{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			if suite.ID() != "" || suite.Name() != "" || suite.Dataset() != nil {
				t.Error("it has values")
			}
			ctx := context.Background()
			_, insert := suite.Insert(ctx)
			_, settings := suite.Settings(ctx)
			errs := []error{insert, settings, suite.UpdateItems(ctx), suite.DeleteItems(ctx, nil), suite.Update(ctx, opik.DatasetChanges{}), suite.Delete(ctx), suite.Clear(ctx), suite.UpdateSettings(ctx, opik.TestSuiteSettings{})}
			for _, err := range suite.Items(ctx, opik.DatasetItemsParams{}) {
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
