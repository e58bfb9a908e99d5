package spec

import (
	"gopkg.in/yaml.v3"
)

var scalarsRule = rule{
	name: "scalars",
	what: "Makes strings of the plain scalars that YAML parsers read differently: `=`, timestamps, and keys that look like numbers.",
	apply: func(r *repair) {
		var fix func(n *yaml.Node, key bool)
		fix = func(n *yaml.Node, key bool) {
			if n.Kind == yaml.ScalarNode {
				switch tag := n.ShortTag(); {
				case tag == "!!timestamp", key && tag != tagString, tag == tagString && n.Value == "=" && n.Style != yaml.DoubleQuotedStyle:
					n.Tag, n.Style = tagString, yaml.DoubleQuotedStyle
					r.note(n, "%q is a string", n.Value)
				}
				return
			}
			for i, c := range n.Content {
				fix(c, n.Kind == yaml.MappingNode && i%2 == 0)
			}
		}
		fix(r.root, false)
		// Where a text is expected, numbers are texts as well: a version 1.0,
		// say, or the status 200 of a mapping.
		walk(r.root, documentKind, func(n *yaml.Node, k *kind) {
			for key, v := range entries(n) {
				if m := k.lookup(key.Value); m != nil && m.shape == scalarText && v.Kind == yaml.ScalarNode && v.ShortTag() != tagString {
					v.Tag, v.Style = tagString, yaml.DoubleQuotedStyle
					r.note(v, "%q is a string", v.Value)
				}
			}
		})
	},
}
