package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/prose"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// docs writes the comments of the method: what the template says, or a sentence
// made from kind and noun, and then the facts that are known.
func (b *binder) docs() {
	m := b.method
	m.Doc = b.tmpl.Doc
	if m.Doc == "" {
		m.Doc = b.sentence()
	}
	facts := b.limits()
	switch m.Kind {
	case ir.KindList:
		facts = append(facts,
			"It fetches pages as the caller goes on and none after the caller stops. "+
				"After an error the iterator ends; every range over it starts anew. "+b.errors(m.Doc))
		m.Page.Doc = fmt.Sprintf("%s returns one page of [%s.%s], the one that params.Page says. %s %s",
			m.Page.Method, b.owner, m.Name, b.blocking(), b.errors(""))
	case ir.KindSearch:
		facts = append(facts, b.searchFacts(), b.errors(m.Doc))
	case ir.KindStream, ir.KindEvents:
		facts = append(facts, "It sends its request when the iterator is first used, and ends it when the caller stops. After an error the iterator ends. "+b.errors(m.Doc))
	case ir.KindDownload:
		facts = append(facts, b.blocking()+" The caller closes the content. "+b.errors(m.Doc))
	default:
		facts = append(facts, b.blocking()+" "+b.errors(m.Doc))
	}
	m.Doc = strings.Join(append([]string{m.Doc}, nonempty(facts)...), "\n\n")
	if b.op.Deprecated {
		m.Doc += "\n\nDeprecated: the server may remove the operation."
	}
}

// sentence says in a sentence what a method does.
func (b *binder) sentence() string {
	thing, name := b.thing(), b.tmpl.Name
	switch b.method.Kind {
	case ir.KindGet:
		return fmt.Sprintf("%s returns one %s.", name, thing)
	case ir.KindList, ir.KindStream:
		if own := b.subject(); thing != own {
			return fmt.Sprintf("%s returns the %s of %s that match params.", name, plural(own), article(b.noun))
		}
		return fmt.Sprintf("%s returns the %s that match params.", name, plural(thing))
	case ir.KindSearch:
		return fmt.Sprintf("%s returns the %s that match params, newest first.", name, plural(thing))
	case ir.KindCreate:
		if b.method.Result.Kind == ir.ResultCreated {
			return fmt.Sprintf("%s creates %s and returns it.", name, article(thing))
		}
		return fmt.Sprintf("%s creates %s and returns its id.", name, article(thing))
	case ir.KindUpdate:
		return fmt.Sprintf("%s changes %s. What params does not set stays as it is.", name, article(thing))
	case ir.KindBatchUpdate:
		return fmt.Sprintf("%s makes the same change to several %s.", name, plural(thing))
	case ir.KindDelete:
		return fmt.Sprintf("%s deletes %s.", name, article(thing))
	case ir.KindBatchDelete:
		return fmt.Sprintf("%s deletes several %s at once. Those that do not exist are no error.", name, plural(thing))
	}
	return fmt.Sprintf("%s calls %s %s.", name, b.op.Method, b.op.Path)
}

// thing is what the operation is about, with the service's noun before it if it is
// something that belongs to that: dataset, dataset item.
func (b *binder) thing() string {
	own := b.subject()
	if b.noun != "" && folded(b.noun) != folded(own) {
		return b.noun + " " + own
	}
	return own
}

// notThings are the last words of paths that say what is done, not to what.
var notThings = []string{"batch", "search", "stream", "delete", "delete-batch", "retrieve"}

// subject is what the operation is about: the collection in its path.
func (b *binder) subject() string {
	for segment := range backwards(strings.Split(b.op.Path, "/")) {
		if !parameterSegment(segment) && !slices.Contains(notThings, segment) {
			return singular(strings.Join(words(segment), " "))
		}
	}
	return "record"
}

func backwards(list []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := len(list) - 1; i >= 0 && yield(list[i]); i-- {
		}
	}
}

// blocking says how long the method blocks. A create that fetches the record
// sends two requests.
func (b *binder) blocking() string {
	if b.method.Fetch != nil {
		return "It blocks for two requests: to create, and to read what was created."
	}
	return "It blocks until the server has answered its request."
}

// searchFacts says how a search pages and ends.
func (b *binder) searchFacts() string {
	s := b.method.Search
	if s.Cursor == "" {
		use := ""
		if s.Instead != "" {
			use = fmt.Sprintf(" Use %s for more.", docLink(s.Instead))
		}
		return fmt.Sprintf("It sends one request when the iterator is first used, for %s results at most: %s "+
			"If there may be more, the iterator ends with an error that matches [ErrMoreResults].%s", prose.Thousands(s.Max), ended(b.tmpl.Reason), use)
	}
	return "It sends a request when the iterator is first used and further ones as the caller goes on, and ends them when the caller stops. " +
		"A stream that breaks is resumed after the last record that arrived. After an error the iterator ends; every range over it starts anew."
}

