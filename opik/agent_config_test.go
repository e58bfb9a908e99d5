package opik_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

type agentSettings struct {
	Model       string  `json:"model"`
	Temperature float64 `json:"temperature"`
}

func TestAgentConfig(t *testing.T) {
	c, srv := served(t, 0)
	first, err := c.CreateConfig(t.Context(), agentSettings{"m1", 0.5}, opik.CreateConfigParams{Description: "first"})
	if err != nil {
		t.Fatal(err)
	}
	if first.Version() != "v1" || first.Record().Description != "first" || first.ID() == "" || first.IsFallback() || first.Stale() || first.ReadAt().IsZero() {
		t.Errorf("%+v", first.Record())
	}
	second, err := c.CreateConfig(t.Context(), map[string]any{"model": "m2", "steps": 3}, opik.CreateConfigParams{})
	if err != nil || second.Version() != "v2" {
		t.Fatalf("%v, %v", second, err)
	}
	mask, err := c.CreateConfigMask(t.Context(), map[string]any{"temperature": 1.0}, opik.CreateConfigParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		params opik.GetConfigParams
		want   map[string]any
	}{
		{opik.GetConfigParams{}, map[string]any{"model": "m1", "temperature": 0.5}},
		{opik.GetConfigParams{Env: "prod", MaskID: mask}, map[string]any{"model": "m1", "temperature": 1.0}},
		{opik.GetConfigParams{Version: "v1"}, map[string]any{"model": "m1", "temperature": 0.5}},
		{opik.GetConfigParams{Version: "v2", MaskID: mask}, map[string]any{"model": "m2", "temperature": 1.0, "steps": int64(3)}},
		{opik.GetConfigParams{Version: opik.LatestConfig, ProjectName: "P"}, map[string]any{"model": "m2", "temperature": 0.5, "steps": int64(3)}},
	} {
		got, err := c.GetConfig(t.Context(), tt.params)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]any{}
		if err := got.Decode(t.Context(), &values); err != nil || !reflect.DeepEqual(values, tt.want) {
			t.Errorf("%+v: %v, %v", tt.params, values, err)
		}
	}
	if err := c.SetConfigEnv(t.Context(), "v2", "prod", opik.SetConfigEnvParams{}); err != nil {
		t.Fatal(err)
	}
	now, err := c.GetConfig(t.Context(), opik.GetConfigParams{})
	if err != nil || now.Version() != "v2" || !reflect.DeepEqual(now.Record().Envs, []string{"prod"}) {
		t.Errorf("the environment names %v, %v", now, err)
	}
	for _, params := range []opik.GetConfigParams{{Env: "none"}, {Version: "v9"}, {ProjectName: "none"}} {
		if _, err := c.GetConfig(t.Context(), params); !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("%+v: error %v", params, err)
		}
	}
	if err := c.SetConfigEnv(t.Context(), "v9", "prod", opik.SetConfigEnvParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.RequestsTo("createAgentConfig")); n != 1 {
		t.Errorf("%d configurations were created", n)
	}
}

