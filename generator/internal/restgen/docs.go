package restgen

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// typeUses says what a type is for.
type typeUses struct {
	takenBy, returnedBy []string // operations
	partOf              []string // schemas
}

// describeTypes gives a sentence to every type that the contract does not
// describe. The text follows the type's name.
func (d *document) describeTypes() {
	uses := d.typeUses()
	for name, s := range members(d.schemas) {
		if text(s, "description") == "" {
			set(s, "description", str(d.describe(name, s, uses[name])))
		}
	}
}

func (d *document) typeUses() map[string]*typeUses {
	uses := map[string]*typeUses{}
	note := func(s *yaml.Node, add func(*typeUses)) {
		if s == nil {
			return
		}
		visit(s, func(s *yaml.Node) {
			if name := refName(s); name != "" {
				if uses[name] == nil {
					uses[name] = &typeUses{}
				}
				add(uses[name])
			}
		})
	}
	for op := range d.operations() {
		p := d.plans[op.id]
		note(p.bodyType, func(u *typeUses) { u.takenBy = append(u.takenBy, op.id) })
		note(p.resType, func(u *typeUses) { u.returnedBy = append(u.returnedBy, op.id) })
		for _, s := range op.usedSchemas() {
			note(s, func(u *typeUses) { u.takenBy = append(u.takenBy, op.id) })
		}
	}
	for name, s := range members(d.schemas) {
		note(s, func(u *typeUses) { u.partOf = append(u.partOf, name) })
	}
	return uses
}

func (d *document) describe(name string, s *yaml.Node, uses *typeUses) string {
	if uses == nil {
		uses = &typeUses{}
	}
	switch {
	case get(s, "enum") != nil:
		return "is a set of values in " + list(d.typeNames(d.enumOwners[name])) + ". Other values are kept as they are."
	case get(s, "oneOf") != nil || get(s, "anyOf") != nil:
		var variants []string
		for _, o := range append(slices.Clone(elements(get(s, "oneOf"))), elements(get(s, "anyOf"))...) {
			variants = append(variants, d.typeName(refName(o)))
		}
		out := "is one of " + strings.Join(variants, ", ") + "."
		if key := text(s, "discriminator", "propertyName"); key != "" {
			out += fmt.Sprintf(" The member %s says which. Other variants are kept as they are.", key)
		}
		return out
	}
	var roles []string
	if len(uses.takenBy) > 0 {
		roles = append(roles, "taken by "+list(uses.takenBy))
	}
	if len(uses.returnedBy) > 0 {
		roles = append(roles, "returned by "+list(uses.returnedBy))
	}
	if len(uses.partOf) > 0 {
		roles = append(roles, "part of "+list(d.typeNames(uses.partOf)))
	}
	return "is " + strings.Join(roles, ", and ") + "."
}

func (d *document) typeNames(schemas []string) []string {
	var out []string
	for _, s := range schemas {
		if get(d.schemas, s) != nil {
			s = d.typeName(s)
		}
		out = append(out, s)
	}
	return out
}

// list joins some names, and says how many more there are.
func list(names []string) string {
	const most = 3
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > most+1 {
		names = append(names[:most:most], fmt.Sprintf("%d others", len(names)-most))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// wrap breaks a text into comment lines.
func wrap(s string, width int) string {
	var lines []string
	for _, paragraph := range strings.Split(strings.TrimSpace(s), "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len(line)+1+len(word) > width {
				lines, line = append(lines, line), ""
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
