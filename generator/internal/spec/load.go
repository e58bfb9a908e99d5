package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// Document is the contract as a tree, with the overlay applied.
type Document struct {
	d      *document
	digest string
}

// LoadDocument reads the contract and applies the overlay to it. An empty
// overlayFile means: no overlay. With strictOverlay an action that matches nothing
// is an error, else a warning: an overlay is written for one version of the
// document and may find less in others.
//
// The document is checked against the grammar of contracts and for the mistakes
// that the import repairs. It is nil if the list holds errors.
func LoadDocument(contractFile, overlayFile string, strictOverlay bool) (*Document, diag.List) {
	var problems diag.List
	data, err := os.ReadFile(contractFile)
	if err != nil {
		problems.Add(diag.Diagnostic{Code: CodeRead, Pos: diag.Position{File: contractFile},
			Message: "cannot read the contract: " + diag.WithoutPath(err).Error(), Hint: "opikgen import writes it"})
		return nil, problems
	}
	var overlayData []byte
	if overlayFile != "" {
		if overlayData, err = os.ReadFile(overlayFile); err != nil {
			problems.Errorf(diag.Position{File: overlayFile}, CodeRead, "cannot read the overlay: %v", diag.WithoutPath(err))
			return nil, problems
		}
	}
	return ParseDocument(contractFile, data, overlayFile, overlayData, strictOverlay)
}

// ParseDocument is LoadDocument for bytes; the files only give positions their
// names. A nil overlay means: no overlay.
func ParseDocument(contractFile string, contractData []byte, overlayFile string, overlay []byte, strictOverlay bool) (*Document, diag.List) {
	d, problems := parse(contractFile, contractData)
	if problems.Failed() {
		return nil, problems
	}
	d.checkVersion(&problems)
	if problems.Failed() {
		return nil, problems
	}
	d.checkVocabulary(contract, &problems)
	if overlay != nil && !problems.Failed() {
		d.applyOverlay(overlayFile, overlay, strictOverlay, &problems)
		if !problems.Failed() {
			d.checkVocabulary(overlaid, &problems)
		}
	}
	if !problems.Failed() {
		d.checkStructure(&problems)
	}
	if !problems.Failed() {
		d.lint(&problems)
	}
	if problems.Failed() {
		return nil, problems
	}
	return &Document{d: d, digest: digestOf(contractData)}, problems
}

// YAML returns the document with the overlay applied. Each call encodes anew; the
// caller owns the bytes.
func (doc *Document) YAML() ([]byte, error) {
	c := &document{root: clone(doc.d.root)}
	c.canonicalise()
	return c.encode()
}

// Load reads the contract, applies the overlay (see LoadDocument), and returns it
// as plain values. The contract is nil if the list holds errors.
func Load(contractFile, overlayFile string, strictOverlay bool) (*Contract, diag.List) {
	doc, problems := LoadDocument(contractFile, overlayFile, strictOverlay)
	if problems.Failed() {
		return nil, problems
	}
	return doc.Contract(), problems
}

// Node returns the document with the overlay applied, as a tree that must not be
// changed. Its nodes have the positions of the contract.
func (doc *Document) Node() *yaml.Node { return doc.d.root }

// Contract returns the document as plain values.
func (doc *Document) Contract() *Contract {
	d := doc.d
	b := builder{d: d}
	c := &Contract{File: d.file, SourceDigest: doc.digest, Schemas: map[string]*Schema{}}
	for _, op := range d.operations() {
		c.Operations = append(c.Operations, b.operation(op))
	}
	slices.SortFunc(c.Operations, compareOperations)
	for name, n := range entries(d.schemas()) {
		s := b.schema(n)
		s.Name = name.Value
		s.Pos = d.position(name)
		c.Schemas[name.Value] = s
	}
	return c
}

// compareOperations sorts by path, then by the usual order of methods.
func compareOperations(a, b *Operation) int {
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return slices.Index(methods, strings.ToLower(a.Method)) - slices.Index(methods, strings.ToLower(b.Method))
}

// builder turns nodes into the model. The grammar has been checked, so that the
// forms need no checks here.
type builder struct{ d *document }

func (b builder) operation(op operation) *Operation {
	n := op.node
	out := &Operation{
		ID:          text(n, "operationId"),
		Method:      strings.ToUpper(op.method),
		Path:        op.path,
		Deprecated:  isTrue(get(n, "deprecated")),
		Description: text(n, "description"),
		Retryable:   isTrue(get(n, retryableKey)),
		Pos:         b.d.position(n),
	}
	if id := get(n, "operationId"); id != nil {
		out.Pos = b.d.position(id)
	}
	if tags := texts(get(n, "tags")); len(tags) > 0 {
		out.Tag = tags[0]
	}
	for _, p := range items(get(n, "parameters")) {
		out.Parameters = append(out.Parameters, &Parameter{
			Name:        text(p, "name"),
			In:          text(p, "in"),
			Required:    isTrue(get(p, "required")),
			Description: text(p, "description"),
			Schema:      b.schema(get(p, "schema")),
			Pos:         b.d.position(p),
		})
	}
	if body := get(n, "requestBody"); body != nil {
		out.Body = &Body{
			Required: isTrue(get(body, "required")),
			Content:  b.content(get(body, "content")),
			Pos:      b.d.position(body),
		}
	}
	for status, r := range entries(get(n, "responses")) {
		response := &Response{Status: status.Value, Content: b.content(get(r, "content")), Pos: b.d.position(status)}
		for name := range entries(get(r, "headers")) {
			response.Headers = append(response.Headers, name.Value)
		}
		out.Responses = append(out.Responses, response)
	}
	return out
}

