package apidiff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/goapi"
	"github.com/opik-go/sdk/generator/internal/ir"
)

// Compare returns what differs, breaking changes first.
func Compare(before, after *Side) []Change {
	c := &comparison{old: before, new: after, renamed: map[string]string{}}
	c.operations()
	c.symbols()
	c.required()
	c.messages()
	c.problems()
	Sort(c.changes)
	return c.changes
}

type comparison struct {
	old, new *Side
	changes  []Change
	// renamed maps methods of the REST layer whose operation has another id now:
	// old to new.
	renamed map[string]string
}

func (c *comparison) add(change Change) { c.changes = append(c.changes, change) }

// operations compares the operations by id, then those that are left by method
// and path.
func (c *comparison) operations() {
	byRequest := map[string]string{}
	for id, op := range c.new.Operations {
		if _, kept := c.old.Operations[id]; !kept {
			byRequest[op.request()] = id
		}
	}
	for _, id := range names(c.old.Operations, c.new.Operations) {
		before, had := c.old.Operations[id]
		after, has := c.new.Operations[id]
		switch {
		case had && has:
			c.operation(before, after)
		case had:
			if to, renamed := byRequest[before.request()]; renamed {
				c.rename(before, c.new.Operations[to])
				continue
			}
			c.add(operationChange(Removed, true, before))
			c.skipped(before)
		case !c.isRename(after):
			c.add(operationChange(Added, false, after))
		}
	}
}

// isRename reports whether the new operation is an old one under another id.
func (c *comparison) isRename(after Operation) bool {
	for id, before := range c.old.Operations {
		if _, kept := c.new.Operations[id]; !kept && before.request() == after.request() {
			return true
		}
	}
	return false
}

func (c *comparison) rename(before, after Operation) {
	change := operationChange(Renamed, true, before)
	change.Old, change.New = before.ID, after.ID
	c.add(change)
	c.skipped(before)
	c.renamed[before.REST] = after.REST
	c.operation(Operation{
		Operation: &ir.Operation{ID: after.ID, Kind: before.Kind, Method: after.Method, Path: after.Path, Pos: before.Pos, State: before.State, Symbol: before.Symbol},
		REST:      after.REST, Deprecated: before.Deprecated,
	}, after)
}

// operation compares an operation that both have.
func (c *comparison) operation(before, after Operation) {
	if before.request() != after.request() {
		change := operationChange(Moved, false, after)
		change.Old, change.New = before.request(), after.request()
		c.add(change)
	}
	if before.Kind != after.Kind {
		change := operationChange(Changed, false, after)
		change.Aspect, change.Old, change.New = "kind", string(before.Kind), string(after.Kind)
		c.add(change)
	}
	if before.Deprecated != after.Deprecated {
		c.add(operationChange(deprecation(after.Deprecated), false, after))
	}
}

// operationChange is a change of a whole operation, with the symbol that serves it
// and the line that says so.
func operationChange(action Action, breaking bool, op Operation) Change {
	change := Change{Subject: SubjectOperation, Action: action, Breaking: breaking, Operation: op.ID, Note: string(op.State)}
	switch action {
	case Added:
		change.New = op.request()
	default:
		change.Old = op.request()
	}
	if op.Symbol != "" {
		change.Symbol = facadePackage + "." + op.Symbol
		if op.State == ir.StateMessage {
			change.Symbol = op.Symbol
		}
	}
	if op.claimed() {
		change.Templates = []diag.Position{op.Pos}
	}
	return change
}

// skipped reports the line that skips an operation which is gone. Nothing is made
// of it, so that leaving it out is no problem, but it has to go.
func (c *comparison) skipped(op Operation) {
	if op.State == ir.StateSkipped {
		c.add(Change{
			Subject: SubjectTemplate, Action: Edit, Breaking: true, Operation: op.ID,
			Note: fmt.Sprintf("unknown operation %q", op.ID), Templates: []diag.Position{op.Pos},
		})
	}
}

func deprecation(now bool) Action {
	if now {
		return Deprecated
	}
	return Undeprecated
}

// symbols compares what the packages export.
func (c *comparison) symbols() {
	for _, name := range names(c.old.Symbols, c.new.Symbols) {
		before, had := c.old.Symbols[name]
		after, has := c.new.Symbols[name]
		switch {
		case had && has:
			c.symbol(before, after)
		case had:
			if to := c.renamed[name]; to != "" {
				c.renamedMethod(before, c.new.Symbols[to])
			} else if !withOwner(c.old, c.new, before) {
				c.add(c.symbolChange(c.old, Removed, true, before))
			}
		default:
			if !slices.Contains(slices.Collect(maps.Values(c.renamed)), name) && !withOwner(c.new, c.old, after) {
				c.add(c.symbolChange(c.new, Added, joinsInterface(c.old, after), after))
			}
		}
	}
	c.rebound()
}

// joinsInterface reports whether a new method is one of an interface that others
// may implement.
func joinsInterface(old *Side, method goapi.Symbol) bool {
	return method.Kind == goapi.Method && old.Symbols[method.Of].Text == "interface"
}

// withOwner reports whether a symbol came or went together with what it belongs
// to: the members with their type, params with their method.
func withOwner(has, lacks *Side, s goapi.Symbol) bool {
	gone := func(name string) bool {
		_, stays := lacks.Symbols[name]
		_, was := has.Symbols[name]
		return was && !stays
	}
	if s.Of != "" && gone(s.Of) {
		return true
	}
	if s.Kind != goapi.Type {
		return false
	}
	for _, m := range has.Symbols {
		if m.Kind == goapi.Method && m.Name != s.Name && slices.Contains(m.Takes, s.Name) && m.Of != "" && !gone(m.Of) &&
			gone(m.Name) && strings.HasSuffix(s.Name, "Params") {
			return true
		}
	}
	return false
}

