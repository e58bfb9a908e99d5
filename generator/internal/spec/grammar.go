package spec

import "gopkg.in/yaml.v3"

// The grammar says which objects an Opik document is made of and which members
// each may have. One table serves four purposes: it finds what the importer does
// not understand, tells prose from facts, leads rules to the true schemas (a
// property may be called "properties" as well), and gives the order in which
// members are written.

// shape is the form of a member's value.
type shape uint8

const (
	scalarText  shape = iota // a string
	scalarFlag               // a boolean
	scalarNum                // a number
	scalarCount              // a whole number, zero or more
	anyValue                 // any JSON; not looked into
	textList                 // a list of strings
	typeName                 // a type, or a list of one type and null
	bound                    // a number; in published documents also a boolean
	oneObject                // an object of the member's kind
	objectList               // a list of such objects
	objectTable              // a mapping from free names to such objects
	textTable                // a mapping from free names to strings
)

// stage is the state of a document in which a member may occur.
type stage uint8

const (
	published stage = 1 << iota // as the backend's project publishes it
	contract                    // as api/openapi.yaml holds it
	overlaid                    // with api/overlay.yaml applied

	everywhere = published | contract | overlaid
)

// member is one member that a kind of object may have.
type member struct {
	key   string
	shape shape
	kind  *kind // of objects below
	in    stage
	// prose members are texts of the published document, which the contract
	// leaves out.
	prose bool
}

// kind is a kind of object.
type kind struct {
	name    string
	members []member
	index   map[string]int
}

// lookup returns the member, or nil.
func (k *kind) lookup(key string) *member {
	if i, ok := k.index[key]; ok {
		return &k.members[i]
	}
	return nil
}

// methods are the HTTP methods that the importer knows, in the order of writing.
var methods = []string{"get", "post", "put", "patch", "delete"}

// Kinds of objects.
var (
	documentKind      = &kind{name: "document"}
	infoKind          = &kind{name: "info"}
	serverKind        = &kind{name: "server"}
	tagKind           = &kind{name: "tag"}
	pathItemKind      = &kind{name: "path"}
	operationKind     = &kind{name: "operation"}
	parameterKind     = &kind{name: "parameter"}
	bodyKind          = &kind{name: "request body"}
	responseKind      = &kind{name: "response"}
	headerKind        = &kind{name: "header"}
	mediaKind         = &kind{name: "media type"}
	componentsKind    = &kind{name: "components"}
	schemaKind        = &kind{name: "schema"}
	discriminatorKind = &kind{name: "discriminator"}
)

