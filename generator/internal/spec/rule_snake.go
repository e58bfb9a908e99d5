package spec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

var snakeCaseRule = rule{
	name: "snake-case",
	what: "Writes property names, and the names in `required`, in the snake_case form that the server's JSON library makes of them, except those that names.yaml lists. A property that is there in both spellings is one property.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			if props := get(n, "properties"); props != nil {
				r.snakeProperties(n, props)
			}
			if list := get(n, "required"); list != nil {
				var seen []string
				list.Content = slices.DeleteFunc(list.Content, func(x *yaml.Node) bool {
					x.Value = snakeCase(x.Value)
					again := slices.Contains(seen, x.Value)
					seen = append(seen, x.Value)
					return again
				})
			}
		})
	},
}

func (r *repair) snakeProperties(n, props *yaml.Node) {
	kept := props.Content[:0:0]
	for key, v := range entries(props) {
		name := snakeCase(key.Value)
		if name == key.Value {
			kept = append(kept, key, v)
			continue
		}
		if twin := get(props, name); twin != nil {
			if !equal(twin, v) {
				r.problems.Errorf(r.position(key), CodeConflict, "the properties %q and %q are one on the wire, but differ", key.Value, name)
			}
			r.note(key, "property %s is %s", key.Value, name)
			continue
		}
		r.note(key, "property %s is %s", key.Value, name)
		kept = append(kept, str(name, key), v)
	}
	props.Content = kept
}

// snakeCase is what the naming strategy of the server's JSON library, Jackson,
// makes of a property name: an underscore goes before an upper-case letter unless
// the letter before it was upper case too.
func snakeCase(name string) string {
	if slices.Contains(known().CamelCaseProperties, name) {
		return name
	}
	var b strings.Builder
	upperBefore, last := false, byte('_') // no underscore at the beginning
	for i := range len(name) {
		c := name[i]
		upper := 'A' <= c && c <= 'Z'
		if upper {
			if !upperBefore && last != '_' {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
		upperBefore, last = upper, c
	}
	return b.String()
}
