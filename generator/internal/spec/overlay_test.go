package spec

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// overlayOf makes an overlay of actions.
func overlayOf(actions string) string {
	return "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nactions:\n" + actions
}

// loadMinimal loads the smallest contract with an overlay.
func loadMinimal(t *testing.T, overlay string, strict bool) (*Document, diag.List) {
	t.Helper()
	contract := mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal)}).Data
	return ParseDocument("openapi.yaml", contract, "overlay.yaml", []byte(overlay), strict)
}

func TestOverlayApplies(t *testing.T) {
	tests := []struct {
		name, actions string
		want, gone    string
	}{
		{name: "an update merges objects",
			actions: "  - {target: $.components.schemas.Thing.properties, description: r, update: {size: {type: integer}}}\n",
			want:    "        name:\n          type: string\n        size:\n          type: integer\n"},
		{name: "an update replaces scalars",
			actions: "  - {target: $.components.schemas.Thing.properties.name, description: r, update: {type: integer}}\n",
			want:    "        name:\n          type: integer\n"},
		{name: "an update of a scalar itself",
			actions: "  - {target: $.components.schemas.Thing.properties.name.type, description: r, update: integer}\n",
			want:    "        name:\n          type: integer\n"},
		{name: "an update appends to lists",
			actions: "  - {target: $.components.schemas.Thing, description: r, update: {required: [name]}}\n  - {target: $.components.schemas.Thing, description: r, update: {properties: {a: {type: string}}, required: [a]}}\n",
			want:    "      required:\n        - a\n        - name\n"},
		{name: "a list is appended to by a list",
			actions: "  - {target: $.paths.*.get.parameters, description: r, update: [{name: q, in: query, schema: {type: string}}]}\n",
			want:    "        - name: q\n          in: query\n"},
		{name: "a removal takes the member",
			actions: "  - {target: $.components.schemas.Thing.properties.name, description: r, remove: true}\n",
			gone:    "name:\n          type"},
		{name: "a removal takes the element",
			actions: "  - {target: \"$.paths.*.get.parameters[?@.name == 'id']\", description: r, remove: true}\n  - {target: \"$.paths['/things/{id}'].get\", description: r, update: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}]}}\n",
			want:    "          schema:\n            type: integer\n"},
		{name: "later actions see what earlier ones did",
			actions: "  - {target: $.components.schemas, description: r, update: {New: {type: object}}}\n  - {target: $.components.schemas.New, description: r, update: {properties: {a: {type: string}}}}\n",
			want:    "    New:\n      type: object\n      properties:\n        a:\n"},
		{name: "a description needs no reason",
			actions: "  - {target: $.components.schemas.Thing, update: {description: A thing.}}\n",
			want:    "      description: A thing.\n"},
		{name: "a description beside a reference",
			actions: "  - {target: $.components.schemas.Thing.properties, description: r, update: {other: {$ref: '#/components/schemas/Thing', description: Another.}}}\n",
			want:    "        other:\n          $ref: '#/components/schemas/Thing'\n          description: Another.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, problems := loadMinimal(t, overlayOf(tt.actions), true)
			if all := problems.Sorted(); len(all) > 0 {
				t.Fatal(all)
			}
			out, err := doc.YAML()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(out), tt.want) {
				t.Errorf("no %q in\n%s", tt.want, out)
			}
			if tt.gone != "" && strings.Contains(string(out), tt.gone) {
				t.Errorf("%q is still in\n%s", tt.gone, out)
			}
		})
	}
}

