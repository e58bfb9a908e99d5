package resolve

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/sample"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// examples makes calls of the method with values that the contract allows, and what
// must come of them. What is expected is written down from the contract: its paths,
// names and schemas, and not from what was generated.
func (b *binder) examples() {
	e := &exampler{binder: b}
	if !e.given() {
		return
	}
	switch b.method.Kind {
	case ir.KindList:
		e.pages()
	case ir.KindSearch:
		e.searches()
	default:
		e.single()
	}
}

// exampler makes the examples of one method.
type exampler struct {
	*binder
	args    map[string]any
	params  map[string]any
	path    string
	query   map[string]any
	header  map[string]string
	body    map[string]any // members, or the whole below ""
	unknown []string
	// steered has the inputs that the method sets itself.
	steered map[ir.ValueKind]*input
}

// given chooses what callers give, and says where it must arrive. It returns false
// if there is no value for something.
func (e *exampler) given() bool {
	e.args, e.params = map[string]any{}, map[string]any{}
	e.path = e.op.Path
	e.query, e.header, e.body = map[string]any{}, map[string]string{}, map[string]any{}
	e.steered = map[ir.ValueKind]*input{}
	maker := e.maker(sample.ForRequest, 1)
	for _, in := range e.inputs {
		if in.Value == nil {
			continue
		}
		v, ok := maker.Make(in.Schema, in.Wire)
		switch in.Value.Kind {
		case ir.ValueArg:
			if !ok {
				return false
			}
			if earlier, again := e.args[in.Value.Name]; again {
				v = earlier
			}
			e.args[in.Value.Name] = e.asGiven(in, v)
			e.sent(in, v)
		case ir.ValueParam, ir.ValueProject, ir.ValueFilter:
			if !ok {
				continue
			}
			e.params[in.Value.Name] = e.asGiven(in, v)
			e.sent(in, v)
		case ir.ValueConstant:
			e.sent(in, json.RawMessage(in.Value.Name))
		case ir.ValueClient:
			e.unknown = append(e.unknown, in.Wire)
		default:
			e.steered[in.Value.Kind] = in
		}
	}
	return e.wholeBodyGiven()
}

// asGiven is a value as the caller gives it: what travels as text is given as what
// the text holds.
func (e *exampler) asGiven(in *input, v any) any {
	if text, ok := v.(sample.Text); ok {
		return text.Value
	}
	if strings.TrimPrefix(in.Type, "*") == "rest.File" {
		return map[string]any{"name": in.Wire + ".txt", "content": v}
	}
	return v
}

// sent says where a value must arrive.
func (e *exampler) sent(in *input, v any) {
	switch in.Place {
	case inPath:
		e.path = strings.ReplaceAll(e.path, "{"+in.Wire+"}", plainText(v))
	case inBody:
		e.body[in.Wire] = v
	default:
		if parameter(e.op, "header", in.Wire) != nil {
			e.header[in.Wire] = plainText(v)
		} else {
			e.query[in.Wire] = v
		}
	}
}

// wholeBodyGiven chooses a body that is one argument.
func (e *exampler) wholeBodyGiven() bool {
	c := e.method.Call
	if c.Body == nil || c.Body.Kind != ir.ValueArg {
		return true
	}
	if e.rest.Body == restgen.BodyRaw {
		e.args[c.Body.Name] = "content of " + c.Body.Name
		if c.ContentType != nil && c.ContentType.Kind == ir.ValueArg {
			e.args[c.ContentType.Name] = e.mediaType()
		}
		return true
	}
	v, ok := e.maker(sample.ForRequest, 1).Make(e.op.Body.Content[0].Schema, c.Body.Name)
	e.args[c.Body.Name], e.body[""] = v, v
	return ok
}

// mediaType is the one of a body that is a file.
func (e *exampler) mediaType() string {
	if t := e.op.Body.Content[0].Type; t != "*/*" {
		return t
	}
	return "text/plain"
}

func (e *exampler) maker(purpose sample.Purpose, variant int) *sample.Maker {
	return &sample.Maker{Contract: e.Contract, Purpose: purpose, Variant: variant}
}

