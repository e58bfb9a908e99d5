package api

import (
	"fmt"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// Limits of a bulk upload.
const (
	maxBulkBytes  = 4 << 20
	maxBulkSpans  = 100
	maxBulkScores = 100
)

// bulkSpan is a span of a bulk upload: the item says which trace it belongs to.
var bulkSpan = slices.DeleteFunc(slices.Clone(spanWrite), func(f validate.Field) bool { return f.Name == "trace_id" })

var experimentBulk = slices.Concat(validate.Shape{
	{Name: "experiment_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "dataset_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "experiment_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
}, batchOf("items", validate.Shape{
	{Name: "dataset_item_id", Kind: validate.UUID, Required: true},
	{Name: "trace", Kind: validate.Object, Shape: traceWrite},
	{Name: "spans", Kind: validate.Objects, MaxItems: maxBulkSpans, Shape: bulkSpan},
	{Name: "feedback_scores", Kind: validate.Objects, MaxItems: maxBulkScores, Shape: scoreFields},
}))

func bulkExperimentItems(c *wire.Call) (wire.Result, error) {
	if err := c.Check(experimentBulk); err != nil {
		return wire.Result{}, err
	}
	// What counts is the size as the server writes the request itself.
	if n := len(doc.Encode(c.Body)); n > maxBulkBytes {
		return wire.Result{}, apierr.Invalid(fmt.Sprintf("The request body is too large: %d bytes, at most %d are allowed", n, maxBulkBytes))
	}
	var broken []string
	for i, item := range doc.Objects(c.Body, "items") {
		if (item["trace"] == nil) == (item["evaluate_task_result"] == nil) {
			broken = append(broken, fmt.Sprintf("items[%d] must have either evaluateTaskResult or trace", i))
		}
	}
	if broken != nil {
		return wire.Result{}, apierr.Invalid(broken...)
	}
	return done(c.Store.PutExperimentBulk(c.Body, c.User))
}

// bulkCost is what an upload counts for: twice its items, once their spans and scores.
func bulkCost(body doc.Object) int {
	items := doc.Objects(body, "items")
	n := 2 * len(items)
	for _, item := range items {
		n += len(doc.List(item, "spans")) + len(doc.List(item, "feedback_scores"))
	}
	return n
}
