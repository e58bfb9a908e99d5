package restgen

import "gopkg.in/yaml.v3"

// extJSONText marks, between the two steps below, a list that travels as a string.
const extJSONText = "x-json-text"

// openJSONText turns members of bodies that carry a list as JSON in a string into
// that list, so that the other passes treat what is in it like everything else.
func (d *document) openJSONText() (err error) {
	d.everySchema(func(s *yaml.Node) {
		for name, p := range members(get(s, "properties")) {
			media, inner := text(p, "contentMediaType"), get(p, "contentSchema")
			if media == "" {
				continue
			}
			if media != "application/json" || schemaType(inner) != "array" {
				if err == nil {
					err = fault(p, "the text %s may hold a JSON list, but nothing else of media type %s", name, media)
				}
				continue
			}
			remove(p, "type", "contentMediaType", "contentSchema")
			set(p, "type", str("array"))
			set(p, "items", get(inner, "items"))
			set(p, extJSONText, boolean(true))
		}
	})
	return err
}

// typeJSONText gives these members the type that encodes them as a string again.
func (d *document) typeJSONText() {
	d.everySchema(func(s *yaml.Node) {
		for _, p := range members(get(s, "properties")) {
			if isTrue(p, extJSONText) {
				remove(p, extJSONText)
				set(p, "x-go-type", str("JSONText["+d.goType(get(p, "items"))+"]"))
			}
		}
	})
}