// example is a call that makes the requests; steering are fields of the params
// struct for the method itself.
func (e *exampler) example(steering map[string]any, result any, requests ...ir.ExampleRequest) *ir.Example {
	x := &ir.Example{Requests: requests, Result: text(result)}
	for _, arg := range e.method.Args {
		x.Args = append(x.Args, text(e.args[arg.Name]))
	}
	if e.method.Params != nil {
		params := map[string]any{}
		for name, v := range e.params {
			params[name] = v
		}
		for name, v := range steering {
			params[name] = v
		}
		x.Params = text(params)
	}
	return x
}

// request is the request of the method, with values for inputs that it sets itself.
func (e *exampler) request(set map[*input]any) ir.ExampleRequest {
	query, body := map[string]string{}, map[string]any{}
	for wire, v := range e.query {
		query[wire] = plainText(v)
	}
	for wire, v := range e.body {
		body[wire] = v
	}
	for in, v := range set {
		if in != nil && in.Place == inBody {
			body[in.Wire] = v
		} else if in != nil {
			query[in.Wire] = plainText(v)
		}
	}
	r := ir.ExampleRequest{Method: e.op.Method, Path: e.path, Query: query, Header: e.header, Unknown: e.unknown}
	switch e.rest.Body {
	case restgen.BodyNone:
	case restgen.BodyRaw:
		r.Raw = plainText(e.args[e.method.Call.Body.Name])
	case restgen.BodyForm, restgen.BodyMultipart:
		r.Form = text(body)
	default:
		r.Body = text(body)
		if whole, ok := body[""]; ok {
			r.Body = text(whole)
		}
	}
	return r
}

// single makes the example of a method that makes one request, or one and another
// to read what it created.
func (e *exampler) single() {
	r := e.request(e.eventFlag())
	status, media, schema := success(e.op)
	r.Answer = ir.ExampleAnswer{Status: status}
	maker := e.maker(sample.ForAnswer, 1)
	var result any
	switch {
	case e.method.Kind == ir.KindEvents:
		first, second := e.two(func(m *sample.Maker) (any, bool) { return m.Make(schema, "answer") })
		r.Answer.Type = "text/event-stream"
		r.Answer.Body = "data: " + text(first) + "\n\ndata: " + text(second) + "\n\ndata: [DONE]\n\n"
		result = []any{first, second}
	case e.rest.Result == restgen.ResultStream:
		items := streamItems(schema)
		first, second := e.two(func(m *sample.Maker) (any, bool) { return m.Make(items, "item") })
		r.Answer.Type, r.Answer.Body = media, lines(first, second)
		result = []any{first, second}
	case e.rest.Result == restgen.ResultJSON:
		v, ok := maker.Make(schema, "answer")
		if !ok {
			return
		}
		r.Answer.Type, r.Answer.Body, result = "application/json", text(v), v
		if e.method.Result.Kind == ir.ResultMember {
			object, _ := v.(map[string]any)
			result = object[wireOf(e.REST.Types[e.rest.ResultType], e.method.Result.Member)]
		}
	case e.rest.Result == restgen.ResultRaw:
		result = "content of the answer"
		r.Answer.Type, r.Answer.Body = media, plainText(result)
		if media == "" || media == "*/*" {
			r.Answer.Type = "text/plain"
		}
	case e.rest.Result == restgen.ResultLocation:
		id, _ := maker.Make(&spec.Schema{Type: "string", Format: "uuid"}, "created id")
		r.Answer.Location = e.path + "/" + plainText(id)
		result = id
		if e.method.Fetch != nil {
			e.created(r, plainText(id))
			return
		}
	case e.rest.Result == restgen.ResultRedirect:
		r.Answer.Location = "https://example.com/target"
		result = r.Answer.Location
	}
	e.method.Example = e.example(nil, result, r)
}

