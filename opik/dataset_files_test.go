package opik_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// stored returns the items of a dataset, oldest first, each as JSON with sorted members.
func (s *datasetServer) stored(ds *opik.Dataset) (all []string) {
	s.Helper()
	for item := range values(s.T, ds.Items(s.Context(), opik.DatasetItemsParams{})) {
		data, err := item.Map()
		if err != nil {
			s.Fatal(err)
		}
		text, err := json.Marshal(data)
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, string(text))
	}
	slices.Reverse(all)
	return all
}

func TestImport(t *testing.T) {
	s := newDatasetServer(t)
	params := opik.ImportParams{Keys: map[string]string{"q": "question", "a": "q"}, Ignore: []string{"x", "question"}}
	want := []string{`{"n":1.50,"question":"one"}`, `{"q":["b"],"question":"two"}`}
	tests := map[string]struct {
		text string
		load func(*opik.Dataset) func(context.Context, io.Reader, opik.ImportParams, ...opik.CallOption) (opik.InsertReceipt, error)
	}{
		"JSON": {`[{"q":"one","n":1.50,"x":0},{"a":["b"],"q":"two","question":"not this"},{"n":1.50,"q":"one"}]`,
			func(d *opik.Dataset) func(context.Context, io.Reader, opik.ImportParams, ...opik.CallOption) (opik.InsertReceipt, error) {
				return d.ImportJSON
			}},
		"JSONL": {"{\"q\":\"one\",\"n\":1.50,\"x\":0}\n\n{\"a\":[\"b\"],\"q\":\"two\"}\n{\"q\":\"one\",\"n\":1.50}",
			func(d *opik.Dataset) func(context.Context, io.Reader, opik.ImportParams, ...opik.CallOption) (opik.InsertReceipt, error) {
				return d.ImportJSONL
			}},
		"CSV": {"q,n,a,x\none,1.50,,0\ntwo,,\"[\"\"b\"\"]\",\n,,,\none,1.50,,1\n",
			func(d *opik.Dataset) func(context.Context, io.Reader, opik.ImportParams, ...opik.CallOption) (opik.InsertReceipt, error) {
				return d.ImportCSV
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ds := s.dataset(name)
			receipt, err := tt.load(ds)(t.Context(), strings.NewReader(tt.text), params)
			if err != nil || receipt.Stored != 2 || receipt.Duplicates != 1 || receipt.IDs[2] != receipt.IDs[0] {
				t.Errorf("receipt %+v, %v", receipt, err)
			}
			if got := s.stored(ds); !slices.Equal(got, want) {
				t.Errorf("%q, not %q", got, want)
			}
		})
	}
	s.take()
	ds := s.dataset("empty")
	if receipt, err := ds.ImportJSON(t.Context(), strings.NewReader("[]"), opik.ImportParams{}); err != nil || receipt.Stored != 0 {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	if requests, _ := s.take(); len(requests) != 0 {
		t.Errorf("requests %v for no items", requests)
	}
}

func TestImportFields(t *testing.T) {
	id, trace, span := uuid7.New(), uuid7.New(), uuid7.New()
	text := `[{"id":"` + id + `","trace_id":"` + trace + `","span_id":"` + span + `","description":"d","source":"span",
		"evaluators":[{"name":"j","type":"llm_judge","config":{}}],"execution_policy":{"runs_per_item":3,"pass_threshold":2},"q":1},
		{"description":null,"q":2}]`
	items := slices.Collect(values(t, opik.ItemsFromJSON(strings.NewReader(text), opik.ImportParams{})))
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	first := items[0]
	if first.ID != id || first.TraceID != trace || first.SpanID != span || first.Description != "d" || first.Source != "span" ||
		len(first.Evaluators) != 1 || first.ExecutionPolicy.RunsPerItem != 3 || string(first.Data.(json.RawMessage)) != `{"q":1}` {
		t.Errorf("%+v", first)
	}
	if string(items[1].Data.(json.RawMessage)) != `{"q":2}` {
		t.Errorf("%+v", items[1])
	}
	rows := "id,source,description\n17,wiki,2\n"
	items = slices.Collect(values(t, opik.ItemsFromCSV(strings.NewReader(rows), opik.ImportParams{ReservedAsData: true})))
	if len(items) != 1 || items[0].ID != "" || string(items[0].Data.(json.RawMessage)) != `{"id":17,"source":"wiki","description":2}` {
		t.Errorf("%+v", items)
	}
	items = slices.Collect(values(t, opik.ItemsFromCSV(strings.NewReader(rows), opik.ImportParams{
		Text: true, Keys: map[string]string{"id": "number", "source": "origin"},
	})))
	if len(items) != 1 || items[0].Description != "2" || string(items[0].Data.(json.RawMessage)) != `{"number":"17","origin":"wiki"}` {
		t.Errorf("%+v", items)
	}
}

func TestImportErrors(t *testing.T) {
	id := uuid7.New()
	tests := []struct {
		name, text, want string
		line, record     int
		key              string
	}{
		{"syntax", "[{\"a\":1},\n {\"a\":]", "opik: JSON: line 2, column 7: not the beginning", 2, 2, ""},
		{"no object", "[1]", "opik: JSON: line 1, column 2: not an object", 1, 1, ""},
		{"number as id", "[{\"a\":1},\n{\"id\":17,\"a\":1}]", `opik: JSON: line 2, key "id": is reserved for a text (rename`, 2, 2, "id"},
		{"another id", `[{"id":"17","a":1}]`, "version 7", 1, 1, "id"},
		{"unknown source", `[{"source":"wiki","a":1}]`, `"wiki" is no source`, 1, 1, "source"},
		{"description", `[{"description":{},"a":1}]`, "reserved for a text", 1, 1, "description"},
		{"evaluators", `[{"evaluators":{},"a":1}]`, "no list of evaluators", 1, 1, "evaluators"},
		{"policy", `[{"execution_policy":3,"a":1}]`, "no execution policy", 1, 1, "execution_policy"},
		{"too many runs", `[{"execution_policy":{"runs_per_item":101},"a":1}]`, "ExecutionPolicy.RunsPerItem is 101", 1, 1, ""},
		{"contradiction", `[{"source":"manual","trace_id":"` + id + `","a":1}]`, "TraceID cannot be set", 1, 1, ""},
		{"no data", `[{"a":1},{"description":"d"}]`, "there is no data", 1, 2, ""},
		{"two of one name", `[{"a":1,"b":2}]`, `becomes "a", as "a" does`, 1, 1, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var last error
			for _, last = range opik.ItemsFromJSON(strings.NewReader(tt.text), opik.ImportParams{Keys: map[string]string{"b": "a"}}) {
			}
			var e *opik.ImportError
			if !errors.As(last, &e) || e.Format != "JSON" || e.Line != tt.line || e.Record != tt.record || e.Key != tt.key || !strings.Contains(last.Error(), tt.want) {
				t.Errorf("error %v: %+v", last, e)
			}
		})
	}
	for _, err := range opik.ItemsFromCSV(strings.NewReader("a,b\n1\n"), opik.ImportParams{}) {
		if err == nil || !strings.Contains(err.Error(), "opik: CSV: line 2: another number of cells") {
			t.Errorf("error %v", err)
		}
	}

	// The items before a mistake may be stored: what became of them is known.
	s := newDatasetServer(t)
	ds := s.dataset("d")
	var b strings.Builder
	for i := range 1001 {
		b.WriteString(`{"n":` + strings.Repeat("1", i%7+1) + strings.Repeat("0", i/7) + "}\n")
	}
	receipt, err := ds.ImportJSONL(t.Context(), strings.NewReader(b.String()+"no"), opik.ImportParams{})
	var partial *opik.DatasetItemsError
	var e *opik.ImportError
	if !errors.As(err, &partial) || !errors.As(err, &e) || partial.Method != "Dataset.ImportJSONL" || e.Line != 1002 || e.Record != 1002 || receipt.Stored != 1000 {
		t.Errorf("stored %d, error %v", receipt.Stored, err)
	}
}

