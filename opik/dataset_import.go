package opik

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/internal/itemio"
	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// ImportParams says how items are read from files.
type ImportParams struct {
	// Keys renames keys: with {"q": "question"} the value of q becomes the member
	// question of an item's data.
	Keys map[string]string
	// Ignore lists keys to leave out, by their names in the file.
	Ignore []string
	// ReservedAsData makes of each key a member of the data. Without it these keys,
	// after renaming, are fields of the item, as in Opik's other SDKs: id, trace_id,
	// span_id, source, description, evaluators, execution_policy.
	ReservedAsData bool
	// Text makes texts of the cells of CSV. Without it a cell that is JSON has its
	// meaning: a number, true, false, null, an object, a list, or a text in quotes. A cell
	// that is empty is left out, but for Text.
	Text bool
	// Comma separates the cells of CSV, by default a comma.
	Comma rune
}

// ImportError says why items cannot be read from a file, and where. Find it with
// [errors.As] as *ImportError.
type ImportError struct {
	// Format is JSON, JSONL or CSV.
	Format string
	// Line and Column say where, in bytes; both count from 1. A column of zero means
	// the whole line, or that the place in it is not known.
	Line, Column int
	// Record is the number of the item in the file, from 1.
	Record int
	// Key is the key whose value is wrong; empty if it is not about one.
	Key string
	// Reason is what is wrong.
	Reason string
	// Err is the cause, such as an error of the reader; nil if there is none.
	Err error
}

// Error says what is wrong, and where.
func (e *ImportError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "opik: %s: line %d", e.Format, e.Line)
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	if e.Key != "" {
		fmt.Fprintf(&b, ", key %q", e.Key)
	}
	b.WriteString(": " + e.Reason)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *ImportError) Unwrap() error { return e.Err }

// ItemsFromJSON reads items from a JSON array of objects, one at a time. The first
// mistake ends it with an [*ImportError]. An item takes at most 64 MiB.
func ItemsFromJSON(r io.Reader, params ImportParams) iter.Seq2[DatasetItem, error] {
	return params.items("JSON", itemio.ReadJSON(r))
}

// ItemsFromJSONL reads items from a text that has an object on each line, as
// [ItemsFromJSON] does. Blank lines are left out.
func ItemsFromJSONL(r io.Reader, params ImportParams) iter.Seq2[DatasetItem, error] {
	return params.items("JSONL", itemio.ReadJSONL(r))
}

// ItemsFromCSV reads items from CSV as [ItemsFromJSON] does. The first row has the
// names of the columns, which must differ, and all rows have as many cells. Rows whose
// cells are all empty are left out.
func ItemsFromCSV(r io.Reader, params ImportParams) iter.Seq2[DatasetItem, error] {
	return params.items("CSV", itemio.CSV{Comma: params.Comma, Text: params.Text}.Read(r))
}

// ImportJSON inserts the items of a JSON array: it is [Dataset.InsertSeq] of
// [ItemsFromJSON]. What comes before a mistake may be stored; see [DatasetItemsError].
func (h *Dataset) ImportJSON(ctx context.Context, r io.Reader, params ImportParams, opts ...CallOption) (InsertReceipt, error) {
	return h.importItems(ctx, "Dataset.ImportJSON", ItemsFromJSON(r, params), opts...)
}

// ImportJSONL inserts the items of a text that has an object on each line, as
// [Dataset.ImportJSON] does.
func (h *Dataset) ImportJSONL(ctx context.Context, r io.Reader, params ImportParams, opts ...CallOption) (InsertReceipt, error) {
	return h.importItems(ctx, "Dataset.ImportJSONL", ItemsFromJSONL(r, params), opts...)
}

// ImportCSV inserts the items of CSV, as [Dataset.ImportJSON] does.
// [DatasetsService.CreateItemsFromCSV] lets the server read a file.
func (h *Dataset) ImportCSV(ctx context.Context, r io.Reader, params ImportParams, opts ...CallOption) (InsertReceipt, error) {
	return h.importItems(ctx, "Dataset.ImportCSV", ItemsFromCSV(r, params), opts...)
}

func (h *Dataset) importItems(ctx context.Context, method string, items iter.Seq2[DatasetItem, error], opts ...CallOption) (InsertReceipt, error) {
	if err := h.usable(); err != nil {
		return InsertReceipt{}, err
	}
	return h.insert(ctx, method, items, InsertParams{}, opts...)
}

