package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/order"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func comparisonRoutes() []*wire.Route {
	return []*wire.Route{
		get("findDatasetItemsWithExperimentItems", "/datasets/{id}/items/experiments/items", compareItems),
		get("getDatasetExperimentItemsStats", "/datasets/{id}/items/experiments/items/stats", comparisonStats),
		get("getDatasetItemsOutputColumns", "/datasets/{id}/items/experiments/items/output/columns", outputColumns),
	}
}

var comparisonSorting = []string{"id", "data.*", "input.*", "output.*", "metadata.*", "feedback_scores.*", "duration",
	"total_estimated_cost", "usage.*", "created_at", "last_updated_at", "created_by", "last_updated_by"}

var comparisonFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "source": {Type: filter.String},
	"trace_id": {Type: filter.StringExact}, "span_id": {Type: filter.StringExact},
	"created_at": {Type: filter.DateTime}, "last_updated_at": {Type: filter.DateTime},
	"created_by": {Type: filter.String}, "last_updated_by": {Type: filter.String},
	"duration": {Type: filter.Number}, "output": {Type: filter.String},
	"feedback_scores":      {Type: filter.FeedbackScores},
	"total_estimated_cost": {Type: filter.Number},
	"usage.total_tokens":   {Type: filter.Number, Member: []string{"usage", "total_tokens"}},
	// The columns below these; a condition says of which type they are.
	"data.*": {}, "input.*": {}, "output.*": {}, "metadata.*": {},
}

// comparedRow is what one experiment made of one item of the dataset.
type comparedRow struct {
	experiment *store.Experiment
	item       doc.Object // of the dataset
	run        doc.Object // the experiment's item with its trace
}

// view is what filters, sorting and text searches see of a row.
func (r comparedRow) view() doc.Object {
	view := doc.With(r.item, nil)
	for _, member := range []string{"input", "output", "feedback_scores", "duration", "total_estimated_cost", "usage"} {
		if v, ok := r.run[member]; ok {
			view[member] = v
		}
	}
	if m, ok := r.run["trace_metadata"]; ok {
		view["metadata"] = m
	}
	return view
}

// comparedRows returns the rows of the experiments that a query names, those of the
// greatest item first.
func comparedRows(c *wire.Call) ([]comparedRow, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return nil, err
	}
	ids, err := c.QueryList("experiment_ids")
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, apierr.Message(http.StatusBadRequest, "Invalid query parameter 'experiment_ids': it must not be empty")
	}
	f, err := filter.ParseQuery(c.Query.Get("filters"), comparisonFilters)
	if err != nil {
		return nil, err
	}
	text := strings.ToLower(c.Query.Get("search"))
	var rows []comparedRow
	for _, id := range ids {
		e, err := c.Store.Experiment(id)
		if err != nil || e.Dataset != d.ID {
			continue
		}
		for _, i := range c.Store.ExperimentItems(e.ID) {
			row := comparedRow{experiment: e, item: comparedItem(c.Store, e, i), run: c.Store.ItemWithTrace(i)}
			view := row.view()
			if !f.Match(view) || text != "" && !strings.Contains(strings.ToLower(doc.Text(view["data"])+doc.Text(view["output"])), text) {
				continue
			}
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b comparedRow) int {
		return strings.Compare(doc.String(b.item, "id"), doc.String(a.item, "id"))
	})
	return rows, nil
}

// comparedItem is the item of the dataset, as far as there is one.
func comparedItem(s *store.Store, e *store.Experiment, i *store.ExperimentItem) doc.Object {
	if item := s.ItemFor(e, i.DatasetItem); item != nil {
		return item.View()
	}
	return doc.Object{
		"id": i.DatasetItem, "dataset_item_id": i.DatasetItem, "dataset_id": e.Dataset, "source": "sdk", "data": doc.Object{},
	}
}

