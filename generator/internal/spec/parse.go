package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// document is a parsed document. Rules and overlay change its tree in place.
type document struct {
	// file is what positions name.
	file string
	// overlay is the file that the nodes in fromOverlay come from.
	overlay     string
	fromOverlay map[*yaml.Node]bool
	root        *yaml.Node // the outermost mapping
}

// position returns where n stands. Nodes that rules made carry the place of what
// they replace.
func (d *document) position(n *yaml.Node) diag.Position {
	if n == nil {
		return diag.Position{File: d.file}
	}
	file := d.file
	if d.fromOverlay[n] {
		file = d.overlay
	}
	return diag.Position{File: file, Line: n.Line, Column: n.Column}
}

// schemas returns the table of named schemas; nil if there is none.
func (d *document) schemas() *yaml.Node {
	return get(get(d.root, "components"), "schemas")
}

// schema returns a named schema, or nil.
func (d *document) schema(name string) *yaml.Node { return get(d.schemas(), name) }

// deref follows references to named schemas. It returns nil where a reference
// leads nowhere or in a circle.
func (d *document) deref(n *yaml.Node) *yaml.Node {
	for range 64 {
		if find(n, "$ref") < 0 {
			return n
		}
		n = d.schema(refName(n))
	}
	return nil
}

// operation is one operation with its place in the document.
type operation struct {
	path, method string
	node         *yaml.Node
}

// operations lists the operations in the order of the document.
func (d *document) operations() []operation {
	var out []operation
	for path, item := range entries(get(d.root, "paths")) {
		for method, op := range entries(item) {
			if pathItemKind.lookup(method.Value) != nil {
				out = append(out, operation{path: path.Value, method: method.Value, node: op})
			}
		}
	}
	return out
}

// content visits every media type of the operation's request body and responses.
// The status is empty for the request body.
func (o operation) content(visit func(status string, mediaType, media *yaml.Node)) {
	for t, media := range entries(get(get(o.node, "requestBody"), "content")) {
		visit("", t, media)
	}
	for status, response := range entries(get(o.node, "responses")) {
		for t, media := range entries(get(response, "content")) {
			visit(status.Value, t, media)
		}
	}
}

// parse reads YAML or JSON into a tree whose outermost node is a mapping, without
// aliases, repeated keys or excessive nesting.
func parse(file string, data []byte) (*document, diag.List) {
	var problems diag.List
	top := diag.Position{File: file, Line: 1, Column: 1}
	fail := func(pos diag.Position, code, format string, args ...any) (*document, diag.List) {
		problems.Errorf(pos, code, format, args...)
		return nil, problems
	}
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if len(trimmed) == 0 {
		return fail(top, CodeEmpty, "the document is empty")
	}
	if trimmed[0] == '<' {
		return fail(top, CodeHTML, "this is a web page or XML, not an OpenAPI document")
	}

	problem := checkText(file, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if problem != nil {
		problems.Add(*problem)
		return nil, problems
	}
	root, problem := parseTree(file, data)
	if problem != nil {
		problems.Add(*problem)
		return nil, problems
	}
	d := &document{file: file, root: root}
	d.checkTree(root, 0, &problems)
	if problems.Failed() {
		return nil, problems
	}
	if root.Kind != yaml.MappingNode {
		return fail(d.position(root), CodeNotOpenAPI, "this is no OpenAPI document: expected an object, found %s", describe(root))
	}
	return d, problems
}

// parseTree reads one JSON or YAML document.
func parseTree(file string, data []byte) (*yaml.Node, *diag.Diagnostic) {
	if data := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")); isJSON(data) {
		root, err := parseJSON(data)
		var deep *tooDeepError
		switch {
		case errors.As(err, &deep):
			return nil, &diag.Diagnostic{Code: CodeNesting, Pos: diag.Position{File: file, Line: deep.line, Column: deep.column}, Message: tooDeep}
		case err != nil:
			return nil, &diag.Diagnostic{Code: CodeSyntax, Pos: diag.Position{File: file}, Message: "the document is not valid JSON: " + err.Error()}
		}
		return root, nil
	}
	broken := func(err error) *diag.Diagnostic {
		pos, msg := syntaxError(file, err)
		return &diag.Diagnostic{Code: CodeSyntax, Pos: pos, Message: "the document is neither valid YAML nor JSON: " + msg}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, &diag.Diagnostic{Code: CodeEmpty, Pos: diag.Position{File: file, Line: 1, Column: 1}, Message: "the document is empty"}
	case err != nil:
		return nil, broken(err)
	}
	switch err := dec.Decode(&next); {
	case err == nil:
		return nil, &diag.Diagnostic{Code: CodeSeveral, Pos: diag.Position{File: file, Line: next.Line, Column: next.Column},
			Message: "a second YAML document begins here; expected one"}
	case !errors.Is(err, io.EOF):
		return nil, broken(err)
	}
	return doc.Content[0], nil
}