func (p ImportParams) items(format string, records iter.Seq2[itemio.Record, error]) iter.Seq2[DatasetItem, error] {
	return func(yield func(DatasetItem, error) bool) {
		for record, err := range records {
			var item DatasetItem
			if err == nil {
				item, err = p.item(record)
			}
			if err != nil {
				yield(DatasetItem{}, importError(format, record, err))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// importError completes an error with the place of the record.
func importError(format string, record itemio.Record, err error) error {
	var place *itemio.Error
	if errors.As(err, &place) {
		return &ImportError{Format: format, Line: place.Line, Column: place.Column, Record: place.Record, Reason: place.Reason, Err: place.Err}
	}
	e := &ImportError{Format: format, Line: record.Line, Record: record.Number, Reason: err.Error()}
	var problem *keyProblem
	if errors.As(err, &problem) {
		e.Key, e.Reason, e.Err = problem.key, problem.reason, problem.err
	}
	return e
}

// keyProblem says what is wrong with the value of a key.
type keyProblem struct {
	key, reason string
	err         error
}

func (e *keyProblem) Error() string { return e.key + ": " + e.reason }

// item makes an item of an object.
func (p ImportParams) item(record itemio.Record) (item DatasetItem, err error) {
	var data []jsontree.Member
	seen := make(map[string]string, len(record.Value.Members))
	for _, m := range record.Value.Members {
		if slices.Contains(p.Ignore, m.Name) {
			continue
		}
		name := m.Name
		if renamed, ok := p.Keys[m.Name]; ok {
			name = renamed
		}
		if other, ok := seen[name]; ok {
			return item, &keyProblem{key: m.Name, reason: fmt.Sprintf("becomes %q, as %q does", name, other)}
		}
		seen[name] = m.Name
		if field := itemFields[name]; field != nil && !p.ReservedAsData {
			if problem := field(&item, m.Value); problem != nil {
				problem.key = m.Name
				problem.reason += " (rename the key, or take it for data)"
				return item, problem
			}
			continue
		}
		data = append(data, jsontree.Member{Name: name, Value: m.Value})
	}
	if len(data) == 0 {
		return item, errors.New("there is no data")
	}
	item.Data = json.RawMessage(jsontree.ObjectOf(data...).Append(nil))
	if _, err := item.prepareFields(); err != nil {
		var problem *ValidationError
		if errors.As(err, &problem) {
			return item, fmt.Errorf("%s %s", problem.Field, problem.Reason)
		}
		return item, err
	}
	return item, nil
}

// itemFields set the fields of an item whose keys are reserved. Null is no value.
var itemFields = map[string]func(*DatasetItem, jsontree.Value) *keyProblem{
	"id":          textField(func(item *DatasetItem, text string) { item.ID = text }, checkItemID),
	"trace_id":    textField(func(item *DatasetItem, text string) { item.TraceID = text }, nil),
	"span_id":     textField(func(item *DatasetItem, text string) { item.SpanID = text }, nil),
	"source":      textField(func(item *DatasetItem, text string) { item.Source = DatasetItemSource(text) }, checkKnownSource),
	"description": textField(func(item *DatasetItem, text string) { item.Description = text }, nil),
	"evaluators": func(item *DatasetItem, v jsontree.Value) *keyProblem {
		return decodeField(v, &item.Evaluators, "is no list of evaluators")
	},
	"execution_policy": func(item *DatasetItem, v jsontree.Value) *keyProblem {
		return decodeField(v, &item.ExecutionPolicy, "is no execution policy")
	},
}

func textField(set func(*DatasetItem, string), check func(string) error) func(*DatasetItem, jsontree.Value) *keyProblem {
	return func(item *DatasetItem, v jsontree.Value) *keyProblem {
		switch v.Kind {
		case jsontree.Null:
			return nil
		case jsontree.String:
		default:
			return &keyProblem{reason: "is reserved for a text"}
		}
		if check != nil {
			if err := check(v.Text); err != nil {
				return &keyProblem{reason: "is reserved", err: err}
			}
		}
		set(item, v.Text)
		return nil
	}
}

func checkKnownSource(text string) error {
	switch DatasetItemSource(text) {
	case "", DatasetItemSourceSDK, DatasetItemSourceManual, DatasetItemSourceTrace, DatasetItemSourceSpan:
		return nil
	}
	return fmt.Errorf("%q is no source of items", text)
}

func decodeField(v jsontree.Value, into any, reason string) *keyProblem {
	if err := json.Unmarshal(v.Append(nil), into); err != nil {
		return &keyProblem{reason: "is reserved, and " + reason, err: err}
	}
	return nil
}