// eventFlag is the input that asks for events, which the REST layer sets.
func (e *exampler) eventFlag() map[*input]any {
	if e.method.Kind != ir.KindEvents {
		return nil
	}
	for _, in := range e.inputs {
		if in.Place == inBody && in.Hidden && in.Wire == e.REST.EventFlag {
			return map[*input]any{in: true}
		}
	}
	return nil
}

// created makes the example of a create that reads what it created.
func (e *exampler) created(create ir.ExampleRequest, id string) {
	get := e.getOf(e.op)
	status, _, schema := success(get)
	v, ok := e.maker(sample.ForAnswer, 1).Make(schema, "answer")
	if !ok {
		return
	}
	path := get.Path[:strings.LastIndex(get.Path, "/")+1] + id
	e.method.Example = e.example(nil, v, create, ir.ExampleRequest{
		Method: http.MethodGet, Path: path, Answer: ir.ExampleAnswer{Status: status, Type: "application/json", Body: text(v)},
	})
}

// readExample is a call of an operation that reads a record by its id.
func (r *resolver) readExample(op *spec.Operation) *ir.Example {
	status, _, schema := success(op)
	record, ok := (&sample.Maker{Contract: r.Contract, Purpose: sample.ForAnswer, Variant: 1}).Make(schema, "answer")
	if !ok {
		return nil
	}
	const id = "id of the record"
	return &ir.Example{Args: []string{text(id)}, Result: text(record), Requests: []ir.ExampleRequest{{
		Method: http.MethodGet, Path: lastParameter.ReplaceAllString(op.Path, "/"+id),
		Answer: ir.ExampleAnswer{Status: status, Type: "application/json", Body: text(record)},
	}}}
}

// recordExample is a record of a handle, as an operation returns it: the one that
// reads it again or, without that, any other.
func (r *resolver) recordExample(h *ir.Handle) string {
	if h.RefreshExample != nil {
		return h.RefreshExample.Result
	}
	record := strings.TrimPrefix(h.Record, "rest.")
	for _, op := range r.Contract.Operations {
		_, _, schema := success(op)
		page := r.Contract.Resolve(schema)
		switch rest := r.REST.Operations[op.ID]; {
		case rest == nil || schema == nil:
			continue
		case rest.ResultType == record:
		case page != nil && rest.Result == restgen.ResultJSON && r.pageItems(rest) != nil && r.pageItems(rest).Type == "[]"+record:
			schema = memberSchema(page, "content").Items
		default:
			continue
		}
		if rest := r.REST.Operations[op.ID]; rest.Result == restgen.ResultStream {
			schema = streamItems(schema)
		}
		if v, ok := (&sample.Maker{Contract: r.Contract, Purpose: sample.ForAnswer, Variant: 1}).Make(schema, "answer"); ok {
			return text(v)
		}
	}
	return ""
}

// memberSchema is the schema of a property of an object.
func memberSchema(s *spec.Schema, name string) *spec.Schema {
	for _, p := range s.Properties {
		if p.Name == name && p.Schema != nil {
			return p.Schema
		}
	}
	return &spec.Schema{}
}

// pages makes the examples of a list: its iterator, and its method for a page.
func (e *exampler) pages() {
	status, _, schema := success(e.op)
	page := func(number int) (ir.ExampleRequest, map[string]any) {
		v, _ := e.maker(sample.ForAnswer, number).Make(schema, "answer")
		answer, _ := v.(map[string]any)
		if answer == nil {
			return ir.ExampleRequest{}, nil
		}
		if _, ok := answer["total"]; ok {
			answer["total"] = 2
		}
		set := map[*input]any{e.steered[ir.ValuePage]: number, e.steered[ir.ValuePage0]: number - 1, e.steered[ir.ValueSize]: 1}
		r := e.request(set)
		r.Answer = ir.ExampleAnswer{Status: status, Type: "application/json"}
		return r, answer
	}
	first, one := page(1)
	second, two := page(2)
	if one == nil || two == nil {
		return
	}
	first.Answer.Body, second.Answer.Body = text(one), text(two)
	requests := []ir.ExampleRequest{first, second}
	if _, ok := one["total"]; !ok { // only a page without records ends the list
		last, none := page(3)
		none["content"] = []any{}
		last.Answer.Body = text(none)
		requests = append(requests, last)
	}
	items := func(answer map[string]any) []any { list, _ := answer["content"].([]any); return list }
	e.method.Example = e.example(map[string]any{"PageSize": 1}, append(items(one), items(two)...), requests...)

	result := map[string]any{"Number": 2, "Size": 1, "Items": items(two), "Total": 0, "SortableBy": nil}
	if e.method.Page.Total != "" {
		result["Total"] = two["total"]
	}
	if e.method.Page.Sortable != "" {
		result["SortableBy"] = two["sortable_by"]
	}
	if more := e.method.Page.More; more != nil {
		for _, f := range more.Fields {
			result[f.Name] = two[f.Wire]
		}
	}
	e.method.PageExample = e.example(map[string]any{"Page": 2, "PageSize": 1}, result, second)
}

