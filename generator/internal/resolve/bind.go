package resolve

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// binder joins one method of a template with its operation.
type binder struct {
	*resolver
	group *tmpl.Group
	tmpl  *tmpl.Method
	owner string // Go type that has the method
	noun  string // what the service speaks of; empty for the client

	op     *spec.Operation
	rest   *restgen.Operation
	inputs []*input
	method *ir.Method
	failed bool
}

// bind returns the method, or nil if something was wrong, which is reported.
func (b *binder) bind() *ir.Method {
	if !b.findOperation() {
		return nil
	}
	b.inputs = b.resolver.inputs(b.op)
	b.method = &ir.Method{
		Name: b.tmpl.Name, Kind: b.rows[b.op.ID].Kind, Operation: b.op.ID, Pos: b.tmpl.Pos,
		Call: ir.Call{Method: b.rest.Method},
	}
	b.events()
	b.fixed()
	b.arguments()
	b.paging()
	b.rules()
	b.results()
	if b.failed {
		return nil // what follows would only repeat it
	}
	b.projectDefault()
	b.required()
	b.params()
	if b.failed {
		return nil
	}
	b.call()
	b.docs()
	b.examples()
	return b.method
}

// findOperation sets the operation and claims it.
func (b *binder) findOperation() bool {
	id, rule := b.tmpl.Operation, ""
	if id == "" {
		op, why := b.infer()
		if op == nil {
			return false
		}
		id, rule = op.ID, why
	}
	b.op = b.take(id, claim{
		State: ir.StateMethod, Symbol: b.owner + "." + b.tmpl.Name, Inferred: rule,
		Path: b.tmpl.Path, Events: b.tmpl.Events, Pos: b.tmpl.OperationPos,
	})
	if b.op == nil {
		return false
	}
	b.rest = b.REST.Operations[id]
	if b.rest == nil {
		b.failf(b.tmpl.OperationPos, "no-rest-method", "", "the REST layer has no method for operation %q", id)
		return false
	}
	return true
}

// events makes a method ask for events instead of JSON.
func (b *binder) events() {
	switch {
	case !b.tmpl.Events:
	case b.rest.Events == "":
		b.failf(b.tmpl.OperationPos, "bad-option", "", "events is for operations that offer both JSON and server-sent events; operation %q does not", b.op.ID)
	default:
		b.method.Kind, b.method.Call.Method = ir.KindEvents, b.rest.Events
	}
}

