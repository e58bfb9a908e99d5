package api

// What is served here is of the newest version.
//opik:requires tracesExist,spansExist,getRecentActivity,createDatasetItemsFromJson,executeExperiment,storeAssertionsBatch

import (
	"testing"

	"github.com/opik-go/sdk/opik/opiktest/internal/contract"
)

// All that is served here is in the contract, by id, method and path.
func TestRoutesAreInContract(t *testing.T) {
	ids := map[string]string{}
	for _, op := range contract.Operations() {
		ids[contract.Key(op.Method, op.Path)] = op.ID
	}
	for _, r := range implemented() {
		switch id, known := ids[contract.Key(r.Method, r.Path)]; {
		case !known:
			t.Errorf("the contract lacks %s %s", r.Method, r.Path)
		case id != r.Operation:
			t.Errorf("%s %s is %s, not %s", r.Method, r.Path, id, r.Operation)
		}
	}
}
