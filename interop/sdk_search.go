package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/opik"
)

// searchDoc is the document of the case search.
type searchDoc struct {
	tracesDoc
	Queries []queryDoc `json:"queries"`
}

// queryDoc is a filter and the names of the traces that it finds.
type queryDoc struct {
	Filter string   `json:"filter"`
	Names  []string `json:"names"`
}

func addSearch(acts map[string]act, client *opik.Client) {
	acts["write search"] = doing(func(ctx context.Context, data searchDoc, _ none) (idKeys, error) {
		return writeTraces(ctx, client, data.tracesDoc), nil
	})
	acts["read search"] = doing(func(ctx context.Context, data searchDoc, _ none) (searchDoc, error) {
		for i, q := range data.Queries {
			names := []string{}
			for trace, err := range client.SearchTraces(ctx, opik.SearchTracesParams{
				ProjectName: data.Project, Filter: opik.TraceFilter(q.Filter),
			}) {
				if err != nil {
					return data, fmt.Errorf("%s: %w", q.Filter, err)
				}
				names = append(names, trace.Name)
			}
			slices.Sort(names)
			data.Queries[i].Names = names
		}
		return data, nil
	})
}
