package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/order"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func projectRoutes() []*wire.Route {
	routes := []*wire.Route{
		get("findProjects", "/projects", findProjects),
		limited(wire.GeneralEvents, with("createProject", http.MethodPost, "/projects", createProject)),
		get("getProjectById", "/projects/{id}", getProject),
		limited(wire.GeneralEvents, with("updateProject", http.MethodPatch, "/projects/{id}", updateProject)),
		without("deleteProjectById", http.MethodDelete, "/projects/{id}", deleteProject),
		with("deleteProjectsBatch", http.MethodPost, "/projects/delete", deleteProjects),
		with("retrieveProject", http.MethodPost, "/projects/retrieve", retrieveProject),
		get("findDatasetsByProject", "/projects/{projectId}/datasets", findProjectDatasets),
		get("getRecentActivity", "/projects/{projectId}/activities", recentActivity),
	}
	// No operation that is served here creates these entities, so that there are none.
	for operation, path := range map[string]string{
		"findAlertsByProject": "alerts", "findDashboardsByProject": "dashboards",
	} {
		routes = append(routes, get(operation, "/projects/{projectId}/"+path, emptyPage))
	}
	return routes
}

var projectSorting = []string{"id", "name", "last_updated_at", "created_at", "last_updated_trace_at"}

// projectViews returns the projects that the query's name and sorting choose.
func projectViews(c *wire.Call) ([]doc.Object, error) {
	by, err := order.Parse(c.Query.Get("sorting"), projectSorting)
	if err != nil {
		return nil, err
	}
	views := []doc.Object{}
	for _, p := range c.Store.Projects() {
		if containsFold(p.Name, c.Query.Get("name")) {
			views = append(views, p.View())
		}
	}
	newestFirst(views)
	by.Sort(views)
	return views, nil
}

// newestFirst sorts views by id, greatest first.
func newestFirst(views []doc.Object) {
	slices.SortFunc(views, func(a, b doc.Object) int {
		return strings.Compare(doc.String(b, "id"), doc.String(a, "id"))
	})
}

func findProjects(c *wire.Call) (wire.Result, error) {
	views, err := projectViews(c)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.Page(c, views, projectSorting)
}

var projectWrite = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "description", Kind: validate.String, MaxLen: 255},
	{Name: "visibility", Kind: validate.String, Enum: visibilities},
}

func createProject(c *wire.Call) (wire.Result, error) {
	if err := c.Check(projectWrite); err != nil {
		return wire.Result{}, err
	}
	p, err := c.Store.CreateProject(c.Body, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(p.ID), nil
}

// project returns the project of a path, or the answer that there is none.
func project(c *wire.Call, param string) (*store.Project, error) {
	id, err := c.ID(param)
	if err != nil {
		return nil, err
	}
	if p := c.Store.ProjectByID(id); p != nil {
		return p, nil
	}
	return nil, store.ErrProjectNotFound()
}

func getProject(c *wire.Call) (wire.Result, error) {
	p, err := project(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(p.View()), nil
}

var projectUpdate = validate.Shape{
	{Name: "name", Kind: validate.String, NotBlank: true},
	{Name: "description", Kind: validate.String, MaxLen: 255},
	{Name: "visibility", Kind: validate.String, Enum: visibilities},
}

func updateProject(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(projectUpdate); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UpdateProject(id, c.Body, c.User))
}

func deleteProject(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteProject(id)
	return wire.NoContent(), nil
}

func deleteProjects(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	for _, id := range doc.Strings(c.Body, "ids") {
		c.Store.DeleteProject(strings.ToLower(id))
	}
	return wire.NoContent(), nil
}

var projectRetrieve = validate.Shape{
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "include_stats", Kind: validate.Bool},
}

func retrieveProject(c *wire.Call) (wire.Result, error) {
	if err := c.Check(projectRetrieve); err != nil {
		return wire.Result{}, err
	}
	p := c.Store.ProjectByName(doc.String(c.Body, "name"))
	if p == nil {
		return wire.Result{}, store.ErrProjectNotFound()
	}
	view := p.View()
	if doc.Bool(c.Body, "include_stats", true) {
		view = doc.With(view, projectStats(c.Store, p))
	}
	return wire.OK(view), nil
}

func emptyPage(c *wire.Call) (wire.Result, error) {
	if _, err := c.ID("projectId"); err != nil {
		return wire.Result{}, err
	}
	return wire.Page(c, []doc.Object{}, []string{})
}
