package opik_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/opik-go/sdk/opik"
)

// Question is what the examples fill datasets with.
type Question struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

func ExampleDataset() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	ds, err := client.GetOrCreateDataset(ctx, "capitals", opik.CreateDatasetParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := ds.Insert(ctx, opik.ItemsOf(
		Question{"Capital of Norway?", "Oslo"},
		Question{"Capital of Peru?", "Lima"},
		Question{"Capital of Norway?", "Oslo"},
	)...)
	fmt.Println(receipt.Stored, "stored,", receipt.Duplicates, "duplicate, error:", err)

	for q, err := range opik.ItemsAs[Question](ds.Items(ctx, opik.DatasetItemsParams{})) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(q.Question, q.Answer)
	}
	// Output:
	// 2 stored, 1 duplicate, error: <nil>
	// Capital of Peru? Lima
	// Capital of Norway? Oslo
}

// An item can say more than its data.
func ExampleDatasetItem() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	ds, err := client.CreateDataset(ctx, "support", opik.CreateDatasetParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := ds.Insert(ctx, opik.DatasetItem{
		Data:        map[string]any{"question": "Where is my parcel?"},
		Description: "asked every day",
		Tags:        []string{"parcel"},
		TraceID:     "01942ab4-7a2e-7000-8000-000000000001", // so its source is that trace
	}); err != nil {
		fmt.Println(err)
	}
	for item, err := range ds.Items(ctx, opik.DatasetItemsParams{Filter: `tags contains "parcel"`}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		data, err := item.Map()
		fmt.Println(data["question"], item.Description, item.Source, err)
	}
	// Output:
	// Where is my parcel? asked every day trace <nil>
}

// Items that are made as they are sent take no more memory than one request.
func ExampleDataset_InsertSeq() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	ds, err := client.CreateDataset(ctx, "squares", opik.CreateDatasetParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	squares := func(yield func(opik.DatasetItem, error) bool) {
		for n := range 2500 {
			if !yield(opik.DatasetItem{Data: map[string]int{"n": n, "square": n * n}}, nil) {
				return
			}
		}
	}
	receipt, err := ds.InsertSeq(ctx, squares, opik.InsertParams{})
	fmt.Println(receipt.Stored, err)
	version, err := ds.CurrentVersion(ctx)
	fmt.Println(version.Name(), version.ItemsCount(), err)
	// Output:
	// 2500 <nil>
	// v1 2500 <nil>
}

func ExampleDataset_ImportCSV() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	ds, err := client.CreateDataset(ctx, "capitals", opik.CreateDatasetParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	const file = `q,answer,checked by
Capital of Norway?,Oslo,Ann
"Capital of Korea, South?",Seoul,Bo
`
	if _, err := ds.ImportCSV(ctx, strings.NewReader(file), opik.ImportParams{
		Keys: map[string]string{"q": "question"}, Ignore: []string{"checked by"},
	}); err != nil {
		fmt.Println(err)
	}
	if err := ds.ExportJSONL(ctx, os.Stdout, opik.ExportParams{OmitID: true}); err != nil {
		fmt.Println(err)
	}
	_, err = ds.ImportCSV(ctx, strings.NewReader("question,answer\nCapital of Chad?\n"), opik.ImportParams{})
	fmt.Println(err)
	// Output:
	// {"answer":"Seoul","question":"Capital of Korea, South?"}
	// {"answer":"Oslo","question":"Capital of Norway?"}
	// opik: CSV: line 2: another number of cells than the 2 columns
}

func ExampleDataset_Version() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	ds, err := client.CreateDataset(ctx, "capitals", opik.CreateDatasetParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := ds.Insert(ctx, opik.ItemsOf(Question{"Capital of Norway?", "Bergen"}, Question{"Capital of Peru?", "Lima"})...)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Every change makes a version; the first one stays as it is.
	if err := ds.UpdateItems(ctx, opik.DatasetItem{ID: receipt.IDs[0], Data: Question{"Capital of Norway?", "Oslo"}}); err != nil {
		fmt.Println(err)
	}
	first, err := ds.Version(ctx, "v1")
	if err != nil {
		fmt.Println(err)
		return
	}
	latest, err := ds.CurrentVersion(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	diff, err := latest.Diff(ctx, first)
	fmt.Println(latest.Name(), len(diff.Modified), "modified,", diff.Unchanged, "unchanged", err)
	for q, err := range opik.ItemsAs[Question](first.Items(ctx, opik.DatasetItemsParams{IDs: diff.Modified})) {
		fmt.Println(first.Name(), q.Answer, err)
	}
	// Output:
	// v2 1 modified, 1 unchanged <nil>
	// v1 Bergen <nil>
}

func ExampleTestSuite() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	suite, err := client.CreateTestSuite(ctx, "support", opik.CreateTestSuiteParams{
		Settings: opik.TestSuiteSettings{
			Assertions:      []string{"The answer is polite."},
			ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 3, PassThreshold: 2},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := suite.Insert(ctx,
		opik.TestSuiteItem{Data: map[string]any{"input": "Where is my parcel?"}},
		opik.TestSuiteItem{Data: map[string]any{"input": "Refund me!"}, Assertions: []string{"The answer promises no refund."}},
	); err != nil {
		fmt.Println(err)
	}
	for item, err := range suite.Items(ctx, opik.DatasetItemsParams{}) {
		var data struct{ Input string }
		if err == nil {
			err = item.Decode(&data)
		}
		fmt.Printf("%s %q %v\n", data.Input, item.Assertions, err)
	}
	settings, err := suite.Settings(ctx)
	fmt.Println(settings.Assertions, settings.ExecutionPolicy.RunsPerItem, err)
	// Output:
	// Refund me! ["The answer promises no refund."] <nil>
	// Where is my parcel? [] <nil>
	// [The answer is polite.] 3 <nil>
}
