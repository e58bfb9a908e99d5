package opik_test

//opik:requires createEnvironment,findEnvironments,updateEnvironment,deleteEnvironmentsBatch,getEnvironmentById

import (
	"errors"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func TestEnvironments(t *testing.T) {
	c, _ := served(t, 0)
	e, err := c.Environments.Create(t.Context(), "staging", opik.EnvironmentCreateParams{Description: "pre-prod", Color: "#112233"})
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "staging" || e.Description != "pre-prod" || e.Color != "#112233" || e.ID == "" {
		t.Errorf("%+v", e)
	}
	if _, err := c.Environments.Create(t.Context(), "staging", opik.EnvironmentCreateParams{}); !errors.Is(err, opik.ErrConflict) {
		t.Errorf("error %v", err)
	}
	if err := c.Environments.Update(t.Context(), e.ID, opik.EnvironmentUpdateParams{Position: opik.Ptr(0), Description: "changed"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.Environments.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Description != "changed" || list[0].Name != "staging" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := c.Environments.DeleteBatch(t.Context(), []string{e.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Environments.Get(t.Context(), e.ID); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestEnvironmentsByName(t *testing.T) {
	c, srv := served(t, 0)
	created, err := c.CreateEnvironment(t.Context(), "staging", opik.EnvironmentCreateParams{Color: "#112233"})
	if err != nil || created.Color != "#112233" {
		t.Fatalf("%+v, %v", created, err)
	}
	if err := c.UpdateEnvironment(t.Context(), "staging", opik.EnvironmentUpdateParams{Name: "stage"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.GetEnvironments(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "stage" || list[0].ID != created.ID {
		t.Errorf("%+v, %v", list, err)
	}
	if err := c.UpdateEnvironment(t.Context(), "staging", opik.EnvironmentUpdateParams{Name: "x"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if err := c.DeleteEnvironment(t.Context(), "staging"); err != nil || len(srv.RequestsTo("deleteEnvironmentsBatch")) != 0 {
		t.Errorf("error %v", err)
	}
	if err := c.DeleteEnvironment(t.Context(), "stage"); err != nil {
		t.Error(err)
	}
	if list, err := c.GetEnvironments(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	srv.Inject(opiktest.FailWith(403))
	if err := c.DeleteEnvironment(t.Context(), "stage"); !errors.Is(err, opik.ErrForbidden) {
		t.Errorf("error %v", err)
	}
	if err := c.UpdateEnvironment(t.Context(), "stage", opik.EnvironmentUpdateParams{}); !errors.Is(err, opik.ErrForbidden) {
		t.Errorf("error %v", err)
	}
	var none *opik.Client
	if _, err := none.CreateEnvironment(t.Context(), "x", opik.EnvironmentCreateParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
	if err := none.DeleteEnvironment(t.Context(), "x"); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("error %v", err)
	}
}
