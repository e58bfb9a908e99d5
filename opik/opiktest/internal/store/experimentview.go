package store

import (
	"math/big"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// View is the experiment without what follows from its items.
func (s *Store) experimentView(e *Experiment) doc.Object {
	o := doc.With(e.Fields, doc.Object{"id": e.ID})
	if d := s.datasets[e.Dataset]; d != nil {
		o["dataset_id"], o["dataset_name"] = d.ID, d.Name
		for _, v := range d.versions {
			if v.ID == doc.String(e.Fields, "dataset_version_id") {
				o["dataset_version_summary"] = v.summary()
			}
		}
	}
	if p := s.projects[e.Project]; p != nil {
		o["project_id"], o["project_name"] = p.ID, p.Name
	}
	if links := doc.Objects(o, "prompt_versions"); len(links) > 0 {
		o["prompt_version"] = links[0]
	}
	if len(doc.List(o, "tags")) == 0 {
		delete(o, "tags")
	}
	e.addTo(o)
	return o
}

// ExperimentView is the experiment with what is counted of its items; figures says
// what follows from the traces.
func (s *Store) ExperimentView(e *Experiment, figures func(items []doc.Object) doc.Object) doc.Object {
	o := s.experimentView(e)
	var items []doc.Object
	datasetItems, traces := map[string]bool{}, map[string]bool{}
	for _, item := range s.ExperimentItems(e.ID) {
		items = append(items, s.ItemWithTrace(item))
		datasetItems[item.DatasetItem], traces[item.Trace] = true, true
	}
	o["trace_count"], o["dataset_item_count"] = len(traces), len(datasetItems)
	if doc.String(e.Fields, "evaluation_method") == suiteMethod {
		passed, total := 0, 0
		for _, summary := range s.RunSummaries(e) {
			total++
			if summary["status"] == runStatus(true) {
				passed++
			}
		}
		o["passed_count"], o["total_count"] = passed, total
		if total > 0 {
			o["pass_rate"] = Decimal(big.NewRat(int64(passed), int64(total)))
		}
		setUnlessEmpty(o, "assertion_scores", assertionScores(items))
	}
	for name, v := range figures(items) {
		o[name] = v
	}
	return o
}

// suiteMethod is the evaluation method of test suites.
const suiteMethod = "evaluation_suite"

// assertionScores are the shares of runs in which the assertions hold.
func assertionScores(items []doc.Object) []any {
	held, runs := map[string]int64{}, map[string]int64{}
	for _, item := range items {
		for _, r := range doc.Objects(item, "assertion_results") {
			name := doc.String(r, "value")
			runs[name]++
			if doc.Bool(r, "passed", false) {
				held[name]++
			}
		}
	}
	var out []any
	for _, name := range sortedKeys(runs) {
		out = append(out, doc.Object{"name": name, "value": Decimal(big.NewRat(held[name], runs[name]))})
	}
	return out
}

// RunSummaries says of each item of the dataset, by its id, how many runs of an
// experiment passed, and whether these are as many as its policy demands. A run
// without assertions passed.
func (s *Store) RunSummaries(e *Experiment) map[string]doc.Object {
	passed, runs, threshold := map[string]int{}, map[string]int{}, map[string]int{}
	for _, item := range s.ExperimentItems(e.ID) {
		id := item.DatasetItem
		runs[id]++
		if allPassed(s.assertionViews(entity{TraceEntity, item.Trace})) {
			passed[id]++
		}
		threshold[id] = max(threshold[id], s.passThreshold(e, item))
	}
	out := map[string]doc.Object{}
	for id, n := range runs {
		out[id] = doc.Object{
			"passed_runs": passed[id], "total_runs": n, "status": runStatus(passed[id] >= min(threshold[id], n)),
		}
	}
	return out
}

// passThreshold is how many runs must pass: what the run says, else the item of the
// dataset, else the version, else one.
func (s *Store) passThreshold(e *Experiment, item *ExperimentItem) int {
	policies := []any{item.policy}
	if i := s.ItemFor(e, item.DatasetItem); i != nil {
		policies = append(policies, i.Fields["execution_policy"])
	}
	if v := s.versionOf(e); v != nil {
		policies = append(policies, v.policy)
	}
	for _, p := range policies {
		policy, _ := p.(doc.Object)
		if n, ok := doc.Decimal(doc.Text(policy["pass_threshold"])); ok && n.IsInt() {
			return int(n.Num().Int64())
		}
	}
	return 1
}

// versionOf returns the version of the dataset that an experiment runs on: the
// latest if it names none, nil if there is none.
func (s *Store) versionOf(e *Experiment) *Version {
	d := s.datasets[e.Dataset]
	if d == nil {
		return nil
	}
	for _, v := range d.versions {
		if v.ID == doc.String(e.Fields, "dataset_version_id") {
			return v
		}
	}
	return d.Latest()
}

// ItemFor returns an item of the dataset as the experiment saw it, or as it is now;
// nil if there is none.
func (s *Store) ItemFor(e *Experiment, id string) *Item {
	if v := s.versionOf(e); v != nil && v.items[id] != nil {
		return v.items[id]
	}
	if d := s.datasets[e.Dataset]; d != nil && d.Latest() != nil {
		return d.Latest().items[id]
	}
	return nil
}

// DatasetView is the dataset with what is counted of its experiments and
// optimizations.
func (s *Store) DatasetView(d *Dataset) doc.Object {
	o := d.View()
	experiments, optimizations := 0, 0
	for _, e := range s.Experiments() {
		if e.Dataset != d.ID {
			continue
		}
		if experiments == 0 { // the newest
			o["last_created_experiment_at"], o["most_recent_experiment_at"] = doc.FormatTime(e.created), doc.FormatTime(e.created)
		}
		experiments++
	}
	for _, p := range s.Optimizations() {
		if p.Dataset != d.ID {
			continue
		}
		if optimizations == 0 {
			o["last_created_optimization_at"], o["most_recent_optimization_at"] = doc.FormatTime(p.created), doc.FormatTime(p.created)
		}
		optimizations++
	}
	o["experiment_count"], o["optimization_count"] = experiments, optimizations
	return o
}

// OptimizationView is the optimization without what follows from its trials.
func (s *Store) OptimizationView(o *Optimization) doc.Object {
	view := doc.With(o.Fields, doc.Object{"id": o.ID, "dataset_name": ""})
	if d := s.datasets[o.Dataset]; d != nil {
		view["dataset_id"], view["dataset_name"] = d.ID, d.Name
	}
	if o.Project != "" {
		view["project_id"] = o.Project
	}
	o.addTo(view)
	return view
}

// TrialsOf returns the experiments of an optimization, oldest first.
func (s *Store) TrialsOf(o *Optimization) []*Experiment {
	var out []*Experiment
	for _, id := range sortedKeys(s.experiments) {
		if e := s.experiments[id]; lower(doc.String(e.Fields, "optimization_id")) == o.ID {
			out = append(out, e)
		}
	}
	return out
}
