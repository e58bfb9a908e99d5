package spec

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

var update = flag.Bool("update", false, "rewrite golden files")

// fixture is a fragment of a document before and after some rules.
type fixture struct {
	name          string
	rules         []rule
	unchanged     bool
	before, after []byte
	archive       *txtar.Archive
	path          string
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []fixture
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := fixture{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path, archive: archive}
		lines := strings.Split(string(archive.Comment), "\n")
		list, ok := strings.CutPrefix(lines[0], "rules: ")
		if !ok {
			t.Fatalf("%s does not begin with its rules", path)
		}
		for _, name := range strings.Split(list, ", ") {
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
			if i < 0 {
				t.Fatalf("%s: there is no rule %q", path, name)
			}
			f.rules = append(f.rules, rules[i])
		}
		f.unchanged = lines[1] == "unchanged"
		for _, file := range archive.Files {
			switch file.Name {
			case "before.yaml":
				f.before = file.Data
			case "after.yaml":
				f.after = file.Data
			default:
				t.Fatalf("%s: unexpected file %s", path, file.Name)
			}
		}
		out = append(out, f)
	}
	return out
}

// repairFragment applies rules to a fragment and returns its canonical form.
func repairFragment(t *testing.T, rules []rule, data []byte) ([]byte, []Change) {
	t.Helper()
	d, problems := parse("fragment.yaml", data)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	var changes []Change
	for _, r := range rules {
		r.apply(&repair{document: d, rule: r.name, changes: &changes, problems: &problems})
	}
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	d.canonicalise()
	out, err := d.encode()
	if err != nil {
		t.Fatal(err)
	}
	return out, changes
}

func TestRules(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			got, changes := repairFragment(t, f.rules, f.before)
			if *update {
				for i := range f.archive.Files {
					if f.archive.Files[i].Name == "after.yaml" {
						f.archive.Files[i].Data = got
					}
				}
				if err := os.WriteFile(f.path, txtar.Format(f.archive), 0o644); err != nil {
					t.Fatal(err)
				}
				f.after = got
			}
			if !bytes.Equal(got, f.after) {
				t.Errorf("got:\n%s\nwant:\n%s", got, f.after)
			}
			if changed := len(changes) > 0; changed == f.unchanged {
				t.Errorf("the rules report %d changes", len(changes))
			}
			for _, c := range changes {
				if c.Pos.Line == 0 || c.What == "" {
					t.Errorf("change without place or text: %+v", c)
				}
			}
			again, changes := repairFragment(t, f.rules, got)
			if !bytes.Equal(again, got) || len(changes) > 0 {
				t.Errorf("not idempotent: %+v\n%s", changes, again)
			}
		})
	}
}

func TestRulesRefuse(t *testing.T) {
	schemas := func(s string) string { return "components:\n  schemas:\n" + s }
	tests := []struct {
		name, rule, document, code, message string
	}{
		{"a group of another dialect", "patterns", schemas("    A: {type: string, pattern: 'a(?!b)'}\n"),
			CodePattern, `the pattern "a(?!b)" uses a group that not every dialect knows`},
		{"a pattern that does not compile", "patterns", schemas("    A: {type: string, pattern: 'a['}\n"),
			CodePattern, "the pattern \"a[\" is not understood: error parsing regexp: missing closing ]: `[`"},
		{"both spellings with different types", "snake-case", schemas("    A: {properties: {aB: {type: string}, a_b: {type: boolean}}}\n"),
			CodeConflict, `the properties "aB" and "a_b" are one on the wire, but differ`},
		{"a discriminator without mapping", "unions", schemas("    A: {discriminator: {propertyName: type}}\n"),
			CodeUnion, "the discriminator of A has no mapping, so its variants are unknown"},
		{"a base whose members would be lost", "unions",
			schemas("    A: {properties: {x: {type: string}}, discriminator: {propertyName: type, mapping: {b: '#/components/schemas/B'}}}\n    B: {type: object}\n"),
			CodeUnion, "A has a member that its variants lack: x"},
		{"a name that is taken", "unions",
			schemas("    A: {discriminator: {propertyName: type, mapping: {b: '#/components/schemas/B'}}}\n    B: {allOf: [{$ref: '#/components/schemas/A'}]}\n    ABase: {type: object}\n"),
			CodeConflict, "the name ABase is needed for the members of A, but is taken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems := parse("f.yaml", []byte(tt.document))
			if problems.Failed() {
				t.Fatal(problems.Sorted())
			}
			var changes []Change
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == tt.rule })
			rules[i].apply(&repair{document: d, rule: tt.rule, changes: &changes, problems: &problems})
			wantOnly(t, problems, tt.code, tt.message)
		})
	}
}

// wantOnly checks that there is one error, with a position.
func wantOnly(t *testing.T, problems diag.List, code, message string) {
	t.Helper()
	got := problems.Sorted()
	if len(got) != 1 || got[0].Code != code || got[0].Message != message || got[0].Severity != diag.Error {
		t.Fatalf("got %d diagnostics %+v\nwant one: %s: %s", len(got), got, code, message)
	}
}

func TestStatusText(t *testing.T) {
	for status, want := range map[string]string{"204": "No Content", "default": "Any other status", "299": "Status 299", "4XX": "Status 4XX"} {
		if got := statusText(status); got != want {
			t.Errorf("%s: got %q, want %q", status, got, want)
		}
	}
}

