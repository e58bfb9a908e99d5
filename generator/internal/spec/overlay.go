package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath"
	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// action is one action of an overlay (OpenAPI Overlay 1.0).
type action struct {
	node   *yaml.Node
	target *yaml.Node
	update *yaml.Node // nil if the action removes
}

// applyOverlay changes the document as the overlay says, action by action.
// Targets are JSONPath as RFC 9535 defines it.
func (d *document) applyOverlay(file string, data []byte, strict bool, problems *diag.List) {
	o, found := parse(file, data)
	problems.Append(found)
	if found.Failed() {
		return
	}
	d.overlay, d.fromOverlay = file, map[*yaml.Node]bool{}
	actions := parseOverlay(o, problems)
	if problems.Failed() {
		return
	}
	for _, a := range actions {
		path, err := jsonpath.NewPath(a.target.Value)
		if err != nil {
			// The library goes on with the path itself on further lines.
			reason, _, _ := strings.Cut(err.Error(), "\n")
			problems.Errorf(o.position(a.target), CodeOverlayPath, "the target is no JSONPath: %s", reason)
			continue
		}
		targets := path.Query(d.root)
		if len(targets) == 0 {
			nothing := diag.Diagnostic{Severity: diag.Warning, Code: CodeOverlayTarget, Pos: o.position(a.target),
				Message: "the action matches nothing in the contract: " + a.target.Value}
			if strict {
				nothing.Severity = diag.Error
				nothing.Hint = "the document has changed; correct the target, or delete the action if it is no longer needed"
			}
			problems.Add(nothing)
			continue
		}
		if a.update == nil && slices.Contains(targets, d.root) {
			problems.Errorf(o.position(a.target), CodeOverlay, "the action would remove the whole contract")
			continue
		}
		if a.update == nil {
			d.removeNodes(targets)
			continue
		}
		changed := false
		for _, t := range targets {
			if t.Kind != yaml.ScalarNode && t.Kind != a.update.Kind {
				problems.Add(diag.Diagnostic{Code: CodeOverlay, Pos: o.position(a.update), Related: d.position(t),
					Message: fmt.Sprintf("the update is %s, but its target is %s", describe(a.update), describe(t))})
				continue
			}
			changed = d.merge(t, a.update) || changed
		}
		if !changed && !problems.Failed() {
			// Not an error: it says that the document has been corrected.
			problems.Add(diag.Diagnostic{Severity: diag.Warning, Code: CodeOverlayNothing, Pos: o.position(a.target),
				Message: "the action changes nothing: the contract says so already",
				Hint:    "delete the action"})
		}
	}
}

// parseOverlay checks the overlay itself.
func parseOverlay(o *document, problems *diag.List) []action {
	bad := func(n *yaml.Node, format string, args ...any) {
		problems.Errorf(o.position(n), CodeOverlay, format, args...)
	}
	for key, v := range entries(o.root) {
		switch key.Value {
		case "overlay":
			if v.Value != "1.0.0" {
				bad(v, "overlay version %s is not supported; expected 1.0.0", describe(v))
			}
		case "info", "extends", "actions":
		default:
			bad(key, "an overlay has no member %q", key.Value)
		}
	}
	for _, key := range []string{"overlay", "info", "actions"} {
		if !has(o.root, key) {
			bad(o.root, "the overlay has no member %q", key)
		}
	}
	var actions []action
	list := get(o.root, "actions")
	if list != nil && list.Kind != yaml.SequenceNode {
		bad(list, "actions: expected a list, found %s", describe(list))
	}
	for _, n := range items(list) {
		if n.Kind != yaml.MappingNode {
			bad(n, "an action is an object, not %s", describe(n))
			continue
		}
		for key := range entries(n) {
			if !slices.Contains([]string{"target", "description", "update", "remove"}, key.Value) {
				bad(key, "an action has no member %q", key.Value)
			}
		}
		a := action{node: n, target: get(n, "target"), update: get(n, "update")}
		if a.target == nil || a.target.Kind != yaml.ScalarNode || a.target.Value == "" {
			bad(n, "the action has no target")
			continue
		}
		if text(n, "description") == "" && !describes(a.update) {
			bad(n, "the action gives no reason; say it in its description")
		}
		removes := isTrue(get(n, "remove"))
		if removes == (a.update != nil) {
			bad(n, "the action must have either update or remove: true")
		}
		actions = append(actions, a)
	}
	return actions
}

// describes reports whether an update only adds a description of ours, which is
// reason enough.
func describes(update *yaml.Node) bool {
	return update != nil && has(update, "description") && len(update.Content) == 2
}

// merge applies an update: objects are merged member by member, lists are
// appended to, everything else is replaced. It reports whether anything changed.
func (d *document) merge(target, update *yaml.Node) bool {
	switch {
	case target.Kind == yaml.MappingNode && update.Kind == yaml.MappingNode:
		changed := false
		for k, v := range entries(update) {
			if old := get(target, k.Value); old != nil {
				changed = d.merge(old, v) || changed
				continue
			}
			target.Content = append(target.Content, d.adopt(k), d.adopt(v))
			target.Style = 0
			changed = true
		}
		return changed
	case target.Kind == yaml.SequenceNode && update.Kind == yaml.SequenceNode:
		for _, x := range update.Content {
			target.Content = append(target.Content, d.adopt(x))
		}
		return len(update.Content) > 0
	case equal(target, update):
		return false
	}
	*target = *d.adopt(update)
	d.fromOverlay[target] = true
	return true
}

// adopt copies a tree of the overlay and remembers where it comes from.
func (d *document) adopt(n *yaml.Node) *yaml.Node {
	c := clone(n)
	var mark func(*yaml.Node)
	mark = func(n *yaml.Node) {
		d.fromOverlay[n] = true
		for _, x := range n.Content {
			mark(x)
		}
	}
	mark(c)
	return c
}

// removeNodes takes nodes out of the tree, with their keys.
func (d *document) removeNodes(targets []*yaml.Node) {
	gone := make(map[*yaml.Node]bool, len(targets))
	for _, t := range targets {
		gone[t] = true
	}
	var prune func(n *yaml.Node)
	prune = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			kept := n.Content[:0:0]
			for k, v := range entries(n) {
				if !gone[v] {
					kept = append(kept, k, v)
				}
			}
			n.Content = kept
		} else {
			n.Content = slices.DeleteFunc(n.Content, func(x *yaml.Node) bool { return gone[x] })
		}
		for _, c := range n.Content {
			prune(c)
		}
	}
	prune(d.root)
}
