package opik_test

//opik:requires createEnvironment,findEnvironments,updateEnvironment,deleteEnvironmentsBatch,getEnvironmentById

import (
	"errors"
	"testing"

	"github.com/opik-go/sdk/opik"
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