// TestAgentConfigIsNoted looks at the metadata of who reads a configuration.
func TestAgentConfigIsNoted(t *testing.T) {
	c, _ := served(t, 0)
	created, err := c.CreateConfig(t.Context(), map[string]any{"model": "m1", "temperature": 0.5, "other": 1}, opik.CreateConfigParams{})
	if err != nil {
		t.Fatal(err)
	}
	mask, err := c.CreateConfigMask(t.Context(), map[string]any{"temperature": 0.25}, opik.CreateConfigParams{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, trace := c.StartTrace(t.Context(), "agent", opik.WithMetadata(object{"k": "v"}))
	inner, span := opik.StartSpan(ctx, "step")
	got, err := c.GetConfig(inner, opik.GetConfigParams{MaskID: mask})
	if err != nil {
		t.Fatal(err)
	}
	var s agentSettings
	if err := got.Decode(inner, &s); err != nil || s != (agentSettings{"m1", 0.25}) {
		t.Errorf("%+v, %v", s, err)
	}
	span.End()
	trace.End()
	flush(t, c)
	want := `"agent_configuration":{"_blueprint_id":"` + created.ID() + `","_mask_id":"` + mask + `","blueprint_version":"v1","values":{"model":{"type":"string","value":"m1"},"temperature":{"type":"float","value":0.25}}}`
	stored, err := c.GetTraceContent(t.Context(), trace.ID(), opik.GetTraceContentParams{})
	if err != nil || !strings.Contains(string(stored.Metadata), want) || !strings.Contains(string(stored.Metadata), `"k":"v"`) {
		t.Errorf("%s, %v", stored.Metadata, err)
	}
	step, err := c.GetSpanContent(t.Context(), span.ID(), opik.GetSpanContentParams{})
	if err != nil || !strings.Contains(string(step.Metadata), want) {
		t.Errorf("%s, %v", step.Metadata, err)
	}
}

func TestAgentConfigDoesNotFit(t *testing.T) {
	c, srv := served(t, 0)
	if _, err := c.CreateConfig(t.Context(), map[string]any{"model": "m1"}, opik.CreateConfigParams{}); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetConfig(t.Context(), opik.GetConfigParams{})
	if err != nil {
		t.Fatal(err)
	}
	var mismatch *opik.AgentConfigError
	s := agentSettings{Model: "before"}
	if err := got.Decode(t.Context(), &s); !errors.As(err, &mismatch) || !reflect.DeepEqual(mismatch.Missing, []string{"temperature"}) || s.Model != "before" {
		t.Errorf("%+v, error %v", s, err)
	}
	var wrong struct {
		Model int `json:"model"`
	}
	if err := got.Decode(t.Context(), &wrong); !errors.As(err, &mismatch) || mismatch.Key != "model" || strings.Contains(err.Error(), "m1") {
		t.Errorf("error %v", err)
	}
	srv.ClearRequests()
	for _, values := range []any{nil, 1, struct{}{}, map[string]any{}, map[string]any{"k": func() {}}} {
		if _, err := c.CreateConfig(t.Context(), values, opik.CreateConfigParams{}); !errors.As(err, &mismatch) {
			t.Errorf("%v: error %v", values, err)
		}
		if _, err := c.CreateConfigMask(t.Context(), values, opik.CreateConfigParams{}); !errors.As(err, &mismatch) {
			t.Errorf("%v: error %v", values, err)
		}
		if _, err := c.GetOrCreateConfig(t.Context(), values, opik.GetConfigParams{}); !errors.As(err, &mismatch) {
			t.Errorf("%v: error %v", values, err)
		}
	}
	var invalid *opik.ValidationError
	both := opik.GetConfigParams{Env: "prod", Version: "v1"}
	if _, err := c.GetConfig(t.Context(), both); !errors.As(err, &invalid) {
		t.Errorf("error %v", err)
	}
	if _, err := c.GetOrCreateConfig(t.Context(), agentSettings{}, both); !errors.As(err, &invalid) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	if _, err := c.CreateConfigMask(t.Context(), agentSettings{}, opik.CreateConfigParams{ProjectName: "none"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if err := opik.WithConfigTTL(-1)(nil); err == nil {
		t.Error("a negative time was accepted")
	}
	var none *opik.AgentConfig
	if none.ID()+none.Version() != "" || none.IsFallback() || none.Stale() || !none.ReadAt().IsZero() || none.Decode(t.Context(), &s) == nil {
		t.Error("a nil configuration has something")
	}
}

func TestGetOrCreateConfig(t *testing.T) {
	c, srv := served(t, 0)
	fallback := agentSettings{"fallback", 0}
	created, err := c.GetOrCreateConfig(t.Context(), fallback, opik.GetConfigParams{})
	if err != nil || created.Version() != "v1" || created.IsFallback() {
		t.Fatalf("%+v, %v", created, err)
	}
	var s agentSettings
	if err := created.Decode(t.Context(), &s); err != nil || s != fallback {
		t.Errorf("%+v, %v", s, err)
	}
	found, err := c.GetOrCreateConfig(t.Context(), agentSettings{"other", 1}, opik.GetConfigParams{})
	if err != nil || found.ID() != created.ID() {
		t.Errorf("%+v, %v", found, err)
	}
	for _, params := range []opik.GetConfigParams{{Env: "dev"}, {Version: "v7"}, {MaskID: someIDs(1)[0]}} {
		if _, err := c.GetOrCreateConfig(t.Context(), fallback, params); !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("%+v: error %v", params, err)
		}
	}
	project, err := c.REST().RetrieveProject(t.Context(), rest.ProjectRetrieve{Name: "P"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AgentConfigs.DeleteEnv(t.Context(), project.ID, "prod"); err != nil {
		t.Fatal(err)
	}
	fresh := opik.GetConfigParams{ProjectName: "p"} // nothing is remembered of it
	if _, err := c.GetOrCreateConfig(t.Context(), fallback, fresh); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("there are versions, error %v", err)
	}
	if n := len(srv.RequestsTo("createAgentConfig")); n != 1 {
		t.Errorf("%d configurations were created", n)
	}
}

// TestAgentConfigRace lets somebody else create the configuration in between.
func TestAgentConfigRace(t *testing.T) {
	c, srv := served(t, 0)
	srv.Inject(opiktest.FailWith(404).On("getBlueprintByEnv").Times(1))
	srv.Inject(opiktest.FailWith(404).On("getLatestBlueprint").Times(1))
	if _, err := c.CreateConfig(t.Context(), agentSettings{"theirs", 1}, opik.CreateConfigParams{}); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetOrCreateConfig(t.Context(), agentSettings{"mine", 1}, opik.GetConfigParams{})
	var s agentSettings
	if err != nil || got.Decode(t.Context(), &s) != nil || s.Model != "theirs" {
		t.Errorf("%+v, %v", s, err)
	}
	srv.Inject(opiktest.FailWith(404).On("updateAgentConfig").Times(1))
	more, err := c.CreateConfig(t.Context(), agentSettings{"more", 1}, opik.CreateConfigParams{})
	if err != nil || more.Version() != "v2" {
		t.Errorf("%+v, %v", more, err)
	}
	// An answer that is lost does not make two versions.
	srv.Inject(opiktest.Reset(0).On("updateAgentConfig").Times(1))
	again, err := c.CreateConfig(t.Context(), agentSettings{"again", 1}, opik.CreateConfigParams{})
	if err != nil || again.Version() != "v3" {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestAgentConfigFallback(t *testing.T) {
	c, srv := served(t, 0)
	fallback := agentSettings{"fallback", 0.5}
	srv.Inject(opiktest.FailWith(http.StatusForbidden))
	got, err := c.GetOrCreateConfig(t.Context(), fallback, opik.GetConfigParams{Env: "dev"})
	if err != nil || !got.IsFallback() || !got.Stale() || !errors.Is(got.Cause(), opik.ErrForbidden) || got.ID() != "" || !got.ReadAt().IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	ctx, trace := c.StartTrace(t.Context(), "t")
	var s agentSettings
	if err := got.Decode(ctx, &s); err != nil || s != fallback {
		t.Errorf("%+v, %v", s, err)
	}
	srv.ClearFaults()
	trace.End()
	flush(t, c)
	if stored, err := c.GetTraceContent(t.Context(), trace.ID(), opik.GetTraceContentParams{}); err != nil || strings.Contains(string(stored.Metadata), "agent_configuration") {
		t.Errorf("%s, %v", stored.Metadata, err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.GetOrCreateConfig(canceled, fallback, opik.GetConfigParams{Env: "dev"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	var none *opik.Client
	got, err = none.GetOrCreateConfig(t.Context(), fallback, opik.GetConfigParams{})
	if err != nil || !got.IsFallback() || !errors.Is(got.Cause(), opik.ErrNilClient) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := none.GetConfig(t.Context(), opik.GetConfigParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	if _, err := none.CreateConfig(t.Context(), fallback, opik.CreateConfigParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	if err := none.SetConfigEnv(t.Context(), "v1", "prod", opik.SetConfigEnvParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
}

// TestAgentConfigIsRemembered asks rarely, and goes on when the server is away.
func TestAgentConfigIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests, away := 0, false
		c, err := opik.New(opik.WithURL("http://opik.example/api"), opik.WithLogger(quiet), opik.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			if away {
				return nil, errors.New("no network")
			}
			if strings.HasSuffix(r.URL.Path, "/projects/retrieve") {
				return answered(t, rest.Project{ID: someIDs(1)[0], Name: "P"}), nil
			}
			return answered(t, rest.AgentBlueprint{ID: someIDs(2)[1], Name: "v1", Type: "blueprint", Values: []rest.AgentConfigValue{{Key: "model", Type: "string", Value: "m"}}}), nil
		})}))
		if err != nil {
			t.Fatal(err)
		}
		defer close(t, c)
		get := func(stale bool, want int) {
			t.Helper()
			got, err := c.GetOrCreateConfig(t.Context(), agentSettings{"f", 0}, opik.GetConfigParams{Env: "prod"})
			synctest.Wait()
			if err != nil || got.IsFallback() || got.Stale() != stale || requests != want {
				t.Errorf("%+v, %v after %d requests, want %d", got, err, requests, want)
			}
		}
		get(false, 2)
		get(false, 2)
		time.Sleep(6 * time.Minute)
		get(false, 4) // in the background
		away = true
		time.Sleep(11 * time.Minute)
		got, err := c.GetConfig(t.Context(), opik.GetConfigParams{})
		if err != nil || !got.Stale() || got.Version() != "v1" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// roundTrip is a server without a network, which works inside a bubble.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	return f(r)
}

// answered is an answer in JSON.
func answered(t *testing.T, body any) *http.Response {
	data, err := json.Marshal(body)
	if err != nil {
		t.Error(err)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(data))}
}
