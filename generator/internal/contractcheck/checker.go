// Package contractcheck compares HTTP requests with the contract. It is the part
// of the tests that needs a library: the SDK's own module has no requirements, so
// that its tests ask a process built from this package.
package contractcheck

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Request is what is compared: a request as it was sent, with its body
// decompressed.
type Request struct {
	Method string
	// Path is below the base URL and still escaped.
	Path string
	// Query is the raw query string.
	Query       string
	ContentType string
	Body        []byte
}

// Checker compares requests with one contract. It is safe for concurrent use.
type Checker struct {
	operations []operation
}

// operation is an operation of the contract with the parameters of its path.
type operation struct {
	*openapi3.Operation
	method   string
	segments []string // of the path's pattern
	params   openapi3.Parameters
}

// New reads a contract: an OpenAPI 3.1 document in YAML or JSON.
func New(document []byte) (*Checker, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	c := &Checker{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			params := append(openapi3.Parameters{}, item.Parameters...)
			c.operations = append(c.operations, operation{
				Operation: op, method: method, segments: splitPath(path),
				params: append(params, op.Parameters...),
			})
		}
	}
	return c, nil
}

// Check returns the operation that a request is for, "" if there is none, and
// what is wrong with the request: one text for each problem, which begins with
// the place it is about. No texts mean that the request keeps the contract.
func (c *Checker) Check(r Request) (operationID string, problems []string) {
	segments := splitPath(r.Path)
	op := c.find(r.Method, segments)
	if op == nil {
		return "", []string{fmt.Sprintf("path: the contract has no operation %s %s", r.Method, r.Path)}
	}
	var p problemList
	op.checkPath(segments, &p)
	op.checkQuery(r.Query, &p)
	op.checkBody(r, &p)
	return op.OperationID, p
}

// Response is an answer that is compared, with the request that it answers.
type Response struct {
	Method, Path string // of the request, as in Request
	Status       int
	ContentType  string
	Body         []byte // decompressed
}

// CheckResponse returns what is wrong with an answer, as Check does for requests.
// Errors are not compared: the contract says little about them that is true.
func (c *Checker) CheckResponse(r Response) (operationID string, problems []string) {
	op := c.find(r.Method, splitPath(r.Path))
	if op == nil || r.Status >= http.StatusMultipleChoices {
		return "", nil
	}
	var p problemList
	op.checkResponse(r, &p)
	return op.OperationID, p
}

func (op *operation) checkResponse(r Response, p *problemList) {
	ref := op.Responses.Status(r.Status)
	if ref == nil {
		p.add("status", "the operation does not answer with %d", r.Status)
		return
	}
	if len(ref.Value.Content) == 0 {
		if len(r.Body) > 0 {
			p.add("answer", "the operation sends none with status %d", r.Status)
		}
		return
	}
	media, _, err := mime.ParseMediaType(r.ContentType)
	if err != nil {
		p.add("content type", "%q: %v", r.ContentType, err)
		return
	}
	content := ref.Value.Content[media]
	switch {
	case content == nil:
		p.add("content type", "%s is not one of %s", media, strings.Join(sortedKeys(ref.Value.Content), ", "))
	case content.Schema == nil:
	case media == "application/json":
		answered.checkJSON("answer", content.Schema, r.Body, p)
	case media == "application/octet-stream" && content.Schema.Value.Items != nil:
		checkItems(content.Schema.Value.Items, r.Body, p)
	}
}

// checkItems compares the objects of a stream, one on each line. An object with a
// code and without an id is the error with which a server ends a stream; it can
// stand in every stream.
func checkItems(ref *openapi3.SchemaRef, stream []byte, p *problemList) {
	for i, line := range bytes.Split(bytes.TrimSpace(stream), []byte("\n")) {
		place := fmt.Sprintf("item %d", i)
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		v, err := decode(line)
		if err != nil {
			p.add(place, "it is no JSON: %v", err)
			continue
		}
		o, _ := v.(map[string]any)
		if o["code"] == nil || o["id"] != nil {
			answered.checkValue(place, ref, v, p)
		}
	}
}

// problemList collects problems in the order in which they are found.
type problemList []string

