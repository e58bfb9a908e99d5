package api

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func importRoutes() []*wire.Route {
	upload := func(operation, path string, h handler) *wire.Route {
		r := limited(wire.GeneralEvents, with(operation, http.MethodPost, path, h))
		r.Body = wire.Multipart
		return r
	}
	return []*wire.Route{
		upload("createDatasetItemsFromCsv", "/datasets/items/from-csv", importFile(func(f form) ([]doc.Object, error) {
			return readCSV(f["file"])
		})),
		upload("createDatasetItemsFromJson", "/datasets/items/from-json", importFile(readJSONFile)),
		batched("trace_ids", with("createDatasetItemsFromTraces", http.MethodPost, "/datasets/{dataset_id}/items/from-traces", itemsFromTraces)),
		batched("span_ids", with("createDatasetItemsFromSpans", http.MethodPost, "/datasets/{dataset_id}/items/from-spans", itemsFromSpans)),
	}
}

// form is a decoded multipart body: the content of each part by its name.
type form map[string][]byte

func readForm(c *wire.Call) (form, error) {
	_, params, err := mime.ParseMediaType(c.ContentType)
	if err != nil {
		return nil, apierr.Malformed("%s", err)
	}
	r := multipart.NewReader(bytes.NewReader(c.Raw), params["boundary"])
	out := form{}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, apierr.Malformed("%s", err)
		}
		if out[part.FormName()], err = io.ReadAll(part); err != nil {
			return nil, apierr.Malformed("%s", err)
		}
	}
}

// importFile serves the operations that add the items of an uploaded file.
func importFile(read func(form) ([]doc.Object, error)) handler {
	return func(c *wire.Call) (wire.Result, error) {
		f, err := readForm(c)
		if err != nil {
			return wire.Result{}, err
		}
		id, ok := uuid7.Parse(string(f["dataset_id"]))
		if !ok || f["file"] == nil {
			return wire.Result{}, apierr.Message(http.StatusBadRequest, "The parts 'file' and 'dataset_id' are required")
		}
		d, err := c.Store.Dataset(id)
		if err != nil {
			return wire.Result{}, err
		}
		data, err := read(f)
		if err != nil {
			return wire.Result{}, err
		}
		c.Store.ImportItems(d, data, c.User)
		return wire.Result{Status: http.StatusAccepted}, nil
	}
}

// readCSV reads a table whose first line has the names of the members.
func readCSV(file []byte) ([]doc.Object, error) {
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, apierr.Message(http.StatusBadRequest, "Invalid CSV file: %s", err)
	}
	if len(records) == 0 {
		return nil, apierr.Message(http.StatusBadRequest, "Invalid CSV file: it has no header")
	}
	var out []doc.Object
	for _, record := range records[1:] {
		o := doc.Object{}
		for i, name := range records[0] {
			o[name] = record[i]
		}
		out = append(out, o)
	}
	return out, nil
}

// readJSONFile reads an array of objects, or one object on each line.
func readJSONFile(f form) ([]doc.Object, error) {
	bad := func(err error) ([]doc.Object, error) {
		return nil, apierr.Message(http.StatusBadRequest, "Invalid JSON file: %s", err)
	}
	notObject := errors.New("an object is expected")
	var values []any
	switch kind := string(f["format"]); kind {
	case "json":
		v, err := doc.Decode(f["file"])
		if err != nil {
			return bad(err)
		}
		list, ok := v.([]any)
		if !ok {
			return bad(errors.New("an array is expected"))
		}
		values = list
	case "jsonl":
		for line := range bytes.SplitSeq(f["file"], []byte("\n")) {
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			v, err := doc.Decode(line)
			if err != nil {
				return bad(err)
			}
			values = append(values, v)
		}
	default:
		return nil, apierr.Message(http.StatusBadRequest, "Invalid format '%s'", kind)
	}
	var out []doc.Object
	for _, v := range values {
		o, ok := v.(doc.Object)
		if !ok {
			return bad(notObject)
		}
		out = append(out, o)
	}
	return out, nil
}

// enrichmentOptions says which members of a trace or span an item gets besides
// its input and output.
var enrichmentOptions = map[string]string{
	"include_tags": "tags", "include_feedback_scores": "feedback_scores",
	"include_comments": "comments", "include_usage": "usage", "include_metadata": "metadata",
}

// copyRequest is the body of the operations that make items of traces or spans.
func copyRequest(ids string) validate.Shape {
	var options validate.Shape
	for _, name := range append(sortedKeys(enrichmentOptions), "include_spans") {
		options = append(options, validate.Field{Name: name, Kind: validate.Bool})
	}
	return validate.Shape{
		{Name: ids, Kind: validate.UUIDs, Required: true, MinItems: 1},
		{Name: "enrichment_options", Kind: validate.Object, Required: true, Shape: options},
		{Name: "evaluators", Kind: validate.Objects, Shape: evaluator},
		{Name: "execution_policy", Kind: validate.Object, Shape: executionPolicy},
	}
}

var copyTraces, copySpans = copyRequest("trace_ids"), copyRequest("span_ids")

func itemsFromTraces(c *wire.Call) (wire.Result, error) {
	return copyItems(c, copyTraces, "trace_ids", func(id string) (item, view doc.Object, err error) {
		row, err := c.Store.Trace(id)
		if err != nil {
			return nil, nil, err
		}
		view = c.Store.TraceView(row)
		if doc.Bool(doc.Member(c.Body, "enrichment_options"), "include_spans", false) {
			spans := []any{}
			for _, r := range c.Store.SpansOf(row) {
				spans = append(spans, c.Store.SpanView(r))
			}
			view["spans"] = spans
		}
		return doc.Object{"source": "trace", "trace_id": row.ID}, view, nil
	})
}

func itemsFromSpans(c *wire.Call) (wire.Result, error) {
	return copyItems(c, copySpans, "span_ids", func(id string) (item, view doc.Object, err error) {
		row, err := c.Store.Span(id)
		if err != nil {
			return nil, nil, err
		}
		return doc.Object{"source": "span", "trace_id": row.Trace, "span_id": row.ID}, c.Store.SpanView(row), nil
	})
}

// copyItems makes items of traces or spans. Unknown ids are skipped.
func copyItems(c *wire.Call, shape validate.Shape, ids string, read func(id string) (item, view doc.Object, err error)) (wire.Result, error) {
	d, err := dataset(c, "dataset_id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(shape); err != nil {
		return wire.Result{}, err
	}
	var items []doc.Object
	for _, id := range doc.Strings(c.Body, ids) {
		item, view, err := read(id)
		if notFound(err) {
			continue
		}
		if err != nil {
			return wire.Result{}, err
		}
		item["data"] = copiedData(view, doc.Member(c.Body, "enrichment_options"))
		for _, name := range []string{"evaluators", "execution_policy"} {
			if v := c.Body[name]; v != nil {
				item[name] = v
			}
		}
		items = append(items, item)
	}
	if len(items) == 0 {
		return wire.NoContent(), nil
	}
	return done(c.Store.PutItems(d, items, c.Store.NewID(), c.User))
}

func copiedData(view, options doc.Object) doc.Object {
	data := doc.Object{}
	take := func(name, from string) {
		if v := view[from]; v != nil {
			data[name] = v
		}
	}
	take("input", "input")
	take("expected_output", "output")
	take("spans", "spans")
	for option, member := range enrichmentOptions {
		if doc.Bool(options, option, false) {
			take(member, member)
		}
	}
	return data
}
