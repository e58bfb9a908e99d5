package opik

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/contenthash"
	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// DatasetDiff says how the items of two versions differ, by their ids, newest first.
type DatasetDiff struct {
	// Added are the items that only the newer version has, Deleted those that only the
	// older one has, and Modified those whose content is another.
	Added, Deleted, Modified []string
	// Unchanged is the number of items that are the same in both.
	Unchanged int
}

// Diff says how the version differs from an older one of the same or another dataset.
// Contents are compared as [Dataset.Insert] does. The server compares a version only
// with what is in the dataset now; so this reads all items of both versions.
//
// It blocks until it has read them, and keeps some 150 bytes for each item of the older
// version. A refusal by the server is an [*APIError].
func (v *DatasetVersion) Diff(ctx context.Context, older *DatasetVersion, opts ...CallOption) (DatasetDiff, error) {
	var diff DatasetDiff
	before := map[string]contenthash.Hash{}
	var order []string
	for item, err := range older.Items(ctx, DatasetItemsParams{}, opts...) {
		if err != nil {
			return diff, err
		}
		if before[item.ID], err = item.content(); err != nil {
			return diff, err
		}
		order = append(order, item.ID)
	}
	for item, err := range v.Items(ctx, DatasetItemsParams{}, opts...) {
		if err != nil {
			return diff, err
		}
		now, err := item.content()
		if err != nil {
			return diff, err
		}
		switch content, ok := before[item.ID]; {
		case !ok:
			diff.Added = append(diff.Added, item.ID)
		case content != now:
			diff.Modified = append(diff.Modified, item.ID)
		default:
			diff.Unchanged++
		}
		delete(before, item.ID)
	}
	for _, id := range order {
		if _, ok := before[id]; ok {
			diff.Deleted = append(diff.Deleted, id)
		}
	}
	return diff, nil
}

// content returns the hash of an item that was read.
func (i DatasetItem) content() (contenthash.Hash, error) {
	data, err := i.encodeData()
	if err != nil {
		return contenthash.Hash{}, err
	}
	tree, err := jsontree.Parse(data)
	if err != nil {
		return contenthash.Hash{}, err
	}
	return hashOf(tree, rest.DatasetItem{Description: i.Description, Evaluators: i.Evaluators, ExecutionPolicy: i.ExecutionPolicy}), nil
}
