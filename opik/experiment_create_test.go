package opik_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestMetadataOfExperiments(t *testing.T) {
	c, _ := served(t, 0)
	for name, test := range map[string]struct {
		params opik.CreateExperimentParams
		want   string // metadata, or the reason of the error
	}{
		"none":            {opik.CreateExperimentParams{}, ""},
		"nil map":         {opik.CreateExperimentParams{Config: map[string]any(nil)}, ""},
		"empty":           {opik.CreateExperimentParams{Config: object{}}, ""},
		"map":             {opik.CreateExperimentParams{Config: object{"k": "v"}}, `{"k":"v"}`},
		"struct":          {opik.CreateExperimentParams{Config: struct{ Model string }{"m1"}}, `{"Model":"m1"}`},
		"with prompts":    {opik.CreateExperimentParams{Config: object{"prompts": 1}}, `{"prompts":1}`},
		"text":            {opik.CreateExperimentParams{Config: "text"}, "error: Config is no JSON object but a string"},
		"list":            {opik.CreateExperimentParams{Config: []int{1}}, "error: Config is no JSON object but a []int"},
		"blueprint":       {opik.CreateExperimentParams{BlueprintID: item1}, `{"agent_configuration":{"_blueprint_id":"` + item1 + `"}}`},
		"blueprint twice": {opik.CreateExperimentParams{Config: object{"agent_configuration": 1}, BlueprintID: item1}, `error: Config has the member "agent_configuration", which BlueprintID sets`},
		"no version 7":    {opik.CreateExperimentParams{ID: "9b2d9d4e-2f0a-4c6b-8a3e-1c2d3e4f5a6b"}, "error: ID is invalid"},
	} {
		e, err := c.CreateExperiment(t.Context(), "ds", test.params)
		if reason, fails := strings.CutPrefix(test.want, "error: "); fails {
			var invalid *opik.ValidationError
			if !errors.As(err, &invalid) || invalid.Method != "Client.CreateExperiment" || !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: error %v, want %s", name, err, reason)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := string(e.Record().Metadata); got != test.want {
			t.Errorf("%s: metadata %s, want %s", name, got, test.want)
		}
	}
}