var tooDeep = fmt.Sprintf("nested deeper than %d levels", maxDepth)

// knownTags are the tags that the parser gives to what JSON can express, and to
// timestamps, which become strings.
var knownTags = []string{tagString, tagBool, tagInt, tagFloat, tagNull, tagSeq, tagMap, "!!timestamp"}

// checkTree reports what would make the tree ambiguous or endless.
func (d *document) checkTree(n *yaml.Node, depth int, problems *diag.List) {
	if problems.Len() >= maxFindings {
		return
	}
	if depth > maxDepth {
		problems.Errorf(d.position(n), CodeNesting, "%s", tooDeep)
		return
	}
	d.checkMembers(n, problems)
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		problems.Errorf(d.position(n), CodeAlias, "YAML anchors and aliases are not supported")
		return
	}
	if tag := n.ShortTag(); !slices.Contains(knownTags, tag) {
		problems.Errorf(d.position(n), CodeSyntax, "the YAML tag %s is not supported", tag)
		return
	}
	if n.Kind == yaml.ScalarNode {
		d.checkScalar(n, problems)
	}
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]*yaml.Node, len(n.Content)/2)
		for k := range entries(n) {
			if k.Kind != yaml.ScalarNode {
				problems.Errorf(d.position(k), CodeSyntax, "a key must be a string, found %s", describe(k))
				continue
			}
			if first := seen[k.Value]; first != nil {
				problems.Add(diag.Diagnostic{Code: CodeDuplicate, Pos: d.position(k), Related: d.position(first),
					Message: fmt.Sprintf("the key %q occurs twice", k.Value)})
				continue
			}
			seen[k.Value] = k
		}
	}
	for _, c := range n.Content {
		if d.checkTree(c, depth+1, problems); depth == maxDepth {
			break // all of them are too deep
		}
	}
}

// checkScalar reports a value that is not what its tag claims, and brings booleans
// into their one form.
func (d *document) checkScalar(n *yaml.Node, problems *diag.List) {
	tag := n.ShortTag()
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}
	if n.Style&yaml.TaggedStyle != 0 && tag != tagString && tag != plain.ShortTag() {
		problems.Errorf(d.position(n), CodeSyntax, "the YAML tag %s does not fit the value %q", tag, n.Value)
	}
	if tag == tagBool {
		n.Value = strings.ToLower(n.Value)
	}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// syntaxError takes the line out of the parser's message.
func syntaxError(file string, err error) (diag.Position, string) {
	pos := diag.Position{File: file, Line: 1} // the parser leaves the first line out
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		// The expression admits digits only; a number beyond int becomes 0, "unknown".
		pos.Line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	return pos, msg
}

// describe says in words what n is.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case tagNull:
		return "null"
	case tagBool:
		return "the boolean " + n.Value
	case tagInt, tagFloat:
		return "the number " + n.Value
	}
	const most = 40
	v := n.Value
	if len(v) > most {
		v = strings.ToValidUTF8(v[:most], "") + "..."
	}
	return strconv.Quote(v)
}
