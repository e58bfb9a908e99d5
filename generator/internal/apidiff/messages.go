package apidiff

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
)

// messages compares the records that are queued.
func (c *comparison) messages() {
	for _, name := range names(c.old.Messages, c.new.Messages) {
		before, after := c.old.Messages[name], c.new.Messages[name]
		switch {
		case after == nil:
			c.add(messageChange(Removed, true, before, ""))
		case before == nil:
			c.add(messageChange(Added, false, after, ""))
		default:
			c.travel(before, after)
			c.messageFields(before, after)
		}
	}
}

func messageChange(action Action, breaking bool, m *ir.Message, field string) Change {
	change := Change{
		Subject: SubjectMessage, Action: action, Breaking: breaking, Symbol: m.Name, Operation: m.Kind.Operation,
		Templates: []diag.Position{m.Pos},
	}
	if field != "" {
		change.Symbol += "." + field
		change.Kind = "field"
	}
	return change
}

// travel compares how records travel, and by what they are known.
func (c *comparison) travel(before, after *ir.Message) {
	was, is := aspects(before.Kind), aspects(after.Kind)
	was["key"], is["key"] = strings.Join(before.KeyFields, ", "), strings.Join(after.KeyFields, ", ")
	was["constants"], is["constants"] = constants(before), constants(after)
	for _, aspect := range names(was, is) {
		if was[aspect] != is[aspect] {
			change := messageChange(Changed, false, after, "")
			change.Aspect, change.Old, change.New = aspect, was[aspect], is[aspect]
			c.add(change)
		}
	}
}

// aspects are the members of a plain struct, as text.
func aspects(v any) map[string]string {
	out := map[string]string{}
	value := reflect.ValueOf(v)
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		member := value.Field(i)
		switch {
		case member.IsZero():
			out[name] = ""
		case member.Kind() == reflect.Pointer:
			out[name] = fmt.Sprint(member.Elem().Interface())
		default:
			out[name] = fmt.Sprint(member.Interface())
		}
	}
	return out
}

func constants(m *ir.Message) string {
	var all []string
	for _, constant := range m.Constants {
		all = append(all, constant.Wire+"="+constant.JSON)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// messageFields compares the fields of a message by their names.
func (c *comparison) messageFields(before, after *ir.Message) {
	was, is := fields(before), fields(after)
	for _, name := range names(was, is) {
		old, had := was[name]
		now, has := is[name]
		switch {
		case !has:
			change := messageChange(Removed, true, after, name)
			change.Old = old.Type.Go
			c.add(change)
		case !had:
			change := messageChange(Added, must(now), after, name)
			change.New = now.Type.Go
			c.add(change)
		default:
			c.messageField(after, old, now)
		}
	}
}

func (c *comparison) messageField(m *ir.Message, old, now ir.MessageField) {
	if old.Type.Go != now.Type.Go {
		change := messageChange(Changed, true, m, now.Name)
		change.Old, change.New = old.Type.Go, now.Type.Go
		c.add(change)
	}
	if must(old) != must(now) {
		action := Optional
		if must(now) {
			action = Required
		}
		c.add(messageChange(action, must(now), m, now.Name))
	}
	if (old.Wire == "") != (now.Wire == "") {
		// A field that the runtime keeps though one of the servers does not know it.
		change := messageChange(Changed, false, m, now.Name)
		change.Aspect, change.Old, change.New = "sent as", old.Wire, now.Wire
		c.add(change)
		return
	}
	was, is := aspects(old.Rules), aspects(now.Rules)
	delete(was, "present") // told above
	delete(is, "present")
	was["sent as"], is["sent as"] = old.Wire, now.Wire
	if typeShape(old.Type) != typeShape(now.Type) && old.Type.Go == now.Type.Go {
		was["members"], is["members"] = typeShape(old.Type), typeShape(now.Type)
	}
	for _, aspect := range slices.Sorted(maps.Keys(is)) {
		if was[aspect] == is[aspect] {
			continue
		}
		change := messageChange(Changed, tighter(aspect, was[aspect], is[aspect]), m, now.Name)
		change.Aspect, change.Old, change.New = aspect, was[aspect], is[aspect]
		c.add(change)
	}
}

// must reports whether a record without the field is refused.
func must(f ir.MessageField) bool { return f.Rules.Present }

// tighter reports whether values that were taken may be refused now.
func tighter(aspect, was, is string) bool {
	if aspect == "sent as" || aspect == "members" || is == "" {
		return false
	}
	if was == "" {
		return true
	}
	var a, b float64
	if json.Unmarshal([]byte(was), &a) != nil || json.Unmarshal([]byte(is), &b) != nil {
		return true
	}
	if aspect == "min" || aspect == "above" {
		return b > a
	}
	return b < a
}

// typeShape lists the members that an object, or what a list or map holds, is
// encoded with.
func typeShape(t ir.Type) string {
	if t.Elem != nil {
		return typeShape(*t.Elem)
	}
	var all []string
	for _, f := range t.Fields {
		all = append(all, f.Wire)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func fields(m *ir.Message) map[string]ir.MessageField {
	out := map[string]ir.MessageField{}
	for _, f := range m.Fields {
		out[f.Name] = f
	}
	return out
}
