// Package directive holds the directives of templates: the comments
// //opik:name arguments that say what Go cannot. The set is closed; a comment
// that looks like a directive and is none is an error, never ignored.
package directive

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// Directive is one directive with its arguments.
type Directive struct {
	Name string
	// Value points to the struct of the registry: *Op for op.
	Value any
	Pos   diag.Position
	// ArgPos holds the position of the first argument, which is the operation or
	// the property; it is Pos if there is none.
	ArgPos diag.Position
}

// Parser reads the directives of one file.
type Parser struct {
	// Position converts a position of the file set.
	Position func(token.Pos) diag.Position
	Diags    *diag.List
}

// alike matches comments that are meant as directives, well written or not.
var alike = regexp.MustCompile(`(?i)^(//|/\*)\s*opik\s*:`)

// Group reads the directives in a comment that stands at the given place. Those
// that may not stand there, or may stand there once only, are reported and left out.
func (p Parser) Group(group *ast.CommentGroup, place Place) []Directive {
	if group == nil {
		return nil
	}
	var found []Directive
	for _, c := range group.List {
		d, ok := p.comment(c)
		if !ok {
			continue
		}
		e := lookup(d.Name)
		first := slices.IndexFunc(found, func(f Directive) bool { return f.Name == d.Name })
		switch {
		case !slices.Contains(e.places, place) && place == OnNothing:
			p.Diags.Add(diag.Diagnostic{
				Code: "unattached-directive", Pos: d.Pos,
				Message: fmt.Sprintf("//opik:%s belongs to no declaration; it must stand in %s", d.Name, where(e.places)),
				Hint:    "is there an empty line between the comment and the declaration?",
			})
		case !slices.Contains(e.places, place):
			p.Diags.Add(diag.Diagnostic{
				Code: "misplaced-directive", Pos: d.Pos,
				Message: fmt.Sprintf("//opik:%s may not stand in %s; it must stand in %s", d.Name, place.from(), where(e.places)),
			})
		case first >= 0 && !e.repeat:
			p.Diags.Add(diag.Diagnostic{
				Code: "duplicate-directive", Pos: d.Pos,
				Message: fmt.Sprintf("//opik:%s stands here twice", d.Name),
				Related: found[first].Pos,
			})
		default:
			found = append(found, d)
		}
	}
	return found
}

// comment reads one comment; ok is false if it is no directive, or a bad one,
// which is reported.
func (p Parser) comment(c *ast.Comment) (Directive, bool) {
	text, _, _ := strings.Cut(c.Text, "\n")
	if !alike.MatchString(text) {
		return Directive{}, false
	}
	pos := p.Position(c.Slash)
	raw, ok := ast.ParseDirective(c.Slash, text)
	if !ok || raw.Tool != "opik" {
		p.Diags.Add(diag.Diagnostic{
			Code: "malformed-directive", Pos: pos,
			Message: fmt.Sprintf("%q looks like a directive and is none", text),
			Hint:    "write //opik:name, in lower case, without blanks before the name",
		})
		return Directive{}, false
	}
	e := lookup(raw.Name)
	if e == nil {
		p.Diags.Add(diag.Diagnostic{
			Code: "unknown-directive", Pos: pos,
			Message: fmt.Sprintf("unknown directive //opik:%s", raw.Name),
			Hint:    orElse(diag.DidYouMean(raw.Name, Names()), "opikgen directives lists them"),
		})
		return Directive{}, false
	}
	args, err := raw.ParseArgs()
	if err != nil {
		p.Diags.Add(diag.Diagnostic{
			Code: "bad-arguments", Pos: pos,
			Message: fmt.Sprintf("//opik:%s: arguments are words, or text in double quotes, with blanks between them", raw.Name),
			Hint:    err.Error(),
		})
		return Directive{}, false
	}
	d := Directive{Name: raw.Name, Value: e.make(), Pos: pos, ArgPos: pos}
	if len(args) > 0 {
		d.ArgPos = p.Position(args[0].Pos)
	}
	dec := decoder{Parser: p, name: raw.Name, pos: pos, value: reflect.ValueOf(d.Value).Elem(), set: map[string]bool{}}
	for _, a := range args {
		quoted := strings.ContainsRune("\"`", rune(text[a.Pos-c.Slash]))
		dec.argument(a.Arg, quoted, p.Position(a.Pos))
	}
	return d, dec.finish()
}

// decoder fills the struct of a directive from its arguments.
type decoder struct {
	Parser
	name   string
	pos    diag.Position
	value  reflect.Value
	set    map[string]bool // by name of the field
	failed bool
}

