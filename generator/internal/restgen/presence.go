package restgen

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Extensions that the generator of types understands.
const (
	extSkipPointer = "x-go-type-skip-optional-pointer"
	extOmitEmpty   = "x-omitempty"
	extOmitZero    = "x-omitzero"
)

// setPresence decides how Go tells an optional value that is not set. Where the
// zero value means something, a pointer does; strings, times, lists, maps and
// opaque JSON are not set when they are zero. Lists and maps that are empty but
// not nil are sent, which is how a caller clears them.
func (d *document) setPresence() {
	for _, s := range members(d.schemas) {
		visit(s, func(s *yaml.Node) {
			for name, p := range members(get(s, "properties")) {
				d.setPropertyPresence(p, slices.Contains(texts(get(s, "required")), name))
			}
		})
	}
	for op := range d.operations() {
		for _, p := range elements(get(op.node, "parameters")) {
			if s := get(p, "schema"); s != nil && d.zeroMeansSomething(s) {
				set(s, extSkipPointer, boolean(false))
			}
		}
	}
}

func (d *document) setPropertyPresence(p *yaml.Node, required bool) {
	switch {
	case d.zeroMeansSomething(p):
		set(p, extSkipPointer, boolean(false))
		return
	case required && !isTrue(p, "readOnly") && !isTrue(p, "writeOnly"):
		return
	}
	// One word in the tag is enough: omitempty for what has a length, omitzero for
	// lists and maps, where empty and not set differ, and for times.
	target := d.resolve(p)
	zero := schemaType(target) == "array" || text(target, "format") == "date-time" ||
		schemaType(target) == "object" && text(target, "x-go-type") == "" || text(target, "x-go-type") == "*File" ||
		schemaType(target) == "integer" || schemaType(target) == "number"
	set(p, extOmitEmpty, boolean(!zero))
	set(p, extOmitZero, boolean(zero))
}

// resolve follows a reference.
func (d *document) resolve(s *yaml.Node) *yaml.Node {
	for refName(s) != "" {
		s = get(d.schemas, refName(s))
	}
	return s
}

func (d *document) zeroMeansSomething(s *yaml.Node) bool {
	s = d.resolve(s)
	if get(s, "x-go-type") != nil {
		return false
	}
	switch schemaType(s) {
	case "boolean":
		return true
	case "integer", "number":
		// A number that must be above zero needs no pointer.
		least := number(s, "minimum")
		return least == nil || *least <= 0
	case "object", "":
		return get(s, "additionalProperties") == nil || get(s, "properties") != nil
	}
	return false
}
