package opik

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// DatasetItem is an item of a dataset: what an application is tried with, and what
// may be expected of it. Only Data must be set to insert one.
type DatasetItem struct {
	// ID identifies the item in all versions of its dataset: a UUID of version 7. An
	// item that is inserted without one gets one.
	ID string
	// Data holds the columns of the item: whatever encoding/json makes an object of
	// that is not empty, such as a struct, a map[string]any or a [json.RawMessage]. In
	// items that were read it is a json.RawMessage; see [DatasetItem.Decode]. Values
	// that JSON does not have, such as NaN, are an error.
	Data any
	// Description says what the item is about. It is no part of Data.
	Description string
	// Tags of the item.
	Tags []string
	// Source says where the item comes from. Without it, it follows from TraceID and
	// SpanID.
	Source DatasetItemSource
	// TraceID is the id of the trace that the item was made from, and SpanID that of
	// the span in it. Only items of the sources trace and span have them; those of
	// the source span have both.
	TraceID, SpanID string
	// Evaluators apply to the item, in addition to those of the dataset.
	Evaluators []Evaluator
	// ExecutionPolicy goes before the policy of the dataset; see [TestSuite].
	ExecutionPolicy *ExecutionPolicy

	// CreatedAt and LastUpdatedAt are set in items that were read, and not sent.
	CreatedAt, LastUpdatedAt time.Time
}

// DatasetItemSource is where a dataset item comes from. Servers may know more
// sources than these.
type DatasetItemSource = rest.DatasetItemSource

// Sources of dataset items. They are spelt out because a server's contract may lack
// some.
const (
	DatasetItemSourceSDK    DatasetItemSource = "sdk"
	DatasetItemSourceManual DatasetItemSource = "manual"
	DatasetItemSourceTrace  DatasetItemSource = "trace"
	DatasetItemSourceSpan   DatasetItemSource = "span"
)

// Evaluator is something that judges the output of an application: a model, or code.
type Evaluator = rest.EvaluatorItem

// ExecutionPolicy says how often an item is run, and how many of the runs must pass.
// Both are from 1 to 100; what is not set is 1.
type ExecutionPolicy = rest.ExecutionPolicy

// ItemsOf returns dataset items with the values as their data, in order. Each value
// is what [DatasetItem] takes as Data; items that are among them stay as they are.
//
//	ds.Insert(ctx, opik.ItemsOf(questions...)...)
func ItemsOf[T any](values ...T) []DatasetItem {
	items := make([]DatasetItem, len(values))
	for i, v := range values {
		if item, ok := any(v).(DatasetItem); ok {
			items[i] = item
			continue
		}
		items[i].Data = v
	}
	return items
}

// ItemsAs decodes the data of items as they are read. An item whose data does not fit
// ends the iteration with an error that names its id.
//
//	for question, err := range opik.ItemsAs[Question](ds.Items(ctx, opik.DatasetItemsParams{})) {
func ItemsAs[T any](items iter.Seq2[DatasetItem, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for item, err := range items {
			var v T
			if err == nil {
				err = item.Decode(&v)
			}
			if err != nil {
				yield(zero, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Decode stores the data of the item in what into points to, by the rules of
// encoding/json. The error names the item's id.
func (i DatasetItem) Decode(into any) error {
	data, err := i.encodeData()
	if err == nil {
		err = decodeData(data, into)
	}
	if err != nil {
		return fmt.Errorf("opik: data of dataset item %q: %w", i.ID, err)
	}
	return nil
}

// decodeData returns a panic of a method of the value as an error.
func decodeData(data []byte, into any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic while decoding: %v", v)
		}
	}()
	return json.Unmarshal(data, into)
}

// Map returns the data of the item as a map, numbers as [json.Number], which loses
// no digits.
func (i DatasetItem) Map() (map[string]any, error) {
	data, err := i.encodeData()
	if err != nil {
		return nil, fmt.Errorf("opik: data of dataset item %q: %w", i.ID, err)
	}
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("opik: data of dataset item %q: %w", i.ID, err)
	}
	return m, nil
}

// encodeData returns the data as JSON.
func (i DatasetItem) encodeData() (_ []byte, err error) {
	if raw, ok := i.Data.(json.RawMessage); ok && raw != nil {
		return raw, nil
	}
	defer func() {
		if v := recover(); v != nil { // of a method of the value
			err = fmt.Errorf("panic while encoding: %v", v)
		}
	}()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(i.Data); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return b.Bytes(), nil
}

// itemOf returns an item as callers get it.
func itemOf(record rest.DatasetItem) DatasetItem {
	return DatasetItem{
		ID: cmp.Or(record.DatasetItemID, record.ID), Data: record.Data, Description: record.Description, Tags: record.Tags,
		Source: record.Source, TraceID: record.TraceID, SpanID: record.SpanID,
		Evaluators: record.Evaluators, ExecutionPolicy: record.ExecutionPolicy,
		CreatedAt: record.CreatedAt, LastUpdatedAt: record.LastUpdatedAt,
	}
}