// argument stores one argument.
func (d *decoder) argument(word string, quoted bool, pos diag.Position) {
	if key, value, ok := strings.Cut(word, "="); ok {
		if f, known := d.field("key", key); known {
			d.store(f, value, pos)
			return
		}
		if !quoted {
			d.fail(diag.Diagnostic{
				Code: "unknown-option", Pos: pos,
				Message: fmt.Sprintf("//opik:%s has no option %q", d.name, key),
				Hint:    orElse(diag.DidYouMean(key, d.options("key")), "it has "+orElse(strings.Join(d.options("key"), ", "), "none")),
			})
			return
		}
	}
	if quoted {
		if f, ok := d.next("text"); ok {
			d.store(f, word, pos)
			return
		}
	} else {
		if f, ok := d.next("arg"); ok {
			d.store(f, word, pos)
			return
		}
		if f, ok := d.field("flag", word); ok {
			d.store(f, "true", pos)
			return
		}
	}
	d.fail(diag.Diagnostic{
		Code: "unexpected-argument", Pos: pos,
		Message: fmt.Sprintf("//opik:%s does not take the argument %q", d.name, word),
		Hint:    "usage: " + usage(d.name),
	})
}

// store sets a field, once.
func (d *decoder) store(f reflect.StructField, value string, pos diag.Position) {
	_, rule := tag(f)
	v := d.value.FieldByIndex(f.Index)
	switch {
	case d.set[f.Name]:
		d.fail(diag.Diagnostic{Code: "repeated-option", Pos: pos, Message: fmt.Sprintf("//opik:%s has %q twice", d.name, strings.ToLower(f.Name))})
	case rule != "" && rule != "required" && !slices.Contains(strings.Split(rule, "|"), value):
		d.fail(diag.Diagnostic{
			Code: "bad-option", Pos: pos,
			Message: fmt.Sprintf("//opik:%s: %s cannot be %q", d.name, strings.ToLower(f.Name), value),
			Hint:    "it can be " + strings.ReplaceAll(rule, "|", ", "),
		})
	case value == "":
		d.fail(diag.Diagnostic{Code: "bad-option", Pos: pos, Message: fmt.Sprintf("//opik:%s: %s has no value", d.name, strings.ToLower(f.Name))})
	case v.Kind() == reflect.Int:
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			d.fail(diag.Diagnostic{Code: "bad-option", Pos: pos, Message: fmt.Sprintf("//opik:%s: %s=%s is not a whole number of at least 0", d.name, strings.ToLower(f.Name), value)})
			break
		}
		v.SetInt(int64(n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.ValueOf(strings.Split(value, ",")))
	default:
		v.SetString(value)
	}
	d.set[f.Name] = true
}

// finish reports what is missing, and whether the directive is good.
func (d *decoder) finish() bool {
	for f := range fields(d.value.Type()) {
		if how, rule := tag(f); rule == "required" && !d.set[f.Name] && !d.failed {
			what := strings.ToLower(f.Name)
			switch how {
			case "key":
				what = "the option " + what + "="
			case "text":
				what = "a " + what + " in double quotes"
			default:
				what = "the name of the " + what
			}
			d.fail(diag.Diagnostic{
				Code: "missing-argument", Pos: d.pos,
				Message: fmt.Sprintf("//opik:%s needs %s", d.name, what),
				Hint:    "usage: " + usage(d.name),
			})
		}
	}
	return !d.failed
}

func (d *decoder) fail(problem diag.Diagnostic) {
	d.failed = true
	d.Diags.Add(problem)
}

// field returns the field for a name, written in lower case.
func (d *decoder) field(how, name string) (reflect.StructField, bool) {
	for f := range fields(d.value.Type()) {
		if h, _ := tag(f); h == how && strings.ToLower(f.Name) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// next returns the first field of a sort that has no value yet.
func (d *decoder) next(how string) (reflect.StructField, bool) {
	for f := range fields(d.value.Type()) {
		if h, _ := tag(f); h == how && !d.set[f.Name] {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// options returns the names of all options of a sort.
func (d *decoder) options(how string) []string {
	var names []string
	for f := range fields(d.value.Type()) {
		if h, _ := tag(f); h == how {
			names = append(names, strings.ToLower(f.Name))
		}
	}
	return names
}

// fields ranges over the fields of a directive's struct.
func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// tag splits a field's tag into how the argument is written and what rule it obeys.
func tag(f reflect.StructField) (how, rule string) {
	how, rule, _ = strings.Cut(f.Tag.Get("opik"), ",")
	return how, rule
}

func lookup(name string) *entry {
	for i := range entries {
		if entries[i].name == name {
			return &entries[i]
		}
	}
	return nil
}

// Names returns the names of all directives.
func Names() []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	return names
}

// InComment reports whether the place is the comment of something.
func (p Place) InComment() bool { return p != OnNothing && p != OnFile }

// where says where a directive must stand, for the middle of a sentence.
func where(places []Place) string {
	text := ""
	for i, p := range places {
		switch {
		case i > 0:
			text += ", or of "
		case p.InComment():
			text += "the comment of "
		}
		text += string(p)
	}
	return text
}

// from is the comment that a directive stands in, for messages.
func (p Place) from() string {
	if p.InComment() {
		return "the comment of " + string(p)
	}
	return string(p)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
