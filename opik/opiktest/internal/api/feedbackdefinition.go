package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func feedbackDefinitionRoutes() []*wire.Route {
	return []*wire.Route{
		get("findFeedbackDefinitions", "/feedback-definitions", findDefinitions),
		limited(wire.GeneralEvents, with("createFeedbackDefinition", http.MethodPost, "/feedback-definitions", createDefinition)),
		get("getFeedbackDefinitionById", "/feedback-definitions/{id}", getDefinition),
		limited(wire.GeneralEvents, with("updateFeedbackDefinition", http.MethodPut, "/feedback-definitions/{id}", updateDefinition)),
		without("deleteFeedbackDefinitionById", http.MethodDelete, "/feedback-definitions/{id}", deleteDefinition),
		with("deleteFeedbackDefinitionsBatch", http.MethodPost, "/feedback-definitions/delete", deleteDefinitions),
	}
}

var definitionBase = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "type", Kind: validate.String, Required: true, Enum: []string{"numerical", "categorical", "boolean"}},
	{Name: "description", Kind: validate.String, MaxLen: 255},
	{Name: "details", Kind: validate.Object, Required: true},
}

// definitionDetails are the details of each type.
var definitionDetails = map[string]validate.Shape{
	"numerical": {
		{Name: "min", Kind: validate.Number, Required: true},
		{Name: "max", Kind: validate.Number, Required: true},
	},
	"categorical": {{Name: "categories", Kind: validate.Object, Required: true}},
	"boolean": {
		{Name: "true_label", Kind: validate.String, Required: true, NotBlank: true},
		{Name: "false_label", Kind: validate.String, Required: true, NotBlank: true},
	},
}

// minCategories is how many categories a definition needs.
const minCategories = 2

func checkDefinition(c *wire.Call) error {
	if err := c.Check(definitionBase); err != nil {
		return err
	}
	details := doc.Member(c.Body, "details")
	shape := definitionDetails[doc.String(c.Body, "type")]
	if err := (validate.Shape{{Name: "details", Kind: validate.Object, Shape: shape}}).Check(c.Body); err != nil {
		return err
	}
	if doc.String(c.Body, "type") != "categorical" {
		return nil
	}
	categories := doc.Member(details, "categories")
	if len(categories) < minCategories {
		return apierr.Invalid("details.categories size must be between 2 and 2147483647")
	}
	for _, name := range sortedKeys(categories) {
		if err := (validate.Shape{{Name: name, Kind: validate.Number}}).Check(categories); err != nil {
			return err
		}
	}
	return nil
}

func findDefinitions(c *wire.Call) (wire.Result, error) {
	views := []doc.Object{}
	for _, d := range c.Store.FeedbackDefinitions() {
		v := d.View()
		if want := c.Query.Get("type"); want != "" && doc.String(v, "type") != want {
			continue
		}
		if containsFold(doc.String(v, "name"), c.Query.Get("name")) {
			views = append(views, v)
		}
	}
	newestFirst(views)
	return wire.Page(c, views, nil)
}

func createDefinition(c *wire.Call) (wire.Result, error) {
	if err := checkDefinition(c); err != nil {
		return wire.Result{}, err
	}
	d, err := c.Store.CreateFeedbackDefinition(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(d.ID), nil
}

func getDefinition(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	d, err := c.Store.FeedbackDefinition(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(d.View()), nil
}

func updateDefinition(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := checkDefinition(c); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateFeedbackDefinition(id, c.Body, c.User))
}

func deleteDefinition(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.DeleteFeedbackDefinitions(id))
}

func deleteDefinitions(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.DeleteFeedbackDefinitions(doc.Strings(c.Body, "ids")...))
}
