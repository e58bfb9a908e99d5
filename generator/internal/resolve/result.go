package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// results checks what the template's method returns against what the operation
// can give.
func (b *binder) results() {
	declared := ""
	if len(b.tmpl.Results) > 0 {
		declared = b.tmpl.Results[0]
	}
	declared, handle, ok := b.handleResult(declared)
	if !ok {
		return
	}
	switch b.method.Kind {
	case ir.KindList:
		b.listResult(declared)
	case ir.KindSearch, ir.KindStream:
		b.streamResult(declared)
	case ir.KindEvents:
		b.eventsResult(declared)
	default:
		b.singleResult(declared)
	}
	b.method.Result.Handle = handle
}

// wrongResult reports a result that the operation cannot have.
func (b *binder) wrongResult(declared, can string) {
	switch {
	case declared == "":
		declared = "only an error"
	case declared != b.tmpl.Results[0]:
		declared = b.tmpl.Results[0] + " for " + declared
	}
	b.failf(b.tmpl.ResultPos, "result-type", "",
		"%s returns %s, but operation %q is %s: it returns %s", b.tmpl.Name, declared, b.op.ID, article(string(b.method.Kind)), can)
}

// listResult handles an iterator over pages.
func (b *binder) listResult(declared string) {
	page := b.REST.Types[b.rest.ResultType]
	items := b.pageItems(b.rest)
	record := b.qualify(strings.TrimPrefix(items.Type, "[]"))
	if want := iterator(record); declared != want {
		b.wrongResult(declared, want)
		return
	}
	b.method.Result = ir.Result{Kind: ir.ResultIterator, Type: record}
	b.method.Page = &ir.Page{Method: b.tmpl.Name + "Page", Items: items.Name}
	if f := fieldByWire(page, "total"); f != nil {
		b.method.Page.Total, b.method.Page.TotalPointer = f.Name, strings.HasPrefix(f.Type, "*")
	}
	if f := fieldByWire(page, "sortable_by"); f != nil && f.Type == "[]string" {
		b.method.Page.Sortable = f.Name
	}
	b.morePage(page)
}

// everyPage are the members that pages of all lists have, as far as they are there.
var everyPage = []string{"page", "size", "content", "total", "sortable_by"}

// morePage makes a struct for a page that holds more than others do.
func (b *binder) morePage(page *restgen.Type) {
	described := map[string]string{}
	for _, p := range b.properties(b.answer()) {
		described[p.Name] = p.Description
	}
	more := &ir.PageStruct{Type: camel(b.noun) + b.method.Page.Method}
	for _, f := range page.Fields {
		if !slices.Contains(everyPage, f.Wire) {
			doc := orElse(described[f.Wire], fmt.Sprintf("%s comes as %s.", f.Name, f.Wire))
			more.Fields = append(more.Fields, ir.Field{Name: f.Name, Type: b.qualify(f.Type), Doc: doc, Wire: f.Wire})
		}
	}
	if len(more.Fields) > 0 {
		more.Doc = fmt.Sprintf("%s is one page of [%s.%s].", more.Type, b.owner, b.tmpl.Name)
		b.method.Page.More = more
	}
}

// answer returns the schema of a successful JSON answer; nil if there is none.
func (b *binder) answer() *spec.Schema {
	for _, r := range b.op.Responses {
		if strings.HasPrefix(r.Status, "2") && len(r.Content) > 0 {
			return r.Content[0].Schema
		}
	}
	return nil
}

// streamResult handles an iterator over a stream.
func (b *binder) streamResult(declared string) {
	record := b.qualify(b.rest.ResultType)
	if want := iterator(record); declared != want {
		b.wrongResult(declared, want)
		return
	}
	b.method.Result = ir.Result{Kind: ir.ResultIterator, Type: record}
	if b.method.Kind == ir.KindSearch {
		b.search()
	}
}

// eventsResult handles server-sent events: the stream as it is or, if the contract
// says what the events hold, an iterator over that.
func (b *binder) eventsResult(declared string) {
	const stream = "*rest.EventStream"
	can := stream
	if record := b.eventType(); record != "" {
		can = iterator(record) + " or " + stream
		if declared == iterator(record) {
			b.method.Result = ir.Result{Kind: ir.ResultIterator, Type: record}
			return
		}
	}
	if declared != stream {
		b.wrongResult(declared, can)
		return
	}
	b.method.Result = ir.Result{Kind: ir.ResultPlain, Type: declared}
}

// eventType is the type of what events hold; empty if the contract does not say.
func (b *binder) eventType() string {
	for _, r := range b.op.Responses {
		for _, m := range r.Content {
			if m.Type != "text/event-stream" || m.Schema == nil || m.Schema.Items == nil {
				continue
			}
			if t := b.REST.Schemas[m.Schema.Items.Ref]; t != "" {
				return b.qualify(t)
			}
		}
	}
	return ""
}