// failf reports a problem with the method.
func (b *binder) failf(pos diag.Position, code, hint, format string, args ...any) {
	b.fail(diag.Diagnostic{Code: code, Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// fail reports a problem that another version of the contract may not have: the
// method is left out where that is asked for.
func (b *binder) fail(d diag.Diagnostic) {
	b.failed = true
	if d.Related == (diag.Position{}) {
		d.Related = b.op.Pos
	}
	if b.OmitMissing {
		row := b.rows[b.op.ID]
		row.State, row.Symbol, row.Reason = ir.StateUndecided, "", "left out"
		d.Message = fmt.Sprintf("%s.%s: %s", b.owner, b.tmpl.Name, d.Message)
	}
	b.missing(d)
}

// input returns the input with the name, however it is spelt.
func (b *binder) input(name string) *input {
	for _, in := range b.inputs {
		if in.Wire == name {
			return in
		}
	}
	for _, in := range b.inputs {
		if folded(in.Wire) == folded(name) {
			return in
		}
	}
	return nil
}

// fixed applies the rules that give an input a fixed value; it comes first, for
// such an input is no argument.
func (b *binder) fixed() {
	for _, rule := range b.tmpl.Fields {
		in := b.input(rule.Property)
		switch {
		case in == nil:
		case rule.Value != "" && rule.From != "":
			b.failf(rule.Pos, "bad-option", "", "%s has two values: value= and from=", in.Wire)
		case rule.Value != "":
			in.Value = b.constant(in, rule)
		case rule.From != "":
			in.Value = &ir.Value{Kind: ir.ValueClient, Name: rule.From, Address: strings.HasPrefix(in.Type, "*")}
		}
	}
}

// constant returns a value as Go writes it, or reports that the input cannot have it.
func (b *binder) constant(in *input, rule tmpl.FieldRule) *ir.Value {
	s := b.Contract.Resolve(in.Schema)
	bad := func(hint string) *ir.Value {
		b.failf(rule.Pos, "bad-option", hint, "%s cannot be %q", in.Wire, rule.Value)
		return nil
	}
	v := &ir.Value{Kind: ir.ValueConstant, Name: rule.Value}
	switch {
	case s == nil:
		return bad("")
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, rule.Value):
		return bad("it can be " + strings.Join(s.Enum, ", "))
	case s.Type == "string":
		v.Name = fmt.Sprintf("%q", rule.Value)
	case s.Type == "boolean" && (rule.Value == "true" || rule.Value == "false"):
	case (s.Type == "integer" || s.Type == "number") && number.MatchString(rule.Value):
	default:
		return bad("it is " + article(s.Type))
	}
	v.Address = strings.HasPrefix(in.Type, "*")
	return v
}

// arguments binds the arguments of the signature, by name; one that is left over
// is the one path parameter that is left over.
func (b *binder) arguments() {
	var rest []tmpl.Arg
	for _, arg := range b.tmpl.Args {
		b.method.Args = append(b.method.Args, ir.Arg{Name: arg.Name, Type: arg.Type})
		in := b.input(arg.Name)
		if in == nil {
			in = b.keyword(arg.Name)
		}
		switch {
		case in != nil && in.Value == nil:
			b.bindArg(in, arg)
		case in != nil:
			b.failf(arg.Pos, "bound-twice", "", "%s is given twice: as an argument, and by a rule or another argument", in.Wire)
		default:
			rest = append(rest, arg)
		}
	}
	rest = slices.DeleteFunc(rest, b.wholeBody)
	var free []*input
	for _, in := range b.inputs {
		if in.Place == inPath && in.Value == nil {
			free = append(free, in)
		}
	}
	if len(rest) == 1 && len(free) == 1 {
		b.bindArg(free[0], rest[0])
		rest = nil
	}
	b.repeated()
	for _, arg := range rest {
		var names []string
		for _, in := range b.inputs {
			names = append(names, in.Wire)
		}
		b.fail(diag.Diagnostic{
			Code: "unknown-argument", Pos: arg.Pos,
			Message: fmt.Sprintf("operation %q does not take %s", b.op.ID, arg.Name),
			Hint:    orHint(diag.DidYouMean(arg.Name, names), "it takes "+orNothing(names)),
		})
	}
}

// keyword returns the input whose name no argument can have because it is a word
// of Go: an argument that ends in the word stands for it, as ruleType for type.
func (b *binder) keyword(arg string) *input {
	parts := words(arg)
	for _, in := range b.inputs {
		if token.IsKeyword(in.Wire) && len(parts) > 1 && parts[len(parts)-1] == in.Wire {
			return in
		}
	}
	return nil
}

// repeated gives a property of the body that has the name of a path parameter the
// same argument: a record that names itself must not name another one.
func (b *binder) repeated() {
	for _, in := range b.inputs {
		for _, p := range b.inputs {
			if in.Place == inBody && in.Value == nil && p.Place == inPath && p.Wire == in.Wire && p.Type == in.Type {
				in.Value = p.Value
			}
		}
	}
}

// bindArg makes an argument the value of an input, if their types agree.
func (b *binder) bindArg(in *input, arg tmpl.Arg) {
	pointer := strings.HasPrefix(in.Type, "*") && !strings.HasPrefix(arg.Type, "*")
	if arg.Type != in.Type && !(pointer && "*"+arg.Type == in.Type) {
		b.failf(arg.Pos, "argument-type", "", "%s is %s, not %s", arg.Name, strings.TrimPrefix(in.Type, "*"), arg.Type)
	}
	in.Value = &ir.Value{Kind: ir.ValueArg, Name: arg.Name, Address: pointer}
}

// wholeBody binds an argument that has the type of the whole body, or is the
// content type of a body that is a file.
func (b *binder) wholeBody(arg tmpl.Arg) bool {
	if b.rest.Body == restgen.BodyRaw {
		switch value := (&ir.Value{Kind: ir.ValueArg, Name: arg.Name}); {
		case arg.Type == "io.Reader" && b.method.Call.Body == nil:
			b.method.Call.Body = value
			return true
		case arg.Type == "string" && arg.Name == "contentType":
			b.method.Call.ContentType = value
			return true
		}
		return false
	}
	if b.rest.BodyType == "" || arg.Type != b.qualify(b.rest.BodyType) || b.method.Kind == ir.KindSearch {
		return false // a search sets members of its body itself
	}
	b.inputs = slices.DeleteFunc(b.inputs, func(in *input) bool { return in.Place == inBody })
	b.method.Call.Body = &ir.Value{Kind: ir.ValueArg, Name: arg.Name}
	return true
}

// paging gives the inputs that the method itself steers their values.
func (b *binder) paging() {
	steer := func(in *input, kind ir.ValueKind) {
		if in == nil {
			return
		}
		if in.Value != nil {
			b.failf(b.tmpl.Pos, "bound-twice", "leave it out of the signature", "%s is set by the %s itself", in.Wire, b.method.Kind)
			return
		}
		in.Value = &ir.Value{Kind: kind, Address: strings.HasPrefix(in.Type, "*")}
	}
	switch b.method.Kind {
	case ir.KindList:
		number := ir.ValuePage
		if p := parameter(b.op, "query", "page"); p != nil && p.Schema != nil && p.Schema.Default == "0" {
			number = ir.ValuePage0
		}
		steer(b.input("page"), number)
		steer(b.input("size"), ir.ValueSize)
	case ir.KindSearch:
		steer(limit(b.inputs), ir.ValueLimit)
		if b.tmpl.NoCursor {
			cursor(b.inputs).Hidden = true
		} else {
			steer(cursor(b.inputs), ir.ValueCursor)
		}
	}
	if b.tmpl.NoCursor && b.method.Kind != ir.KindSearch {
		b.failf(b.tmpl.OperationPos, "bad-option", "", "cursor=none is for searches; operation %q is %s", b.op.ID, article(string(b.method.Kind)))
	}
}

// rules applies //opik:field to what has no value yet.
func (b *binder) rules() {
	for _, rule := range b.tmpl.Fields {
		in := b.input(rule.Property)
		switch {
		case in == nil:
			var names []string
			for _, in := range b.inputs {
				names = append(names, in.Wire)
			}
			b.missing(diag.Diagnostic{
				Code: "unknown-property", Pos: rule.Pos,
				Message: fmt.Sprintf("operation %q has no property or parameter %q", b.op.ID, rule.Property),
				Hint:    orHint(diag.DidYouMean(rule.Property, names), "it has "+orNothing(names)),
				Related: b.op.Pos,
			})
			b.failed = b.failed || !b.OmitMissing
		case rule.Value != "" || rule.From != "":
		case rule.Keep:
			b.failf(rule.Pos, "bad-option", "", "keep is for fields of messages")
		case in.Value != nil:
			b.failf(rule.Pos, "rule-without-field", "", "%s has no field that a rule could change: it is an argument, or the method sets it", in.Wire)
		case rule.Hide && in.Required:
			b.failf(rule.Pos, "hidden-input", "", "%s is required and cannot be hidden", in.Wire)
		default:
			in.Hidden, in.Rename = rule.Hide, rule.Rename
			if rule.Doc != "" {
				in.Description = rule.Doc
			}
		}
	}
}

// required reports inputs that a caller must give and cannot.
func (b *binder) required() {
	if body := b.bodyArgument(); body != "" && b.method.Call.Body == nil {
		b.failf(b.tmpl.Pos, "missing-input", "add an argument of type "+body, "%s lacks the body of the request", b.tmpl.Name)
	}
	for _, in := range b.inputs {
		if in.Required && in.Value == nil && !in.Hidden {
			b.failf(b.tmpl.Pos, "missing-input",
				fmt.Sprintf("add the argument %s %s", argName(in.Wire), strings.TrimPrefix(in.Type, "*")),
				"%s lacks %s, which operation %q requires", b.tmpl.Name, in.Wire, b.op.ID)
		}
	}
}

// bodyArgument is the type of a body that can be given as a whole only; empty if
// there is none, or it is an object whose members are inputs.
func (b *binder) bodyArgument() string {
	switch t := b.REST.Types[b.rest.BodyType]; {
	case b.rest.Body == restgen.BodyRaw:
		return "io.Reader"
	case b.rest.BodyType == "", t != nil && t.Kind == restgen.KindStruct:
		return ""
	}
	return b.qualify(b.rest.BodyType)
}

// argName is how an input is called as an argument.
func argName(wire string) string {
	parts := words(wire)
	for i, w := range parts {
		switch {
		case w == "id" || w == "ids":
			parts[i] = "ID" + w[2:]
		case i > 0:
			parts[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	if len(parts) == 1 {
		return strings.ToLower(parts[0])
	}
	return strings.Join(parts, "")
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
