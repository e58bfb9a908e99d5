package opik_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest"
)

// datasetServer is a server with a client that notes what items the client sends.
type datasetServer struct {
	*testing.T
	client *opik.Client
	srv    *opiktest.Server

	mu       sync.Mutex
	requests []string
	batches  []itemBatch
}

type itemBatch struct {
	BatchGroupID string `json:"batch_group_id"`
	DatasetID    string `json:"dataset_id"`
	Items        []struct {
		ID     string          `json:"id"`
		Data   json.RawMessage `json:"data"`
		Source string          `json:"source"`
	} `json:"items"`
	ItemIDs []string `json:"item_ids"`
	bytes   int
}

func newDatasetServer(t *testing.T, opts ...opiktest.Option) *datasetServer {
	t.Helper()
	s := &datasetServer{T: t}
	s.srv = opiktest.NewServer(t, append(opts, opiktest.WithRequestHook(s.note))...)
	var err error
	if s.client, err = opik.New(opik.WithURL(s.srv.URL), opik.WithProject("P"), opik.WithCompression(false)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, s.client) })
	return s
}

func (s *datasetServer) note(r *http.Request, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1/private/"))
	if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/datasets/items") || strings.HasSuffix(r.URL.Path, "/items/delete") {
		batch := itemBatch{bytes: len(body)}
		if err := json.Unmarshal(body, &batch); err != nil {
			return err
		}
		s.batches = append(s.batches, batch)
	}
	return nil
}

// take returns the requests since the last call, and the batches among them.
func (s *datasetServer) take() ([]string, []itemBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, batches := s.requests, s.batches
	s.requests, s.batches = nil, nil
	return requests, batches
}

func (s *datasetServer) dataset(name string) *opik.Dataset {
	s.Helper()
	ds, err := s.client.CreateDataset(s.Context(), name, opik.CreateDatasetParams{})
	if err != nil {
		s.Fatal(err)
	}
	s.take()
	return ds
}

func (s *datasetServer) get(name string) *opik.Dataset {
	s.Helper()
	ds, err := s.client.GetDataset(s.Context(), name, opik.GetDatasetParams{})
	if err != nil {
		s.Fatal(err)
	}
	s.take()
	return ds
}

func (s *datasetServer) insert(ds *opik.Dataset, items ...opik.DatasetItem) opik.InsertReceipt {
	s.Helper()
	receipt, err := ds.Insert(s.Context(), items...)
	if err != nil {
		s.Fatal(err)
	}
	if len(receipt.IDs) != len(items) || receipt.Stored+receipt.Duplicates != len(items) || slices.Contains(receipt.IDs, "") {
		s.Errorf("receipt %+v for %d items", receipt, len(items))
	}
	return receipt
}

func question(n any) opik.DatasetItem { return opik.DatasetItem{Data: object{"q": n}} }

func TestInsertDuplicates(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	a, b := question("a"), question("b")

	first := s.insert(ds, a, b, a)
	if first.Stored != 2 || first.Duplicates != 1 || first.IDs[2] != first.IDs[0] || first.IDs[1] == first.IDs[0] {
		t.Errorf("receipt %+v", first)
	}
	requests, batches := s.take()
	if len(requests) != 1 || len(batches) != 1 || len(batches[0].Items) != 2 {
		t.Errorf("requests %v: a dataset that was just created is empty", requests)
	}
	if id := batches[0].Items[0]; uuid7.Check(id.ID) != nil || id.Source != "sdk" || string(id.Data) != `{"q":"a"}` {
		t.Errorf("sent %+v", id)
	}

	again := s.insert(ds, a, question("c"))
	if again.Stored != 1 || again.IDs[0] != first.IDs[0] {
		t.Errorf("receipt %+v", again)
	}
	if s.insert(ds, b).Stored != 0 {
		t.Error("stored again")
	}
	if _, batches := s.take(); len(batches) != 1 || batches[0].BatchGroupID == "" {
		t.Errorf("batches %+v", batches)
	}

	// Another handle finds the items of the server, when it inserts for the first time.
	other := s.get("d")
	if got := s.insert(other, b, question("d")); got.Stored != 1 || got.IDs[0] != first.IDs[1] {
		t.Errorf("receipt %+v", got)
	}
	requests, _ = s.take()
	s.insert(other, question("d"))
	if more, _ := s.take(); len(more) != 0 {
		t.Errorf("requests %v after %v", more, requests)
	}
	// The first handle does not know of d, until it reads the items again.
	if err := ds.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.insert(ds, question("d")); got.Stored != 0 {
		t.Errorf("receipt %+v", got)
	}
	if n, err := ds.ItemsCount(t.Context()); n != 4 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	s.take()
	s.insert(ds)
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v for no items", requests)
	}
}

