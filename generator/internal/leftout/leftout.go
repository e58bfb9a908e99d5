// Package leftout says what an SDK for another document lacks of what the tree's own
// SDK has, because the document does.
package leftout

import (
	"cmp"
	"maps"
	"slices"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// Report lists what is left out, each list sorted.
type Report struct {
	// Operations are those that the document lacks.
	Operations []string `json:"operations"`
	// Methods are those of services, handles and the client: DatasetsService.Get. The
	// operation may be there and need other arguments.
	Methods []string `json:"methods"`
	// Handles and Messages are types.
	Handles  []string `json:"handles"`
	Messages []string `json:"messages"`
	// Fields are those of params structs, pages and messages, where the method or the
	// message itself is there: TraceListParams.Exclude. A message's field may stay
	// although it is not sent.
	Fields []string `json:"fields"`
	// Schemas are those of the contract that the document lacks, and Properties those
	// of schemas that it has: Trace_Write.environment.
	Schemas    []string `json:"schemas"`
	Properties []string `json:"properties"`
	// Files are the hand-written files and packages that say they need what the
	// document lacks.
	Files []string `json:"files"`
	// Unknown are operations of the document that no template knows: they have a
	// method of the REST layer alone.
	Unknown []string `json:"unknown"`
}

// Of compares the results for the tree's own contract and for another document.
func Of(own, other *build.Result) *Report {
	mine, theirs := public(own.Model), public(other.Model)
	r := &Report{
		Operations: without(operations(own.Model), operations(other.Model)),
		Methods:    without(mine.methods, theirs.methods),
		Handles:    without(mine.handles, theirs.handles),
		Messages:   without(mine.messages, theirs.messages),
		Fields:     within(mine.fields, theirs.fields),
		Schemas:    without(slices.Collect(maps.Keys(own.Contract.Schemas)), slices.Collect(maps.Keys(other.Contract.Schemas))),
		Properties: within(properties(own.Contract), properties(other.Contract)),
		Files:      append([]string{}, other.LeftOut...),
		Unknown:    []string{},
	}
	for _, op := range other.Model.Operations {
		if op.State == ir.StateUndecided && own.Contract.Operation(op.ID) == nil {
			r.Unknown = append(r.Unknown, op.ID)
		}
	}
	slices.Sort(r.Files)
	slices.Sort(r.Unknown)
	return r
}

// names is what a model makes public.
type names struct {
	methods, handles, messages []string
	// fields has the fields, with their structs, of each method and message.
	fields map[string][]string
}

func public(m *ir.Model) names {
	n := names{fields: map[string][]string{}}
	for _, g := range m.Groups {
		for _, method := range g.Methods {
			symbol := cmp.Or(g.Service, "Client") + "." + method.Name
			n.methods = append(n.methods, symbol)
			n.fields[symbol] = fields(method)
			if method.Page != nil {
				n.methods = append(n.methods, cmp.Or(g.Service, "Client")+"."+method.Page.Method)
			}
		}
	}
	for _, h := range m.Handles {
		n.handles = append(n.handles, h.Name)
		for _, method := range h.Methods {
			n.methods = append(n.methods, h.Name+"."+method.Name)
			if method.PageDoc != "" {
				n.methods = append(n.methods, h.Name+"."+method.Name+"Page")
			}
		}
		if h.Refresh != nil {
			n.methods = append(n.methods, h.Name+".Refresh")
		}
	}
	for _, message := range m.Messages {
		n.messages = append(n.messages, message.Name)
		n.fields[message.Name] = []string{}
		for _, f := range message.Fields {
			if f.Wire != "" || f.Name == message.PathField {
				n.fields[message.Name] = append(n.fields[message.Name], message.Name+"."+f.Name)
			}
		}
	}
	return n
}

// fields returns the fields of a method's params and page.
func fields(m *ir.Method) []string {
	all := []string{}
	if m.Params != nil {
		for _, f := range m.Params.Fields {
			all = append(all, m.Params.Type+"."+f.Name)
		}
	}
	if m.Page != nil && m.Page.More != nil {
		for _, f := range m.Page.More.Fields {
			all = append(all, m.Page.More.Type+"."+f.Name)
		}
	}
	return all
}

func operations(m *ir.Model) []string {
	var all []string
	for _, op := range m.Operations {
		all = append(all, op.ID)
	}
	return all
}

// properties returns the properties of each schema, by name.
func properties(c *spec.Contract) map[string][]string {
	all := map[string][]string{}
	for name, s := range c.Schemas {
		all[name] = []string{}
		for _, p := range s.Properties {
			all[name] = append(all[name], name+"."+p.Name)
		}
	}
	return all
}

// within returns the members of a's lists that b's lack, for the names that both have.
func within(a, b map[string][]string) []string {
	out := []string{}
	for name, members := range a {
		if others, ok := b[name]; ok {
			out = append(out, without(members, others)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// without returns what is in a and not in b, sorted.
func without(a, b []string) []string {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	out := []string{}
	for _, s := range a {
		if !in[s] {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
