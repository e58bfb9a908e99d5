package restgen

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// document is the contract while the passes rewrite it for the generator of
// types. It is a private copy.
type document struct {
	root     *yaml.Node
	schemas  *yaml.Node
	settings *Settings
	// standsFor maps each schema of the contract to the schema that replaced it;
	// opaqueType stands for any JSON.
	standsFor map[string]string
	// plans are by method and path.
	plans map[string]*plan
	// enumOwners says which schemas and operations use a set of values.
	enumOwners map[string][]string
	// docs holds the comments of types, by schema.
	docs map[string]string
}

// opaqueType is the Go type of any JSON.
const opaqueType = "json.RawMessage"

func newDocument(root *yaml.Node, settings *Settings) (*document, error) {
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	if text(root, "openapi") == "" {
		return nil, errors.New("not an OpenAPI document")
	}
	root = clone(root)
	d := &document{
		root:       root,
		schemas:    get(root, "components", "schemas"),
		settings:   settings,
		standsFor:  map[string]string{},
		plans:      map[string]*plan{},
		enumOwners: map[string][]string{},
		docs:       map[string]string{},
	}
	if d.schemas == nil {
		d.schemas = object()
		set(d.root, "components", object("schemas", d.schemas))
	}
	for name := range members(d.schemas) {
		d.standsFor[name] = name
	}
	return d, nil
}

// ContractError says that the contract holds something for which there is no Go.
type ContractError struct {
	Line, Column int
	Message      string
}

// Error returns line, column and message.
func (e *ContractError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// fault makes a ContractError for a place.
func fault(n *yaml.Node, format string, args ...any) *ContractError {
	return &ContractError{n.Line, n.Column, fmt.Sprintf(format, args...)}
}

// methods are the HTTP methods an operation may have.
var methods = []string{"get", "put", "post", "delete", "patch", "head", "options"}

// operation is one operation of the contract.
type operation struct {
	id, method, path string
	node             *yaml.Node
}

// key identifies an operation while the operationId is made a Go name.
func (o operation) key() string { return o.method + " " + o.path }

// operations yields all operations, by path and method.
func (d *document) operations() iter.Seq[operation] {
	return func(yield func(operation) bool) {
		for path, item := range members(get(d.root, "paths")) {
			for method, op := range members(item) {
				if slices.Contains(methods, method) && !yield(operation{text(op, "operationId"), strings.ToUpper(method), path, op}) {
					return
				}
			}
		}
	}
}

// usedSchemas yields the schemas that operations hold directly, with the word
// that names their place.
func (o operation) usedSchemas() iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for _, p := range elements(get(o.node, "parameters")) {
			if s := get(p, "schema"); s != nil && !yield(text(p, "name"), s) {
				return
			}
			for _, media := range members(get(p, "content")) {
				if s := get(media, "schema"); s != nil && !yield(text(p, "name"), s) {
					return
				}
			}
		}
		for _, media := range members(get(o.node, "requestBody", "content")) {
			if s := get(media, "schema"); s != nil && !yield("request", s) {
				return
			}
		}
		for _, response := range members(get(o.node, "responses")) {
			for _, media := range members(get(response, "content")) {
				if s := get(media, "schema"); s != nil && !yield("response", s) {
					return
				}
			}
		}
	}
}

// everySchema calls f for each schema of the document, at any depth.
func (d *document) everySchema(f func(*yaml.Node)) {
	for _, s := range members(d.schemas) {
		visit(s, f)
	}
	for op := range d.operations() {
		for _, s := range op.usedSchemas() {
			visit(s, f)
		}
	}
}

// redirect points every reference and every discriminator to what stands for its
// target now.
func (d *document) redirect(to map[string]string) {
	move := func(n *yaml.Node) {
		if n == nil {
			return
		}
		if name, ok := to[strings.TrimPrefix(n.Value, schemaPrefix)]; ok && strings.HasPrefix(n.Value, schemaPrefix) {
			n.Value = schemaPrefix + name
		}
	}
	d.everySchema(func(s *yaml.Node) {
		move(get(s, "$ref"))
		for _, target := range members(get(s, "discriminator", "mapping")) {
			move(target)
		}
	})
	for from, now := range d.standsFor {
		if name, ok := to[now]; ok {
			d.standsFor[from] = name
		}
	}
}

// sortSchemas puts the schemas in order, so that the output does not depend on
// which pass added them.
func (d *document) sortSchemas() {
	type entry struct{ key, value *yaml.Node }
	var all []entry
	for i := 0; i < len(d.schemas.Content); i += 2 {
		all = append(all, entry{d.schemas.Content[i], d.schemas.Content[i+1]})
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.key.Value, b.key.Value) })
	d.schemas.Content = d.schemas.Content[:0]
	for _, e := range all {
		d.schemas.Content = append(d.schemas.Content, e.key, e.value)
	}
}

// add enters a schema under a name, or a numbered one if the name is taken, and
// returns the name.
func (d *document) add(name string, s *yaml.Node) string {
	free := name
	for i := 2; get(d.schemas, free) != nil; i++ {
		free = fmt.Sprintf("%s%d", name, i)
	}
	set(d.schemas, free, s)
	return free
}