// TestContentSurvives inserts values that are easily changed on the way, and finds
// each a duplicate of what the server returns.
func TestContentSurvives(t *testing.T) {
	s := newDatasetServer(t)
	type named struct {
		Name  string   `json:"name"`
		Score float64  `json:"score"`
		Tags  []string `json:"tags"`
		None  *int     `json:"none"`
	}
	var items []opik.DatasetItem
	for _, data := range []any{
		object{"whole": 1, "float": 1.0, "half": 0.5, "zero": math.Copysign(0, -1), "big": 1e21, "small": 1e-7},
		object{"max": int64(math.MaxInt64), "unsigned": uint64(math.MaxUint64), "digits": json.Number("123456789012345678901234567890")},
		json.RawMessage(`{"a":1.0,"b":1e2,"c":-0,"d":-0.0,"e":0.1000000000000000055511151231257827}`),
		object{"html": "<a href=\"x\">&</a>", "lines": "a\r\nb\u2028\x7f", "emoji": "😊", "nul": "\x00"},
		object{"broken": "a\xffb"},
		json.RawMessage(`{"half":"\ud800","other":"\udc00x","whole":"\ud83d\ude0a"}`),
		json.RawMessage(`{"twice":1,"twice":2}`),
		named{Name: "n", Score: 3, Tags: []string{}},
		&named{Name: "m", Score: 1e300},
		object{"nested": []any{object{"b": nil, "a": true}, []any{}, object{}}, "time": time.Unix(0, 1).UTC()},
		object{"description": "in the data", "source": "wiki", "id": 7},
	} {
		items = append(items, opik.DatasetItem{Data: data})
	}
	items = append(items,
		opik.DatasetItem{Data: object{"x": 1}, Description: "described"},
		opik.DatasetItem{Data: object{"x": 1}, Evaluators: []opik.Evaluator{{Name: "j", Type: "llm_judge", Config: json.RawMessage(`{"b":1.50,"a":"é"}`)}}},
		opik.DatasetItem{Data: object{"x": 1}, ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 3, PassThreshold: 2}},
		opik.DatasetItem{Data: object{"x": 1}, ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 3}},
		opik.DatasetItem{Data: object{"x": 1}, Evaluators: []opik.Evaluator{}},
	)
	ds := s.dataset("d")
	if got := s.insert(ds, items...); got.Duplicates != 0 {
		t.Errorf("receipt %+v", got)
	}
	if got := s.insert(s.get("d"), items...); got.Stored != 0 {
		t.Errorf("%d items are not found again: %+v", got.Stored, got)
	}
	// What was read is a duplicate, too.
	var read []opik.DatasetItem
	for item, err := range ds.Items(t.Context(), opik.DatasetItemsParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		item.ID = ""
		read = append(read, item)
	}
	if got := s.insert(s.get("d"), read...); got.Stored != 0 || len(read) != len(items) {
		t.Errorf("of %d items that were read, %d are new", len(read), got.Stored)
	}
}

