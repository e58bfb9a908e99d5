package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func agentConfigRoutes() []*wire.Route {
	const base = "/agent-configs/blueprints"
	return []*wire.Route{
		with("createAgentConfig", http.MethodPost, base, createAgentConfig),
		with("updateAgentConfig", http.MethodPatch, base, updateAgentConfig),
		with("removeConfigKeys", http.MethodPost, base+"/remove-keys", removeConfigKeys),
		without("createBlueprintFromMask", http.MethodPost, base+"/projects/{project_id}/masks/{mask_id}", applyMask),
		get("getBlueprintById", base+"/{blueprint_id}", getBlueprint),
		get("getDeltaById", base+"/{blueprint_id}/deltas", getDelta),
		get("getLatestBlueprint", base+"/latest/projects/{project_id}", ofProject(func(c *wire.Call, project string) (*store.Blueprint, error) {
			return c.Store.LatestBlueprint(project)
		})),
		get("getBlueprintByName", base+"/projects/{project_id}/names/{name}", ofProject(func(c *wire.Call, project string) (*store.Blueprint, error) {
			return c.Store.BlueprintByName(project, c.Params["name"])
		})),
		get("getBlueprintByEnv", base+"/environments/{env_name}/projects/{project_id}", ofProject(func(c *wire.Call, project string) (*store.Blueprint, error) {
			return c.Store.BlueprintByEnv(project, c.Params["env_name"])
		})),
		get("getBlueprintHistory", base+"/history/projects/{project_id}", blueprintHistory),
		with("createOrUpdateEnvs", http.MethodPost, base+"/environments", setEnvs),
		with("setEnvByBlueprintName", http.MethodPut, base+"/environments/{env_name}/projects/{project_id}", setEnv),
		without("deleteEnv", http.MethodDelete, base+"/environments/{env_name}/projects/{project_id}", deleteEnv),
	}
}

// Limits of configurations.
const (
	maxConfigValues = 250
	maxConfigEnvs   = 100
	maxEnvName      = 50
)

var configProject = validate.Shape{
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
}

var configWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "blueprint", Kind: validate.Object, Required: true, Shape: validate.Shape{
		{Name: "id", Kind: validate.UUID},
		{Name: "type", Kind: validate.String, Required: true, Enum: []string{"blueprint", "mask"}},
		{Name: "description", Kind: validate.String, MaxLen: 255},
		{Name: "values", Kind: validate.Objects, Required: true, MinItems: 1, MaxItems: maxConfigValues, Shape: validate.Shape{
			{Name: "key", Kind: validate.String, Required: true, NotBlank: true, MaxLen: 255},
			{Name: "value", Kind: validate.String},
			{Name: "type", Kind: validate.String, Required: true, Enum: []string{"string", "integer", "float", "boolean", "prompt", "prompt_commit"}},
			{Name: "description", Kind: validate.String},
		}},
	}},
}, configProject...)

func createAgentConfig(c *wire.Call) (wire.Result, error) {
	if err := c.Check(configWrite); err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.CreateAgentConfig(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.Result{Status: http.StatusCreated, Created: b.ID, Body: b.View(nil)}, nil
}

func updateAgentConfig(c *wire.Call) (wire.Result, error) {
	if err := c.Check(configWrite); err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.UpdateAgentConfig(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(b.ID), nil
}

var configRemove = append(validate.Shape{
	{Name: "keys", Kind: validate.Strings, Required: true, MaxItems: maxConfigValues},
}, configProject...)

func removeConfigKeys(c *wire.Call) (wire.Result, error) {
	if err := c.Check(configRemove); err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.RemoveConfigKeys(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	if b == nil {
		return wire.NoContent(), nil
	}
	return wire.CreatedAt(b.ID), nil
}

func applyMask(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	mask, err := c.ID("mask_id")
	if err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.ApplyMask(project, mask, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(b.ID), nil
}

// shown answers with a blueprint, with the mask laid over it that the query names.
func shown(c *wire.Call, b *store.Blueprint) (wire.Result, error) {
	id, err := c.QueryID("mask_id")
	if err != nil || id == "" {
		return wire.OK(b.View(nil)), err
	}
	mask, err := c.Store.Blueprint(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(b.View(mask)), nil
}

func getBlueprint(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("blueprint_id")
	if err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.Blueprint(id)
	if err != nil {
		return wire.Result{}, err
	}
	return shown(c, b)
}

func getDelta(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("blueprint_id")
	if err != nil {
		return wire.Result{}, err
	}
	b, err := c.Store.Blueprint(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(b.Delta()), nil
}

// ofProject serves a read of one of a project's blueprints.
func ofProject(find func(c *wire.Call, project string) (*store.Blueprint, error)) handler {
	return func(c *wire.Call) (wire.Result, error) {
		project, err := c.ID("project_id")
		if err != nil {
			return wire.Result{}, err
		}
		b, err := find(c, project)
		if err != nil {
			return wire.Result{}, err
		}
		return shown(c, b)
	}
}

func blueprintHistory(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	all := c.Store.Blueprints(project)
	return wire.PageOf(c, len(all), func(i int) doc.Object { return all[i].View(nil) }, nil)
}

var configEnvs = validate.Shape{
	{Name: "project_id", Kind: validate.UUID, Required: true},
	{Name: "envs", Kind: validate.Objects, Required: true, MinItems: 1, MaxItems: maxConfigEnvs, Shape: validate.Shape{
		{Name: "env_name", Kind: validate.String, Required: true, NotBlank: true, MaxLen: maxEnvName},
		{Name: "blueprint_id", Kind: validate.UUID, Required: true},
	}},
}

func setEnvs(c *wire.Call) (wire.Result, error) {
	if err := c.Check(configEnvs); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.SetEnvs(doc.String(c.Body, "project_id"), doc.Objects(c.Body, "envs")))
}

var configEnv = validate.Shape{{Name: "blueprint_name", Kind: validate.String, Required: true, NotBlank: true}}

func setEnv(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(configEnv); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.SetEnv(project, c.Params["env_name"], doc.String(c.Body, "blueprint_name")))
}

func deleteEnv(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteEnv(project, c.Params["env_name"])
	return wire.NoContent(), nil
}
