package spec

import (
	"iter"
	"strings"

	"gopkg.in/yaml.v3"
)

// Tags of scalars, as the YAML parser resolves them.
const (
	tagString = "!!str"
	tagBool   = "!!bool"
	tagInt    = "!!int"
	tagFloat  = "!!float"
	tagNull   = "!!null"
	tagSeq    = "!!seq"
	tagMap    = "!!map"
)

// schemaPrefix is what references to named schemas begin with.
const schemaPrefix = "#/components/schemas/"

// get returns the member of a mapping, or nil if n is no mapping or has none of
// that name.
func get(n *yaml.Node, key string) *yaml.Node {
	if i := find(n, key); i >= 0 {
		return n.Content[i+1]
	}
	return nil
}

// find returns the index of the key in the mapping's content, or -1.
func find(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// text returns the scalar member of a mapping, or "".
func text(n *yaml.Node, key string) string {
	if v := get(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// set replaces or adds a member.
func set(n *yaml.Node, key string, value *yaml.Node) {
	if i := find(n, key); i >= 0 {
		n.Content[i+1] = value
		return
	}
	n.Content = append(n.Content, str(key, value), value)
}

// remove deletes a member and reports whether it was there.
func remove(n *yaml.Node, key string) bool {
	i := find(n, key)
	if i < 0 {
		return false
	}
	n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
	return true
}

// entries yields the keys and values of a mapping, and nothing for other nodes.
func entries(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// items returns the elements of a sequence, and nil for other nodes.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// str makes a string scalar that stands where origin stood, so that later
// diagnostics still lead to the source.
func str(value string, origin *yaml.Node) *yaml.Node {
	return at(&yaml.Node{Kind: yaml.ScalarNode, Tag: tagString, Value: value}, origin)
}

// boolean makes a boolean scalar.
func boolean(value bool, origin *yaml.Node) *yaml.Node {
	s := "false"
	if value {
		s = "true"
	}
	return at(&yaml.Node{Kind: yaml.ScalarNode, Tag: tagBool, Value: s}, origin)
}

// mapping makes a mapping of alternating keys and values.
func mapping(origin *yaml.Node, content ...*yaml.Node) *yaml.Node {
	return at(&yaml.Node{Kind: yaml.MappingNode, Tag: tagMap, Content: content}, origin)
}

// sequence makes a sequence.
func sequence(origin *yaml.Node, content ...*yaml.Node) *yaml.Node {
	return at(&yaml.Node{Kind: yaml.SequenceNode, Tag: tagSeq, Content: content}, origin)
}

// reference makes {$ref: ...} to a named schema.
func reference(name string, origin *yaml.Node) *yaml.Node {
	return mapping(origin, str("$ref", origin), str(schemaPrefix+name, origin))
}

func at(n, origin *yaml.Node) *yaml.Node {
	if origin != nil {
		n.Line, n.Column = origin.Line, origin.Column
	}
	return n
}

// clone copies the tree below n.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, x := range n.Content {
		c.Content[i] = clone(x)
	}
	return &c
}

// equal reports whether two trees mean the same, whatever the order of members.
func equal(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	case yaml.MappingNode:
		for k, v := range entries(a) {
			w := get(b, k.Value)
			if w == nil || !equal(v, w) {
				return false
			}
		}
		return true
	}
	for i := range a.Content {
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// isTrue reports whether n is the boolean true.
func isTrue(n *yaml.Node) bool { return n != nil && n.ShortTag() == tagBool && n.Value == "true" }

// refName returns the name of the schema that n refers to, or "".
func refName(n *yaml.Node) string {
	name, ok := strings.CutPrefix(text(n, "$ref"), schemaPrefix)
	if !ok {
		return ""
	}
	return name
}

// has reports whether the mapping has all the members.
func has(n *yaml.Node, keys ...string) bool {
	for _, k := range keys {
		if find(n, k) < 0 {
			return false
		}
	}
	return true
}

// hasAny reports whether the mapping has one of the members.
func hasAny(n *yaml.Node, keys ...string) bool {
	for _, k := range keys {
		if find(n, k) >= 0 {
			return true
		}
	}
	return false
}
