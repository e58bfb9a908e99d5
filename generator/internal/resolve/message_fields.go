package resolve

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/prose"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// methodsOfMessages are the names that every message has as methods, so that no
// field may have them.
var methodsOfMessages = []string{"AppendJSON", "Group", "Key", "Kind", "PathValue", "Validate"}

// pathField adds the field for the parameter of the path. A record that has a
// property of that name needs no field of its own for it.
func (b *messageBuilder) pathField() {
	var found []*spec.Parameter
	for _, p := range b.op.Parameters {
		if p.In == "path" {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 0:
		return
	case len(found) > 1:
		b.problem(b.from.OperationPos, "path-parameters", "", "operation %q has %d parameters in its path; a message can give one", b.op.ID, len(found))
		return
	case b.list != nil:
		b.problem(b.from.OperationPos, "path-parameters", "", "operation %q takes a batch and has the parameter %q in its path, which records cannot give", b.op.ID, found[0].Name)
		return
	}
	b.out.Kind.PathParameter = found[0].Name
	if slices.ContainsFunc(b.properties(b.record), func(p property) bool { return p.Name == found[0].Name }) {
		return
	}
	rule := b.rule(found[0].Name)
	f := ir.MessageField{
		Name: b.rest.Path[0].Name,
		Type: ir.Type{Kind: ir.String, Go: "string"},
		Doc:  found[0].Description,
	}
	f.Name = exported(f.Name)
	if rule != nil {
		f.Name, f.Doc = orElse(rule.Rename, f.Name), orElse(rule.Doc, f.Doc)
	}
	f.Rules = rulesOf(b.Contract.Resolve(found[0].Schema))
	f.Rules.Present = true
	if f.Doc == "" {
		f.Doc = f.Name + " names the record in the path of the request."
	}
	f.Doc += " It is required."
	b.out.PathField = f.Name
	b.addField(f, found[0].Name)
}

// fields adds the fields for the properties of a record, in the contract's order.
func (b *messageBuilder) fields() {
	members := b.properties(b.record)
	restType := b.REST.Types[b.recordType]
	for _, p := range members {
		rule := b.rule(p.Name)
		if p.ReadOnly || rule != nil && b.replaced(p, rule) {
			continue
		}
		rest := fieldByWire(restType, p.Name)
		if rest == nil {
			b.problem(b.from.Pos, "field-lost", "", "rest.%s has no field for the property %q", b.recordType, p.Name)
			continue
		}
		f := ir.MessageField{
			Name: rest.Name, Wire: p.Name, Doc: p.Description, Required: p.Required,
			Type:  b.recordFieldType(rest.Type, p),
			Rules: rulesOf(b.Contract.Resolve(p.Schema)),
		}
		// A number is always present; so is what cannot be told from its zero value.
		f.Rules.Present = p.Required && slices.Contains([]ir.TypeKind{ir.String, ir.Enum, ir.Time, ir.Any, ir.List, ir.Map}, f.Type.Kind)
		if p.Name == b.out.Kind.PathParameter {
			b.out.PathField, f.Rules.Present = f.Name, true
		}
		if rule != nil {
			f.Name, f.Doc = orElse(rule.Rename, f.Name), orElse(rule.Doc, f.Doc)
			if b.out.PathField == rest.Name {
				b.out.PathField = f.Name
			}
		}
		f.Doc = b.describeField(f, b.Contract.Resolve(p.Schema))
		b.addField(f, p.Name)
	}
	b.rulesWithoutProperty(members)
	b.contradictions()
}

// contradictions reports rules that say two things at once.
func (b *messageBuilder) contradictions() {
	for _, rule := range b.from.Fields {
		fieldless := rule.Hide || rule.Value != ""
		switch {
		case rule.Hide && rule.Value != "", fieldless && (rule.Keep || rule.Rename != ""):
			b.problem(rule.Pos, "contradictory-rule", "hide and value= leave no field; keep and rename= are about one",
				"the rule for property %q contradicts itself", rule.Property)
		case rule.From != "":
			b.problem(rule.Pos, "contradictory-rule", "", "from= is for methods; the record of property %q has no client", rule.Property)
		case rule.Type != "" && !rule.Keep:
			b.problem(rule.Pos, "contradictory-rule", "type= is for fields that are kept though the contract lacks the property",
				"the rule for property %q has a type and no keep", rule.Property)
		}
	}
}

// describeField adds to a field's comment what the contract says about its value.
func (b *messageBuilder) describeField(f ir.MessageField, s *spec.Schema) string {
	doc := prose.GoNames(f.Doc, b.goName)
	if doc == "" {
		doc = fmt.Sprintf("%s is sent as %s.", f.Name, f.Wire)
	}
	doc = prose.WithLimits(doc, size(s))
	if l := f.Rules.Bounds(); l != "" {
		doc += fmt.Sprintf(" It must be %s.", l)
	}
	if f.Rules.Present {
		doc += " It is required."
	}
	return doc
}

// goName returns the Go name of a property of the record; "" if there is none.
func (b *messageBuilder) goName(wire string) string {
	f := fieldByWire(b.REST.Types[b.recordType], wire)
	if f == nil {
		return ""
	}
	if rule := b.rule(wire); rule != nil {
		return orElse(rule.Rename, f.Name)
	}
	return f.Name
}

// replaced applies the rules that leave no field: hidden properties, and those
// with a constant value.
func (b *messageBuilder) replaced(p property, rule *tmpl.FieldRule) bool {
	switch {
	case rule.Value != "":
		text, problem := constant(b.Contract.Resolve(p.Schema), rule.Value)
		if problem != "" {
			b.problem(rule.Pos, "bad-value", problem, "property %q cannot be %q", p.Name, rule.Value)
		}
		b.out.Constants = append(b.out.Constants, ir.Constant{Wire: p.Name, JSON: text})
		return true
	case rule.Hide && p.Required:
		b.problem(rule.Pos, "hidden-required", "give it a value= instead", "property %q of operation %q is required; it cannot be hidden", p.Name, b.op.ID)
		return true
	}
	return rule.Hide
}

// rulesWithoutProperty reports rules for what the record lacks, and keeps the
// fields that the runtime needs all the same.
func (b *messageBuilder) rulesWithoutProperty(members []property) {
	for i := range b.from.Fields {
		rule := &b.from.Fields[i]
		if rule.Property == b.out.Kind.PathParameter || slices.ContainsFunc(members, func(p property) bool { return p.Name == rule.Property }) {
			continue
		}
		d := diag.Diagnostic{
			Code: "unknown-property", Pos: rule.Pos,
			Message: fmt.Sprintf("the records of operation %q have no property %q", b.op.ID, rule.Property),
			Hint:    diag.DidYouMean(rule.Property, names(members)),
			Related: b.op.Pos,
		}
		if rule.Keep && b.OmitMissing {
			d.Severity, d.Hint = diag.Warning, ""
			d.Message += "; its field stays and is not sent"
			b.diags.Add(d)
			b.addField(ir.MessageField{
				Name: orElse(rule.Rename, camel(rule.Property)), Type: keptType(orElse(rule.Type, "string")),
				Doc: strings.TrimSpace(rule.Doc + " The server that this code was generated for does not know it: it is not sent."),
			}, rule.Property)
			continue
		}
		b.failed = b.failed || !b.OmitMissing
		b.missing(d)
	}
}

// addField adds a field unless its name is taken.
func (b *messageBuilder) addField(f ir.MessageField, property string) {
	pos := b.from.Pos
	if rule := b.rule(property); rule != nil && rule.Rename != "" {
		pos = rule.Pos
	}
	if slices.Contains(methodsOfMessages, f.Name) {
		b.problem(pos, "field-is-method", "//opik:field "+property+" rename=...",
			"the property %q gives a field %s, but messages have a method of that name", property, f.Name)
		return
	}
	if slices.ContainsFunc(b.out.Fields, func(o ir.MessageField) bool { return o.Name == f.Name }) {
		b.problem(pos, "duplicate-field", "//opik:field "+property+" rename=...",
			"the message %s has two fields %s", b.from.Name, f.Name)
		return
	}
	b.out.Fields = append(b.out.Fields, f)
}

// rule returns what the template says about a property.
func (b *messageBuilder) rule(name string) *tmpl.FieldRule {
	for i := range b.from.Fields {
		if b.from.Fields[i].Property == name {
			return &b.from.Fields[i]
		}
	}
	return nil
}

// rulesOf returns what a schema demands of a value that is present.
func rulesOf(s *spec.Schema) ir.FieldRules {
	if s == nil {
		return ir.FieldRules{}
	}
	rules := ir.FieldRules{
		UUID: s.Type == "string" && s.Format == "uuid",
		Min:  s.Minimum, Max: s.Maximum, Above: s.ExclusiveMinimum, Below: s.ExclusiveMaximum,
	}
	if s.Type == "string" && s.MaxLength != nil {
		rules.MaxLength = *s.MaxLength
	}
	if s.Type == "array" && s.MaxItems != nil {
		rules.MaxItems = *s.MaxItems
	}
	return rules
}

// constant writes the value of a template as JSON, in the type of its property.
// problem says why it cannot.
func constant(s *spec.Schema, value string) (text, problem string) {
	if s == nil {
		return "", "the property has no schema"
	}
	var err error
	switch s.Type {
	case "string":
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
			return "", orElse(diag.DidYouMean(value, s.Enum), "it can be "+strings.Join(s.Enum, ", "))
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			return "", err.Error()
		}
		return string(quoted), ""
	case "boolean":
		if value != "true" && value != "false" {
			return "", "it can be true, false"
		}
	case "integer":
		_, err = strconv.ParseInt(value, 10, 64)
	case "number":
		_, err = strconv.ParseFloat(value, 64)
	default:
		return "", "only text, numbers and booleans can have a value"
	}
	if err != nil || !json.Valid([]byte(value)) {
		return "", "it is " + article(s.Type)
	}
	return value, ""
}

// exported makes the name of an argument the name of a field: initials that
// start it are capitals as a whole.
func exported(name string) string {
	if name == "id" {
		return "ID"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