func TestExport(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	receipt := s.insert(ds,
		opik.DatasetItem{Data: object{"q": "one", "n": 1.5, "s": "007", "list": []int{1}}, Description: "first"},
		opik.DatasetItem{Data: object{"q": "two, \"x\"\nand more", "s": "42", "nothing": nil}},
	)
	one, two := receipt.IDs[0], receipt.IDs[1]
	check := func(name, want string, export func(io.Writer) error) {
		t.Helper()
		var b bytes.Buffer
		if err := export(&b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if b.String() != want {
			t.Errorf("%s:\n%s\nnot\n%s", name, b.String(), want)
		}
	}
	check("JSON", "[\n  {\n    \"nothing\": null,\n    \"q\": \"two, \\\"x\\\"\\nand more\",\n    \"s\": \"42\",\n    \"id\": \""+two+"\"\n  },\n"+
		"  {\n    \"list\": [\n      1\n    ],\n    \"n\": 1.5,\n    \"q\": \"one\",\n    \"s\": \"007\",\n    \"id\": \""+one+"\"\n  }\n]\n",
		func(w io.Writer) error { return ds.ExportJSON(t.Context(), w, opik.ExportParams{}) })
	check("JSONL", "{\"question\":\"one\",\"list\":[1],\"source\":\"sdk\",\"description\":\"first\",\"key\":\""+one+"\"}\n",
		func(w io.Writer) error {
			return ds.ExportJSONL(t.Context(), &sorted{w}, opik.ExportParams{
				Items: opik.DatasetItemsParams{IDs: []string{one}}, Keys: map[string]string{"q": "question"}, Ignore: []string{"n", "s"}, AllFields: true, IDKey: "key",
			})
		})
	csv := "list,n,nothing,q,s,id\n,,null,\"two, \"\"x\"\"\nand more\",\"\"\"42\"\"\"," + two + "\n[1],1.5,,one,007," + one + "\n"
	check("CSV", csv, func(w io.Writer) error { return ds.ExportCSV(t.Context(), w, opik.ExportParams{}) })
	check("columns", "q;s\n\"two, \"\"x\"\"\nand more\";\"\"\"42\"\"\"\none;007\n", func(w io.Writer) error {
		return ds.ExportCSV(t.Context(), w, opik.ExportParams{Columns: []string{"q", "s"}, OmitID: true, Ignore: []string{"list", "n", "nothing"}, Comma: ';'})
	})
	check("all columns", "question,s,trace_id,span_id,source,description,evaluators,execution_policy\none,007,,,sdk,first,,\n", func(w io.Writer) error {
		return ds.ExportCSV(t.Context(), w, opik.ExportParams{
			Items:  opik.DatasetItemsParams{Filters: []rest.DatasetItemFilter{{Field: "data", Key: "q", Operator: rest.FilterOperatorEqual, Value: "one"}}},
			Ignore: []string{"list", "n", "nothing"}, Keys: map[string]string{"q": "question"}, AllFields: true, OmitID: true,
		})
	})

	// A version is written as it was.
	v, err := ds.CurrentVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := ds.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("version", csv, func(w io.Writer) error { return v.ExportCSV(t.Context(), w, opik.ExportParams{}) })
	check("nothing", "[]\n", func(w io.Writer) error { return ds.ExportJSON(t.Context(), w, opik.ExportParams{}) })
	check("nothing", "id\n", func(w io.Writer) error { return ds.ExportCSV(t.Context(), w, opik.ExportParams{}) })
	for name, export := range map[string]func(context.Context, io.Writer, opik.ExportParams, ...opik.CallOption) error{"JSON": v.ExportJSON, "JSONL": v.ExportJSONL} {
		var b bytes.Buffer
		if err := export(t.Context(), &b, opik.ExportParams{}); err != nil || !strings.Contains(b.String(), one) || !strings.Contains(b.String(), two) {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// sorted puts the members of each line in the order that the server has lost.
type sorted struct{ io.Writer }

func (w sorted) Write(p []byte) (int, error) {
	text := strings.Replace(string(p), `{"list":[1],"question":"one"`, `{"question":"one","list":[1]`, 1)
	if _, err := io.WriteString(w.Writer, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

func TestExportErrors(t *testing.T) {
	s := newDatasetServer(t)
	ds := s.dataset("d")
	id := s.insert(ds, opik.DatasetItem{Data: object{"id": 17, "q": "x", "r": "y"}}).IDs[0]
	tests := []struct {
		name, want string
		id         string
		export     func(io.Writer) error
	}{
		{"the key of the id", `two of its values would be written as "id"`, id, func(w io.Writer) error { return ds.ExportJSON(t.Context(), w, opik.ExportParams{}) }},
		{"one name for two", `two of its values would be written as "r"`, id, func(w io.Writer) error {
			return ds.ExportJSONL(t.Context(), w, opik.ExportParams{OmitID: true, Keys: map[string]string{"q": "r"}})
		}},
		{"no column", `"r" is not among the columns`, id, func(w io.Writer) error {
			return ds.ExportCSV(t.Context(), w, opik.ExportParams{OmitID: true, Columns: []string{"id", "q"}})
		}},
		{"columns of one name", `"id" cannot name a column`, "", func(w io.Writer) error { return ds.ExportCSV(t.Context(), w, opik.ExportParams{}) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.export(io.Discard)
			var e *opik.ExportError
			if !errors.As(err, &e) || e.ItemID != tt.id || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	broken := errors.New("broken")
	if err := ds.ExportJSON(t.Context(), failingWriter{broken}, opik.ExportParams{IDKey: "key"}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if err := s.client.Datasets.Delete(t.Context(), ds.ID()); err != nil {
		t.Fatal(err)
	}
	if err := ds.ExportCSV(t.Context(), io.Discard, opik.ExportParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// TestRoundTrip exports a dataset in each form, imports it into another, and expects
// that both have the same.
func TestRoundTrip(t *testing.T) {
	s := newDatasetServer(t)
	trace := uuid7.New()
	items := []opik.DatasetItem{
		{Data: json.RawMessage(`{"text":"a, \"b\"\r\nc\n","number":1.0,"big":123456789012345678901234567890,"like":"1e5","yes":true,"no":null}`)},
		{Data: object{"text": "", "like": "null", "nested": object{"a": []any{"x", 1, nil}, "b": object{}}}, Description: "described"},
		{Data: object{"emoji": "😊 é", "like": `{"a":1}`, "spaces": "  "}, TraceID: trace},
		{Data: object{"text": "=1+1", "like": `"quoted"`}, Evaluators: []opik.Evaluator{{Name: "j", Type: "llm_judge", Config: json.RawMessage(`{"a":[1]}`)}}},
		{Data: object{"text": "\ufeff"}, ExecutionPolicy: &opik.ExecutionPolicy{RunsPerItem: 3}},
	}
	ds := s.dataset("from")
	s.insert(ds, items...)
	type export = func(context.Context, io.Writer, opik.ExportParams, ...opik.CallOption) error
	type load = func(context.Context, io.Reader, opik.ImportParams, ...opik.CallOption) (opik.InsertReceipt, error)
	forms := map[string]struct {
		export export
		load   func(*opik.Dataset) load
	}{
		"JSON":  {ds.ExportJSON, func(d *opik.Dataset) load { return d.ImportJSON }},
		"JSONL": {ds.ExportJSONL, func(d *opik.Dataset) load { return d.ImportJSONL }},
		"CSV":   {ds.ExportCSV, func(d *opik.Dataset) load { return d.ImportCSV }},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := form.export(t.Context(), &b, opik.ExportParams{AllFields: true, OmitID: true}); err != nil {
				t.Fatal(err)
			}
			to := s.dataset("to " + name)
			if receipt, err := form.load(to)(t.Context(), bytes.NewReader(b.Bytes()), opik.ImportParams{}); err != nil || receipt.Stored != len(items) {
				t.Fatalf("receipt %+v, %v of\n%s", receipt, err, b.String())
			}
			// The same contents are duplicates.
			if again := s.insert(s.get("to "+name), items...); again.Stored != 0 {
				t.Errorf("%d items are different in\n%s", again.Stored, b.String())
			}
			for item := range values(t, to.Items(t.Context(), opik.DatasetItemsParams{})) {
				if (item.TraceID != "") != (item.Source == "trace") || item.TraceID != "" && item.TraceID != trace {
					t.Errorf("source %q, trace %q", item.Source, item.TraceID)
				}
			}
		})
	}
}
