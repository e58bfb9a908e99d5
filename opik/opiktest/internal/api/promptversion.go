package api

import (
	"net/http"
	"regexp"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func promptVersionRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.GeneralEvents, with("createPromptVersion", http.MethodPost, "/prompts/versions", createPromptVersion)),
		with("updatePromptVersions", http.MethodPatch, "/prompts/versions", tagPromptVersions),
		with("retrievePromptVersion", http.MethodPost, "/prompts/versions/retrieve", retrievePromptVersion),
		with("retrievePromptVersionsByIds", http.MethodPost, "/prompts/versions/retrieve-by-ids", retrievePromptVersions),
		get("getPromptVersionById", "/prompts/versions/{versionId}", getPromptVersion),
		with("setPromptVersionEnvironment", http.MethodPatch, "/prompts/versions/{versionId}/environments", setPromptEnvironments),
		get("getPromptVersions", "/prompts/{id}/versions", listPromptVersions),
		get("getPromptVersionByNumber", "/prompts/{promptId}/versions/by-number/{versionNumber}", getPromptVersionByNumber),
		limited(wire.GeneralEvents, without("restorePromptVersion", http.MethodPost, "/prompts/{promptId}/versions/{versionId}/restore", restorePromptVersion)),
	}
}

var promptVersionSorting = []string{"id", "commit", "template", "change_description", "type", "tags", "created_at", "created_by"}

var promptVersionFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "commit": {Type: filter.StringState},
	"template": {Type: filter.StringState}, "change_description": {Type: filter.StringState},
	"metadata": {Type: filter.DictionaryState}, "type": {Type: filter.Enum}, "tags": {Type: filter.StringState},
	"created_at": {Type: filter.DateTime}, "created_by": {Type: filter.StringState},
}

const maxEnvironments = 100

var versionNumber = regexp.MustCompile(`^v\d{1,9}$`)

var promptVersionWrite = validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "commit", Kind: validate.String},
	{Name: "template", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "type", Kind: validate.String, Enum: promptTypes},
	{Name: "metadata", Kind: validate.Any},
	{Name: "change_description", Kind: validate.String},
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen, NotBlank: true},
	{Name: "environments", Kind: validate.Strings, MaxItems: maxEnvironments, MaxLen: maxEnvironment},
	{Name: "version_type", Kind: validate.String, Enum: []string{"prompt_version", "mask"}},
}

var promptVersionCreate = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "project_id", Kind: validate.UUID},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "template_structure", Kind: validate.String, Enum: promptStructures},
	{Name: "version", Kind: validate.Object, Required: true, Shape: promptVersionWrite},
}

func createPromptVersion(c *wire.Call) (wire.Result, error) {
	if err := c.Check(promptVersionCreate); err != nil {
		return wire.Result{}, err
	}
	version := doc.Member(c.Body, "version")
	if commit := doc.String(version, "commit"); commit != "" && !store.IsPromptCommit(commit) {
		return wire.Result{}, apierr.Invalid("version.commit if present, the commit message must be 8 alphanumeric characters long")
	}
	if err := checkEnvironments("version.environments", doc.Strings(version, "environments")); err != nil {
		return wire.Result{}, err
	}
	v, err := c.Store.CreatePromptVersion(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(v.Detail()), nil
}

func checkEnvironments(path string, names []string) error {
	for _, name := range names {
		if !environmentName.MatchString(name) {
			return apierr.Invalid(path + " must be letters, digits, underscores and hyphens")
		}
	}
	return nil
}

var promptVersionUpdate = validate.Shape{
	{Name: "tags", Kind: validate.Strings, MaxItems: maxTags, MaxLen: maxTagLen},
}

func tagPromptVersions(c *wire.Call) (wire.Result, error) {
	if err := c.Check(batchUpdateOf(promptVersionUpdate)); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.TagPromptVersions(doc.Strings(c.Body, "ids"), doc.Member(c.Body, "update"), doc.Bool(c.Body, "merge_tags", false)))
}