func TestInsertRefusesBeforeAnyRequest(t *testing.T) {
	id := uuid7.New()
	cycle := object{}
	cycle["self"] = cycle
	deep := json.RawMessage(`{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`)
	tests := []struct {
		name, field, reason string
		item                opik.DatasetItem
	}{
		{"NaN", "Data", "NaN", question(math.NaN())},
		{"infinity", "Data", "+Inf", question([]any{math.Inf(1)})},
		{"function", "Data", "func()", question(func() {})},
		{"cycle", "Data", "cycle", opik.DatasetItem{Data: cycle}},
		{"depth", "Data", "nested", opik.DatasetItem{Data: deep}},
		{"panic", "Data", "panic", opik.DatasetItem{Data: panics{}}},
		{"no JSON", "Data", "no JSON", opik.DatasetItem{Data: json.RawMessage(`{"a":NaN}`)}},
		{"nothing", "Data", "object", opik.DatasetItem{}},
		{"nil raw", "Data", "object", opik.DatasetItem{Data: json.RawMessage(nil)}},
		{"list", "Data", "object", opik.DatasetItem{Data: []int{1}}},
		{"text", "Data", "object", opik.DatasetItem{Data: "x"}},
		{"empty", "Data", "empty", opik.DatasetItem{Data: object{}}},
		{"id", "ID", "version 7", opik.DatasetItem{ID: "17", Data: object{"a": 1}}},
		{"trace without id", "TraceID", "missing", opik.DatasetItem{Source: "trace", Data: object{"a": 1}}},
		{"trace with span", "SpanID", "cannot be set", opik.DatasetItem{Source: "trace", TraceID: id, SpanID: id, Data: object{"a": 1}}},
		{"span without trace", "TraceID", "missing", opik.DatasetItem{SpanID: id, Data: object{"a": 1}}},
		{"span without span", "SpanID", "missing", opik.DatasetItem{Source: "span", TraceID: id, Data: object{"a": 1}}},
		{"manual with trace", "TraceID", "cannot be set", opik.DatasetItem{Source: "manual", TraceID: id, Data: object{"a": 1}}},
		{"manual with span", "SpanID", "cannot be set", opik.DatasetItem{Source: "manual", SpanID: id, Data: object{"a": 1}}},
		{"evaluator without name", "Evaluators[0].Name", "missing", opik.DatasetItem{Data: object{"a": 1}, Evaluators: []opik.Evaluator{{}}}},
		{"evaluator without type", "Evaluators[0].Type", "missing", opik.DatasetItem{Data: object{"a": 1}, Evaluators: []opik.Evaluator{{Name: "n"}}}},
		{"evaluator without config", "Evaluators[0].Config", "missing", opik.DatasetItem{Data: object{"a": 1}, Evaluators: []opik.Evaluator{{Name: "n", Type: "llm_judge"}}}},
		{"broken evaluator", "Evaluators[0].Config", "JSON", opik.DatasetItem{Data: object{"a": 1}, Evaluators: []opik.Evaluator{{Name: "n", Type: "llm_judge", Config: json.RawMessage(`{`)}}}},
		{"too many runs", "ExecutionPolicy.RunsPerItem", "101", opik.DatasetItem{Data: object{"a": 1}, ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 101}}},
		{"negative", "ExecutionPolicy.PassThreshold", "-1", opik.DatasetItem{Data: object{"a": 1}, ExecutionPolicy: &opik.ExecutionPolicy{PassThreshold: -1}}},
		{"more passes than runs", "ExecutionPolicy.PassThreshold", "more", opik.DatasetItem{Data: object{"a": 1}, ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 2, PassThreshold: 3}}},
	}
	s := newDatasetServer(t)
	ds := s.dataset("d")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ds.Insert(t.Context(), question("fine"), tt.item)
			var problem *opik.ValidationError
			if !errors.As(err, &problem) {
				t.Fatalf("error %v", err)
			}
			if problem.Method != "Dataset.Insert" || problem.Field != "items[1]."+tt.field || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("error %v", err)
			}
			tt.item.ID = id
			if tt.name != "id" {
				if err := ds.UpdateItems(t.Context(), tt.item); !errors.As(err, &problem) || problem.Method != "Dataset.UpdateItems" {
					t.Errorf("update: error %v", err)
				}
			}
		})
	}
	twice := opik.DatasetItem{ID: id, Data: object{"a": 1}}
	again := opik.DatasetItem{ID: strings.ToUpper(id), Data: object{"a": 2}}
	if _, err := ds.Insert(t.Context(), twice, again); err == nil || !strings.Contains(err.Error(), "items[1].ID") {
		t.Errorf("error %v", err)
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
}

// panics is a value whose encoding panics.
type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("no") }

func TestInsertBatches(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	var items []opik.DatasetItem
	for i := range 2500 {
		items = append(items, question(i))
	}
	receipt := s.insert(ds, items...)
	_, batches := s.take()
	var sizes []int
	var ids []string
	for _, b := range batches {
		sizes = append(sizes, len(b.Items))
		if b.BatchGroupID != batches[0].BatchGroupID || b.DatasetID != ds.ID() {
			t.Errorf("group %q, dataset %q", b.BatchGroupID, b.DatasetID)
		}
		for _, item := range b.Items {
			ids = append(ids, item.ID)
		}
	}
	if !slices.Equal(sizes, []int{1000, 1000, 500}) || !slices.Equal(ids, receipt.IDs) {
		t.Errorf("batches of %v", sizes)
	}
	s.insert(ds, question("more"))
	_, more := s.take()
	if more[0].BatchGroupID == batches[0].BatchGroupID {
		t.Error("two calls share a group")
	}
	if v, err := ds.CurrentVersion(t.Context()); err != nil || v.Name() != "v2" || v.ItemsCount() != 2501 {
		t.Errorf("version %+v, %v: each call makes one", v.Record(), err)
	}
}

