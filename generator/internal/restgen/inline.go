package restgen

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// nameInline gives a name to every schema that needs a Go type and stands inside
// another schema or an operation.
func (d *document) nameInline() {
	for name, s := range members(d.schemas) {
		d.nameInside(name, s)
	}
	for op := range d.operations() {
		p, owner := d.plans[op.key()], pascal(op.id)
		if p.bodyType != nil {
			suffix := "Request"
			if p.body == BodyForm || p.body == BodyMultipart {
				suffix = "Form"
			}
			p.bodyType = d.nameOne(owner+suffix, p.bodyType)
			if p.body == BodyMultipart {
				markFiles(get(d.schemas, refName(p.bodyType)))
			}
		}
		if p.resType != nil {
			p.resType = d.nameOne(owner+"Response", p.resType)
		}
	}
}

// nameInside handles what is inside a schema whose type is called owner.
func (d *document) nameInside(owner string, s *yaml.Node) {
	for place, inner := range subschemas(s) {
		if place == "option" {
			if get(s, "allOf") == nil {
				*inner = *d.nameOne(owner+"Option", inner)
			} else {
				d.nameInside(owner, inner)
			}
			continue
		}
		*inner = *d.nameOne(owner+pascal(place), inner)
	}
}

// nameOne returns a reference to a schema that had no name, and any other schema
// as it is.
func (d *document) nameOne(name string, s *yaml.Node) *yaml.Node {
	if !needsName(s) {
		for place, inner := range subschemas(s) {
			owner := name
			if place != "item" && place != "value" {
				owner += pascal(place)
			}
			*inner = *d.nameOne(owner, inner)
		}
		return s
	}
	moved := clone(s)
	name = d.add(name, moved)
	d.nameInside(name, moved)
	out := clone(s)
	replaceBy(out, ref(name))
	return out
}

func needsName(s *yaml.Node) bool {
	return slices.ContainsFunc([]string{"properties", "allOf", "oneOf", "anyOf"}, func(key string) bool { return get(s, key) != nil }) &&
		get(s, "x-go-type") == nil
}

// markFiles turns the members of a multipart body that are files into parts that
// are read from a stream. In such a body, what has no shape is a file.
func markFiles(form *yaml.Node) {
	for _, p := range members(get(form, "properties")) {
		if text(p, "format") == "binary" || text(p, "x-go-type") == opaqueType {
			set(p, "x-go-type", str("*File"))
			remove(p, "type", "format")
		}
	}
}

// mixins returns the schemas that occur only as parts of others. Their members
// become members of those, so that they need no types of their own.
func (d *document) mixins() []string {
	part, used := map[string]bool{}, map[string]bool{}
	note := func(s *yaml.Node) {
		if s == nil {
			return
		}
		visit(s, func(s *yaml.Node) {
			for place, inner := range subschemas(s) {
				if name := refName(inner); name != "" && place == "option" && get(s, "allOf") != nil {
					part[name] = true
				} else if name != "" {
					used[name] = true
				}
			}
		})
		used[refName(s)] = true
	}
	for _, s := range members(d.schemas) {
		note(s)
	}
	for _, p := range d.plans {
		note(p.bodyType)
		note(p.resType)
	}
	var out []string
	for name := range members(d.schemas) {
		if part[name] && !used[name] {
			out = append(out, name)
			for from, now := range d.standsFor {
				if now == name {
					delete(d.standsFor, from)
				}
			}
		}
	}
	return out
}