func (b builder) content(n *yaml.Node) []Media {
	var out []Media
	for t, m := range entries(n) {
		out = append(out, Media{Type: t.Value, Schema: b.schema(get(m, "schema"))})
	}
	return out
}

func (b builder) schema(n *yaml.Node) *Schema {
	if n == nil {
		return nil
	}
	s := &Schema{
		Ref:           refName(n),
		Type:          baseType(n),
		Format:        text(n, "format"),
		Enum:          texts(get(n, "enum")),
		Required:      texts(get(n, "required")),
		Items:         b.schema(get(n, "items")),
		Additional:    b.schema(get(n, "additionalProperties")),
		AllOf:         b.schemas(get(n, "allOf")),
		OneOf:         b.schemas(get(n, "oneOf")),
		AnyOf:         b.schemas(get(n, "anyOf")),
		ReadOnly:      isTrue(get(n, "readOnly")),
		WriteOnly:     isTrue(get(n, "writeOnly")),
		Deprecated:    isTrue(get(n, "deprecated")),
		UniqueItems:   isTrue(get(n, "uniqueItems")),
		MinItems:      count(get(n, "minItems")),
		MaxItems:      count(get(n, "maxItems")),
		MinLength:     count(get(n, "minLength")),
		MaxLength:     count(get(n, "maxLength")),
		Pattern:       text(n, "pattern"),
		Default:       jsonText(get(n, "default")),
		Description:   text(n, "description"),
		ContentSchema: b.schema(get(n, "contentSchema")),
		Pos:           b.d.position(n),
	}
	if t := get(n, "type"); t != nil && t.Kind == yaml.SequenceNode {
		s.Nullable = true
	}
	for key, p := range entries(get(n, "properties")) {
		s.Properties = append(s.Properties, &Property{Name: key.Value, Schema: b.schema(p), Pos: b.d.position(key)})
	}
	if disc := get(n, "discriminator"); disc != nil {
		s.Discriminator = &Discriminator{Property: text(disc, "propertyName")}
		for value, ref := range entries(get(disc, "mapping")) {
			s.Discriminator.Mapping = append(s.Discriminator.Mapping,
				MappingEntry{Value: value.Value, Schema: strings.TrimPrefix(ref.Value, schemaPrefix)})
		}
		slices.SortFunc(s.Discriminator.Mapping, func(x, y MappingEntry) int { return strings.Compare(x.Value, y.Value) })
	}
	setBounds(s, n)
	b.foldNull(s)
	return s
}

// foldNull turns "this or null" into the schema itself, marked as nullable.
func (b builder) foldNull(s *Schema) {
	if len(s.AnyOf) != 2 || s.AnyOf[1].Type != "null" {
		return
	}
	only := *s.AnyOf[0]
	only.Nullable = true
	only.ReadOnly, only.WriteOnly, only.Deprecated = s.ReadOnly, s.WriteOnly, s.Deprecated
	only.Description, only.Default, only.Pos = s.Description, s.Default, s.Pos
	*s = only
}

func (b builder) schemas(n *yaml.Node) []*Schema {
	var out []*Schema
	for _, x := range items(n) {
		out = append(out, b.schema(x))
	}
	return out
}

func texts(n *yaml.Node) []string {
	var out []string
	for _, x := range items(n) {
		out = append(out, x.Value)
	}
	return out
}

// count returns a whole number. The grammar admits digits only; what exceeds int
// is no bound at all.
func count(n *yaml.Node) *int {
	if n == nil {
		return nil
	}
	v, err := strconv.Atoi(n.Value)
	if err != nil {
		return nil
	}
	return &v
}

// jsonText returns a value as JSON, or "" for none.
func jsonText(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	var b bytes.Buffer
	writeJSON(&b, n)
	return b.String()
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) {
	switch {
	case n.Kind == yaml.SequenceNode:
		b.WriteByte('[')
		for i, x := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, x)
		}
		b.WriteByte(']')
	case n.Kind == yaml.MappingNode:
		b.WriteByte('{')
		first := true
		for k, v := range entries(n) {
			if !first {
				b.WriteByte(',')
			}
			first = false
			b.Write(quoteJSON(k.Value))
			b.WriteByte(':')
			writeJSON(b, v)
		}
		b.WriteByte('}')
	case n.ShortTag() == tagNull:
		b.WriteString("null")
	case n.ShortTag() == tagBool, n.ShortTag() == tagInt, n.ShortTag() == tagFloat:
		b.WriteString(n.Value) // checked to be JSON
	default:
		b.Write(quoteJSON(n.Value))
	}
}

func quoteJSON(s string) []byte {
	out, err := json.Marshal(s)
	if err != nil {
		panic("spec: marshal a string: " + err.Error()) // cannot happen
	}
	return out
}
