package resolve

import (
	"regexp"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// numbered matches operation ids that a publishing tool made unique with a number.
var numbered = regexp.MustCompile(`_[0-9]+$`)

// kind infers what an operation does from its shape alone: method, path,
// parameters, body and answer. No rule looks at its name. It also returns what
// decided.
func (r *resolver) kind(op *spec.Operation) (ir.Kind, string) {
	rest := r.REST.Operations[op.ID]
	if rest == nil {
		return ir.KindAction, "the REST layer lacks it"
	}
	names := lastParameter.MatchString(op.Path)
	switch {
	case rest.Result == restgen.ResultStream:
		if in := cursor(r.bodyInputs(op)); in != nil {
			return ir.KindSearch, "it answers with a stream, and its body has " + in.Wire
		}
		return ir.KindStream, "it answers with a stream, and its body has no cursor"
	case rest.Result == restgen.ResultEvents:
		return ir.KindEvents, "it answers with server-sent events"
	case rest.Result == restgen.ResultRaw:
		return ir.KindDownload, "it answers with bytes"
	case rest.Body == restgen.BodyMultipart || rest.Body == restgen.BodyRaw:
		return ir.KindUpload, "its body is a file"
	case op.Method == "GET" && rest.Result == restgen.ResultJSON && paged(op) && r.pageItems(rest) != nil:
		return ir.KindList, "it is a GET with page and size, and answers with content"
	case op.Method == "GET" && rest.Result == restgen.ResultJSON && names:
		return ir.KindGet, "it is a GET whose path ends in a parameter"
	case op.Method == "POST" && rest.Result == restgen.ResultJSON && lastWord(op.Path) == "retrieve":
		return ir.KindGet, "it is a POST to retrieve"
	case op.Method == "POST" && rest.Result == restgen.ResultLocation:
		return ir.KindCreate, "it is a POST that answers with a Location"
	case op.Method == "DELETE":
		return ir.KindDelete, "it is a DELETE"
	case op.Method == "POST" && rest.Result == restgen.ResultNone && deletes.MatchString(op.Path):
		return ir.KindBatchDelete, "it is a POST to delete that answers with nothing"
	case (op.Method == "PATCH" || op.Method == "PUT") && names:
		return ir.KindUpdate, "it is a " + op.Method + " whose path ends in a parameter"
	case op.Method == "PATCH" && rest.Body == restgen.BodyJSON:
		return ir.KindBatchUpdate, "it is a PATCH whose path names no record"
	case rest.Result != restgen.ResultNone:
		return ir.KindQuery, "it answers with a result, and no other rule applies"
	}
	return ir.KindAction, "it answers with nothing, and no other rule applies"
}

var (
	// lastParameter matches paths that name one record.
	lastParameter = regexp.MustCompile(`/\{[^{}/]+\}$`)
	// deletes matches the paths of deletes by body.
	deletes = regexp.MustCompile(`/delete(-batch)?$`)
	// cursors matches the property of a search that takes the last id.
	cursors = regexp.MustCompile(`^last_retrieved_(\w+_)?id$`)
	// limits matches the property of a search for the number of records.
	limits = regexp.MustCompile(`^(\w+_)?limit$`)
)

// lastWord returns the last segment of a path that is no parameter.
func lastWord(path string) string {
	words := strings.Split(path, "/")
	slices.Reverse(words)
	for _, w := range words {
		if !strings.HasPrefix(w, "{") {
			return w
		}
	}
	return ""
}

// paged reports whether an operation has the parameters of a paged list.
func paged(op *spec.Operation) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(op.Parameters, func(p *spec.Parameter) bool { return p.In == "query" && p.Name == name })
	}
	return has("page") && has("size")
}

// pageItems returns the field of a list's answer that holds the records; nil if
// the answer is no page.
func (r *resolver) pageItems(op *restgen.Operation) *restgen.Field {
	return fieldByWire(r.REST.Types[op.ResultType], "content")
}

// cursor returns the input of a search that takes the id of the last record.
func cursor(inputs []*input) *input { return matching(inputs, cursors) }

// limit returns the input of a search for the number of records.
func limit(inputs []*input) *input { return matching(inputs, limits) }

func matching(inputs []*input, pattern *regexp.Regexp) *input {
	for _, in := range inputs {
		if pattern.MatchString(in.Wire) {
			return in
		}
	}
	return nil
}

func fieldByWire(t *restgen.Type, wire string) *restgen.Field {
	if t == nil {
		return nil
	}
	for i := range t.Fields {
		if t.Fields[i].Wire == wire {
			return &t.Fields[i]
		}
	}
	return nil
}
