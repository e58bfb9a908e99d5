package opik_test

//opik:requires storeAssertionsBatch

import (
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestAssertionResults(t *testing.T) {
	c, srv := served(t, 0)
	result := rest.AssertionResultBatchItem{EntityID: attachedTrace, Name: "polite", Status: "passed", Source: "sdk", Reason: "it says please"}
	if err := c.AssertionResults.Store(t.Context(), rest.AssertionResultBatchEntityTypeTRACE, []rest.AssertionResultBatchItem{result}); err != nil {
		t.Fatal(err)
	}
	body := srv.RequestsTo("storeAssertionsBatch")[0].Body.(object)
	if sent := body["assertion_results"].([]any)[0].(object); body["entity_type"] != "TRACE" || sent["status"] != "passed" || sent["reason"] != "it says please" {
		t.Errorf("%v", body)
	}
}