func TestInsertLargeItems(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	text := func(i, n int) opik.DatasetItem {
		return opik.DatasetItem{Data: object{"n": i, "text": strings.Repeat("xxxxxxxx\"", n/10)}} // ten bytes each
	}
	s.insert(ds, text(0, 2_400_000), text(1, 2_400_000), text(2, 400_000), text(3, 6_000_000), text(4, 10))
	_, batches := s.take()
	var sizes []int
	for _, b := range batches {
		sizes = append(sizes, len(b.Items))
		if b.bytes > 5_000_000 && len(b.Items) > 1 {
			t.Errorf("%d bytes with %d items", b.bytes, len(b.Items))
		}
	}
	if !slices.Equal(sizes, []int{2, 1, 1, 1}) {
		t.Errorf("batches of %v items", sizes)
	}
}

// TestInsertFillsRequests makes requests of just the size that is allowed, and of one
// byte more.
func TestInsertFillsRequests(t *testing.T) {
	const most = 5_000_000
	s := newDatasetServer(t)
	ds := s.dataset("d")
	letter := 'a'
	item := func(n int) opik.DatasetItem {
		letter++ // so that no two items are equal
		return opik.DatasetItem{Data: object{"text": strings.Repeat(string(letter), n)}, Description: "é<\n"}
	}
	bytes := func(items ...opik.DatasetItem) (sizes []int) {
		s.insert(ds, items...)
		_, batches := s.take()
		for _, b := range batches {
			sizes = append(sizes, b.bytes)
		}
		return sizes
	}
	small := bytes(item(1000), item(1000))
	fill := 1000 + most - small[0]
	if full := bytes(item(1000), item(fill)); !slices.Equal(full, []int{most}) {
		t.Errorf("requests of %v bytes, not one of %d", full, most)
	}
	if more := bytes(item(1000), item(fill+1)); len(more) != 2 {
		t.Errorf("requests of %v bytes", more)
	}
}

