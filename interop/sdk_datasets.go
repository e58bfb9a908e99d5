package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/opik"
)

// datasetsDoc is the document of the case datasets.
type datasetsDoc struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Items       []map[string]any `json:"items"`
}

func addDatasets(acts map[string]act, client *opik.Client) {
	acts["write datasets"] = doing(func(ctx context.Context, data datasetsDoc, _ none) (none, error) {
		dataset, err := client.CreateDataset(ctx, data.Name, opik.CreateDatasetParams{Description: data.Description})
		if err != nil {
			return none{}, err
		}
		for range 2 { // the second time adds nothing
			if _, err := dataset.Insert(ctx, opik.ItemsOf(data.Items...)...); err != nil {
				return none{}, err
			}
		}
		return none{}, nil
	})
	acts["read datasets"] = doing(func(ctx context.Context, data datasetsDoc, _ none) (read datasetsDoc, err error) {
		dataset, err := client.GetDataset(ctx, data.Name, opik.GetDatasetParams{})
		if err != nil {
			return read, err
		}
		read = datasetsDoc{Name: dataset.Name(), Description: dataset.Record().Description}
		for item, err := range dataset.Items(ctx, opik.DatasetItemsParams{}) {
			if err != nil {
				return read, err
			}
			columns, err := item.Map()
			if err != nil {
				return read, err
			}
			read.Items = append(read.Items, columns)
		}
		return read, sortLike(read.Items, data.Items)
	})
}

// sortLike puts items in the order of the wanted ones: servers do not keep it.
func sortLike[T any](items, wanted []T) error {
	order := map[string]int{}
	for i, w := range wanted {
		key, err := keyOf(w)
		if err != nil {
			return err
		}
		order[key] = i - len(wanted)
	}
	var failure error
	slices.SortStableFunc(items, func(a, b T) int {
		first, err := keyOf(a)
		if err != nil {
			failure = err
		}
		second, err := keyOf(b)
		if err != nil {
			failure = err
		}
		return order[first] - order[second]
	})
	return failure
}

// keyOf returns the normal JSON text of a value.
func keyOf(v any) (string, error) {
	text, err := json.Marshal(v)
	var tree any
	if err == nil {
		err = json.Unmarshal(text, &tree)
	}
	if err != nil {
		return "", fmt.Errorf("%v: %w", v, err)
	}
	text, err = json.Marshal(normal("", tree))
	return string(text), err
}