func TestPromptsOfExperiments(t *testing.T) {
	c, _ := served(t, 0)
	text, err := c.CreatePrompt(t.Context(), "greet", "Hello {{name}}", opik.CreatePromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	chat, err := c.CreateChatPrompt(t.Context(), "ask", []opik.ChatMessage{{Role: "user", Content: "{{q}}"}}, opik.CreatePromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	unknown := opik.NewPrompt("draft", "Say {{x}}", opik.PromptTypeMustache)
	e, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{
		Config: object{"k": 1}, Prompts: []opik.AnyPrompt{text, chat, unknown},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"k":1,"prompts":{"ask":[{"content":"{{q}}","role":"user"}],"draft":"Say {{x}}","greet":"Hello {{name}}"}}`
	if got := string(e.Record().Metadata); got != want {
		t.Errorf("metadata %s, want %s", got, want)
	}
	links := e.Record().PromptVersions // the draft is no version of the server's
	if len(links) != 2 || links[0].PromptVersionID != text.VersionID() || links[1].PromptName != "ask" {
		t.Errorf("links %+v", links)
	}
	for reason, params := range map[string]opik.CreateExperimentParams{
		`Config has the member "prompts", which Prompts sets`: {Config: object{"prompts": 1}, Prompts: []opik.AnyPrompt{text}},
		"Prompts[1] has the name of another prompt":           {Prompts: []opik.AnyPrompt{text, text}},
		"Prompts[0] is nil or has no name":                    {Prompts: []opik.AnyPrompt{(*opik.Prompt)(nil)}},
		"Prompts[1] is nil or has no name":                    {Prompts: []opik.AnyPrompt{text, nil}},
	} {
		if _, err := c.CreateExperiment(t.Context(), "ds", params); err == nil || !strings.HasSuffix(err.Error(), reason) {
			t.Errorf("error %v, want %s", err, reason)
		}
	}
	if err := c.Prompts.Delete(t.Context(), text.ID()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Prompts: []opik.AnyPrompt{text}}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
}

func TestNamesOfExperiments(t *testing.T) {
	c, _ := served(t, 0)
	for _, test := range []struct{ name, prefix, want string }{
		{"exact", "", "^exact$"},
		{"exact", "prefix", "^exact$"},
		{"", "prefix", "^prefix-[a-zA-Z0-9]{6}$"},
		{"", "", "^[a-z]+_[a-z]+_[0-9]+$"}, // the server's
	} {
		e, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Name: test.name, NamePrefix: test.prefix})
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(test.want).MatchString(e.Name()) {
			t.Errorf("name %q of %+v", e.Name(), test)
		}
	}
}

func TestCreateExperimentAgain(t *testing.T) {
	c, srv := served(t, 0)
	first, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Name: "first"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{ID: first.ID(), Name: "again"})
	if err != nil || again.Name() != "first" {
		t.Errorf("%q, %v", again.Name(), err)
	}
	// A request whose answer is lost is repeated: the experiment has its id already.
	lost := srv.Inject(opiktest.Reset(0).On("POST /v1/private/experiments").Times(1))
	if _, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Name: "lost"}); err != nil || lost.Hits() != 1 {
		t.Errorf("%v, %d answers lost", err, lost.Hits())
	}
	n := 0
	for _, err := range c.GetExperimentsByName(t.Context(), "lost", opik.GetExperimentsByNameParams{}) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d experiments", n)
	}
	if _, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{DatasetVersionID: item1}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
}

func TestFindExperiments(t *testing.T) {
	c, _ := served(t, 0)
	var ids []string
	for _, name := range []string{"run", "run", "Run", "run-2"} {
		e, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID())
	}
	idsOf := func(seq func(func(*opik.Experiment, error) bool)) string {
		var all []string
		for e, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e.ID())
		}
		return strings.Join(all, " ")
	}
	newest := func(indexes ...int) string {
		var all []string
		for _, i := range indexes {
			all = append(all, ids[i])
		}
		return strings.Join(all, " ")
	}
	if got := idsOf(c.GetExperimentsByName(t.Context(), "run", opik.GetExperimentsByNameParams{})); got != newest(1, 0) {
		t.Errorf("by name: %s", got)
	}
	if got := idsOf(c.GetExperimentsByName(t.Context(), "run", opik.GetExperimentsByNameParams{MaxResults: 1})); got != newest(1) {
		t.Errorf("one by name: %s", got)
	}
	if got := idsOf(c.GetExperimentsByName(t.Context(), "run", opik.GetExperimentsByNameParams{ProjectName: "lost"})); got != "" {
		t.Errorf("by name in another project: %s", got)
	}
	if got := idsOf(c.Experiments.Search(t.Context(), "run", opik.ExperimentSearchParams{})); got != newest(3, 2, 1, 0) {
		t.Errorf("search: %s", got)
	}
	if got := idsOf(c.GetDatasetExperiments(t.Context(), "ds", opik.GetDatasetExperimentsParams{MaxResults: 3})); got != newest(3, 2, 1) {
		t.Errorf("of the dataset: %s", got)
	}
	if e, err := c.GetExperimentByName(t.Context(), "Run", opik.GetExperimentByNameParams{}); err != nil || e.ID() != ids[2] {
		t.Errorf("%v, %v", e, err)
	}
	if _, err := c.GetExperimentByName(t.Context(), "RUN", opik.GetExperimentByNameParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if _, err := c.GetExperimentByID(t.Context(), item1); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	n := 0
	for _, err := range c.GetDatasetExperiments(t.Context(), "lost", opik.GetDatasetExperimentsParams{}) {
		if n++; !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d errors", n)
	}
	if err := c.DeleteExperiments(t.Context(), ids[1:]); err != nil {
		t.Fatal(err)
	}
	if got := idsOf(c.GetDatasetExperiments(t.Context(), "ds", opik.GetDatasetExperimentsParams{})); got != ids[0] {
		t.Errorf("after deletion: %s", got)
	}
}

func TestUpdateExperiment(t *testing.T) {
	c, srv := served(t, 0)
	e, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Name: "before", Config: object{"k": 1}, Tags: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UpdateExperiment(t.Context(), e.ID(), opik.UpdateExperimentParams{Name: "after"}); err != nil {
		t.Fatal(err)
	}
	if err := e.Refresh(t.Context()); err != nil || e.Name() != "after" || string(e.Record().Metadata) != `{"k":1}` {
		t.Errorf("%+v, %v", e.Record(), err)
	}
	if err := c.UpdateExperiment(t.Context(), e.ID(), opik.UpdateExperimentParams{Config: object{}}); err != nil {
		t.Fatal(err)
	}
	if err := e.Update(t.Context(), opik.ExperimentUpdateParams{Tags: []string{"y"}, Status: "cancelled"}); err != nil {
		t.Fatal(err)
	}
	if err := e.Refresh(t.Context()); err != nil || e.Name() != "after" || string(e.Record().Metadata) != `{}` || e.Record().Tags[0] != "y" {
		t.Errorf("%+v, %v", e.Record(), err)
	}
	sent := len(srv.Requests())
	for field, err := range map[string]error{
		"id":     c.UpdateExperiment(t.Context(), "", opik.UpdateExperimentParams{Name: "x"}),
		"params": c.UpdateExperiment(t.Context(), e.ID(), opik.UpdateExperimentParams{}),
		"Config": c.UpdateExperiment(t.Context(), e.ID(), opik.UpdateExperimentParams{Config: 1}),
	} {
		var invalid *opik.ValidationError
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if len(srv.Requests()) != sent {
		t.Error("something was sent")
	}
	if err := c.UpdateExperiment(t.Context(), item1, opik.UpdateExperimentParams{Name: "x"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestOptimization(t *testing.T) {
	c, srv := served(t, 0)
	o, err := c.CreateOptimization(t.Context(), "ds", "accuracy", opik.CreateOptimizationParams{Name: "search", Metadata: json.RawMessage(`{"k":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	if o.Name() != "search" || o.Record().Status != "running" || o.Record().ObjectiveName != "accuracy" || string(o.Record().Metadata) != `{"k":1}` {
		t.Errorf("optimization %+v", o.Record())
	}
	for _, score := range []float64{0.5, 0.75} {
		trial, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{Type: opik.ExperimentTypeTrial, OptimizationID: o.ID()})
		if err != nil {
			t.Fatal(err)
		}
		if err := trial.SetScores(t.Context(), opik.ExperimentScore{Name: "accuracy", Value: score}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for trial, err := range o.Trials(t.Context(), opik.ExperimentListParams{}) {
		if n++; err != nil || trial.Record().Type != opik.ExperimentTypeTrial {
			t.Errorf("%+v, %v", trial.Record(), err)
		}
	}
	if n != 2 {
		t.Errorf("%d trials", n)
	}
	if err := o.Update(t.Context(), opik.OptimizationUpdateParams{Status: "completed"}); err != nil {
		t.Fatal(err)
	}
	same, err := c.GetOptimizationByID(t.Context(), o.ID())
	if err != nil || same.Record().Status != "completed" || same.Name() != "search" || *same.Record().BestObjectiveScore != 0.75 {
		t.Errorf("%+v, %v", same.Record(), err)
	}
	if err := o.Update(t.Context(), opik.OptimizationUpdateParams{Status: "cancelled"}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	if want := srv.URL + "/v1/session/redirect/optimizations/?optimization_id=" + o.ID() + "&dataset_id=" + o.Record().DatasetID + "&path="; !strings.HasPrefix(o.URL(), want) {
		t.Errorf("URL %s", o.URL())
	}
	if err := o.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.Refresh(t.Context()); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	var none *opik.Optimization
	for _, err := range none.Trials(t.Context(), opik.ExperimentListParams{}) {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("error %v", err)
		}
	}
	if err := none.Delete(t.Context()); !errors.Is(err, opik.ErrNilHandle) || none.URL() != "" {
		t.Errorf("error %v", err)
	}
}

// TestBlueprintOfExperiment tells a blueprint that cannot be found from a server that
// cannot be asked.
func TestBlueprintOfExperiment(t *testing.T) {
	c, srv := served(t, 0)
	srv.Inject(opiktest.FailWith(http.StatusOK).WithBody("application/json", `{"id":"`+item1+`","name":"v3"}`).
		On("GET /v1/private/agent-configs/blueprints/{blueprint_id}").Times(1))
	e, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{BlueprintID: item1, Config: object{"k": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"agent_configuration":{"_blueprint_id":"` + item1 + `","blueprint_version":"v3"},"k":1}`; string(e.Record().Metadata) != want {
		t.Errorf("metadata %s", e.Record().Metadata)
	}
}