func TestSnakeCaseIsJacksons(t *testing.T) {
	for name, want := range map[string]string{
		"name": "name", "createdAt": "created_at", "opikAIEnabled": "opik_aienabled", "v2WorkspaceAllowlist": "v2_workspace_allowlist",
		"already_snake": "already_snake", "Upper": "upper", "a_B": "a_b", "URL": "url", "filterField": "filterField", "": "",
	} {
		if got := snakeCase(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestFamily(t *testing.T) {
	for schema, want := range map[string]string{"Trace": "Trace", "Trace_Write": "Trace", "A_b_Public": "A_b", "_x": "_x"} {
		if got := Family(schema); got != want {
			t.Errorf("%s: got %s, want %s", schema, got, want)
		}
	}
}

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"{a: 1, b: [x, {c: d}]}", "{b: [x, {c: d}], a: 1}", true},
		{"{a: 1}", "{a: '1'}", false},
		{"{a: 1}", "{b: 1}", false},
		{"{a: 1}", "{a: 1, b: 2}", false},
		{"{a: [1, 2]}", "{a: [2, 1]}", false},
		{"{a: {}}", "{a: []}", false},
	}
	for _, tt := range tests {
		if got := equal(parsed(t, []byte(tt.a)).root, parsed(t, []byte(tt.b)).root); got != tt.want {
			t.Errorf("%s and %s: got %v", tt.a, tt.b, got)
		}
	}
}

// quirkTopic is a part of quirks.yaml.
type quirkTopic struct {
	Topic  string
	Quirks []quirk
}

type quirk struct {
	Quirk    string
	Rules    []string
	Fixtures []string
	Checks   []string
	Overlay  bool
	None     string
}

func TestEveryQuirkHasARuleOrAReason(t *testing.T) {
	data, err := os.ReadFile("quirks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var topics []quirkTopic
	if err := dec.Decode(&topics); err != nil {
		t.Fatal(err)
	}
	shown := map[string][]rule{}
	for _, f := range fixtures(t) {
		shown[f.name] = f.rules
	}
	usedRules, usedFixtures := map[string]bool{}, map[string]bool{}
	for _, topic := range topics {
		for _, q := range topic.Quirks {
			if len(q.Rules) == 0 && len(q.Checks) == 0 && !q.Overlay && q.None == "" {
				t.Errorf("%s: neither a rule nor a reason", q.Quirk)
			}
			if (len(q.Rules) > 0) != (len(q.Fixtures) > 0) {
				t.Errorf("%s: rules and fixtures belong together", q.Quirk)
			}
			for _, name := range q.Fixtures {
				usedFixtures[name] = true
				for _, r := range shown[name] {
					if !slices.Contains(q.Rules, r.name) {
						t.Errorf("%s: the fixture %s shows the rule %s, which is not named", q.Quirk, name, r.name)
					}
				}
				if shown[name] == nil {
					t.Errorf("%s: there is no fixture %s", q.Quirk, name)
				}
			}
			for _, name := range q.Rules {
				usedRules[name] = true
			}
			for _, code := range q.Checks {
				if !strings.Contains(readFileString(t, "codes.go"), `"`+code+`"`) {
					t.Errorf("%s: there is no code %s", q.Quirk, code)
				}
			}
		}
	}
	for _, r := range rules {
		if !usedRules[r.name] {
			t.Errorf("no quirk needs the rule %s", r.name)
		}
		delete(usedRules, r.name)
	}
	for name := range usedRules {
		t.Errorf("there is no rule %s", name)
	}
	for name := range shown {
		if !usedFixtures[name] {
			t.Errorf("no quirk names the fixture %s", name)
		}
	}
	checkRulesDoc(t, topics)
}

// checkRulesDoc compares the page of the documentation with the rules.
func checkRulesDoc(t *testing.T, topics []quirkTopic) {
	t.Helper()
	const path = "../../../docs/contract-rules.md"
	want := rulesDoc(topics)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := readFileString(t, path); got != want {
		t.Errorf("%s is not in step with the rules; run the test with -update", path)
	}
}

func rulesDoc(topics []quirkTopic) string {
	var b strings.Builder
	b.WriteString(`# Rules of the import

<!-- Made from quirks.yaml and the rules in generator/internal/spec by "go test ./internal/spec -update". -->

` + "`opikgen import`" + ` turns the document that Opik publishes into the contract, ` + "`api/openapi.yaml`" + `. It keeps the
facts, leaves out the prose, and repairs plain mistakes by rules that name no schema. The rules run in
this order; each changes nothing when it meets its own result. A fragment before and after each is in
` + "`generator/internal/spec/testdata/rules`" + `.

| rule | what it does |
|---|---|
`)
	for _, r := range rules {
		fmt.Fprintf(&b, "| %s | %s |\n", r.name, r.what)
	}
	b.WriteString(`
What the document says wrongly about the server, and no rule can know, stands in ` + "`api/overlay.yaml`" + ` with its
reason. What nobody has met before stops the import with its place in the document.

## What is known of the document

`)
	for _, topic := range topics {
		fmt.Fprintf(&b, "### %s\n\n| peculiarity | what becomes of it |\n|---|---|\n", topic.Topic)
		for _, q := range topic.Quirks {
			var parts []string
			if len(q.Rules) > 0 {
				parts = append(parts, "Rule "+strings.Join(q.Rules, ", ")+" ("+strings.Join(q.Fixtures, ", ")+").")
			}
			if q.Overlay {
				parts = append(parts, "Corrected in the overlay.")
			}
			if len(q.Checks) > 0 {
				parts = append(parts, "Reported ("+strings.Join(q.Checks, ", ")+").")
			}
			if q.None != "" {
				parts = append(parts, q.None)
			}
			fmt.Fprintf(&b, "| %s | %s |\n", q.Quirk, strings.Join(parts, " "))
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func readFileString(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
