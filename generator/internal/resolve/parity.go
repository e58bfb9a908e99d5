package resolve

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// sdks are the other SDKs that templates compare this one with.
var sdks = []string{"python", "typescript"}

// Parity resolves the lines of the templates about other SDKs. The symbols of this
// SDK are those of the model and those that are written by hand.
func Parity(m *ir.Model, templates *tmpl.Set, byHand []string, omitMissing bool) ([]*ir.Parity, diag.List) {
	p := parity{known: symbols(m, byHand), omitMissing: omitMissing, folded: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(p.known)) {
		p.folded[foldedSymbol(name)] = name
	}
	var all []*ir.Parity
	first := map[string]diag.Position{}
	for _, t := range templates.Parities {
		if line := p.line(t); line != nil {
			all = append(all, line)
		}
		key := t.SDK + " " + t.Name
		if pos, taken := first[key]; taken {
			p.diags.Add(diag.Diagnostic{
				Code: "duplicate-directive", Pos: t.Pos, Related: pos,
				Message: fmt.Sprintf("%s of %s stands here twice", t.Name, t.SDK),
			})
		}
		first[key] = t.Pos
	}
	return all, p.diags
}

// parity resolves lines.
type parity struct {
	diags diag.List
	// known maps each symbol, in all ways to write it, to how it is shown, and
	// folded does so for names in whatever case.
	known, folded map[string]string
	omitMissing   bool
}

// mentioned matches symbols in a reason, which are written as in a comment: [New].
var mentioned = regexp.MustCompile(`\[([\w.]+)\]`)

// line resolves one line; nil if it is wrong, or left out.
func (p *parity) line(t *tmpl.Parity) *ir.Parity {
	if !slices.Contains(sdks, t.SDK) {
		p.diags.Add(diag.Diagnostic{
			Code: "bad-option", Pos: t.Pos, Message: fmt.Sprintf("//opik:parity: there is no other SDK %q", t.SDK),
			Hint: "it can be " + strings.Join(sdks, ", "),
		})
		return nil
	}
	line := &ir.Parity{SDK: t.SDK, Name: t.Name, Note: t.Reason, Pos: t.Pos}
	if owner, name, ok := strings.Cut(t.Name, "."); ok {
		line.Owner, line.Name = owner, name
	}
	wanted := t.Go
	if len(wanted) == 0 && t.Reason == "" {
		wanted = []string{defaultSymbol(line)}
	}
	if same := p.same(defaultSymbol(line)); len(wanted) == 0 && same != "" {
		p.diags.Add(diag.Diagnostic{
			Code: "bad-option", Pos: t.Pos, Message: fmt.Sprintf("a reason alone says that there is no %s, but the SDK has %s", t.Name, same),
			Hint: "add go=" + same + " if it does the same",
		})
	}
	for _, name := range wanted {
		symbol := p.known[name]
		if symbol == "" && len(t.Go) == 0 {
			symbol = p.same(name)
		}
		if symbol != "" {
			line.Symbols = append(line.Symbols, symbol)
			continue
		}
		p.unknown(t, name)
		if !p.omitMissing {
			return nil
		}
	}
	for _, m := range mentioned.FindAllStringSubmatch(t.Reason, -1) {
		if p.known[m[1]] == "" {
			p.unknown(t, m[1])
		}
	}
	if len(line.Symbols) == 0 && line.Note == "" {
		line.Note = "not with this version of the server"
	}
	return line
}

// same returns the symbol of the name, in upper or lower case, if there is one.
func (p *parity) same(name string) string { return p.known[p.folded[foldedSymbol(name)]] }

// unknown reports a symbol that does not exist.
func (p *parity) unknown(t *tmpl.Parity, name string) {
	d := diag.Diagnostic{Code: "unknown-symbol", Pos: t.Pos, Message: fmt.Sprintf("the SDK has no symbol %s", name)}
	if p.omitMissing {
		d.Severity = diag.Warning
		d.Message += "; left out"
	} else {
		d.Hint = orHint(diag.DidYouMean(name, slices.Sorted(maps.Keys(p.known))), "say with go= what does the same, or in double quotes why nothing does")
	}
	p.diags.Add(d)
}

// defaultSymbol is the symbol that has the name of the other SDK in Go's case, but
// for initials: Client.GetUrl.
func defaultSymbol(line *ir.Parity) string {
	switch line.Owner {
	case "":
		return "Client." + camel(line.Name)
	case "opik":
		return camel(line.Name)
	}
	return line.Owner + "." + camel(line.Name)
}

// foldedSymbol is a symbol in a form in which spellings are compared.
func foldedSymbol(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = folded(part)
	}
	return strings.Join(parts, ".")
}

// symbols maps all symbols of the SDK, in all ways to write them, to how they are
// shown.
func symbols(m *ir.Model, byHand []string) map[string]string {
	known := map[string]string{}
	for _, name := range byHand {
		known[name] = name
	}
	for _, g := range m.Groups {
		if g.Service != "" {
			field := "Client." + g.Field
			known[field], known[g.Field], known[g.Service] = field, field, g.Service
		}
		for _, method := range g.Methods {
			names := []string{method.Name}
			if method.Page != nil {
				names = append(names, method.Page.Method)
			}
			for _, name := range names {
				if g.Service == "" {
					known["Client."+name] = "Client." + name
					continue
				}
				shown := "Client." + g.Field + "." + name
				known[shown], known[g.Field+"."+name], known[g.Service+"."+name] = shown, shown, shown
			}
			if method.Params != nil {
				known[method.Params.Type] = method.Params.Type
				for _, f := range method.Params.Fields {
					known[method.Params.Type+"."+f.Name] = method.Params.Type + "." + f.Name
				}
			}
		}
	}
	for _, h := range m.Handles {
		known[h.Name] = h.Name
		names := h.Own()
		for _, method := range h.Methods {
			names = append(names, method.Name)
		}
		for _, name := range names {
			known[h.Name+"."+name] = h.Name + "." + name
		}
	}
	for _, message := range m.Messages {
		if public := message.Public; public != nil {
			known[message.Name], known["Client."+public.Method] = message.Name, "Client."+public.Method
		}
	}
	return known
}