func compareItems(c *wire.Call) (wire.Result, error) {
	by, err := order.Parse(c.Query.Get("sorting"), comparisonSorting)
	if err != nil {
		return wire.Result{}, err
	}
	rows, err := comparedRows(c)
	if err != nil {
		return wire.Result{}, err
	}
	if by.Sorts() {
		byID := map[string]comparedRow{}
		views := make([]doc.Object, len(rows))
		for i, r := range rows {
			views[i] = doc.With(r.view(), doc.Object{"row": doc.String(r.run, "id")})
			byID[doc.String(r.run, "id")] = r
		}
		by.Sort(views)
		for i, v := range views {
			rows[i] = byID[doc.String(v, "row")]
		}
	}
	var items []doc.Object
	runs := map[string][]comparedRow{}
	for _, r := range rows {
		id := doc.String(r.item, "id")
		if runs[id] == nil {
			items = append(items, r.item)
		}
		runs[id] = append(runs[id], r)
	}
	show := presentation{truncate: c.QueryBool("truncate")}
	result, err := wire.PageOf(c, len(items), func(i int) doc.Object {
		return comparedView(c.Store, items[i], runs[doc.String(items[i], "id")], show)
	}, comparisonSorting)
	if err != nil {
		return wire.Result{}, err
	}
	result.Body.(doc.Object)["columns"] = dataColumns(items, "data")
	return result, nil
}

// comparedView is an item with what experiments made of it.
func comparedView(s *store.Store, item doc.Object, rows []comparedRow, show presentation) doc.Object {
	var runs []any
	perExperiment := map[*store.Experiment]int{}
	for _, r := range rows {
		runs = append(runs, show.apply(doc.Without(r.run, "project_id")))
		perExperiment[r.experiment]++
	}
	view := doc.With(item, doc.Object{"experiment_items": runs})
	if show.truncate {
		data := doc.Object{}
		for name, v := range doc.Member(view, "data") {
			data[name] = truncated(v)
		}
		view["data"] = data
	}
	summaries := doc.Object{}
	for e, n := range perExperiment {
		if summary := s.RunSummaries(e)[doc.String(item, "id")]; n > 1 && summary != nil {
			summaries[e.ID] = summary
		}
	}
	if len(summaries) > 0 {
		view["run_summaries_by_experiment"] = summaries
	}
	return view
}

func comparisonStats(c *wire.Call) (wire.Result, error) {
	rows, err := comparedRows(c)
	if err != nil {
		return wire.Result{}, err
	}
	runs, traces := make([]doc.Object, len(rows)), map[string]bool{}
	for i, r := range rows {
		runs[i] = r.run
		traces[doc.String(r.run, "trace_id")] = true
	}
	var s statList
	s.add("experiment_items_count", "COUNT", len(rows))
	s.add("trace_count", "COUNT", len(traces))
	figures := experimentFigures(runs)
	if costs := numbers(runs, "total_estimated_cost"); len(costs) > 0 {
		s.average("total_estimated_cost", costs)
		s.add("total_estimated_cost_sum", "AVG", figures["total_estimated_cost"])
	}
	if d := figures["duration"]; d != nil {
		s.add("duration", "PERCENTAGE", d)
	}
	usage := doc.Member(figures, "usage")
	for _, name := range sortedKeys(usage) {
		s.add("usage."+name, "AVG", usage[name])
	}
	for _, sc := range doc.Objects(figures, "feedback_scores") {
		s.add("feedback_scores."+doc.String(sc, "name"), "AVG", sc["value"])
	}
	return wire.OK(doc.Object{"stats": []any(s)}), nil
}

// outputColumns describes the outputs of experiments with the dataset: of those that
// a query names, or of all.
func outputColumns(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	ids, err := c.QueryList("experiment_ids")
	if err != nil {
		return wire.Result{}, err
	}
	var runs []doc.Object
	for _, e := range c.Store.Experiments() {
		if e.Dataset != d.ID || ids != nil && !slices.Contains(ids, e.ID) {
			continue
		}
		for _, i := range c.Store.ExperimentItems(e.ID) {
			runs = append(runs, c.Store.ItemWithTrace(i))
		}
	}
	return wire.OK(doc.Object{"columns": dataColumns(runs, "output")}), nil
}