// docLink links Threads.List to the method of the service.
func docLink(symbol string) string {
	if service, method, ok := strings.Cut(symbol, "."); ok {
		return "[" + service + "Service." + method + "]"
	}
	return "[Client." + symbol + "]"
}

// ended ends a text with a full stop.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// refusal is a class of errors with the status that it stands for, and when a
// server answers with it.
type refusal struct {
	status, name, when string
	kinds              []ir.Kind // for which it is known though the contract does not list it
}

var refusals = []refusal{
	{"404", "ErrNotFound", "what it names does not exist", []ir.Kind{ir.KindGet, ir.KindDownload}},
	{"409", "ErrConflict", "it contradicts what exists", nil},
	{"400", "ErrInvalid", "the server does not accept the input", nil},
	{"422", "ErrInvalid", "the server does not accept the input", nil},
	{"402", "ErrPaymentRequired", "the quota is used up", nil},
	{"410", "ErrGone", "it is gone", nil},
	{"413", "ErrPayloadTooLarge", "the request is too large", nil},
}

// ofOne are the kinds of operations on one record, which the path names.
var ofOne = []ir.Kind{ir.KindGet, ir.KindUpdate, ir.KindDelete, ir.KindDownload}

// errors names the classes of errors that the operation is known to have, besides
// those that every operation has, and leaves out what the template's text names.
func (b *binder) errors(doc string) string {
	var parts []string
	for _, f := range refusals {
		documented := slices.ContainsFunc(b.op.Responses, func(r *spec.Response) bool { return r.Status == f.status })
		part := fmt.Sprintf("[%s] if %s", f.name, f.when)
		if f.status == "404" && slices.Contains(ofOne, b.method.Kind) {
			part = fmt.Sprintf("[%s] if there is no such %s", f.name, b.subject())
		}
		if !documented && !slices.Contains(f.kinds, b.method.Kind) || strings.Contains(doc, f.name) || slices.Contains(parts, part) {
			continue
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "A refusal by the server is an [*APIError]."
	}
	return "Its error matches " + strings.Join(parts, ", ") + "."
}

// limits says how many values the arguments take.
func (b *binder) limits() []string {
	var all []string
	for _, in := range b.inputs {
		if in.Value == nil || in.Value.Kind != ir.ValueArg {
			continue
		}
		s := b.Contract.Resolve(in.Schema)
		if l := size(s); l != "" {
			all = append(all, fmt.Sprintf("%s holds %s.", in.Value.Name, l))
		}
		if l := between(s); l != "" {
			all = append(all, fmt.Sprintf("%s is %s.", in.Value.Name, l))
		}
	}
	return []string{strings.Join(all, " ")}
}

// size says how many elements or characters a value may have.
func size(s *spec.Schema) string {
	if s == nil {
		return ""
	}
	return prose.Size(s.MinItems, s.MaxItems, s.MaxLength)
}

// between says between which whole numbers a value must be.
func between(s *spec.Schema) string {
	if s == nil || s.Type != "integer" {
		return ""
	}
	return prose.Between(s.Minimum, s.Maximum)
}

// goName returns the Go name of an input that callers give; "" for others.
func (b *binder) goName(wire string) string {
	for _, in := range b.inputs {
		switch {
		case in.Wire != wire || in.Hidden:
		case in.Value == nil, in.Value.Kind == ir.ValueParam, in.Value.Kind == ir.ValueProject:
			return orElse(in.Rename, in.Field)
		case in.Value.Kind == ir.ValueArg:
			return in.Value.Name
		}
	}
	return ""
}

// fieldDoc writes the comment of a field of a params struct.
func (b *binder) fieldDoc(in *input, name string) string {
	doc := prose.GoNames(in.Description, b.goName)
	switch {
	case doc != "":
	case (b.method.Kind == ir.KindCreate || b.method.Kind == ir.KindUpdate) && in.Type != "*bool":
		property := strings.TrimPrefix(strings.Join(words(name), " "), b.subject()+" ")
		doc = fmt.Sprintf("%s of the %s.", strings.ToUpper(property[:1])+property[1:], b.subject())
	default:
		doc = fmt.Sprintf("%s is sent as %s.", name, in.Wire)
	}
	schema := b.Contract.Resolve(in.Schema)
	doc = prose.WithLimits(doc, size(schema), between(schema))
	switch d := b.defaultValue(in); {
	case in.Value != nil && in.Value.Kind == ir.ValueProject && in.Value.Other != "":
		doc += fmt.Sprintf(" Without it and %s, it is the client's project.", in.Value.Other)
	case in.Value != nil && in.Value.Kind == ir.ValueProject:
		doc += " By default it is the client's project."
	case d != "":
		doc += fmt.Sprintf(" By default %s.", d)
	}
	return doc
}

func nonempty(list []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
}
