package opik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/itemio"
	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// ExportParams says which items are written to files, and how.
type ExportParams struct {
	// Items says which items.
	Items DatasetItemsParams
	// Keys renames members of the data: with {"question": "q"} the member question is
	// written as q.
	Keys map[string]string
	// Ignore lists members of the data to leave out, by their names in the item.
	Ignore []string
	// AllFields also writes trace_id, span_id, source, description, evaluators and
	// execution_policy, as far as an item has them. With them and the id, an import
	// makes the same items again, but for their tags.
	AllFields bool
	// IDKey is the key that the id of an item is written under, last of all; by
	// default it is id.
	IDKey string
	// OmitID leaves the id out.
	OmitID bool
	// Columns are the columns of CSV, in order. By default they are those that the
	// server knows of, and then those that AllFields and the id add.
	Columns []string
	// Comma separates the cells of CSV, by default a comma.
	Comma rune
}

// ExportError says why an item cannot be written. Find it with [errors.As] as
// *ExportError.
type ExportError struct {
	// ItemID is the id of the item; empty if it is not about one.
	ItemID string
	// Reason is what is wrong.
	Reason string
	// Err is the cause; nil if there is none.
	Err error
}

// Error says which item cannot be written, and why.
func (e *ExportError) Error() string {
	text := "opik: export: "
	if e.ItemID != "" {
		text += fmt.Sprintf("item %q: ", e.ItemID)
	}
	text += e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ExportError) Unwrap() error { return e.Err }

// ExportJSON writes the items to w as a JSON array, indented by two spaces, newest
// first. Of each it writes the data and the id; see [ExportParams]. Items are written
// as they arrive.
//
// It blocks until all are written. Errors of w are returned as they are; an item that
// cannot be written is an [*ExportError], and a refusal by the server an [*APIError].
// What was written by then is not complete.
func (h *Dataset) ExportJSON(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	return export(itemio.NewJSONWriter(w), h.Items(ctx, params.Items, opts...), params)
}

// ExportJSONL writes the items to w as JSON, one on each line, as
// [Dataset.ExportJSON] does.
func (h *Dataset) ExportJSONL(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	return export(itemio.NewJSONLWriter(w), h.Items(ctx, params.Items, opts...), params)
}

// ExportCSV writes the items to w as CSV, as [Dataset.ExportJSON] does. The first row
// has the names of the columns. Texts are written as they are, and other values as
// JSON; so is a text that [Dataset.ImportCSV] would take for something else, such as
// one that looks like a number. What an item lacks is an empty cell.
//
// It makes one more request to learn the columns, unless params has them. A member
// that is no column is an [*ExportError].
func (h *Dataset) ExportCSV(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	return h.exportCSV(ctx, "", w, params, opts...)
}

// ExportJSON writes the items of the version, as [Dataset.ExportJSON] does.
func (v *DatasetVersion) ExportJSON(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	return export(itemio.NewJSONWriter(w), v.Items(ctx, params.Items, opts...), params)
}

// ExportJSONL writes the items of the version, as [Dataset.ExportJSONL] does.
func (v *DatasetVersion) ExportJSONL(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	return export(itemio.NewJSONLWriter(w), v.Items(ctx, params.Items, opts...), params)
}

// ExportCSV writes the items of the version, as [Dataset.ExportCSV] does.
func (v *DatasetVersion) ExportCSV(ctx context.Context, w io.Writer, params ExportParams, opts ...CallOption) error {
	if err := v.usable(); err != nil {
		return err
	}
	return v.dataset.exportCSV(ctx, v.record.VersionHash, w, params, opts...)
}

func (h *Dataset) exportCSV(ctx context.Context, version string, w io.Writer, params ExportParams, opts ...CallOption) error {
	if err := h.usable(); err != nil {
		return err
	}
	columns := params.Columns
	if len(columns) == 0 {
		page, err := h.client.Datasets.ListItemsPage(ctx, h.ID(), DatasetListItemsParams{Version: version, PageSize: 1}, opts...)
		if err != nil {
			return err
		}
		columns = params.columns(page.Columns)
	}
	writer, err := itemio.CSV{Comma: params.Comma}.NewWriter(w, columns)
	if err != nil {
		return exportError("", err)
	}
	return export(writer, h.items(ctx, version, params.Items, opts...), params)
}

// columns returns the columns that items with these columns are written in.
func (p ExportParams) columns(known []rest.Column) (names []string) {
	for _, column := range known {
		if !slices.Contains(p.Ignore, column.Name) {
			names = append(names, p.key(column.Name))
		}
	}
	if p.AllFields {
		names = append(names, exportedFields...)
	}
	if !p.OmitID {
		names = append(names, p.idKey())
	}
	return names
}

func (p ExportParams) idKey() string {
	if p.IDKey == "" {
		return "id"
	}
	return p.IDKey
}

// key returns the key that a member of the data is written under.
func (p ExportParams) key(name string) string {
	if renamed, ok := p.Keys[name]; ok {
		return renamed
	}
	return name
}

// export writes items. If that fails the text has no end, so that nobody takes it for
// the whole.
func export(w itemio.Writer, items iter.Seq2[DatasetItem, error], params ExportParams) error {
	for item, err := range items {
		if err != nil {
			return err
		}
		object, err := params.object(item)
		if err == nil {
			err = w.Write(object)
		}
		if err != nil {
			return exportError(item.ID, err)
		}
	}
	return w.Close()
}

// exportError completes an error with the id of the item, if it is about that.
func exportError(id string, err error) error {
	var problem *ExportError
	var column *itemio.ColumnError
	switch {
	case errors.As(err, &problem):
		problem.ItemID = id
	case errors.As(err, &column):
		return &ExportError{ItemID: id, Reason: column.Error()}
	}
	return err
}

// exportedFields are the keys of fields that are written besides id and data.
var exportedFields = []string{"trace_id", "span_id", "source", "description", "evaluators", "execution_policy"}

// object returns what is written of an item.
func (p ExportParams) object(item DatasetItem) (jsontree.Value, error) {
	data, err := item.encodeData()
	if err != nil {
		return jsontree.Value{}, &ExportError{Reason: "its data cannot be encoded", Err: err}
	}
	tree, err := jsontree.Parse(data)
	if err != nil || tree.Kind != jsontree.Object {
		return jsontree.Value{}, &ExportError{Reason: "its data is no JSON object", Err: err}
	}
	var members []jsontree.Member
	seen := make(map[string]bool, len(tree.Members)+1)
	add := func(name string, v jsontree.Value) {
		if seen[name] && err == nil {
			err = &ExportError{Reason: fmt.Sprintf("two of its values would be written as %q", name)}
		}
		seen[name] = true
		members = append(members, jsontree.Member{Name: name, Value: v})
	}
	for _, m := range tree.Members {
		if !slices.Contains(p.Ignore, m.Name) {
			add(p.key(m.Name), m.Value)
		}
	}
	if p.AllFields {
		addFields(item, add)
	}
	if !p.OmitID {
		add(p.idKey(), jsontree.Text(item.ID))
	}
	return jsontree.ObjectOf(members...), err
}

// addFields adds the fields that an item has, in the order of exportedFields.
func addFields(item DatasetItem, add func(string, jsontree.Value)) {
	for i, text := range []string{item.TraceID, item.SpanID, string(item.Source), item.Description} {
		if text != "" {
			add(exportedFields[i], jsontree.Text(text))
		}
	}
	content := rest.DatasetItem{Evaluators: item.Evaluators, ExecutionPolicy: item.ExecutionPolicy}
	for _, m := range contentFields(content) {
		add(m.Name, m.Value)
	}
}
