package opik_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opik-go/sdk/opik"
)

func TestTestSuiteExperiments(t *testing.T) {
	s := newDatasetServer(t)
	suite := s.suite("suite", opik.CreateTestSuiteParams{})
	s.dataset("dataset")
	var want []string
	for _, name := range []string{"a", "b", "c"} {
		e, err := s.client.CreateExperiment(t.Context(), "suite", opik.CreateExperimentParams{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{e.ID()}, want...)
	}
	if _, err := s.client.CreateExperiment(t.Context(), "dataset", opik.CreateExperimentParams{}); err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int][]string{0: want, 2: want[:2]} {
		var got []string
		for e := range values(t, s.client.GetTestSuiteExperiments(t.Context(), "suite", opik.GetDatasetExperimentsParams{MaxResults: most})) {
			got = append(got, e.ID())
		}
		if !slices.Equal(got, want) {
			t.Errorf("at most %d: %q, not %q", most, got, want)
		}
	}
	n := 0
	for range values(t, suite.Experiments(t.Context(), opik.ExperimentListParams{})) {
		n++
	}
	if n != 3 {
		t.Errorf("%d experiments", n)
	}
	for name, want := range map[string]error{"dataset": opik.ErrNotTestSuite, "none": opik.ErrNotFound} {
		for _, err := range s.client.GetTestSuiteExperiments(t.Context(), name, opik.GetDatasetExperimentsParams{}) {
			if !errors.Is(err, want) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
	for _, err := range (*opik.TestSuite)(nil).Experiments(t.Context(), opik.ExperimentListParams{}) {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("error %v", err)
		}
	}
}
