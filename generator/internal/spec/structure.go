package spec

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// checkStructure reports contradictions between parts of the document.
func (d *document) checkStructure(problems *diag.List) {
	if len(d.operations()) == 0 {
		problems.Errorf(d.position(d.root), CodeNotOpenAPI, "the document has no operations")
	}
	d.checkReferences(problems)
	if d.checkAllOf(problems) {
		d.checkComposition(problems)
	}
	d.checkOperations(problems)
}

// checkReferences reports references that lead nowhere or outside the document.
func (d *document) checkReferences(problems *diag.List) {
	report := func(n *yaml.Node) {
		name, ok := strings.CutPrefix(n.Value, schemaPrefix)
		switch {
		case !ok:
			problems.Errorf(d.position(n), CodeDanglingRef, "the reference %q does not lead to a schema of this document", n.Value)
		case d.schema(name) == nil:
			problems.Add(diag.Diagnostic{Code: CodeDanglingRef, Pos: d.position(n),
				Message: fmt.Sprintf("the reference %q leads nowhere", n.Value), Hint: d.nearestSchema(name)})
		}
	}
	walk(d.root, documentKind, func(n *yaml.Node, k *kind) {
		switch k {
		case schemaKind:
			if ref := get(n, "$ref"); ref != nil {
				report(ref)
			}
		case discriminatorKind:
			for _, ref := range entries(get(n, "mapping")) {
				report(ref)
			}
		}
	})
}

func (d *document) nearestSchema(name string) string {
	var names []string
	for k := range entries(d.schemas()) {
		names = append(names, k.Value)
	}
	if near := diag.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// checkAllOf reports schemas that are, over allOf or bare references, a part of
// themselves, and whether there are none.
func (d *document) checkAllOf(problems *diag.List) bool {
	const (
		open = iota + 1
		done
	)
	state := map[string]int{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		switch state[name] {
		case done:
			return
		case open:
			start := slices.Index(path, name)
			circle := append(slices.Clone(path[start:]), name)
			problems.Errorf(d.position(d.schema(name)), CodeCyclicAllOf, "the schema is a part of itself: %s", strings.Join(circle, " -> "))
			return
		}
		state[name] = open
		path = append(path, name)
		for _, part := range parts(d.schema(name)) {
			visit(part)
		}
		path = path[:len(path)-1]
		state[name] = done
	}
	before := problems.Len()
	for name := range entries(d.schemas()) {
		visit(name.Value)
	}
	return problems.Len() == before
}

// parts returns the names of the schemas whose members n has, over allOf or a
// bare reference, at any depth of inline schemas.
func parts(n *yaml.Node) []string {
	var out []string
	if name := refName(n); name != "" {
		out = append(out, name)
	}
	for _, p := range items(get(n, "allOf")) {
		out = append(out, parts(p)...)
	}
	return out
}

// checkOperations reports operations that cannot be told apart or answered.
func (d *document) checkOperations(problems *diag.List) {
	seen := map[string]*yaml.Node{}
	for _, op := range d.operations() {
		if op.node.Kind != yaml.MappingNode {
			continue // reported already
		}
		label := strings.ToUpper(op.method) + " " + op.path
		if id := get(op.node, "operationId"); id == nil || id.Value == "" {
			problems.Errorf(d.position(op.node), CodeNoOperationID, "%s has no operationId", label)
		} else if first := seen[id.Value]; first != nil {
			problems.Add(diag.Diagnostic{Code: CodeOperationID, Pos: d.position(id), Related: d.position(first),
				Message: fmt.Sprintf("the operationId %q occurs twice", id.Value)})
		} else {
			seen[id.Value] = id
		}
		if r := get(op.node, "responses"); r == nil || len(r.Content) == 0 {
			problems.Errorf(d.position(op.node), CodeNoResponses, "%s has no responses", label)
		}
		d.checkPathParameters(op, label, problems)
	}
}

// checkPathParameters compares the braces of the path with the parameters.
func (d *document) checkPathParameters(op operation, label string, problems *diag.List) {
	var inPath, declared []string
	for _, segment := range strings.Split(op.path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			inPath = append(inPath, strings.TrimSuffix(name, "}"))
		}
	}
	for _, p := range items(get(op.node, "parameters")) {
		if text(p, "in") == "path" {
			declared = append(declared, text(p, "name"))
		}
	}
	for _, name := range inPath {
		if !slices.Contains(declared, name) {
			problems.Errorf(d.position(op.node), CodePathParameters, "%s: the path parameter %q is not declared", label, name)
		}
	}
	for _, name := range declared {
		if !slices.Contains(inPath, name) {
			problems.Errorf(d.position(op.node), CodePathParameters, "%s: the declared path parameter %q is not in the path", label, name)
		}
	}
}
