package restgen

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// schemaPrefix begins every reference to a named schema.
const schemaPrefix = "#/components/schemas/"

// get returns the member of a mapping, or nil if n is no mapping or lacks it. A
// path of several keys descends.
func get(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		i := find(n, key)
		if i < 0 {
			return nil
		}
		n = n.Content[i+1]
	}
	return n
}

func find(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// text returns the scalar at a path of keys, or "".
func text(n *yaml.Node, keys ...string) string {
	if v := get(n, keys...); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// number returns the number at a key; nil if there is none.
func number(n *yaml.Node, key string) *float64 {
	v, err := strconv.ParseFloat(text(n, key), 64)
	if err != nil {
		return nil // the contract was checked: the key is missing
	}
	return &v
}

// count returns the whole number at a key; nil if there is none.
func count(n *yaml.Node, key string) *int {
	v, err := strconv.Atoi(text(n, key))
	if err != nil {
		return nil // the contract was checked: the key is missing, or it bounds nothing
	}
	return &v
}

func isTrue(n *yaml.Node, key string) bool { return text(n, key) == "true" }

func set(n *yaml.Node, key string, value *yaml.Node) {
	if i := find(n, key); i >= 0 {
		n.Content[i+1] = value
		return
	}
	n.Content = append(n.Content, str(key), value)
}

func remove(n *yaml.Node, keys ...string) {
	for _, key := range keys {
		if i := find(n, key); i >= 0 {
			n.Content = slices.Delete(n.Content, i, i+2)
		}
	}
}

// members yields keys and values of a mapping; nothing for other nodes. The
// mapping may be changed meanwhile: what is yielded is how it was at the start.
func members(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		content := slices.Clone(n.Content)
		for i := 0; i+1 < len(content); i += 2 {
			if !yield(content[i].Value, content[i+1]) {
				return
			}
		}
	}
}

// elements returns what is in a sequence; nothing for other nodes.
func elements(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// texts returns the scalars of a sequence.
func texts(n *yaml.Node) []string {
	var out []string
	for _, e := range elements(n) {
		out = append(out, e.Value)
	}
	return out
}

func str(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func boolean(b bool) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
	if b {
		n.Value = "true"
	}
	return n
}

func strs(list []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, s := range list {
		n.Content = append(n.Content, str(s))
	}
	return n
}

// object makes a mapping of keys and values.
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i < len(pairs); i += 2 {
		value, ok := pairs[i+1].(*yaml.Node)
		if !ok {
			value = str(pairs[i+1].(string))
		}
		n.Content = append(n.Content, str(pairs[i].(string)), value)
	}
	return n
}

func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// refName returns the name of the schema that n refers to, or "".
func refName(n *yaml.Node) string {
	name, ok := strings.CutPrefix(text(n, "$ref"), schemaPrefix)
	if !ok {
		return ""
	}
	return name
}

func ref(name string) *yaml.Node { return object("$ref", schemaPrefix+name) }

// schemaType returns the type that is not null.
func schemaType(n *yaml.Node) string {
	t := get(n, "type")
	if t == nil || t.Kind == yaml.ScalarNode {
		return text(n, "type")
	}
	for _, name := range texts(t) {
		if name != "null" {
			return name
		}
	}
	return ""
}

// nullable reports whether null is among the types.
func nullable(n *yaml.Node) bool { return slices.Contains(texts(get(n, "type")), "null") }

// subschemas yields the schemas directly inside a schema, with the word that
// names their place: the property, or "item", "value", "option".
func subschemas(s *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for name, p := range members(get(s, "properties")) {
			if !yield(name, p) {
				return
			}
		}
		if items := get(s, "items"); items != nil && !yield("item", items) {
			return
		}
		if extra := get(s, "additionalProperties"); extra != nil && extra.Kind == yaml.MappingNode && !yield("value", extra) {
			return
		}
		for _, key := range []string{"allOf", "oneOf", "anyOf"} {
			for _, part := range elements(get(s, key)) {
				if !yield("option", part) {
					return
				}
			}
		}
	}
}

// visit calls f for a schema and for everything inside it, outermost first.
func visit(s *yaml.Node, f func(*yaml.Node)) {
	f(s)
	for _, inner := range subschemas(s) {
		visit(inner, f)
	}
}

// pascal joins the words of a name, each with a capital.
func pascal(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == ' ' || r == '.' || r == ':' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// replaceBy turns a schema into another one in place, and keeps what is said
// about the use of a type rather than about the type.
func replaceBy(s, other *yaml.Node) {
	for _, key := range []string{"description", "deprecated", "readOnly", "writeOnly"} {
		if v := get(s, key); v != nil {
			set(other, key, v)
		}
	}
	*s = *other
}
