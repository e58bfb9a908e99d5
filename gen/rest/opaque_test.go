package rest_test

//opik:requires patchChecklist

import (
	"encoding/json"
	"testing"
)

func TestOpaqueBodies(t *testing.T) {
	b := serve(t, noContent)
	if err := b.PatchChecklist(t.Context(), "1", json.RawMessage(`{"a":[1,2]}`)); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{"a":[1,2]}` {
		t.Errorf("opaque: sent %s", got)
	}
	if err := b.PatchChecklist(t.Context(), "1", nil); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{}` {
		t.Errorf("opaque without a value: sent %s", got)
	}
}
