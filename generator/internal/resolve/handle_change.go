package resolve

import (
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
)

// changes returns what a method has written of the handle's record when it has
// succeeded: members of the body that the record has, too. It is only known for an
// update of the record itself, by the path that the record is read by.
func (b handleBinder) changes(calls *ir.Method) []ir.Change {
	op := b.Contract.Operation(calls.Operation)
	if calls.Kind != ir.KindUpdate || calls.Result.Kind != ir.ResultNone || calls.Call.Body == nil || op.Path != b.readBy() {
		return nil
	}
	body := b.REST.Types[b.REST.Operations[op.ID].BodyType]
	if body == nil {
		return nil
	}
	var all []ir.Change
	for _, f := range body.Fields {
		record := fieldByWire(b.REST.Types[strings.TrimPrefix(b.handle.Record, "rest.")], f.Wire)
		if record == nil || record.Type != f.Type {
			continue
		}
		if change, ok := b.change(calls.Call.Body, f); ok {
			change.Field = record.Name
			all = append(all, change)
		}
	}
	return all
}

// readBy is the path of the operation that reads the handle's record.
func (b handleBinder) readBy() string {
	for _, op := range b.Contract.Operations {
		if rest := b.REST.Operations[op.ID]; b.handle.Refresh != nil && rest != nil && rest.Method == b.handle.Refresh.Method {
			return op.Path
		}
	}
	return ""
}

// change says where a member of the body comes from, if a caller gives it as it is.
func (b handleBinder) change(body *ir.Value, member restgen.Field) (ir.Change, bool) {
	if body.Kind == ir.ValueArg {
		arg, ok := b.argument(body.Name)
		return ir.Change{Arg: arg, Member: member.Name}, ok
	}
	if body.Literal == nil {
		return ir.Change{}, false
	}
	for _, a := range body.Literal.Fields {
		switch {
		case a.Field != member.Name || a.Value.Address || a.Value.Default != "":
		case a.Value.Kind == ir.ValueArg:
			arg, ok := b.argument(a.Value.Name)
			return ir.Change{Arg: arg}, ok
		case a.Value.Kind == ir.ValueParam:
			return ir.Change{Member: a.Value.Name}, true
		}
	}
	return ir.Change{}, false
}

// argument returns the handle's name for an argument of the service's method, all but
// the first, which is the record's own.
func (b handleBinder) argument(name string) (string, bool) {
	for i, arg := range b.target.Args[1:] {
		if arg.Name == name {
			return b.tmpl.Args[i].Name, true
		}
	}
	return "", false
}
