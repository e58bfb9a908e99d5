package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// checkVersion says whether the document is OpenAPI at all, and of a version that
// the importer knows.
func (d *document) checkVersion(problems *diag.List) {
	v := get(d.root, "openapi")
	switch {
	case v != nil && v.Kind == yaml.ScalarNode && knownVersion.MatchString(v.Value):
	case v != nil:
		problems.Errorf(d.position(v), CodeVersion, "OpenAPI version %s is not supported; expected 3.0 or 3.1", describe(v))
	case find(d.root, "swagger") >= 0:
		problems.Errorf(d.position(get(d.root, "swagger")), CodeSwagger,
			"this is a Swagger %s document; expected OpenAPI 3.0 or 3.1", text(d.root, "swagger"))
	default:
		problems.Errorf(d.position(d.root), CodeNotOpenAPI, `this is no OpenAPI document: it has no member "openapi"`)
	}
}

var knownVersion = regexp.MustCompile(`^3\.[01](\.\d+)?$`)

// checkVocabulary reports everything that the grammar does not admit at the
// stage: unknown members, and values of a wrong form.
func (d *document) checkVocabulary(at stage, problems *diag.List) {
	v := vocabulary{d: d, at: at, problems: problems}
	v.object(d.root, documentKind)
}

type vocabulary struct {
	d        *document
	at       stage
	problems *diag.List
}

func (v *vocabulary) object(n *yaml.Node, k *kind) {
	if n.Kind != yaml.MappingNode {
		v.problems.Errorf(v.d.position(n), CodeValue, "expected %s object, found %s", article(k.name), describe(n))
		return
	}
	for key, value := range entries(n) {
		m := k.lookup(key.Value)
		if m == nil || m.in&v.at == 0 {
			v.problems.Add(diag.Diagnostic{Code: CodeUnknown, Pos: v.d.position(key),
				Message: fmt.Sprintf("%s object has the unknown member %q", article(k.name), key.Value),
				Hint:    v.hint(k, key.Value)})
			continue
		}
		if m.prose && v.at == published {
			continue
		}
		v.value(value, m)
	}
	switch k {
	case schemaKind:
		v.schema(n)
	case parameterKind:
		v.parameter(n)
	}
}

func (v *vocabulary) hint(k *kind, key string) string {
	if m := k.lookup(key); m != nil {
		return "it does not belong into the contract at this stage"
	}
	var keys []string
	for _, m := range k.members {
		if m.in&v.at != 0 {
			keys = append(keys, m.key)
		}
	}
	if near := diag.Nearest(key, keys); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "the importer stops at what it does not understand; teach it the member (grammar.go) and a rule if it needs one"
}

// value checks the form of one member's value, and everything below.
func (v *vocabulary) value(n *yaml.Node, m *member) {
	wrong := func(want string) {
		v.problems.Errorf(v.d.position(n), CodeValue, "%s: expected %s, found %s", m.key, want, describe(n))
	}
	scalar := func(tags ...string) bool {
		return n.Kind == yaml.ScalarNode && slices.Contains(tags, n.ShortTag())
	}
	switch m.shape {
	case scalarText:
		// Timestamps and the like become strings when scalars are repaired.
		if n.Kind != yaml.ScalarNode || scalar(tagNull, tagBool) {
			wrong("a string")
		}
	case scalarFlag:
		if !scalar(tagBool) {
			wrong("true or false")
		}
	case scalarNum:
		if !isNumber(n) {
			wrong("a number")
		}
	case scalarCount:
		if !scalar(tagInt) || !wholeNumber.MatchString(n.Value) {
			wrong("a whole number, zero or more")
		}
	case bound:
		if v.at == published && scalar(tagBool) {
			return
		}
		if !isNumber(n) {
			wrong("a number")
		}
	case textList:
		if n.Kind != yaml.SequenceNode {
			wrong("a list of strings")
			return
		}
		for _, x := range n.Content {
			if x.Kind != yaml.ScalarNode || slices.Contains([]string{tagNull, tagBool, tagInt, tagFloat}, x.ShortTag()) {
				v.problems.Errorf(v.d.position(x), CodeValue, "%s: expected a string, found %s", m.key, describe(x))
			}
		}
	case typeName:
		v.typeName(n)
	case oneObject:
		v.object(n, m.kind)
	case objectList:
		if n.Kind != yaml.SequenceNode {
			wrong("a list")
			return
		}
		for _, x := range n.Content {
			v.object(x, m.kind)
		}
	case objectTable:
		if n.Kind != yaml.MappingNode {
			wrong("an object")
			return
		}
		for key, x := range entries(n) {
			if m.kind == mediaKind && !slices.Contains(known().MediaTypes, key.Value) {
				v.problems.Add(diag.Diagnostic{Code: CodeUnknown, Pos: v.d.position(key),
					Message: fmt.Sprintf("unknown media type %q", key.Value),
					Hint:    "known are " + strings.Join(known().MediaTypes, ", ")})
			}
			v.object(x, m.kind)
		}
	case textTable:
		if n.Kind != yaml.MappingNode {
			wrong("an object")
			return
		}
		for _, x := range entries(n) {
			if x.Kind != yaml.ScalarNode {
				v.problems.Errorf(v.d.position(x), CodeValue, "%s: expected a string, found %s", m.key, describe(x))
			}
		}
	case anyValue:
		v.json(n, m.key)
	}
}

