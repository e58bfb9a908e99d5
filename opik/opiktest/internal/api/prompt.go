package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func promptRoutes() []*wire.Route {
	return []*wire.Route{
		get("getPrompts", "/prompts", findPrompts),
		get("getPromptsByProject", "/projects/{projectId}/prompts", findProjectPrompts),
		limited(wire.GeneralEvents, with("createPrompt", http.MethodPost, "/prompts", createPrompt)),
		get("getPromptById", "/prompts/{id}", getPrompt),
		limited(wire.GeneralEvents, with("updatePrompt", http.MethodPut, "/prompts/{id}", updatePrompt)),
		without("deletePrompt", http.MethodDelete, "/prompts/{id}", deletePrompt),
		with("deletePromptsBatch", http.MethodPost, "/prompts/delete", deletePrompts),
		get("getPromptByCommit", "/prompts/by-commit/{commit}", getPromptByCommit),
		with("getPromptsByCommits", http.MethodPost, "/prompts/retrieve-by-commits", retrieveByCommits),
	}
}

var promptSorting = []string{"id", "name", "description", "created_at", "last_updated_at",
	"created_by", "last_updated_by", "version_count", "tags"}

var promptFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "name": {Type: filter.StringState},
	"description": {Type: filter.StringState}, "tags": {Type: filter.StringState},
	"created_at": {Type: filter.DateTime}, "created_by": {Type: filter.StringState},
	"last_updated_at": {Type: filter.DateTime}, "last_updated_by": {Type: filter.StringState},
	"version_count": {Type: filter.Number}, "template_structure": {Type: filter.StringState},
}

var (
	promptStructures = []string{"text", "chat"}
	promptTypes      = []string{"mustache", "jinja2", "python"}
)

// promptFields are what creation and update have in common.
var promptFields = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "description", Kind: validate.String, MaxLen: 255, NotBlank: true},
	{Name: "tags", Kind: validate.Strings},
}

var promptWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "template", Kind: validate.String, NotBlank: true},
	{Name: "template_structure", Kind: validate.String, Enum: promptStructures},
	{Name: "type", Kind: validate.String, Enum: promptTypes},
	{Name: "change_description", Kind: validate.String},
	{Name: "metadata", Kind: validate.Any},
}, promptFields...)

func findPrompts(c *wire.Call) (wire.Result, error) {
	project, err := c.QueryID("project_id")
	if err != nil {
		return wire.Result{}, err
	}
	return promptPage(c, project)
}

func findProjectPrompts(c *wire.Call) (wire.Result, error) {
	project, err := c.ID("projectId")
	if err != nil {
		return wire.Result{}, err
	}
	return promptPage(c, project)
}

// promptPage answers with the prompts of a project, or of all if it is empty.
func promptPage(c *wire.Call, project string) (wire.Result, error) {
	found := named(c, project, c.Store.Prompts(), func(p *store.Prompt) (string, string) { return p.Project, p.Name })
	return listing{filters: promptFilters, sortable: promptSorting}.page(c, func(yield func(doc.Object) bool) {
		for p := range found {
			if !yield(p.View()) {
				return
			}
		}
	})
}

func createPrompt(c *wire.Call) (wire.Result, error) {
	if err := c.Check(promptWrite); err != nil {
		return wire.Result{}, err
	}
	p, err := c.Store.CreatePrompt(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(p.ID), nil
}

// prompt returns the prompt of a path.
func prompt(c *wire.Call, param string) (*store.Prompt, error) {
	return inPath(c, param, c.Store.Prompt)
}

func getPrompt(c *wire.Call) (wire.Result, error) {
	p, err := prompt(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	mask, err := c.QueryID("mask_id")
	if err != nil {
		return wire.Result{}, err
	}
	environment := c.Query.Get("environment")
	if mask == "" && environment == "" {
		return wire.OK(p.Detail(nil)), nil
	}
	requested, err := p.Choose("", "", environment, mask)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(p.Detail(requested)), nil
}

func updatePrompt(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(promptFields); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdatePrompt(id, c.Body, c.User))
}

func deletePrompt(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if !c.Store.DeletePrompt(id) {
		return wire.Result{}, store.ErrPromptNotFound()
	}
	return wire.NoContent(), nil
}

func deletePrompts(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	for _, id := range doc.Strings(c.Body, "ids") {
		c.Store.DeletePrompt(id)
	}
	return wire.NoContent(), nil
}

func getPromptByCommit(c *wire.Call) (wire.Result, error) {
	commit := c.Params["commit"]
	if !store.IsPromptCommit(commit) {
		return wire.Result{}, apierr.List(http.StatusBadRequest, "path param commit must be 8 letters and digits")
	}
	switch found := c.Store.PromptsWithCommit(commit); len(found) {
	case 0:
		return wire.Result{}, store.ErrPromptNotFound()
	case 1:
		return wire.OK(found[0].Prompt().Detail(found[0])), nil
	}
	return wire.Result{}, apierr.Message(http.StatusConflict, "Several prompts have a version with the commit '%s'", commit)
}

var commitList = validate.Shape{
	{Name: "commits", Kind: validate.Strings, Required: true, MinItems: 1, MaxItems: maxBatch, NotBlank: true},
}

func retrieveByCommits(c *wire.Call) (wire.Result, error) {
	if err := c.Check(commitList); err != nil {
		return wire.Result{}, err
	}
	links := []doc.Object{}
	for _, commit := range doc.Strings(c.Body, "commits") {
		link := doc.Object{"commit": commit}
		if found := c.Store.PromptsWithCommit(commit); len(found) > 0 {
			p := found[0].Prompt()
			link["prompt_version_id"], link["prompt_id"], link["prompt_name"] = found[0].ID, p.ID, p.Name
		}
		links = append(links, link)
	}
	return wire.OK(links), nil
}
