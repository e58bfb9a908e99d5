package opik

import (
	"context"
	"iter"
	"time"
)

// TestSuiteItem is an item of a [TestSuite]. Only Data must be set to insert one.
type TestSuiteItem struct {
	// ID is that of a [DatasetItem].
	ID string
	// Data is that of a [DatasetItem].
	Data any
	// Assertions say what must be true of the output for this item, besides what the
	// suite says of all, one sentence each, and each another.
	Assertions []string
	// Description says what the item is about.
	Description string
	// ExecutionPolicy goes before the policy of the suite; what it does not set is 1.
	ExecutionPolicy *ExecutionPolicy

	// CreatedAt and LastUpdatedAt are set in items that were read, and not sent.
	CreatedAt, LastUpdatedAt time.Time
}

// Decode is [DatasetItem.Decode].
func (i TestSuiteItem) Decode(into any) error {
	return DatasetItem{ID: i.ID, Data: i.Data}.Decode(into)
}

func (i TestSuiteItem) item() (DatasetItem, error) {
	if err := checkAssertions(i.Assertions); err != nil {
		return DatasetItem{}, err
	}
	return DatasetItem{
		ID: i.ID, Data: i.Data, Description: i.Description,
		Evaluators: judges(i.Assertions), ExecutionPolicy: fullPolicy(i.ExecutionPolicy),
	}, nil
}

func testSuiteItems(method string, items []TestSuiteItem) ([]DatasetItem, error) {
	all := make([]DatasetItem, len(items))
	for i, item := range items {
		var err error
		if all[i], err = item.item(); err != nil {
			return nil, itemProblem(method, i, err)
		}
	}
	return all, nil
}

// Insert adds items to the suite, as [Dataset.Insert] does. Assertions that are blank
// or there twice are a [*ValidationError] too.
func (s *TestSuite) Insert(ctx context.Context, items ...TestSuiteItem) (InsertReceipt, error) {
	const method = "TestSuite.Insert"
	if err := s.Dataset().usable(); err != nil {
		return InsertReceipt{}, err
	}
	all, err := testSuiteItems(method, items)
	if err != nil {
		return InsertReceipt{IDs: make([]string, len(items))}, err
	}
	return s.dataset.insertChecked(ctx, method, all)
}

// UpdateItems replaces items, which are found by their ids, as [Dataset.UpdateItems]
// does.
func (s *TestSuite) UpdateItems(ctx context.Context, items ...TestSuiteItem) error {
	const method = "TestSuite.UpdateItems"
	if err := s.Dataset().usable(); err != nil {
		return err
	}
	all, err := testSuiteItems(method, items)
	if err != nil {
		return err
	}
	return s.dataset.updateChecked(ctx, method, all)
}

// DeleteItems deletes the items with the ids, as [Dataset.DeleteItems] does.
func (s *TestSuite) DeleteItems(ctx context.Context, ids []string, opts ...CallOption) error {
	return s.Dataset().DeleteItems(ctx, ids, opts...)
}

// Clear deletes all items, as [Dataset.Clear] does.
func (s *TestSuite) Clear(ctx context.Context, opts ...CallOption) error {
	return s.Dataset().Clear(ctx, opts...)
}

// Items returns the items of the current version, as [Dataset.Items] does. An item
// whose judge cannot be understood ends it with an error.
func (s *TestSuite) Items(ctx context.Context, params DatasetItemsParams, opts ...CallOption) iter.Seq2[TestSuiteItem, error] {
	return func(yield func(TestSuiteItem, error) bool) {
		for item, err := range s.Dataset().Items(ctx, params, opts...) {
			var assertions []string
			if err == nil {
				assertions, err = assertionsOf(item.Evaluators)
			}
			if err != nil {
				yield(TestSuiteItem{}, err)
				return
			}
			if !yield(TestSuiteItem{
				ID: item.ID, Data: item.Data, Assertions: assertions, Description: item.Description,
				ExecutionPolicy: item.ExecutionPolicy, CreatedAt: item.CreatedAt, LastUpdatedAt: item.LastUpdatedAt,
			}, nil) {
				return
			}
		}
	}
}
