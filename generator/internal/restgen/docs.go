package restgen

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/prose"
)

// typeUses says what a type is for.
type typeUses struct {
	takenBy, returnedBy []string // links to methods
	partOf              []string // schemas
}

// deprecated is the reason that is given where the contract gives none.
const deprecated = "the API description marks it as deprecated."

// collectDocs takes the descriptions of named schemas out of the document, where
// they would be repeated at every use, and puts those of properties into the form
// that the generator of types expects.
func (d *document) collectDocs() {
	uses := d.typeUses()
	for name, s := range members(d.schemas) {
		goName := d.typeName(name)
		doc := describe(goName, d.role(name, s, uses[name]), text(s, "description"))
		if isTrue(s, "deprecated") {
			doc += "\n\nDeprecated: " + deprecationOf(s)
		}
		d.docs[name] = comment(doc)
		remove(s, "description", "deprecated")
		visit(s, func(s *yaml.Node) {
			properties := get(s, "properties")
			goName := func(sent string) string {
				if get(properties, sent) == nil {
					return ""
				}
				return d.typeName(sent)
			}
			for _, p := range members(properties) {
				d.prepareFieldDoc(p, goName)
			}
		})
	}
}

// prepareFieldDoc wraps a property's description. The generator of types writes
// the field's name before it, which is marked for removal if the description is a
// sentence of its own.
func (d *document) prepareFieldDoc(p *yaml.Node, goName func(string) string) {
	about := withPeriod(prose.GoNames(text(p, "description"), goName))
	if about = prose.WithLimits(about, limits(p)...); about != "" {
		if !continuesName(about) {
			about = ownSentence + about
		}
		set(p, "description", str(wrap(about, 74)))
	}
	if isTrue(p, "deprecated") {
		set(p, "x-deprecated-reason", str(deprecationOf(p)))
	}
}

// limits says how large a value may be.
func limits(s *yaml.Node) []string {
	all := []string{prose.Size(count(s, "minItems"), count(s, "maxItems"), count(s, "maxLength"))}
	if schemaType(s) == "integer" {
		all = append(all, prose.Between(number(s, "minimum"), number(s, "maximum")))
	}
	return all
}

// ownSentence marks a description that does not follow the field's name. It is a
// character for private use, which no description holds.
const ownSentence = "\uE000"

// continuesName reports whether a description goes on after the name of what it
// describes: "is the start", and not "The start".
func continuesName(description string) bool {
	r, _ := utf8.DecodeRuneInString(description)
	return unicode.IsLower(r)
}

// describe makes a comment of what is known about something, which follows its
// name, and of its description in the contract. The name comes first, as Go has
// it.
func describe(name, facts, description string) string {
	description = withPeriod(description)
	switch {
	case description == "":
		return name + " " + facts
	case continuesName(description):
		return name + " " + description + "\n\nIt " + facts
	}
	return name + " " + facts + "\n\n" + description
}

// fieldDoc is describe for fields, of which nothing else is known.
func fieldDoc(name, description string) string {
	if continuesName(description) {
		description = name + " " + description
	}
	return withPeriod(description)
}

func withPeriod(text string) string {
	text = strings.TrimSpace(text)
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

func deprecationOf(n *yaml.Node) string { return orElse(text(n, "x-deprecated-reason"), deprecated) }

// reasonOf is deprecationOf for extensions that were read already.
func reasonOf(extensions map[string]any) string {
	reason, _ := extensions["x-deprecated-reason"].(string)
	return reason
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
		p := d.plans[op.key()]
		method := "[Client." + d.typeName(op.id) + "]"
		note(p.bodyType, func(u *typeUses) { u.takenBy = append(u.takenBy, method) })
		note(p.resType, func(u *typeUses) { u.returnedBy = append(u.returnedBy, method) })
		for _, s := range op.usedSchemas() {
			note(s, func(u *typeUses) { u.takenBy = append(u.takenBy, method) })
		}
	}
	for name, s := range members(d.schemas) {
		note(s, func(u *typeUses) { u.partOf = append(u.partOf, name) })
	}
	return uses
}

// role says what a type is for. The text follows the type's name.
func (d *document) role(name string, s *yaml.Node, uses *typeUses) string {
	if uses == nil {
		uses = &typeUses{}
	}
	switch {
	case get(s, "enum") != nil:
		return "is a value in " + list(d.typeNames(d.enumOwners[name])) + ". Values without a constant are kept as they are."
	case get(s, "oneOf") != nil || get(s, "anyOf") != nil:
		var variants []string
		for _, o := range append(slices.Clone(elements(get(s, "oneOf"))), elements(get(s, "anyOf"))...) {
			variants = append(variants, "["+d.typeName(refName(o))+"]")
		}
		out := "is one of " + strings.Join(variants, ", ") + "."
		if key := text(s, "discriminator", "propertyName"); key != "" {
			out += fmt.Sprintf(" The member %s says which. Unknown variants are kept as they are.", key)
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
	return "is " + join(roles) + "."
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
	return join(names)
}

// join makes one phrase of several.
func join(phrases []string) string {
	if len(phrases) < 2 {
		return strings.Join(phrases, "")
	}
	last := len(phrases) - 1
	return strings.Join(phrases[:last], ", ") + " and " + phrases[last]
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

// comment makes a text a Go comment.
func comment(s string) string {
	lines := strings.Split(wrap(s, 77), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("// "+line, " ")
	}
	return strings.Join(lines, "\n")
}
