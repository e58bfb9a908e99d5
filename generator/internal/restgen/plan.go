package restgen

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// plan is what was decided about an operation: how its body is sent and what its
// method returns.
type plan struct {
	operation operation
	body      BodyKind
	bodyType  *yaml.Node // schema of the body; nil for none and raw
	mediaType string     // of a raw body
	result    ResultKind
	resType   *yaml.Node // schema of the result or of a stream's items
	accept    string     // media type of a raw result
	// absent is a second success status, which says that nothing was created.
	absent string
	// events says that the operation answers with events as well.
	events    bool
	retryable bool
	// once says that the request must not be repeated, whatever its method is.
	once bool
}

// planOperations decides about every operation. The schemas in the plans are those
// of the document, so that later passes rewrite both.
func (d *document) planOperations() error {
	seen := map[string]bool{}
	for op := range d.operations() {
		p := &plan{operation: op, retryable: isTrue(op.node, "x-opik-retryable"), once: text(op.node, "x-opik-retryable") == "false"}
		if op.id == "" {
			return fault(op.node, "%s %s has no operationId", op.method, op.path)
		}
		if seen[op.id] {
			return fault(op.node, "operationId %s occurs twice", op.id)
		}
		seen[op.id] = true
		if err := p.planBody(); err != nil {
			return err
		}
		if err := p.planResult(); err != nil {
			return err
		}
		if err := d.planParameters(op); err != nil {
			return err
		}
		d.plans[op.key()] = p
	}
	return nil
}

// planBody chooses the media type of the request.
func (p *plan) planBody() error {
	body := get(p.operation.node, "requestBody")
	if body == nil {
		return nil
	}
	kinds := map[string]BodyKind{
		"application/json": BodyJSON, "application/x-www-form-urlencoded": BodyForm, "multipart/form-data": BodyMultipart,
	}
	for media, content := range members(get(body, "content")) {
		kind, known := kinds[media]
		schema := get(content, "schema")
		if !known || schema == nil {
			kind, schema = BodyRaw, nil
		}
		// JSON wins over other offers.
		if p.body == BodyNone || kind == BodyJSON {
			p.body, p.bodyType, p.mediaType = kind, schema, media
		}
	}
	if p.body == BodyNone {
		return fault(body, "the request body of %s has no content", p.operation.id)
	}
	if p.mediaType == "*/*" {
		p.mediaType = "application/octet-stream"
	}
	return nil
}

// planResult chooses the answer that counts as success. Errors need no types: one
// hand-written type stands for all of them.
func (p *plan) planResult() error {
	var success []*yaml.Node
	var statuses []string
	var fallback, redirect *yaml.Node
	for status, response := range members(get(p.operation.node, "responses")) {
		switch {
		case strings.HasPrefix(status, "2"):
			success, statuses = append(success, response), append(statuses, status)
		case strings.HasPrefix(status, "3"):
			redirect = response
		case status == "default":
			fallback = response
		}
	}
	if len(success) == 0 && redirect != nil {
		p.result = ResultRedirect
		return nil
	}
	if len(success) == 0 && fallback != nil {
		success, statuses = []*yaml.Node{fallback}, []string{"default"}
	}
	set(p.operation.node, "responses", object())
	for i, response := range success {
		set(get(p.operation.node, "responses"), statuses[i], response)
	}
	for _, response := range success {
		if err := p.planContent(response); err != nil {
			return err
		}
	}
	if p.result != ResultNone {
		return nil
	}
	for i, response := range success {
		if get(response, "headers", "Location") == nil {
			continue
		}
		p.result = ResultLocation
		if len(statuses) > 1 {
			p.absent = statuses[(i+1)%len(statuses)]
		}
		return nil
	}
	return nil
}

// planContent looks for a result among the media types of one response.
func (p *plan) planContent(response *yaml.Node) error {
	for media, content := range members(get(response, "content")) {
		schema := get(content, "schema")
		var kind ResultKind
		switch {
		case media == "text/event-stream":
			p.events = true
			continue
		case media == "application/octet-stream" && schemaType(schema) == "array":
			kind = ResultStream
			item, err := streamItem(get(schema, "items"))
			if err != nil {
				return err
			}
			schema = item
		case media == "application/json", media == "*/*" && refName(schema) != "":
			kind = ResultJSON
			if schema == nil {
				schema = object()
			}
			schema = withoutNull(schema)
		default:
			kind, schema = ResultRaw, nil
		}
		if p.result == ResultNone || kind == ResultJSON {
			p.result, p.resType, p.accept = kind, schema, media
		}
	}
	if p.result == ResultNone && p.events {
		p.result, p.events = ResultEvents, false
	}
	return nil
}

// streamItem returns the schema of a stream's items.
func streamItem(items *yaml.Node) (*yaml.Node, error) {
	options := slices.Concat(elements(get(items, "anyOf")), elements(get(items, "oneOf")))
	switch len(options) {
	case 0:
		return items, nil
	case 1:
		return options[0], nil
	}
	return nil, fault(items, "a stream must have one kind of item, not %d", len(options))
}

// withoutNull reduces a schema that is another one or null to the other one.
func withoutNull(s *yaml.Node) *yaml.Node {
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		var options []*yaml.Node
		for _, o := range elements(get(s, key)) {
			if text(o, "type") != "null" {
				options = append(options, o)
			}
		}
		if len(options) == 1 && get(s, "properties") == nil {
			return options[0]
		}
	}
	return s
}

// planParameters gives parameters that carry JSON in a string the type of that
// JSON.
func (d *document) planParameters(op operation) error {
	list := get(op.node, "parameters")
	if list == nil {
		return nil
	}
	// The contract's order is not the reader's: required ones first, then by name.
	slices.SortStableFunc(list.Content, func(a, b *yaml.Node) int {
		rank := func(p *yaml.Node) int {
			if isTrue(p, "required") {
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(a), rank(b))
	})
	for _, p := range list.Content {
		inner := get(p, "schema", "contentSchema")
		if inner == nil || text(p, "schema", "contentMediaType") != "application/json" {
			if err := d.checkParameter(op, p); err != nil {
				return err
			}
			continue
		}
		remove(p, "schema")
		set(p, "content", object("application/json", object("schema", inner)))
	}
	return nil
}

// parameterTypes are the types that a parameter may have, by place.
var parameterTypes = map[string][]string{
	"path":   {"string", "integer"},
	"query":  {"string", "integer", "number", "boolean"},
	"header": {"string"},
}

func (d *document) checkParameter(op operation, p *yaml.Node) error {
	if get(p, "content", "application/json") != nil {
		return nil
	}
	t := schemaType(d.resolve(get(p, "schema")))
	if in := text(p, "in"); !slices.Contains(parameterTypes[in], t) {
		return fault(p, "parameter %s of %s: a %s parameter of type %q is not supported", text(p, "name"), op.id, in, t)
	}
	return nil
}

// strip removes bodies and responses from the document: the plans know them, and
// the generator of types would make a type for each. It also gives methods the
// names that the settings have for them.
func (d *document) strip() {
	for op := range d.operations() {
		remove(op.node, "requestBody", "tags")
		if name := d.settings.MethodNames[op.key()]; name != "" {
			set(op.node, "operationId", str(name))
		}
		set(op.node, "responses", object("204", object("description", "none")))
	}
}