// json checks a value that is carried along: it must be what JSON can express.
func (v *vocabulary) json(n *yaml.Node, key string) {
	switch {
	case n.Kind != yaml.ScalarNode:
		for _, c := range n.Content {
			v.json(c, key)
		}
	case (n.ShortTag() == tagInt || n.ShortTag() == tagFloat) && !isNumber(n):
		v.problems.Errorf(v.d.position(n), CodeValue, "%s: %s is no JSON number", key, n.Value)
	}
}

var (
	jsonNumber  = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$`)
	wholeNumber = regexp.MustCompile(`^(0|[1-9]\d*)$`)
)

// isNumber reports whether n is a number as JSON writes it. YAML knows more:
// hexadecimal, infinity, underscores.
func isNumber(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.ShortTag() == tagInt || n.ShortTag() == tagFloat) && jsonNumber.MatchString(n.Value)
}

var types = []string{"object", "array", "string", "integer", "number", "boolean"}

func (v *vocabulary) typeName(n *yaml.Node) {
	one := func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || !slices.Contains(types, n.Value) {
			v.problems.Errorf(v.d.position(n), CodeUnknown, "unknown type %s; expected %s", describe(n), strings.Join(types, ", "))
		}
	}
	if n.Kind != yaml.SequenceNode {
		if n.Kind == yaml.ScalarNode && n.Value == "null" {
			return // only as an alternative; see schema
		}
		one(n)
		return
	}
	if len(n.Content) != 2 || n.Content[1].Value != "null" {
		v.problems.Errorf(v.d.position(n), CodeUnknown, "a list of types is understood only as one type followed by null")
		return
	}
	one(n.Content[0])
}

// schema checks what no single member shows.
func (v *vocabulary) schema(n *yaml.Node) {
	if ref := get(n, "$ref"); ref != nil && len(n.Content) > 2 && v.at != overlaid {
		v.problems.Errorf(v.d.position(n), CodeUnknown, "a reference has other members beside $ref")
	}
	t := get(n, "type")
	if t != nil && t.Kind == yaml.ScalarNode && t.Value == "null" && len(n.Content) > 2 {
		v.problems.Errorf(v.d.position(t), CodeUnknown, "the type null is understood only as an alternative without further members")
	}
	if list := get(n, "required"); v.at != published {
		seen := map[string]bool{}
		for _, x := range items(list) {
			if seen[x.Value] {
				v.problems.Errorf(v.d.position(x), CodeValue, "required names %q twice", x.Value)
			}
			seen[x.Value] = true
		}
	}
	if e := get(n, "enum"); e != nil && baseType(n) != "string" {
		v.problems.Errorf(v.d.position(e), CodeUnknown, "an enum is understood only for the type string")
	}
	if baseType(n) == "array" && find(n, "items") < 0 {
		v.problems.Errorf(v.d.position(n), CodeUnknown, "an array without items")
	}
	if f := get(n, "format"); f != nil && v.at == published && !slices.Contains(known().Formats, f.Value) {
		v.problems.Add(diag.Diagnostic{Severity: diag.Warning, Code: CodeFormat, Pos: v.d.position(f),
			Message: fmt.Sprintf("the format %q is unknown and has no effect", f.Value)})
	}
}

// parameter checks that the REST layer can send the parameter.
func (v *vocabulary) parameter(n *yaml.Node) {
	in := get(n, "in")
	if in == nil || !slices.Contains([]string{"path", "query", "header"}, in.Value) {
		where := "nothing"
		if in != nil {
			where = describe(in)
		}
		v.problems.Errorf(v.d.position(cmpNode(in, n)), CodeUnknown, "a parameter is in path, query or header, not in %s", where)
	}
	if text(n, "name") == "" {
		v.problems.Errorf(v.d.position(n), CodeValue, "a parameter has no name")
	}
	schema := get(n, "schema")
	if schema == nil {
		v.problems.Errorf(v.d.position(n), CodeUnknown, "the parameter %q has no schema", text(n, "name"))
		return
	}
	target := v.d.deref(schema)
	if target == nil {
		return // a reference that leads nowhere, which is reported as such
	}
	switch t := baseType(target); t {
	case "array", "object", "":
		if t == "" {
			t = "unspecified"
		}
		v.problems.Errorf(v.d.position(schema), CodeUnknown,
			"the parameter %q is of type %s; only string, integer, number and boolean are understood", text(n, "name"), t)
	}
}

// baseType returns a schema's type without null, or "".
func baseType(n *yaml.Node) string {
	t := get(n, "type")
	if t != nil && t.Kind == yaml.SequenceNode && len(t.Content) > 0 {
		return t.Content[0].Value
	}
	return text(n, "type")
}

func cmpNode(a, b *yaml.Node) *yaml.Node {
	if a != nil {
		return a
	}
	return b
}

func article(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