// searches makes the example of a search: record by record, if it can be continued.
func (e *exampler) searches() {
	status, media, schema := success(e.op)
	items := streamItems(schema)
	first, second := e.two(func(m *sample.Maker) (any, bool) { return m.Make(items, "item") })
	result := []any{first, second}
	take := e.steered[ir.ValueLimit]
	answered := func(r ir.ExampleRequest, records ...any) ir.ExampleRequest {
		r.Answer = ir.ExampleAnswer{Status: status, Type: media, Body: lines(records...)}
		return r
	}
	if e.method.Search.Cursor == "" {
		r := e.request(map[*input]any{take: e.method.Search.Max})
		e.method.Example = e.example(nil, result, answered(r, first, second))
		return
	}
	after := e.steered[ir.ValueCursor]
	key := func(record any) any { object, _ := record.(map[string]any); return object[cursorKey(after.Wire)] }
	e.method.Example = e.example(map[string]any{"PageSize": 1}, result,
		answered(e.request(map[*input]any{take: 1}), first),
		answered(e.request(map[*input]any{take: 1, after: key(first)}), second),
		answered(e.request(map[*input]any{take: 1, after: key(second)})),
	)
}

// two makes two different values.
func (e *exampler) two(make func(*sample.Maker) (any, bool)) (first, second any) {
	first, _ = make(e.maker(sample.ForAnswer, 1))
	second, _ = make(e.maker(sample.ForAnswer, 2))
	return first, second
}

// success returns the answer of an operation that is no failure: one that holds
// something, if there are several.
func success(op *spec.Operation) (status int, media string, schema *spec.Schema) {
	status = http.StatusOK
	for _, r := range op.Responses {
		n, err := strconv.Atoi(r.Status)
		if err != nil || n/100 != 2 || media != "" {
			continue
		}
		status = n
		for _, m := range r.Content {
			if media == "" || m.Type == "application/json" {
				media, schema = m.Type, m.Schema
			}
		}
	}
	return status, media, schema
}

// streamItems is the schema of the elements of a stream.
func streamItems(s *spec.Schema) *spec.Schema {
	if s == nil || s.Items == nil {
		return s
	}
	return s.Items
}

// lines is a stream of JSON values as the server sends it.
func lines(records ...any) string {
	var b strings.Builder
	for _, r := range records {
		b.WriteString(text(r) + "\r\n")
	}
	return b.String()
}

// wireOf returns the name of a field in JSON.
func wireOf(t *restgen.Type, field string) string {
	for _, f := range t.Fields {
		if f.Name == field {
			return f.Wire
		}
	}
	return ""
}

// text is a value as JSON; empty for nil.
func text(v any) string {
	if v == nil {
		return ""
	}
	s, err := sample.JSON(v)
	if err != nil {
		return "" // sample makes nothing that JSON lacks
	}
	return s
}

// plainText is a value as it stands in a path or query: a string without its
// quotes.
func plainText(v any) string {
	s := text(v)
	var unquoted string
	if json.Unmarshal([]byte(s), &unquoted) == nil {
		return unquoted
	}
	return s
}