func (c *comparison) symbol(before, after goapi.Symbol) {
	switch {
	case before.Text != after.Text || before.Kind != after.Kind:
		c.changed(before, after, before.Text, after.Text)
	case permuted(before.Arguments, after.Arguments):
		// The types stay, so that no compiler would notice.
		c.changed(before, after, "arguments "+strings.Join(before.Arguments, ", "), "arguments "+strings.Join(after.Arguments, ", "))
	case before.Wire != after.Wire:
		change := c.symbolChange(c.new, Changed, false, after)
		change.Aspect, change.Old, change.New = "name on the wire", before.Wire, after.Wire
		c.add(change)
	}
	if before.Deprecated != after.Deprecated {
		c.add(c.symbolChange(c.new, deprecation(after.Deprecated), false, after))
	}
}

func (c *comparison) changed(before, after goapi.Symbol, was, is string) {
	change := c.symbolChange(c.new, Changed, true, after)
	change.Old, change.New = was, is
	if before.Kind != after.Kind {
		change.Old, change.New = string(before.Kind)+" "+was, string(after.Kind)+" "+is
	}
	c.add(change)
}

// renamedMethod compares the method of an operation that has another id now.
func (c *comparison) renamedMethod(before, after goapi.Symbol) {
	if before.Name == after.Name {
		c.symbol(before, after)
		return
	}
	change := c.symbolChange(c.old, Renamed, true, before)
	change.Old, change.New = before.Name, after.Name
	c.add(change)
	if before.Text != after.Text {
		c.changed(before, after, before.Text, after.Text)
	}
}

// permuted reports whether the names are the same in another order.
func permuted(a, b []string) bool {
	return !slices.Equal(a, b) && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// symbolChange is a change of a symbol of one side.
func (c *comparison) symbolChange(side *Side, action Action, breaking bool, s goapi.Symbol) Change {
	change := Change{Subject: SubjectREST, Action: action, Breaking: breaking, Symbol: s.Name, Kind: string(s.Kind)}
	switch action {
	case Added:
		change.New = s.Text
	case Removed:
		change.Old = s.Text
	}
	if strings.HasPrefix(s.Name, facadePackage+".") {
		change.Subject = SubjectFacade
		change.Templates = side.place(s)
		return change
	}
	if of := ownType(s); breaking {
		change.Templates = side.claims(of)
	}
	for _, op := range side.Operations {
		if op.REST == s.Name {
			change.Operation = op.ID
			if breaking && op.claimed() {
				change.Templates = distinct(append(change.Templates, op.Pos))
			}
		}
	}
	return change
}

// ownType is the type that a symbol is or belongs to.
func ownType(s goapi.Symbol) string {
	if s.Of != "" {
		return s.Of
	}
	return s.Name
}

// rebound reports methods of the facade that call another operation than before.
func (c *comparison) rebound() {
	before, after := served(c.old), served(c.new)
	for _, symbol := range names(before, after) {
		was, is := before[symbol], after[symbol]
		if was.Operation == nil || is.Operation == nil || was.ID == is.ID || was.request() == is.request() {
			continue
		}
		change := operationChange(Rebound, true, is)
		change.Subject, change.Kind, change.Old, change.New, change.Note = SubjectFacade, string(goapi.Method), was.ID, is.ID, ""
		c.add(change)
	}
}

// served returns the operations that symbols of the facade call.
func served(s *Side) map[string]Operation {
	out := map[string]Operation{}
	for _, op := range s.Operations {
		if op.Symbol != "" {
			out[op.Symbol] = op
		}
	}
	return out
}

// required compares what requests must have.
func (c *comparison) required() {
	for _, name := range names(c.old.Required, c.new.Required) {
		before, had := c.old.Symbols[name]
		after, has := c.new.Symbols[name]
		if c.old.Required[name] == c.new.Required[name] {
			continue
		}
		// A type that came or went has been reported as a whole.
		_, typeHad := c.old.Symbols[cmpOf(before, after)]
		_, typeHas := c.new.Symbols[cmpOf(before, after)]
		switch {
		case !typeHad || !typeHas:
		case c.new.Required[name]:
			change := c.symbolChange(c.new, Required, true, after)
			c.add(change)
		case had && has:
			c.add(c.symbolChange(c.new, Optional, false, after))
		default: // the field went with its requirement
			c.add(c.symbolChange(c.old, Optional, false, before))
		}
	}
}

func cmpOf(a, b goapi.Symbol) string {
	if a.Of != "" {
		return a.Of
	}
	return b.Of
}

// problems reports what generation for the new document would fail on, and did not
// for the old one.
func (c *comparison) problems() {
	type key struct {
		pos           diag.Position
		code, message string
	}
	known := map[key]bool{}
	for _, d := range c.old.Problems {
		known[key{d.Pos, d.Code, d.Message}] = true
	}
	for _, d := range c.new.Problems {
		if known[key{d.Pos, d.Code, d.Message}] {
			continue
		}
		change := Change{Subject: SubjectTemplate, Action: Edit, Breaking: true, Note: d.Message}
		if d.Hint != "" {
			change.Note += "; " + d.Hint
		}
		if d.Pos.File != "" {
			change.Templates = []diag.Position{d.Pos}
		}
		c.add(change)
	}
}

// names returns the keys of both, sorted.
func names[V, W any](a map[string]V, b map[string]W) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}
