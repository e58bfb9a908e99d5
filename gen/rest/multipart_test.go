package rest_test

//opik:requires createDatasetItemsFromJson

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestMultipartBodies(t *testing.T) {
	b := serve(t, noContent)
	err := b.CreateDatasetItemsFromJSON(t.Context(), rest.CreateDatasetItemsFromJSONForm{
		DatasetID: "d-1",
		Format:    rest.CreateDatasetItemsFromJSONFormFormatJsonl,
		File:      &rest.File{Name: `my "items".jsonl`, ContentType: "application/jsonl", Content: strings.NewReader("{}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := b.last(t)
	want := []part{
		{"dataset_id", "", "", "d-1"},
		{"file", `my "items".jsonl`, "application/jsonl", "{}\n"},
		{"format", "", "", "jsonl"},
	}
	if have := parts(t, got); !reflect.DeepEqual(have, want) {
		t.Errorf("parts are %+v", have)
	}
	if got.header.Get("Content-Length") == "" {
		t.Error("the length is not sent, though the file can seek")
	}
}