// search says how a search goes on.
func (b *binder) search() {
	take, after := limit(b.inputs), cursor(b.inputs)
	if take == nil {
		b.failf(b.tmpl.Pos, "no-limit", "", "operation %q has a cursor and no limit", b.op.ID)
		return
	}
	s := &ir.Search{Limit: take.Field, Max: b.searchMax(), Instead: b.tmpl.Instead}
	b.method.Search = s
	if b.tmpl.NoCursor && s.Max == 0 {
		b.failf(b.tmpl.OperationPos, "no-limit", "", "cursor=none needs to know the most that one request returns, and the contract has no maximum for %s", take.Wire)
	}
	if b.tmpl.NoCursor {
		return
	}
	key := fieldByWire(b.REST.Types[b.rest.ResultType], cursorKey(after.Wire))
	if key == nil {
		b.failf(b.tmpl.Pos, "no-key", "say cursor=none with the reason", "%s has no member %s to continue after", b.qualify(b.rest.ResultType), cursorKey(after.Wire))
		return
	}
	s.Cursor, s.Key, s.KeyPointer = after.Field, key.Name, strings.HasPrefix(key.Type, "*")
}

// cursorKey returns the member of a record that a cursor takes: last_retrieved_id
// takes id, last_retrieved_thread_model_id takes thread_model_id.
func cursorKey(wire string) string { return strings.TrimPrefix(wire, "last_retrieved_") }

// searchMax is the most records that the server returns to one request of a search.
func (b *binder) searchMax() int {
	if in := limit(b.inputs); in != nil {
		if s := b.Contract.Resolve(in.Schema); s != nil && s.Maximum != nil {
			return int(*s.Maximum)
		}
	}
	return 0
}

// singleResult handles everything that is no iterator.
func (b *binder) singleResult(declared string) {
	plain := ir.Result{Kind: ir.ResultPlain, Type: declared}
	switch b.rest.Result {
	case restgen.ResultNone:
		if declared != "" {
			b.wrongResult(declared, "only an error")
		}
	case restgen.ResultLocation:
		b.createResult(declared)
	case restgen.ResultJSON:
		b.jsonResult(declared)
	case restgen.ResultRaw:
		if declared != "*rest.Content" {
			b.wrongResult(declared, "*rest.Content")
		}
		b.method.Result = plain
	case restgen.ResultRedirect:
		if declared != "string" {
			b.wrongResult(declared, "string, the URL of the redirect")
		}
		b.method.Result = plain
	}
}

// createResult handles a create that answers with a Location: the id, or the
// record, which is then fetched.
func (b *binder) createResult(declared string) {
	if declared == "string" {
		b.method.Result = ir.Result{Kind: ir.ResultPlain, Type: declared}
		return
	}
	get := b.getOf(b.op)
	if get == nil {
		b.wrongResult(declared, "string, the id")
		return
	}
	rest := b.REST.Operations[get.ID]
	if record := "*" + b.qualify(rest.ResultType); declared != record {
		b.wrongResult(declared, fmt.Sprintf("string, the id, or %s, fetched by the id", record))
		return
	}
	b.method.Result = ir.Result{Kind: ir.ResultCreated, Type: declared}
	b.method.Fetch = &ir.Call{Method: rest.Method, Path: []ir.Value{{Kind: ir.ValueResult}}}
	if rest.Params != "" {
		b.method.Fetch.Query = &ir.Literal{Type: rest.Params}
	}
}

// getOf returns the operation that reads what a create made: the get whose path
// is that of the create with one parameter after it.
func (b *binder) getOf(create *spec.Operation) *spec.Operation {
	for _, op := range b.Contract.Operations {
		end, ok := strings.CutPrefix(op.Path, create.Path+"/{")
		if ok && b.rows[op.ID].Kind == ir.KindGet && !strings.Contains(end, "/") && op.Method == "GET" {
			return op
		}
	}
	return nil
}

// jsonResult handles a decoded answer: the answer itself, or the only member of it.
func (b *binder) jsonResult(declared string) {
	answer := b.qualify(b.rest.ResultType)
	if t := b.REST.Types[b.rest.ResultType]; t == nil || t.Kind != restgen.KindStruct && t.Kind != restgen.KindUnion {
		if declared != answer {
			b.wrongResult(declared, answer)
		}
		b.method.Result = ir.Result{Kind: ir.ResultPlain, Type: declared}
		return
	}
	can := "*" + answer
	if f := onlyMember(b.REST.Types[b.rest.ResultType]); f != nil {
		member := b.qualify(f.Type)
		if declared == strings.TrimPrefix(member, "*") {
			b.method.Result = ir.Result{
				Kind: ir.ResultMember, Type: declared, Member: f.Name, MemberPointer: strings.HasPrefix(member, "*"),
			}
			return
		}
		can += " or " + strings.TrimPrefix(member, "*")
	}
	if declared != "*"+answer {
		b.wrongResult(declared, can)
		return
	}
	b.method.Result = ir.Result{Kind: ir.ResultPlain, Type: declared}
}

// onlyMember returns the member that an answer consists of: the only one, or the
// records of a page, when all there are come at once. It returns nil if there is more.
func onlyMember(t *restgen.Type) *restgen.Field {
	if len(t.Fields) == 1 && t.Kind == restgen.KindStruct {
		return &t.Fields[0]
	}
	other := func(f restgen.Field) bool { return !slices.Contains(everyPage, f.Wire) }
	if slices.ContainsFunc(t.Fields, other) {
		return nil
	}
	return fieldByWire(t, "content")
}

func iterator(record string) string { return "iter.Seq2[" + record + ", error]" }
