package rest_test

//opik:requires removeConfigKeys

import (
	"errors"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestSecondSuccessStatusOfACreate(t *testing.T) {
	// 204 says that there was nothing to remove.
	b := serve(t, noContent)
	if id, err := b.RemoveConfigKeys(t.Context(), rest.AgentConfigRemoveValues{}); id != "" || err != nil {
		t.Errorf("204: got %q, %v", id, err)
	}
	b = serve(t, created("/v1/private/agent-configs/blueprints/7"))
	if id, err := b.RemoveConfigKeys(t.Context(), rest.AgentConfigRemoveValues{}); id != "7" || err != nil {
		t.Errorf("201: got %q, %v", id, err)
	}
	b = serve(t, created(""))
	if _, err := b.RemoveConfigKeys(t.Context(), rest.AgentConfigRemoveValues{}); !errors.Is(err, rest.ErrNoLocation) {
		t.Errorf("201 without location: %v", err)
	}
}
