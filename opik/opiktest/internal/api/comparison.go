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

// comparedRow is what one experiment made of one item of the dataset. The views of
// both are made when they are asked for, since a page of a long list needs few of them.
type comparedRow struct {
	store      *store.Store
	experiment *store.Experiment
	item       *store.ExperimentItem
	made       doc.Object
}

// run is the experiment's item with its trace.
func (r *comparedRow) run() doc.Object {
	if r.made == nil {
		r.made = r.store.ItemWithTrace(r.item)
	}
	return r.made
}

// view is what filters, sorting and text searches see of a row.
func (r *comparedRow) view() doc.Object {
	view, run := doc.With(comparedItem(r.store, r.experiment, r.item), nil), r.run()
	for _, member := range []string{"input", "output", "feedback_scores", "duration", "total_estimated_cost", "usage"} {
		if v, ok := run[member]; ok {
			view[member] = v
		}
	}
	if m, ok := run["trace_metadata"]; ok {
		view["metadata"] = m
	}
	return view
}

// comparedRows returns the rows of the experiments that a query names, those of the
// greatest item first.
func comparedRows(c *wire.Call) ([]*comparedRow, error) {
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
	keeps := func(r *comparedRow) bool {
		if len(f) == 0 && text == "" {
			return true
		}
		view := r.view()
		return f.Match(view) && strings.Contains(strings.ToLower(doc.Text(view["data"])+doc.Text(view["output"])), text)
	}
	var rows []*comparedRow
	for _, id := range ids {
		e, err := c.Store.Experiment(id)
		if err != nil || e.Dataset != d.ID {
			continue
		}
		for _, i := range c.Store.ExperimentItems(e.ID) {
			if row := (&comparedRow{store: c.Store, experiment: e, item: i}); keeps(row) {
				rows = append(rows, row)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b *comparedRow) int { return strings.Compare(b.item.DatasetItem, a.item.DatasetItem) })
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
		rows = sortRows(rows, by)
	}
	var ids []string
	var items []*store.Item
	runs := map[string][]*comparedRow{}
	for _, r := range rows {
		id := r.item.DatasetItem
		if runs[id] == nil {
			ids = append(ids, id)
			if item := c.Store.ItemFor(r.experiment, id); item != nil {
				items = append(items, item)
			}
		}
		runs[id] = append(runs[id], r)
	}
	show := presentation{truncate: c.QueryBool("truncate")}
	summaries := map[*store.Experiment]map[string]doc.Object{}
	result, err := wire.PageOf(c, len(ids), func(i int) doc.Object {
		return comparedView(runs[ids[i]], summaries, show)
	}, comparisonSorting)
	if err != nil {
		return wire.Result{}, err
	}
	result.Body.(doc.Object)["columns"] = columns(items)
	return result, nil
}

func sortRows(rows []*comparedRow, by order.By) []*comparedRow {
	byID := map[string]*comparedRow{}
	views := make([]doc.Object, len(rows))
	for i, r := range rows {
		views[i] = doc.With(r.view(), doc.Object{"row": r.item.ID})
		byID[r.item.ID] = r
	}
	by.Sort(views)
	sorted := make([]*comparedRow, len(rows))
	for i, v := range views {
		sorted[i] = byID[doc.String(v, "row")]
	}
	return sorted
}

// comparedView is an item with what experiments made of it. The summaries of its runs
// are kept in a map, once an experiment is found to have run an item more than once.
func comparedView(rows []*comparedRow, summaries map[*store.Experiment]map[string]doc.Object, show presentation) doc.Object {
	var runs []any
	count, several := map[*store.Experiment]int{}, doc.Object{}
	for _, r := range rows {
		runs = append(runs, show.apply(doc.Without(r.run(), "project_id")))
		if count[r.experiment]++; count[r.experiment] == 1 {
			continue
		}
		if summaries[r.experiment] == nil {
			summaries[r.experiment] = r.store.RunSummaries(r.experiment)
		}
		several[r.experiment.ID] = summaries[r.experiment][r.item.DatasetItem]
	}
	view := doc.With(comparedItem(rows[0].store, rows[0].experiment, rows[0].item), doc.Object{"experiment_items": runs})
	if show.truncate {
		data := doc.Object{}
		for name, v := range doc.Member(view, "data") {
			data[name] = truncated(v)
		}
		view["data"] = data
	}
	if len(several) > 0 {
		view["run_summaries_by_experiment"] = several
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
		runs[i] = r.run()
		traces[r.item.Trace] = true
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
