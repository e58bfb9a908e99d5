// Package mutate damages documents for fuzz tests. Bytes that are changed at random
// hardly ever get past a parser; here the tree is changed, so that what comes out is
// a document, and a wrong one.
package mutate

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"
)

// words are put into documents: members and values that mean something to readers
// of OpenAPI, and what is nearly that.
var words = []string{
	"$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "required", "additionalProperties", "nullable",
	"discriminator", "mapping", "propertyName", "format", "default", "readOnly", "minimum", "exclusiveMinimum", "maxItems",
	"schema", "schemas", "components", "paths", "parameters", "requestBody", "responses", "content", "headers", "Location",
	"operationId", "tags", "name", "in", "query", "path", "header", "get", "post", "patch", "description", "deprecated",
	"object", "array", "string", "integer", "number", "boolean", "null", "true", "200", "default", "application/json",
	"application/octet-stream", "text/event-stream", "multipart/form-data", "uuid", "date-time", "binary", "", "_", "{id}", "/{a}/{b}",
	"ü", "a b", "1", "-1", "1e999", "\x85", "=", "~", "'", "#/components/schemas/", "__proto__",
}

// Document changes a YAML or JSON document, as many times as the program is long.
// Each three bytes of the program are one change: what, where, and with what. A
// document that cannot be parsed comes back as it is.
func Document(document, program []byte) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(document, &doc); err != nil || len(doc.Content) == 0 {
		return document
	}
	root := doc.Content[0]
	for ; len(program) >= 3; program = program[3:] {
		change(root, int(program[0]), int(program[1]), int(program[2]))
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return document
	}
	return b.Bytes()
}

// change makes one change. The place is a way down from the root, so that small
// numbers lead near it.
func change(root *yaml.Node, what, where, with int) {
	all := collect(root)
	at := all[(where*131+with*7)%len(all)]
	if at.Kind == yaml.ScalarNode && what%2 == 0 {
		at = all[(where*131+with*7+len(all)/2)%len(all)]
	}
	other := all[(with*257+where)%len(all)]
	word := words[with%len(words)]
	switch n := len(at.Content); what % 10 {
	case 0: // drop a member or an element
		if step := stepOf(at); n >= step {
			i := with % (n / step) * step
			at.Content = append(at.Content[:i:i], at.Content[i+step:]...)
		}
	case 1: // another value
		setScalar(at, word)
	case 2: // another name for a member
		if at.Kind == yaml.MappingNode && n > 0 {
			at.Content[with%(n/2)*2].Value = word
		}
	case 3: // what stands elsewhere
		*at = *clone(other, 0)
	case 4: // one more member or element
		if at.Kind == yaml.MappingNode {
			at.Content = append(at.Content, scalar(fmt.Sprint(word, where%3)), clone(other, 0))
		} else if at.Kind == yaml.SequenceNode {
			at.Content = append(at.Content, clone(other, 0))
		}
	case 5: // a reference to something that exists
		if name := schemaName(root, with); name != "" {
			*at = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalar("$ref"), scalar("#/components/schemas/" + name)}}
		}
	case 6: // wrapped
		inner := clone(at, 0)
		*at = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{inner}}
		if where%2 == 0 {
			*at = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalar(word), inner}}
		}
	case 7: // the type
		for i := 0; i+1 < n; i += 2 {
			if at.Kind == yaml.MappingNode && at.Content[i].Value == "type" {
				setScalar(at.Content[i+1], word)
			}
		}
	case 8: // a view of a schema, or a copy of a member under another name
		if at.Kind == yaml.MappingNode && n > 0 {
			i := with % (n / 2) * 2
			name := at.Content[i].Value + []string{"_Public", "_Write", "2", "Id"}[where%4]
			at.Content = append(at.Content, scalar(name), clone(at.Content[i+1], 0))
		}
	case 9: // nothing left
		*at = yaml.Node{Kind: at.Kind, Tag: at.Tag}
	}
}

func stepOf(n *yaml.Node) int {
	if n.Kind == yaml.MappingNode {
		return 2
	}
	return 1
}

// setScalar makes a node a scalar, of the type that the text reads as.
func setScalar(n *yaml.Node, text string) {
	*n = yaml.Node{Kind: yaml.ScalarNode, Value: text}
}

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// schemaName returns one of the named schemas.
func schemaName(root *yaml.Node, n int) string {
	for _, key := range []string{"components", "schemas"} {
		root = member(root, key)
	}
	if root == nil || root.Kind != yaml.MappingNode || len(root.Content) == 0 {
		return ""
	}
	return root.Content[n%(len(root.Content)/2)*2].Value
}

func member(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// most bounds the size of a document that grows by copies of itself.
const most = 5_000

func collect(n *yaml.Node) []*yaml.Node {
	out := []*yaml.Node{n}
	for i := 0; i < len(out) && len(out) < most; i++ {
		out = append(out, out[i].Content...)
	}
	return out
}

// clone copies a tree, not too deep.
func clone(n *yaml.Node, depth int) *yaml.Node {
	c := *n
	c.Content = nil
	if depth < 12 {
		for _, x := range n.Content {
			c.Content = append(c.Content, clone(x, depth+1))
		}
	}
	return &c
}