func TestUpdate(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	ids := s.insert(ds, question(1), question(2)).IDs

	// Content that another item has is stored all the same.
	if err := ds.UpdateItems(t.Context(), opik.DatasetItem{ID: ids[0], Data: object{"q": 2}}); err != nil {
		t.Fatal(err)
	}
	if _, batches := s.take(); len(batches) != 2 {
		t.Errorf("%d batches", len(batches))
	}
	// The old content is not there any more.
	if got := s.insert(ds, question(1)); got.Stored != 1 {
		t.Errorf("receipt %+v", got)
	}
	// Both items must go before the content is new.
	if err := ds.DeleteItems(t.Context(), ids[:1]); err != nil {
		t.Fatal(err)
	}
	if got := s.insert(ds, question(2)); got.Stored != 0 {
		t.Errorf("receipt %+v", got)
	}
	if err := ds.DeleteItems(t.Context(), ids[1:2]); err != nil {
		t.Fatal(err)
	}
	if got := s.insert(ds, question(2)); got.Stored != 1 {
		t.Errorf("receipt %+v", got)
	}
	// An item that is replaced by an insert is no duplicate of what it was.
	if got := s.insert(ds, opik.DatasetItem{ID: ids[0], Data: object{"q": 3}}, opik.DatasetItem{ID: ids[1], Data: object{"q": 4}}); got.Stored != 2 {
		t.Errorf("receipt %+v", got)
	}
	if got := s.insert(ds, opik.DatasetItem{ID: ids[0], Data: object{"q": 5}}, question(3)); got.Stored != 2 {
		t.Errorf("receipt %+v", got)
	}

	err := ds.UpdateItems(t.Context(), opik.DatasetItem{ID: ids[0], Data: object{"q": 2}}, question(9))
	var problem *opik.ValidationError
	if !errors.As(err, &problem) || problem.Field != "items[1].ID" {
		t.Errorf("error %v", err)
	}
	if err := ds.UpdateItems(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestUpdateReplaces(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	id := s.insert(ds, opik.DatasetItem{Data: object{"q": 1, "a": 2}, Description: "old", Tags: []string{"t"}}).IDs[0]
	if err := s.get("d").UpdateItems(t.Context(), opik.DatasetItem{ID: strings.ToUpper(id), Data: object{"q": 2}}); err != nil {
		t.Fatal(err)
	}
	items := slices.Collect(values(t, ds.Items(t.Context(), opik.DatasetItemsParams{})))
	if len(items) != 1 || items[0].ID != id || items[0].Description != "" || items[0].Tags != nil || string(items[0].Data.(json.RawMessage)) != `{"q":2}` {
		t.Errorf("items %+v", items)
	}
}

// values yields what an iterator does; an error ends the test.
func values[T any](t *testing.T, seq func(func(T, error) bool)) func(func(T) bool) {
	return func(yield func(T) bool) {
		for v, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if !yield(v) {
				return
			}
		}
	}
}

func TestDeleteAndClear(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	var items []opik.DatasetItem
	for i := range 1500 {
		items = append(items, question(i))
	}
	ids := s.insert(ds, items...).IDs
	s.take()
	if err := ds.DeleteItems(t.Context(), ids[:1200]); err != nil {
		t.Fatal(err)
	}
	_, batches := s.take()
	if len(batches) != 2 || len(batches[0].ItemIDs) != 1000 || len(batches[1].ItemIDs) != 200 || batches[0].BatchGroupID == "" || batches[0].BatchGroupID != batches[1].BatchGroupID {
		t.Errorf("%d batches", len(batches))
	}
	if err := ds.DeleteItems(t.Context(), nil); err != nil {
		t.Error(err)
	}
	var problem *opik.ValidationError
	if err := ds.DeleteItems(t.Context(), []string{ids[0], "17"}); !errors.As(err, &problem) || problem.Field != "ids[1]" {
		t.Errorf("error %v", err)
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v", requests)
	}
	if got := s.insert(ds, items[1199], items[1200]); got.Stored != 1 || got.IDs[1] != ids[1200] {
		t.Errorf("receipt %+v", got)
	}
	if err := ds.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := ds.ItemsCount(t.Context()); n != 0 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	s.take()
	if got := s.insert(ds, items[0]); got.Stored != 1 {
		t.Errorf("receipt %+v", got)
	}
	if requests, _ := s.take(); len(requests) != 1 {
		t.Errorf("requests %v: a dataset that was cleared is empty", requests)
	}
}

func TestInsertSeq(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	s.insert(ds, question(0))
	s.take()
	receipt, err := s.get("d").InsertSeq(t.Context(), each(question(0), question(0)), opik.InsertParams{AllowDuplicates: true})
	if err != nil || receipt.Stored != 2 || receipt.IDs[0] == receipt.IDs[1] {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	receipt, err = s.get("d").InsertSeq(t.Context(), each(question(0), question(0)), opik.InsertParams{SkipSync: true})
	if err != nil || receipt.Stored != 1 || receipt.IDs[0] != receipt.IDs[1] {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	requests, _ := s.take()
	if want := []string{"PUT datasets/items"}; !slices.Equal(requests, want) {
		t.Errorf("requests %v", requests)
	}

	// An error of the iterator, and an item that cannot be sent, end it.
	broken := errors.New("broken")
	receipt, err = ds.InsertSeq(t.Context(), func(yield func(opik.DatasetItem, error) bool) {
		for i := range 1001 {
			if !yield(question(fmt.Sprint("n", i)), nil) {
				return
			}
		}
		yield(opik.DatasetItem{}, broken)
	}, opik.InsertParams{})
	var partial *opik.DatasetItemsError
	if !errors.Is(err, broken) || !errors.As(err, &partial) || receipt.Stored != 1000 || !slices.Equal(partial.Done, receipt.IDs[:1000]) || len(partial.Open) != 0 {
		t.Errorf("stored %d, error %v", receipt.Stored, err)
	}
	if _, err = ds.InsertSeq(t.Context(), each(question(math.NaN())), opik.InsertParams{}); err == nil || !strings.Contains(err.Error(), "opik: Dataset.InsertSeq: items[0].Data cannot be encoded") {
		t.Errorf("error %v", err)
	}
}

func each(items ...opik.DatasetItem) func(func(opik.DatasetItem, error) bool) {
	return func(yield func(opik.DatasetItem, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func TestItemsOf(t *testing.T) {
	type pair struct{ Q, A string }
	got := opik.ItemsOf(pair{"q", "a"}, pair{"r", "b"})
	if want := []opik.DatasetItem{{Data: pair{"q", "a"}}, {Data: pair{"r", "b"}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	item := opik.DatasetItem{ID: "x", Data: pair{"q", "a"}}
	if got := opik.ItemsOf[any](item, pair{}); !reflect.DeepEqual(got, []opik.DatasetItem{item, {Data: pair{}}}) {
		t.Errorf("%+v", got)
	}
}
