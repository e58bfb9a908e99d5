package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

var cardRequest = validate.Shape{
	{Name: "entity_type", Kind: validate.String, Required: true, Enum: []string{"traces", "spans", "threads"}},
	{Name: "filters", Kind: validate.String},
	{Name: "interval_start", Kind: validate.Time, Required: true},
	{Name: "interval_end", Kind: validate.Time},
}

// projectCards compares an interval with the one before it, of equal length.
func projectCards(c *wire.Call) (wire.Result, error) {
	if err := c.Check(cardRequest); err != nil {
		return wire.Result{}, err
	}
	p, err := project(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	of := map[string]*collection{"traces": traceCollection, "spans": spanCollection, "threads": threadCollection}[doc.String(c.Body, "entity_type")]
	f, err := filter.ParseQuery(doc.String(c.Body, "filters"), of.filters)
	if err != nil {
		return wire.Result{}, err
	}
	from, _ := doc.Time(c.Body, "interval_start")
	to, ok := doc.Time(c.Body, "interval_end")
	if !ok {
		to = c.Store.Now()
	}
	if !from.Before(to) {
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "interval_start must be before interval_end")
	}
	current := of.between(c.Store, p.ID, from, to, f)
	previous := of.between(c.Store, p.ID, from.Add(from.Sub(to)), from, f)
	cards := []any{}
	for _, card := range []struct {
		kind  string
		value func([]doc.Object) any
	}{
		{"count", func(v []doc.Object) any { return len(v) }},
		{"errors", func(v []doc.Object) any { return percent(countWith(v, "error_info"), len(v)) }},
		{"avg_duration", func(v []doc.Object) any { return averageDuration(v)["avg_duration"] }},
		{"total_cost", func(v []doc.Object) any { return costSum(v)["cost"] }},
	} {
		o := doc.Object{"type": card.kind, "current_value": card.value(current), "previous_value": card.value(previous)}
		cards = append(cards, doc.Clone(o))
	}
	return wire.OK(doc.Object{"stats": cards}), nil
}
