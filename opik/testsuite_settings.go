package opik

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// TestSuiteSettings are the settings of a test suite that hold for all its items.
type TestSuiteSettings struct {
	// Assertions say what must be true of each output, one sentence each, and each
	// another. For changes, nil leaves them as they are and an empty list removes them.
	Assertions []string
	// ExecutionPolicy says how often an item is run and how many runs must pass; what it
	// does not set is 1. For changes, nil leaves it as it is.
	ExecutionPolicy *ExecutionPolicy
}

func (s TestSuiteSettings) empty() bool { return s.Assertions == nil && s.ExecutionPolicy == nil }

// change returns the request that makes the settings those of a version.
func (s TestSuiteSettings) change(method string) (DatasetApplyItemChangesParams, error) {
	if err := checkAssertions(s.Assertions); err != nil {
		return DatasetApplyItemChangesParams{}, settingsProblem(method, err)
	}
	policy := fullPolicy(s.ExecutionPolicy)
	if err := checkPolicy(policy); err != nil {
		return DatasetApplyItemChangesParams{}, settingsProblem(method, err)
	}
	change := DatasetApplyItemChangesParams{ExecutionPolicy: policy}
	if s.Assertions != nil {
		change.Evaluators = judges(s.Assertions)
	}
	return change, nil
}

func settingsProblem(method string, err error) error {
	var problem *ValidationError
	if errors.As(err, &problem) {
		whole := *problem
		whole.Method = method
		return &whole
	}
	return err
}

func checkAssertions(assertions []string) error {
	for i, text := range assertions {
		field := "Assertions[" + strconv.Itoa(i) + "]"
		if strings.TrimSpace(text) == "" {
			return &ValidationError{Field: field, Reason: "is blank"}
		}
		if slices.Contains(assertions[:i], text) {
			return &ValidationError{Field: field, Reason: "is there twice"}
		}
	}
	return nil
}

// fullPolicy returns a policy with both numbers, and nil for nil.
func fullPolicy(p *ExecutionPolicy) *ExecutionPolicy {
	if p == nil {
		return nil
	}
	full := *p
	if full.RunsPerItem == 0 {
		full.RunsPerItem = 1
	}
	if full.PassThreshold == 0 {
		full.PassThreshold = 1
	}
	return &full
}

// firstVersion makes the first version of a suite.
func (s *TestSuite) firstVersion(ctx context.Context, change DatasetApplyItemChangesParams, opts ...CallOption) error {
	change.Override = Ptr(true)
	change.ChangeDescription = "Settings of the test suite"
	_, err := s.dataset.client.Datasets.ApplyItemChanges(ctx, s.dataset.ID(), change, opts...)
	return err
}

// Settings returns the settings of the current version. The policy is never nil.
//
// It blocks until the server has answered its request. A refusal by the server is an
// [*APIError].
func (s *TestSuite) Settings(ctx context.Context, opts ...CallOption) (TestSuiteSettings, error) {
	if err := s.Dataset().usable(); err != nil {
		return TestSuiteSettings{}, err
	}
	v, err := s.dataset.CurrentVersion(ctx, opts...)
	var none *DatasetVersionNotFoundError
	if errors.As(err, &none) {
		return TestSuiteSettings{ExecutionPolicy: fullPolicy(&ExecutionPolicy{})}, nil
	}
	if err != nil {
		return TestSuiteSettings{}, err
	}
	return settingsOf(v)
}

func settingsOf(v *DatasetVersion) (TestSuiteSettings, error) {
	policy := ExecutionPolicy{}
	if p := v.record.ExecutionPolicy; p != nil {
		policy = *p
	}
	assertions, err := assertionsOf(v.record.Evaluators)
	return TestSuiteSettings{Assertions: assertions, ExecutionPolicy: fullPolicy(&policy)}, err
}

// UpdateSettings changes the settings of the suite, in a new version. If nothing
// would change, there is none. Evaluators that are no judges of assertions stay.
//
// Settings that cannot be, or none at all, are a [*ValidationError], before any
// request. It fails with [ErrConflict] if somebody else changed the suite at the same
// time; then nothing is changed. It blocks for one or two requests. A refusal by the
// server is an [*APIError].
func (s *TestSuite) UpdateSettings(ctx context.Context, settings TestSuiteSettings, opts ...CallOption) error {
	const method = "TestSuite.UpdateSettings"
	if err := s.Dataset().usable(); err != nil {
		return err
	}
	if settings.empty() {
		return &ValidationError{Method: method, Field: "settings", Reason: "change nothing"}
	}
	change, err := settings.change(method)
	if err != nil {
		return err
	}
	v, err := s.dataset.CurrentVersion(ctx, opts...)
	var none *DatasetVersionNotFoundError
	if errors.As(err, &none) {
		return s.firstVersion(ctx, change, opts...)
	}
	if err != nil {
		return err
	}
	present, err := settingsOf(v)
	if err != nil {
		return err
	}
	same := change.ExecutionPolicy == nil || *change.ExecutionPolicy == *present.ExecutionPolicy
	if settings.Assertions == nil {
		change.Evaluators = v.record.Evaluators
	} else {
		same = same && sameTexts(settings.Assertions, present.Assertions)
		change.Evaluators = append(change.Evaluators, otherEvaluators(v.record.Evaluators)...)
	}
	if same {
		return nil
	}
	if change.ExecutionPolicy == nil {
		change.ExecutionPolicy = present.ExecutionPolicy
	}
	change.Override, change.BaseVersion = Ptr(false), v.ID()
	_, err = s.dataset.client.Datasets.ApplyItemChanges(ctx, s.dataset.ID(), change, opts...)
	return err
}

// sameTexts reports whether two lists have the same texts, in any order.
func sameTexts(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
