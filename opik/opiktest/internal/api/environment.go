package api

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func environmentRoutes() []*wire.Route {
	return []*wire.Route{
		get("findEnvironments", "/environments", findEnvironments),
		limited(wire.GeneralEvents, with("createEnvironment", http.MethodPost, "/environments", createEnvironment)),
		get("getEnvironmentById", "/environments/{id}", getEnvironment),
		limited(wire.GeneralEvents, with("updateEnvironment", http.MethodPatch, "/environments/{id}", updateEnvironment)),
		with("deleteEnvironmentsBatch", http.MethodPost, "/environments/delete", deleteEnvironments),
	}
}

var environmentUpdate = validate.Shape{
	{Name: "name", Kind: validate.String, MaxLen: maxEnvironment},
	{Name: "description", Kind: validate.String, MaxLen: 500},
	{Name: "color", Kind: validate.String, MaxLen: 20},
	{Name: "position", Kind: validate.Integer},
}

var environmentWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "name", Kind: validate.String, Required: true},
}, environmentUpdate...)

var environmentName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// checkEnvironment validates a body; the name is no free text.
func checkEnvironment(c *wire.Call, shape validate.Shape) error {
	if err := c.Check(shape); err != nil {
		return err
	}
	if name, given := c.Body["name"].(string); given && !environmentName.MatchString(name) {
		return apierr.Invalid(`name must match "` + environmentName.String() + `"`)
	}
	return nil
}

// findEnvironments answers with all of them: the list has no pages.
func findEnvironments(c *wire.Call) (wire.Result, error) {
	all := c.Store.Environments()
	views := make([]doc.Object, len(all))
	for i, e := range all {
		views[i] = e.View()
	}
	slices.SortFunc(views, func(a, b doc.Object) int {
		x, _ := doc.Decimal(doc.Text(a["position"]))
		y, _ := doc.Decimal(doc.Text(b["position"]))
		if x == nil || y == nil {
			return strings.Compare(doc.String(a, "id"), doc.String(b, "id"))
		}
		return cmp.Or(x.Cmp(y), strings.Compare(doc.String(a, "id"), doc.String(b, "id")))
	})
	return wire.OK(doc.Object{"page": 1, "size": len(views), "total": len(views), "content": views}), nil
}

func createEnvironment(c *wire.Call) (wire.Result, error) {
	if err := checkEnvironment(c, environmentWrite); err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.CreateEnvironment(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(e.ID), nil
}

func getEnvironment(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.Environment(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(e.View()), nil
}

func updateEnvironment(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := checkEnvironment(c, environmentUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateEnvironment(id, c.Body, c.User))
}

func deleteEnvironments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	for _, id := range doc.Strings(c.Body, "ids") {
		c.Store.DeleteEnvironment(id)
	}
	return wire.NoContent(), nil
}