func TestOverlayProblems(t *testing.T) {
	const lenient, strict = false, true
	tests := []struct {
		name, overlay string
		strict        bool
		want          string // position: [warning:] message
	}{
		{"an action that matches nothing", overlayOf("  - target: $.components.schemas.Nothing\n    description: r\n    remove: true\n"), strict,
			"overlay.yaml:4:13: the action matches nothing in the contract: $.components.schemas.Nothing"},
		{"an action that matches nothing in another version", overlayOf("  - target: $.components.schemas.Nothing\n    description: r\n    remove: true\n"), lenient,
			"overlay.yaml:4:13: warning: the action matches nothing in the contract: $.components.schemas.Nothing"},
		{"an action without effect", overlayOf("  - target: $.components.schemas.Thing\n    description: r\n    update: {type: object}\n"), strict,
			"overlay.yaml:4:13: warning: the action changes nothing: the contract says so already"},
		{"a target that is no JSONPath", overlayOf("  - target: components[\n    description: r\n    remove: true\n"), strict,
			"overlay.yaml:4:13: the target is no JSONPath: Error at line 1, column 11: unexpected token"},
		{"an action that removes everything", overlayOf("  - target: $\n    description: r\n    remove: true\n"), strict,
			"overlay.yaml:4:13: the action would remove the whole contract"},
		{"no reason", overlayOf("  - target: $.components\n    remove: true\n"), strict,
			"overlay.yaml:4:5: the action gives no reason; say it in its description"},
		{"no reason for a type", overlayOf("  - target: $.components.schemas.Thing\n    update: {type: string}\n"), strict,
			"overlay.yaml:4:5: the action gives no reason; say it in its description"},
		{"no target", overlayOf("  - description: r\n    remove: true\n"), strict,
			"overlay.yaml:4:5: the action has no target"},
		{"neither update nor removal", overlayOf("  - target: $.components\n    description: r\n"), strict,
			"overlay.yaml:4:5: the action must have either update or remove: true"},
		{"both update and removal", overlayOf("  - target: $.components\n    description: r\n    update: {}\n    remove: true\n"), strict,
			"overlay.yaml:4:5: the action must have either update or remove: true"},
		{"an unknown member of an action", overlayOf("  - target: $.components\n    description: r\n    remove: true\n    reason: x\n"), strict,
			`overlay.yaml:7:5: an action has no member "reason"`},
		{"an action that is no object", overlayOf("  - x\n"), strict, `overlay.yaml:4:5: an action is an object, not "x"`},
		{"an update of another kind", overlayOf("  - target: $.components.schemas.Thing\n    description: r\n    update: [a]\n"), strict,
			"overlay.yaml:6:13: the update is a list, but its target is an object"},
		{"another version", "overlay: 2.0.0\ninfo: {}\nactions: []\n", strict,
			`overlay.yaml:1:10: overlay version "2.0.0" is not supported; expected 1.0.0`},
		{"an unknown member", "overlay: 1.0.0\ninfo: {}\nactions: []\nother: 1\n", strict, `overlay.yaml:4:1: an overlay has no member "other"`},
		{"no actions", "overlay: 1.0.0\ninfo: {}\n", strict, `overlay.yaml:1:1: the overlay has no member "actions"`},
		{"actions that are no list", "overlay: 1.0.0\ninfo: {}\nactions: {}\n", strict, "overlay.yaml:3:10: actions: expected a list, found an object"},
		{"an empty overlay", "", strict, "overlay.yaml:1:1: the document is empty"},
		{"a result with an unknown keyword", overlayOf("  - target: $.components.schemas.Thing\n    description: r\n    update: {minLenght: 1}\n"), strict,
			`overlay.yaml:6:14: a schema object has the unknown member "minLenght"`},
		{"a result with a dangling reference", overlayOf("  - target: $.components.schemas.Thing.properties\n    description: r\n    update: {a: {$ref: '#/components/schemas/Nothing'}}\n"), strict,
			`overlay.yaml:6:24: the reference "#/components/schemas/Nothing" leads nowhere`},
		{"a result with a property spelled twice", overlayOf("  - target: $.components.schemas.Thing.properties\n    description: r\n    update: {name_x: {type: string}, nameX: {type: string}}\n"), strict,
			`overlay.yaml:6:22: the properties "nameX" and "name_x" are one on the wire`},
		{"a result with a name required twice", overlayOf("  - target: $.components.schemas.Thing\n    description: r\n    update: {required: [name, name]}\n"), strict,
			`overlay.yaml:6:31: required names "name" twice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, problems := loadMinimal(t, tt.overlay, tt.strict)
			all := problems.Sorted()
			if len(all) == 0 {
				t.Fatal("nothing is reported")
			}
			if got, _, _ := strings.Cut(all[0].String(), "\n"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if (doc == nil) != problems.Failed() {
				t.Errorf("document %v, failed %v", doc, problems.Failed())
			}
		})
	}
}

func TestOverlayFitsEveryPublishedDocument(t *testing.T) {
	overlay := []byte(readFileString(t, "../../../api/overlay.yaml"))
	for _, source := range publishedDocuments(t) {
		report := mustImport(t, ImportOptions{Source: source})
		doc, problems := ParseDocument("openapi.yaml", report.Data, "overlay.yaml", overlay, false)
		if problems.Failed() {
			t.Errorf("%s: %v", source, problems.Sorted())
			continue
		}
		out, err := doc.YAML()
		if err != nil {
			t.Fatal(err)
		}
		checkStrict(t, out)
	}
}
