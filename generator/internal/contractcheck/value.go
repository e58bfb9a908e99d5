package contractcheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// direction says whether values were sent or answered: each has members that the
// other has not.
type direction struct {
	options []openapi3.SchemaValidationOption
	answer  bool
}

// The two directions.
var (
	sent = direction{options: append(visitOptions,
		openapi3.VisitAsRequest(),
		// The walk over members reports these, with their place.
		openapi3.DisableReadOnlyValidation())}
	answered = direction{options: append(visitOptions, openapi3.VisitAsResponse()), answer: true}
)

// visitOptions are how values are compared with schemas in both directions.
var visitOptions = slices.Clip([]openapi3.SchemaValidationOption{
	openapi3.MultiErrors(),
	openapi3.EnableFormatValidation(),
	openapi3.WithStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(
		`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)),
	openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(s string) error {
		_, err := time.Parse(time.RFC3339Nano, s)
		return err
	})),
	openapi3.SetSchemaErrorMessageCustomizer(func(e *openapi3.SchemaError) string { return e.Reason }),
})

// checkText compares the text of a parameter with its schema: it is read as the
// JSON value that the schema's type asks for. Where the schema says that the text
// holds JSON, that is compared too.
func (d direction) checkText(place string, ref *openapi3.SchemaRef, text string, p *problemList) {
	if ref == nil || ref.Value == nil {
		return
	}
	schema := ref.Value
	if schema.ContentSchema != nil {
		d.checkJSON(place, schema.ContentSchema, []byte(text), p)
		return
	}
	var value any = text
	if !schema.Type.Permits(openapi3.TypeString) {
		v, err := decode([]byte(text))
		if err != nil {
			p.add(place, "%q is not of type %s", text, strings.Join(schema.Type.Slice(), " or "))
			return
		}
		value = v
	}
	d.checkValue(place, ref, value, p)
}

// checkJSON compares JSON text with a schema.
func (d direction) checkJSON(place string, ref *openapi3.SchemaRef, text []byte, p *problemList) {
	v, err := decode(text)
	if err != nil {
		p.add(place, "it is no JSON: %v", err)
		return
	}
	if !utf8.Valid(text) {
		p.add(place, "it is no UTF-8")
	}
	checkRepeated(place, text, p)
	d.checkValue(place, ref, v, p)
}

// decode reads exactly one JSON value.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the value")
	}
	return v, nil
}

// checkValue compares a value with a schema, and its members with the names that
// the schema has.
func (d direction) checkValue(place string, ref *openapi3.SchemaRef, v any, p *problemList) {
	if ref.Value == nil {
		return
	}
	report(place, ref.Value.VisitJSON(v, d.options...), p)
	d.walkMembers(place, ref.Value, v, p)
}

// report turns the library's errors into problems with a place each.
func report(place string, err error, p *problemList) {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
	case errors.As(err, &many):
		for _, e := range many {
			report(place, e, p)
		}
	case errors.As(err, &one):
		at := place
		if path := one.JSONPointer(); len(path) > 0 {
			at = child(place) + "/" + strings.Join(path, "/")
		}
		p.add(at, "%s", one.Reason)
	default:
		p.add(place, "%v", err)
	}
}

// walkMembers reports members that the schema does not name, members that only the
// server sets, and texts that do not hold the JSON that they should. A schema that
// names no members is free-form.
func (d direction) walkMembers(place string, s *openapi3.Schema, v any, p *problemList) {
	switch v := v.(type) {
	case string:
		if s.ContentSchema != nil {
			d.checkJSON(place, s.ContentSchema, []byte(v), p)
		}
	case []any:
		for i, e := range v {
			for _, part := range d.parts(s, v) {
				if part.Items != nil && part.Items.Value != nil {
					d.walkMembers(fmt.Sprintf("%s/%d", child(place), i), part.Items.Value, e, p)
				}
			}
		}
	case map[string]any:
		d.walkObject(place, d.parts(s, v), v, p)
	}
}

func (d direction) walkObject(place string, all []*openapi3.Schema, v map[string]any, p *problemList) {
	named, open := false, false
	for _, part := range all {
		named = named || len(part.Properties) > 0
		extra := part.AdditionalProperties
		open = open || extra.Schema != nil || extra.Has != nil && *extra.Has
	}
	for _, name := range sortedKeys(v) {
		at := child(place) + "/" + name
		known := false
		for _, part := range all {
			if ref := part.Properties[name]; ref != nil {
				known = true
				if ref.Value.ReadOnly && v[name] != nil && !d.answer {
					p.add(at, "only the server sets this member")
				}
				d.walkMembers(at, ref.Value, v[name], p)
			} else if extra := part.AdditionalProperties.Schema; extra != nil && extra.Value != nil {
				d.walkMembers(at, extra.Value, v[name], p)
			}
		}
		if named && !open && !known {
			p.add(at, "the schema has no such member")
		}
	}
}

// child separates the name of a place from the path inside of it.
func child(place string) string {
	if strings.Contains(place, " /") {
		return place
	}
	return place + " "
}

// parts returns the schemas that together describe a value: the schema itself,
// those that it is composed of, and of alternatives those that apply.
func (d direction) parts(s *openapi3.Schema, v any) []*openapi3.Schema {
	out := []*openapi3.Schema{s}
	for _, ref := range s.AllOf {
		out = append(out, d.parts(ref.Value, v)...)
	}
	chosen, discriminated := discriminated(s, v)
	for _, ref := range slices.Concat(s.OneOf, s.AnyOf) {
		if discriminated && ref.Ref == chosen || !discriminated && ref.Value.VisitJSON(v, d.options...) == nil {
			out = append(out, d.parts(ref.Value, v)...)
		}
	}
	return out
}

// discriminated returns the reference to the alternative that a value names, and
// whether it names one.
func discriminated(s *openapi3.Schema, v any) (ref string, ok bool) {
	if s.Discriminator == nil {
		return "", false
	}
	o, _ := v.(map[string]any)
	name, _ := o[s.Discriminator.PropertyName].(string)
	m, ok := s.Discriminator.Mapping[name]
	return m.Ref, ok
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