func init() {
	prose := func(keys ...string) []member {
		var out []member
		for _, k := range keys {
			out = append(out, member{key: k, shape: anyValue, in: published, prose: true})
		}
		return out
	}
	m := func(key string, s shape, k *kind) member {
		return member{key: key, shape: s, kind: k, in: everywhere}
	}
	// ours marks members that only our overlay writes.
	ours := func(key string, s shape, k *kind) member {
		return member{key: key, shape: s, kind: k, in: overlaid}
	}
	define := func(k *kind, lists ...[]member) {
		for _, l := range lists {
			k.members = append(k.members, l...)
		}
		k.index = make(map[string]int, len(k.members))
		for i, x := range k.members {
			// A key may be prose in the published document and ours after
			// the overlay: the entries are merged.
			if j, ok := k.index[x.key]; ok {
				k.members[j].in |= x.in
				k.members[j].shape = x.shape
				continue
			}
			k.index[x.key] = i
		}
	}

	define(documentKind,
		[]member{m("openapi", scalarText, nil), m("info", oneObject, infoKind), m("servers", objectList, serverKind),
			m("tags", objectList, tagKind), m("paths", objectTable, pathItemKind), m("components", oneObject, componentsKind)},
		prose("externalDocs"))
	define(infoKind,
		// A title is mandatory; the contract has one of its own.
		[]member{m("title", scalarText, nil), m("version", scalarText, nil)},
		prose("description", "summary", "contact", "license", "termsOfService"))
	define(serverKind, []member{m("url", scalarText, nil)}, prose("description"))
	define(tagKind, []member{m("name", scalarText, nil)},
		prose("description", "externalDocs"), []member{ours("description", scalarText, nil)})
	for _, method := range methods {
		pathItemKind.members = append(pathItemKind.members, m(method, oneObject, operationKind))
	}
	define(pathItemKind)
	define(operationKind,
		[]member{m("operationId", scalarText, nil), m("tags", textList, nil), m("deprecated", scalarFlag, nil)},
		prose("summary", "description", "externalDocs"),
		[]member{ours("description", scalarText, nil), ours(retryableKey, scalarFlag, nil),
			m("parameters", objectList, parameterKind), m("requestBody", oneObject, bodyKind),
			m("responses", objectTable, responseKind)})
	define(parameterKind,
		[]member{m("name", scalarText, nil), m("in", scalarText, nil), m("required", scalarFlag, nil),
			m("deprecated", scalarFlag, nil)},
		prose("description", "example", "examples"),
		[]member{ours("description", scalarText, nil), m("schema", oneObject, schemaKind)})
	define(bodyKind,
		[]member{m("required", scalarFlag, nil)},
		prose("description"),
		[]member{ours("description", scalarText, nil), m("content", objectTable, mediaKind)})
	define(responseKind,
		// A response must have a description: the contract has the status text.
		[]member{m("description", scalarText, nil), m("headers", objectTable, headerKind), m("content", objectTable, mediaKind)})
	define(headerKind,
		[]member{m("required", scalarFlag, nil), m("style", scalarText, nil)},
		prose("description", "example", "examples"),
		[]member{ours("description", scalarText, nil), m("schema", oneObject, schemaKind)})
	define(mediaKind,
		[]member{m("schema", oneObject, schemaKind)},
		prose("example", "examples"))
	define(componentsKind, []member{m("schemas", objectTable, schemaKind)})
	define(schemaKind,
		[]member{m("$ref", scalarText, nil), m("type", typeName, nil), m("format", scalarText, nil)},
		prose("title", "description", "example", "examples", "externalDocs"),
		[]member{ours("description", scalarText, nil), m("enum", textList, nil), m("default", anyValue, nil),
			m("readOnly", scalarFlag, nil), m("writeOnly", scalarFlag, nil), m("deprecated", scalarFlag, nil),
			{key: "nullable", shape: scalarFlag, in: published},
			m("minimum", scalarNum, nil), m("exclusiveMinimum", bound, nil),
			m("maximum", scalarNum, nil), m("exclusiveMaximum", bound, nil),
			m("minLength", scalarCount, nil), m("maxLength", scalarCount, nil), m("pattern", scalarText, nil),
			m("minItems", scalarCount, nil), m("maxItems", scalarCount, nil), m("uniqueItems", scalarFlag, nil),
			m("minProperties", scalarCount, nil), m("maxProperties", scalarCount, nil),
			ours("contentMediaType", scalarText, nil), ours("contentSchema", oneObject, schemaKind),
			m("required", textList, nil), m("properties", objectTable, schemaKind),
			m("additionalProperties", oneObject, schemaKind), m("items", oneObject, schemaKind),
			m("allOf", objectList, schemaKind), m("oneOf", objectList, schemaKind), m("anyOf", objectList, schemaKind),
			m("discriminator", oneObject, discriminatorKind)})
	define(discriminatorKind,
		[]member{m("propertyName", scalarText, nil), m("mapping", textTable, nil)})
}

// retryableKey is our extension on operations: repeating the request does no
// harm though its method is POST, or false: it does, though its method is another.
const retryableKey = "x-opik-retryable"

// walk visits n, an object of kind k, and all objects below it. The visitor may
// change the object that it is given; what it leaves is visited next.
func walk(n *yaml.Node, k *kind, visit func(n *yaml.Node, k *kind)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	visit(n, k)
	for key, v := range entries(n) {
		m := k.lookup(key.Value)
		if m == nil || m.kind == nil {
			continue
		}
		switch m.shape {
		case oneObject:
			walk(v, m.kind, visit)
		case objectList:
			for _, x := range items(v) {
				walk(x, m.kind, visit)
			}
		case objectTable:
			for _, x := range entries(v) {
				walk(x, m.kind, visit)
			}
		}
	}
}