func (p *problemList) add(place, format string, args ...any) {
	*p = append(*p, place+": "+fmt.Sprintf(format, args...))
}

// splitPath returns the segments of a path, still escaped. A slash at the end
// makes an empty segment: for the server that is another path.
func splitPath(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// isParameter tells whether a segment of a pattern stands for a value.
func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// find returns the operation whose pattern fits. Where several do, fixed segments
// win over parameters, from left to right.
func (c *Checker) find(method string, segments []string) *operation {
	var best *operation
	for i := range c.operations {
		op := &c.operations[i]
		if op.method == method && op.fits(segments) && (best == nil || moreFixed(op.segments, best.segments)) {
			best = op
		}
	}
	return best
}

func (op *operation) fits(segments []string) bool {
	if len(segments) != len(op.segments) {
		return false
	}
	for i, want := range op.segments {
		if isParameter(want) && segments[i] != "" {
			continue
		}
		if want != segments[i] {
			return false
		}
	}
	return true
}

func moreFixed(a, b []string) bool {
	for i := range a {
		if isParameter(a[i]) != isParameter(b[i]) {
			return isParameter(b[i])
		}
	}
	return false
}

func (op *operation) checkPath(segments []string, p *problemList) {
	for i, pattern := range op.segments {
		if !isParameter(pattern) {
			continue
		}
		name := strings.Trim(pattern, "{}")
		value, err := url.PathUnescape(segments[i])
		if err != nil {
			p.add("path parameter "+name, "%v", err)
			continue
		}
		if param := op.params.GetByInAndName("path", name); param != nil {
			sent.checkText("path parameter "+name, param.Schema, value, p)
		}
	}
}

func (op *operation) checkQuery(raw string, p *problemList) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		p.add("query", "%v", err)
		return
	}
	for _, name := range sortedKeys(query) {
		place := "query parameter " + name
		param := op.params.GetByInAndName("query", name)
		if param == nil {
			p.add(place, "the operation has no such parameter")
			continue
		}
		if holdsJSON(param) && usesPlus(raw, name) {
			p.add(place, "a space is written %%20: the server decodes this JSON twice, and a plus does not survive that")
		}
		if len(query[name]) > 1 {
			p.add(place, "it is given %d times", len(query[name]))
		}
		for _, value := range query[name] {
			sent.checkText(place, param.Schema, value, p)
		}
	}
	for _, ref := range op.params {
		if param := ref.Value; param.In == "query" && param.Required && !query.Has(param.Name) {
			p.add("query parameter "+param.Name, "it is required")
		}
	}
}

// holdsJSON tells whether the text of a parameter is JSON.
func holdsJSON(param *openapi3.Parameter) bool {
	return param.Schema != nil && param.Schema.Value != nil && param.Schema.Value.ContentSchema != nil
}

// usesPlus tells whether a value of the parameter holds a plus that is not escaped.
func usesPlus(raw, name string) bool {
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key, err := url.QueryUnescape(key); err == nil && key == name && strings.Contains(value, "+") {
			return true
		}
	}
	return false
}

func (op *operation) checkBody(r Request, p *problemList) {
	if op.RequestBody == nil {
		// Some clients send an empty object where nothing is asked for; nobody reads it.
		if body := strings.TrimSpace(string(r.Body)); body != "" && body != "{}" {
			p.add("body", "the operation takes none")
		}
		return
	}
	body := op.RequestBody.Value
	if len(r.Body) == 0 {
		if body.Required {
			p.add("body", "it is required")
		}
		return
	}
	media, params, err := mime.ParseMediaType(r.ContentType)
	if err != nil {
		p.add("content type", "%q: %v", r.ContentType, err)
		return
	}
	content := body.Content[media]
	if content == nil {
		content = body.Content["*/*"]
	}
	if content == nil {
		p.add("content type", "%s is not one of %s", media, strings.Join(sortedKeys(body.Content), ", "))
		return
	}
	if content.Schema == nil {
		return
	}
	switch {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		sent.checkJSON("body", content.Schema, r.Body, p)
	case media == "application/x-www-form-urlencoded":
		checkForm(content.Schema, r.Body, p)
	case media == "multipart/form-data":
		checkMultipart(content.Schema, r.Body, params["boundary"], p)
	}
}
