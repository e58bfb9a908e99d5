package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// versionProperty is what the server calls the time by which it chooses among the
// records of one id.
const versionProperty = "last_updated_at"

// facts settles what the queue, the disk and attachments have to know of records.
func (b *messageBuilder) facts() {
	k := &b.out.Kind
	for _, f := range b.out.Fields {
		// Only rows that arrive in batches are chosen by their time; a single request
		// has the time of its arrival.
		if f.Wire == versionProperty && f.Type.Kind == ir.Time && b.list != nil && k.Merge == ir.MergeReplace {
			k.Versioned = true
		}
		if f.Type.Kind == ir.Any && b.opaque(f.Wire) {
			k.FreeForm = append(k.FreeForm, f.Wire)
		}
	}
	b.group()
	if k.Attach = b.from.Attach; k.Attach != "" && len(b.out.KeyFields) == 0 {
		b.problem(b.from.OperationPos, "attach-without-key", "add key= with the id of the entity first", "attach=%s needs a key", k.Attach)
	}
}

// opaque reports whether the REST layer passes a property on as it is: a union,
// which has no encoding of its own either, has a form all the same.
func (b *messageBuilder) opaque(wire string) bool {
	t := b.REST.Types[b.recordType]
	field := fieldByWire(t, wire)
	if wire == "" || field == nil {
		return false
	}
	name := strings.TrimPrefix(field.Type, "*")
	if named := b.REST.Types[name]; named != nil && named.Kind == restgen.KindAlias {
		name = named.Underlying
	}
	return name == "json.RawMessage"
}

// group settles which trace a record belongs to.
func (b *messageBuilder) group() {
	name := b.from.Group
	if name == "" {
		return
	}
	pos := b.from.OperationPos
	f := b.keyField(name)
	switch {
	case f == nil && b.known(name):
		b.problem(pos, "group-without-field", "", "the group of %s is the property %q, which has no field", b.from.Name, name)
	case f == nil:
		b.failed = b.failed || !b.OmitMissing
		b.missing(diag.Diagnostic{
			Code: "unknown-group", Pos: pos,
			Message: fmt.Sprintf("the group of %s is %q, which is neither a property of its records nor a parameter of its path", b.from.Name, name),
			Hint:    diag.DidYouMean(name, b.keyNames()),
			Related: b.op.Pos,
		})
	case f.Type.Kind != ir.String || f.Type.Pointer:
		b.problem(pos, "group-no-text", "", "the group of %s is the property %q, which is no text", b.from.Name, name)
	default:
		b.out.GroupField, b.out.Kind.Group = f.Name, f.Wire
	}
}

// updates settles which messages change the records of others. All messages are
// resolved by then.
func (r *resolver) updates() {
	for _, m := range r.Templates.Messages {
		at := slices.IndexFunc(r.model.Messages, func(o *ir.Message) bool { return o.Name == m.Name && o.Pos == m.Pos })
		if m.Updates == "" || at < 0 {
			continue
		}
		r.update(m, r.model.Messages[at])
	}
}

func (r *resolver) update(from *tmpl.Message, change *ir.Message) {
	problem := func(code, hint, format string, args ...any) {
		r.diags.Add(diag.Diagnostic{
			Code: code, Pos: from.OperationPos, Hint: hint,
			Message: fmt.Sprintf("updates=%s: ", from.Updates) + fmt.Sprintf(format, args...),
		})
	}
	var declared []string
	for _, m := range r.Templates.Messages {
		declared = append(declared, m.Name)
	}
	at := slices.IndexFunc(r.model.Messages, func(o *ir.Message) bool { return o.Name == from.Updates })
	switch {
	case from.Updates == from.Name:
		problem("updates-itself", "name the message whose records it changes", "a message does not change itself")
		return
	case !slices.Contains(declared, from.Updates):
		problem("unknown-message", diag.DidYouMean(from.Updates, declared), "there is no such message")
		return
	case at < 0:
		return // it was left out, or has problems of its own
	}
	whole := r.model.Messages[at]
	switch {
	case change.Kind.Merge != ir.MergeFields:
		problem("updates-merge", "add merge=fields", "the fields of changes are merged when they meet")
	case whole.Kind.Merge != ir.MergeReplace || len(whole.KeyFields) != 1:
		problem("updates-whole", "it needs key= with one property, and merge=replace", "its records are not complete, or not known by one id")
	case change.PathField == "" || change.KeyFields[0] != change.PathField:
		problem("updates-id", "the first property of key= must be the parameter of the path", "the changes do not say by their path what they change")
	case change.Kind.Lane != whole.Kind.Lane || change.Kind.Stage <= whole.Kind.Stage:
		problem("updates-order", "they need one lane=, and the change a later stage=", "changes could arrive before what they change")
	default:
		change.Kind.Updates = whole.Name
		for _, name := range change.KeyFields[1:] {
			i := slices.IndexFunc(change.Fields, func(f ir.MessageField) bool { return f.Name == name })
			if wire := change.Fields[i].Wire; wire != "" {
				change.Kind.Identity = append(change.Kind.Identity, wire)
			}
		}
	}
}
