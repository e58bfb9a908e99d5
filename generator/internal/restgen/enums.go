package restgen

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// enumUse is a place where a set of values is written out.
type enumUse struct {
	owner    string // schema or operation
	isSchema bool
	property string // property or parameter
	node     *yaml.Node
	values   []string
}

// enumGroup is a set of values that becomes one type.
type enumGroup struct {
	setting *EnumSetting // nil if the type is named by rule
	uses    []enumUse
	values  []string // of all uses, in order
}

func (g *enumGroup) add(uses ...enumUse) {
	g.uses = append(g.uses, uses...)
	for _, u := range uses {
		for _, v := range u.values {
			if i, found := slices.BinarySearch(g.values, v); !found {
				g.values = slices.Insert(g.values, i, v)
			}
		}
	}
}

func (g *enumGroup) property() string {
	if g.setting != nil {
		return g.setting.Property
	}
	return g.uses[0].property
}

// has reports whether the group has all of the values.
func (g *enumGroup) has(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(g.values, v) })
}

// nameEnums replaces sets of values by named types. The contract writes a set out
// at every use; one type for each use would be hundreds. Uses are one type
//   - if the settings say so;
//   - if property and values are equal, or some type of the settings for that
//     property has all the values;
//   - if they belong to schemas of which one's name begins with the other's, such
//     as Span and SpanUpdate, and one has all values of the other: new values do
//     not reach every use at once.
func (d *document) nameEnums() {
	groups := make([]*enumGroup, len(d.settings.Enums))
	for i := range groups {
		groups[i] = &enumGroup{setting: &d.settings.Enums[i]}
	}
	var rest []enumUse
	for _, use := range d.enumUses() {
		i := slices.IndexFunc(groups, func(g *enumGroup) bool { return use.isSchema && g.setting.matches(use.owner, use.property) })
		if i < 0 {
			rest = append(rest, use)
		} else {
			groups[i].add(use)
		}
	}
	for _, use := range rest {
		i := slices.IndexFunc(groups, func(g *enumGroup) bool {
			return len(g.uses) > 0 && g.property() == use.property &&
				(slices.Equal(g.values, use.values) || g.setting != nil && g.has(use.values))
		})
		if i < 0 {
			i, groups = len(groups), append(groups, &enumGroup{})
		}
		groups[i].add(use)
	}
	groups = slices.DeleteFunc(groups, func(g *enumGroup) bool { return len(g.uses) == 0 })
	groups = mergeRelated(groups)
	slices.SortFunc(groups, func(a, b *enumGroup) int { return cmp.Compare(a.typeName(), b.typeName()) })
	for _, g := range groups {
		d.replaceEnum(g)
	}
}

// mergeRelated joins the groups that the third rule of nameEnums speaks of.
func mergeRelated(groups []*enumGroup) []*enumGroup {
	for i := 0; i < len(groups); i++ {
		for j := i + 1; j < len(groups); {
			a, b := groups[i], groups[j]
			if a.property() == b.property() && related(a, b) && (a.has(b.values) || b.has(a.values)) {
				a.add(b.uses...)
				groups = slices.Delete(groups, j, j+1)
				j = i + 1 // the larger group may be related to what was passed
				continue
			}
			j++
		}
	}
	return groups
}

func related(a, b *enumGroup) bool {
	for _, x := range a.uses {
		for _, y := range b.uses {
			if x.isSchema && y.isSchema && (strings.HasPrefix(x.owner, y.owner) || strings.HasPrefix(y.owner, x.owner)) {
				return true
			}
		}
	}
	return false
}

// typeName returns the name of the type: that of the settings, or the shortest
// owner's with the property's behind it.
func (g *enumGroup) typeName() string {
	if g.setting != nil {
		return g.setting.Name
	}
	first := slices.MinFunc(g.uses, func(a, b enumUse) int {
		if a.isSchema != b.isSchema {
			if a.isSchema {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(a.owner), len(b.owner)), cmp.Compare(a.owner, b.owner))
	})
	owner, property := pascal(strings.TrimSuffix(first.owner, baseSuffix)), pascal(g.property())
	if strings.HasPrefix(property, owner) {
		return property // AlertType, not AlertAlertType
	}
	return owner + property
}

// baseSuffix ends the names of schemas that hold what the variants of a union
// have in common.
const baseSuffix = "Base"

// enumUses finds all sets of strings.
func (d *document) enumUses() []enumUse {
	var out []enumUse
	var walk func(s *yaml.Node, use enumUse)
	walk = func(s *yaml.Node, use enumUse) {
		if e := get(s, "enum"); e != nil && schemaType(s) == "string" {
			use.node, use.values = s, texts(e)
			slices.Sort(use.values)
			out = append(out, use)
			return
		}
		for name, p := range members(get(s, "properties")) {
			inner := use
			inner.property = name
			walk(p, inner)
		}
		for place, inner := range subschemas(s) {
			if place == "item" || place == "value" || place == "option" {
				walk(inner, use)
			}
		}
	}
	for name, s := range members(d.schemas) {
		if get(s, "enum") == nil { // a named set is a type already
			walk(s, enumUse{owner: name, isSchema: true})
		}
	}
	for op := range d.operations() {
		for place, s := range op.usedSchemas() {
			walk(s, enumUse{owner: op.id, property: place})
		}
	}
	return out
}

// replaceEnum makes the group a named schema and its uses references to it.
func (d *document) replaceEnum(g *enumGroup) {
	enum := object("type", "string", "enum", strs(g.values))
	d.nameValues(enum)
	name := d.add(g.typeName(), enum)
	for _, use := range g.uses {
		d.enumOwners[name] = append(d.enumOwners[name], use.owner)
		replaceBy(use.node, ref(name))
	}
}

// nameValues gives names to values that are not identifiers.
func (d *document) nameValues(enum *yaml.Node) {
	values := texts(get(enum, "enum"))
	named := false
	for i, v := range values {
		if name, ok := d.settings.EnumValues[v]; ok {
			values[i], named = name, true
		}
	}
	if named {
		set(enum, "x-enum-varnames", strs(values))
	}
}