var promptVersionRetrieve = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "commit", Kind: validate.String},
	{Name: "version_number", Kind: validate.String, MaxLen: 10},
	{Name: "environment", Kind: validate.String, MaxLen: maxEnvironment},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
}

func retrievePromptVersion(c *wire.Call) (wire.Result, error) {
	if err := c.Check(promptVersionRetrieve); err != nil {
		return wire.Result{}, err
	}
	p := c.Store.PromptByName(doc.String(c.Body, "name"))
	if p == nil {
		return wire.Result{}, store.ErrPromptNotFound()
	}
	v, err := p.Choose(doc.String(c.Body, "commit"), doc.String(c.Body, "version_number"), doc.String(c.Body, "environment"), "")
	if err != nil {
		return wire.Result{}, err
	}
	result := wire.OK(v.Detail())
	result.Header = promptDeprecation(c, p)
	return result, nil
}

// promptDeprecation returns the header with which the server says that a prompt was
// not found in the project asked for, but elsewhere in the workspace.
func promptDeprecation(c *wire.Call, p *store.Prompt) http.Header {
	name := doc.String(c.Body, "project_name")
	if name == "" {
		return nil
	}
	if project := c.Store.ProjectByName(name); project != nil && project.ID == p.Project {
		return nil
	}
	return http.Header{"X-Opik-Deprecation": {"Prompt '" + p.Name + "' was found outside of project '" + name + "'"}}
}

// retrievePromptVersions answers with the versions that exist.
func retrievePromptVersions(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	views := []doc.Object{}
	for _, id := range doc.Strings(c.Body, "ids") {
		if v, _ := c.Store.PromptVersion(id); v != nil {
			views = append(views, v.Detail())
		}
	}
	return wire.OK(views), nil
}

func promptVersion(c *wire.Call) (*store.PromptVersion, error) {
	id, err := c.ID("versionId")
	if err != nil {
		return nil, err
	}
	return c.Store.PromptVersion(id)
}

func getPromptVersion(c *wire.Call) (wire.Result, error) {
	v, err := promptVersion(c)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(v.Detail()), nil
}

var promptEnvironments = validate.Shape{
	{Name: "environments", Kind: validate.Strings, Required: true, MaxItems: maxEnvironments, MaxLen: maxEnvironment},
}

func setPromptEnvironments(c *wire.Call) (wire.Result, error) {
	v, err := promptVersion(c)
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(promptEnvironments); err != nil {
		return wire.Result{}, err
	}
	names := doc.Strings(c.Body, "environments")
	if err := checkEnvironments("environments", names); err != nil {
		return wire.Result{}, err
	}
	c.Store.SetPromptEnvironments(v, names)
	return wire.NoContent(), nil
}

func listPromptVersions(c *wire.Call) (wire.Result, error) {
	p, err := prompt(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	versions := listing{filters: promptVersionFilters, sortable: promptVersionSorting, asGiven: true}
	return versions.page(c, func(yield func(doc.Object) bool) {
		for _, v := range p.Versions() {
			if v.Mentions(c.Query.Get("search")) && !yield(v.View()) {
				return
			}
		}
	})
}

func getPromptVersionByNumber(c *wire.Call) (wire.Result, error) {
	p, err := prompt(c, "promptId")
	if err != nil {
		return wire.Result{}, err
	}
	number := c.Params["versionNumber"]
	if !versionNumber.MatchString(number) {
		return wire.Result{}, apierr.List(http.StatusBadRequest, `path param versionNumber must match "v\d+"`)
	}
	v, err := p.Choose("", number, "", "")
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(v.Detail()), nil
}

func restorePromptVersion(c *wire.Call) (wire.Result, error) {
	p, err := prompt(c, "promptId")
	if err != nil {
		return wire.Result{}, err
	}
	id, err := c.ID("versionId")
	if err != nil {
		return wire.Result{}, err
	}
	v, err := c.Store.RestorePromptVersion(p, id, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(v.Detail()), nil
}
