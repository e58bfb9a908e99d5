package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func guardrailRoutes() []*wire.Route {
	return []*wire.Route{
		batched("guardrails", with("createGuardrails", http.MethodPost, "/guardrails", createGuardrails)),
	}
}

var passedOrFailed = []string{"passed", "failed"}

var guardrailBatch = batchOf("guardrails", validate.Shape{
	{Name: "entity_id", Kind: validate.UUID, Required: true},
	{Name: "secondary_id", Kind: validate.UUID, Required: true},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "name", Kind: validate.String, Required: true, Enum: []string{"TOPIC", "PII"}},
	{Name: "result", Kind: validate.String, Required: true, Enum: passedOrFailed},
	{Name: "config", Kind: validate.Any, Required: true},
	{Name: "details", Kind: validate.Any, Required: true},
})

func createGuardrails(c *wire.Call) (wire.Result, error) {
	if err := c.Check(guardrailBatch); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.AddGuardrails(doc.Objects(c.Body, "guardrails"), c.User))
}
