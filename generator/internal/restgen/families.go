package restgen

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/spec"
)

// foldFamilies replaces the views of a schema by one schema that has the
// properties of all, and drops the families that no operation needs. A property is required if every view that has it agrees.
// Views are folded by name, not because they are equal: a view that changes later
// renames nothing.
func (d *document) foldFamilies() error {
	views := map[string][]string{}
	var order []string
	to := map[string]string{}
	for name := range members(d.schemas) {
		f := spec.Family(name)
		if views[f] == nil {
			order = append(order, f)
		}
		views[f] = append(views[f], name)
		to[name] = f
	}
	d.redirect(to)
	needed := d.neededFamilies(views)
	for from, f := range d.standsFor {
		if !needed[f] {
			delete(d.standsFor, from)
		}
	}
	for _, f := range order {
		if !needed[f] {
			remove(d.schemas, views[f]...)
			continue
		}
		slices.Sort(views[f])
		folded := get(d.schemas, views[f][0])
		for _, view := range views[f][1:] {
			if err := unite(folded, get(d.schemas, view)); err != nil {
				err.Message = fmt.Sprintf("schemas %s and %s cannot be one type: %s", views[f][0], view, err.Message)
				return err
			}
		}
		remove(d.schemas, views[f]...)
		set(d.schemas, f, folded)
	}
	return nil
}

// neededFamilies returns the families that operations refer to, directly or through
// others. Those of error answers are not among them: one hand-written type stands
// for all errors, whatever views their schemas have.
func (d *document) neededFamilies(views map[string][]string) map[string]bool {
	needed := map[string]bool{}
	var follow func(*yaml.Node)
	follow = func(s *yaml.Node) {
		if s == nil {
			return
		}
		visit(s, func(s *yaml.Node) {
			targets := []string{refName(s)}
			for _, t := range members(get(s, "discriminator", "mapping")) {
				targets = append(targets, strings.TrimPrefix(t.Value, schemaPrefix))
			}
			for _, f := range targets {
				if f == "" || needed[f] {
					continue
				}
				needed[f] = true
				for _, view := range views[f] {
					follow(get(d.schemas, view))
				}
			}
		})
	}
	for op := range d.operations() {
		for _, p := range elements(get(op.node, "parameters")) {
			follow(get(p, "schema"))
			follow(get(p, "content", "application/json", "schema"))
		}
		follow(d.plans[op.key()].bodyType)
		follow(d.plans[op.key()].resType)
	}
	return needed
}

// unite adds to a what b has.
func unite(a, b *yaml.Node) *ContractError {
	for _, key := range []string{"$ref", "format"} {
		if text(a, key) != text(b, key) {
			return fault(b, "%s is %q here and %q at line %d", key, text(b, key), text(a, key), a.Line)
		}
	}
	if schemaType(a) != schemaType(b) {
		return fault(b, "the type is %q here and %q at line %d", schemaType(b), schemaType(a), a.Line)
	}
	uniteRequired(a, b)
	for name, theirs := range members(get(b, "properties")) {
		if get(a, "properties") == nil {
			set(a, "properties", object())
		}
		ours := get(a, "properties", name)
		if ours == nil {
			set(get(a, "properties"), name, theirs)
			continue
		}
		if err := unite(ours, theirs); err != nil {
			return err
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		ours, theirs := get(a, key), get(b, key)
		if ours != nil && theirs != nil && ours.Kind == yaml.MappingNode && theirs.Kind == yaml.MappingNode {
			if err := unite(ours, theirs); err != nil {
				return err
			}
		}
	}
	uniteLists(a, b)
	if nullable(b) && !nullable(a) {
		set(a, "type", get(b, "type"))
	}
	for _, flag := range []string{"readOnly", "writeOnly"} {
		if !isTrue(b, flag) {
			remove(a, flag)
		}
	}
	if isTrue(b, "deprecated") && !isTrue(a, "deprecated") || text(a, "description") == "" {
		for _, key := range []string{"deprecated", "description"} {
			if v := get(b, key); v != nil {
				set(a, key, v)
			}
		}
	}
	return uniteAllOf(a, b)
}

// uniteRequired keeps what both require, and what one requires and the other lacks.
func uniteRequired(a, b *yaml.Node) {
	var keep []string
	for _, one := range []struct{ this, other *yaml.Node }{{a, b}, {b, a}} {
		for _, name := range texts(get(one.this, "required")) {
			agreed := slices.Contains(texts(get(one.other, "required")), name) || get(one.other, "properties", name) == nil
			if agreed && !slices.Contains(keep, name) {
				keep = append(keep, name)
			}
		}
	}
	remove(a, "required")
	if slices.Sort(keep); len(keep) > 0 {
		set(a, "required", strs(keep))
	}
}

// uniteLists unites enums, alternatives and the cases of discriminators.
func uniteLists(a, b *yaml.Node) {
	if ours := get(a, "enum"); ours != nil {
		for _, v := range elements(get(b, "enum")) {
			if !slices.Contains(texts(ours), v.Value) {
				ours.Content = append(ours.Content, v)
			}
		}
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		ours := get(a, key)
		for _, option := range elements(get(b, key)) {
			same := func(n *yaml.Node) bool { return refName(n) != "" && refName(n) == refName(option) }
			if ours != nil && !slices.ContainsFunc(ours.Content, same) {
				ours.Content = append(ours.Content, option)
			}
		}
	}
	if ours := get(a, "discriminator", "mapping"); ours != nil {
		for value, target := range members(get(b, "discriminator", "mapping")) {
			if get(ours, value) == nil {
				set(ours, value, target)
			}
		}
	}
}

// uniteAllOf unites the parts of compositions, which must be built alike.
func uniteAllOf(a, b *yaml.Node) *ContractError {
	ours, theirs := elements(get(a, "allOf")), elements(get(b, "allOf"))
	if len(ours) != len(theirs) {
		return fault(b, "allOf has %d parts here and %d at line %d", len(theirs), len(ours), a.Line)
	}
	for i := range ours {
		if err := unite(ours[i], theirs[i]); err != nil {
			return err
		}
	}
	return nil
}
