package opik

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/contenthash"
	"github.com/opik-go/sdk/opik/internal/jsontree"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// preparedItem is an item as it is sent.
type preparedItem struct {
	record rest.DatasetItem
	hash   contenthash.Hash
	size   int // of the record in bytes
}

// prepare encodes an item. The error is a [*ValidationError] whose field is one of
// the item's.
func (i DatasetItem) prepare() (preparedItem, error) {
	record, data, err := i.check()
	if err != nil {
		return preparedItem{}, err
	}
	record.ID = cmp.Or(record.ID, uuid7.New())
	size, err := encodedSize(record)
	if err != nil {
		return preparedItem{}, &ValidationError{Field: "Data", Reason: "cannot be encoded", Err: err}
	}
	record.Data = data.Append(nil)
	size += len(`,"data":`) + len(record.Data)
	return preparedItem{record, hashOf(data, record), size}, nil
}

// check returns what is sent of an item: its data apart, as a tree. The error is that
// of prepare.
func (i DatasetItem) check() (record rest.DatasetItem, data jsontree.Value, err error) {
	if record, err = i.prepareFields(); err != nil {
		return record, data, err
	}
	encoded, err := i.encodeData()
	if err != nil {
		return record, data, &ValidationError{Field: "Data", Reason: "cannot be encoded", Err: err}
	}
	data, err = jsontree.Parse(encoded)
	switch {
	case err != nil:
		err = &ValidationError{Field: "Data", Reason: "is no JSON that can be sent", Err: err}
	case data.Kind != jsontree.Object:
		err = &ValidationError{Field: "Data", Reason: "is not encoded as a JSON object"}
	case len(data.Members) == 0:
		err = &ValidationError{Field: "Data", Reason: "is empty"}
	}
	return record, data, err
}

// prepareFields returns what is sent of an item besides its data. The error is a
// [*ValidationError] whose field is one of the item's.
func (i DatasetItem) prepareFields() (record rest.DatasetItem, err error) {
	record = rest.DatasetItem{
		ID: strings.ToLower(i.ID), Description: i.Description, Tags: i.Tags,
		Source: i.source(), TraceID: i.TraceID, SpanID: i.SpanID, ExecutionPolicy: i.ExecutionPolicy,
	}
	if err := checkItemID(i.ID); err != nil {
		return record, err
	}
	if err := checkSource(record); err != nil {
		return record, err
	}
	if record.Evaluators, err = prepareEvaluators(i.Evaluators); err != nil {
		return record, err
	}
	return record, checkPolicy(i.ExecutionPolicy)
}

func checkItemID(id string) error {
	if id == "" {
		return nil
	}
	if err := uuid7.Check(id); err != nil {
		return &ValidationError{Field: "ID", Reason: "cannot identify an item", Err: err}
	}
	return nil
}

func (i DatasetItem) source() DatasetItemSource {
	switch {
	case i.Source != "":
		return i.Source
	case i.SpanID != "":
		return DatasetItemSourceSpan
	case i.TraceID != "":
		return DatasetItemSourceTrace
	}
	return DatasetItemSourceSDK
}

// checkSource refuses what the server does: the ids must be those that the source
// needs.
func checkSource(record rest.DatasetItem) error {
	trace, span := record.TraceID != "", record.SpanID != ""
	problem := func(field, reason string) error {
		return &ValidationError{Field: field, Reason: fmt.Sprintf("%s of an item of the source %s", reason, record.Source)}
	}
	switch record.Source {
	case DatasetItemSourceTrace, DatasetItemSourceSpan:
		switch {
		case !trace:
			return problem("TraceID", "is missing")
		case span && record.Source == DatasetItemSourceTrace:
			return problem("SpanID", "cannot be set")
		case !span && record.Source == DatasetItemSourceSpan:
			return problem("SpanID", "is missing")
		}
	case DatasetItemSourceSDK, DatasetItemSourceManual:
		switch {
		case trace:
			return problem("TraceID", "cannot be set")
		case span:
			return problem("SpanID", "cannot be set")
		}
	}
	return nil
}

// prepareEvaluators returns the evaluators with clean configurations, and nil if
// there are none: the server does not tell an empty list from none.
func prepareEvaluators(evaluators []Evaluator) ([]Evaluator, error) {
	if len(evaluators) == 0 {
		return nil, nil
	}
	clean := make([]Evaluator, len(evaluators))
	for i, e := range evaluators {
		field := "Evaluators[" + strconv.Itoa(i) + "]"
		switch {
		case strings.TrimSpace(e.Name) == "":
			return nil, &ValidationError{Field: field + ".Name", Reason: "is missing"}
		case e.Type == "":
			return nil, &ValidationError{Field: field + ".Type", Reason: "is missing"}
		case len(e.Config) == 0:
			return nil, &ValidationError{Field: field + ".Config", Reason: "is missing"}
		}
		tree, err := jsontree.Parse(e.Config)
		if err != nil {
			return nil, &ValidationError{Field: field + ".Config", Reason: "is no JSON that can be sent", Err: err}
		}
		clean[i] = Evaluator{Name: e.Name, Type: e.Type, Config: tree.Append(nil)}
	}
	return clean, nil
}

func checkPolicy(p *ExecutionPolicy) error {
	if p == nil {
		return nil
	}
	const most = 100
	check := func(field string, n int) error {
		if n < 0 || n > most {
			return &ValidationError{Field: "ExecutionPolicy." + field, Reason: fmt.Sprintf("is %d, not from 1 to %d", n, most)}
		}
		return nil
	}
	if err := check("RunsPerItem", p.RunsPerItem); err != nil {
		return err
	}
	if err := check("PassThreshold", p.PassThreshold); err != nil {
		return err
	}
	if p.RunsPerItem > 0 && p.PassThreshold > p.RunsPerItem {
		return &ValidationError{Field: "ExecutionPolicy.PassThreshold", Reason: fmt.Sprintf("is %d, which is more than the runs of an item", p.PassThreshold)}
	}
	return nil
}

// hashOf returns the hash of an item, whose data is given as a tree.
func hashOf(data jsontree.Value, record rest.DatasetItem) contenthash.Hash {
	return contenthash.Of(data, contentFields(record)...)
}

// contentFields returns the fields of an item that belong to its content besides the
// data, and that are set.
func contentFields(record rest.DatasetItem) (fields []jsontree.Member) {
	if record.Description != "" {
		fields = append(fields, jsontree.Member{Name: contenthash.Description, Value: jsontree.Text(record.Description)})
	}
	if len(record.Evaluators) > 0 {
		list := jsontree.Value{Kind: jsontree.Array}
		for _, e := range record.Evaluators {
			config, _ := jsontree.Parse(e.Config) // it was sent or read as JSON; none is null
			list.Items = append(list.Items, jsontree.ObjectOf(
				jsontree.Member{Name: "name", Value: jsontree.Text(e.Name)},
				jsontree.Member{Name: "type", Value: jsontree.Text(string(e.Type))},
				jsontree.Member{Name: "config", Value: config},
			))
		}
		fields = append(fields, jsontree.Member{Name: contenthash.Evaluators, Value: list})
	}
	if p := record.ExecutionPolicy; p != nil {
		fields = append(fields, jsontree.Member{Name: contenthash.ExecutionPolicy, Value: jsontree.ObjectOf(
			jsontree.Member{Name: "runs_per_item", Value: countOrNull(p.RunsPerItem)},
			jsontree.Member{Name: "pass_threshold", Value: countOrNull(p.PassThreshold)},
		)})
	}
	return fields
}

func countOrNull(n int) jsontree.Value {
	if n == 0 {
		return jsontree.Value{}
	}
	return jsontree.Value{Kind: jsontree.Number, Text: strconv.Itoa(n)}
}

// encodedSize returns how many bytes v takes in a request.
func encodedSize(v any) (int, error) {
	var size byteCounter
	e := json.NewEncoder(&size)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return 0, err
	}
	return int(size) - 1, nil // the end of the line
}

// byteCounter counts what is written to it.
type byteCounter int

func (c *byteCounter) Write(p []byte) (int, error) {
	*c += byteCounter(len(p))
	return len(p), nil
}
