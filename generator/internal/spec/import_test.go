package spec

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// minimal is the smallest document that imports.
const minimal = `openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
components:
  schemas:
    Thing: {type: object, properties: {name: {type: string}}}
`

// publishedDocuments returns the documents that OPIK_TESTDATA holds.
func publishedDocuments(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("OPIK_TESTDATA")
	if dir == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "specs", "*.yaml.gz"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents in %s/specs: %v", dir, err)
	}
	return paths
}

func mustImport(t *testing.T, opts ImportOptions) ImportReport {
	t.Helper()
	report, problems := Import(t.Context(), opts)
	if all := problems.Sorted(); len(all) > 0 {
		t.Fatalf("import: %v", all)
	}
	return report
}

func TestImportPublishedDocuments(t *testing.T) {
	for _, source := range publishedDocuments(t) {
		t.Run(filepath.Base(source), func(t *testing.T) {
			target := filepath.Join(t.TempDir(), "openapi.yaml")
			report := mustImport(t, ImportOptions{Source: source, Target: target})
			if !report.Written {
				t.Error("nothing was written")
			}
			before := rawDocument(t, source)
			for _, c := range report.ChangesByRule() {
				if c.Count == 0 {
					t.Errorf("the rule %s found nothing to do", c.Rule)
				}
			}

			t.Run("again", func(t *testing.T) {
				if again := mustImport(t, ImportOptions{Source: source, Target: target}); again.Written || !bytes.Equal(again.Data, report.Data) {
					t.Error("a second import changes the contract")
				}
			})
			t.Run("result", func(t *testing.T) {
				again := mustImport(t, ImportOptions{Source: target, Target: target})
				if again.Written || !bytes.Equal(again.Data, report.Data) {
					t.Error("importing the contract changes it")
				}
				if len(again.Changes) > 0 {
					t.Errorf("rules change their own result: %+v", again.Changes)
				}
			})
			t.Run("faithful", func(t *testing.T) { checkFaithful(t, before, parsed(t, report.Data)) })
			t.Run("facts only", func(t *testing.T) { checkNoProse(t, before, parsed(t, report.Data)) })
			t.Run("strict", func(t *testing.T) { checkStrict(t, report.Data) })
		})
	}
}

// rawDocument parses a packed document as it is.
func rawDocument(t *testing.T, path string) *document {
	t.Helper()
	data, _, problems := readSource(t.Context(), path, MaxSourceBytes)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	return parsed(t, data)
}

func parsed(t *testing.T, data []byte) *document {
	t.Helper()
	d, problems := parse("document.yaml", data)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	return d
}

// checkFaithful compares what must not change: operations, their places, their
// parameters and statuses, and the names of schemas.
func checkFaithful(t *testing.T, before, after *document) {
	signature := func(d *document) []string {
		var out []string
		for _, op := range d.operations() {
			line := op.method + " " + op.path + " " + text(op.node, "operationId")
			for _, p := range items(get(op.node, "parameters")) {
				if text(p, "name") != "Content-Length" {
					line += " " + text(p, "in") + ":" + text(p, "name")
				}
			}
			var statuses []string
			for status := range entries(get(op.node, "responses")) {
				statuses = append(statuses, status.Value)
			}
			slices.Sort(statuses)
			out = append(out, line+" "+strings.Join(statuses, ","))
		}
		slices.Sort(out)
		return out
	}
	if a, b := signature(before), signature(after); !slices.Equal(a, b) {
		t.Errorf("operations differ: %v", difference(a, b))
	}
	for name := range entries(before.schemas()) {
		if after.schema(name.Value) == nil {
			t.Errorf("the schema %s is gone", name.Value)
		}
	}
	for name := range entries(after.schemas()) {
		if before.schema(name.Value) == nil && !strings.Contains(name.Value, "Base") {
			t.Errorf("the schema %s is new", name.Value)
		}
	}
}

// checkNoProse looks for every longer text of the source in the contract.
func checkNoProse(t *testing.T, before, after *document) {
	texts := map[string]bool{}
	walk(before.root, documentKind, func(n *yaml.Node, k *kind) {
		for _, m := range k.members {
			if p := get(n, m.key); m.prose && p != nil && strings.Contains(p.Value, " ") {
				texts[p.Value] = true
			}
		}
		if p := text(n, "description"); k == responseKind && strings.Contains(p, " ") {
			texts[p] = true
		}
	})
	for _, tag := range items(get(before.root, "tags")) {
		delete(texts, text(tag, "name")) // a name of more than one word, and a fact
	}
	if len(texts) < 100 {
		t.Fatalf("only %d texts in the source", len(texts))
	}
	var scan func(n *yaml.Node)
	scan = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && texts[n.Value] && !ourTexts[n.Value] {
			t.Errorf("%d:%d: the text %q survived", n.Line, n.Column, n.Value)
		}
		for _, c := range n.Content {
			scan(c)
		}
	}
	scan(after.root)
}

// ourTexts are standard status texts, which published documents happen to use.
var ourTexts = func() map[string]bool {
	out := map[string]bool{}
	for _, status := range []string{"200", "201", "202", "204", "302", "303", "400", "401", "403", "404", "409", "410", "422", "429", "500", "501", "502", "503"} {
		out[statusText(status)] = true
	}
	return out
}()

// checkStrict validates with the library that the REST layer is made with, and
// every schema against the meta-schema of JSON Schema 2020-12, which is what
// OpenAPI 3.1 is strict about.
func checkStrict(t *testing.T, data []byte) {
	if err := validate(t.Context(), data); err != nil {
		t.Errorf("kin-openapi: %v", err)
	}
	if err := compileSchemas(parsed(t, data)); err != nil {
		t.Errorf("JSON Schema 2020-12: %v", err)
	}
}

func compileSchemas(d *document) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(jsonText(d.root)))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("file:///contract.json", doc); err != nil {
		return err
	}
	for name := range entries(d.schemas()) {
		if _, err := c.Compile("file:///contract.json" + schemaPrefix + name.Value); err != nil {
			return err
		}
	}
	return nil
}

func TestStrictCheckFindsOpenAPI30(t *testing.T) {
	d := parsed(t, []byte("components: {schemas: {A: {type: number, minimum: 0, exclusiveMinimum: true}}}"))
	if err := compileSchemas(d); err == nil {
		t.Error("the check accepts what is not strict")
	}
}

func TestContractIsInStep(t *testing.T) {
	sources := publishedDocuments(t)
	report := mustImport(t, ImportOptions{Source: sources[len(sources)-1]})
	if got := readFileString(t, "../../../api/openapi.yaml"); got != string(report.Data) {
		t.Error("api/openapi.yaml is not what the import makes of the newest document")
	}
}

func TestContractImportsToItself(t *testing.T) {
	const path = "../../../api/openapi.yaml"
	report := mustImport(t, ImportOptions{Source: path})
	if string(report.Data) != readFileString(t, path) {
		t.Error("importing the contract changes it")
	}
	if err := compileSchemas(parsed(t, report.Data)); err != nil {
		t.Error(err)
	}
}

func TestContractHasNoProse(t *testing.T) {
	d := parsed(t, []byte(readFileString(t, "../../../api/openapi.yaml")))
	walk(d.root, documentKind, func(n *yaml.Node, k *kind) {
		for _, m := range k.members {
			if m.prose && has(n, m.key) {
				t.Errorf("%s: %s has %s", d.position(n), k.name, m.key)
			}
		}
	})
}

func TestImportForms(t *testing.T) {
	asJSON := jsonText(parsed(t, []byte(minimal)).root)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(minimal)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(asJSON), "", "\t"); err != nil {
		t.Fatal(err)
	}
	plain := mustImport(t, ImportOptions{Source: write(t, "plain.yaml", minimal)})
	body := func(r ImportReport) string {
		_, b, _ := strings.Cut(string(r.Data), "\n\n")
		return b
	}
	tests := []struct {
		name, file, data string
		sameDigest       bool
	}{
		{"gzip is unpacked whatever its name", "packed.yaml", packed.String(), true},
		{"JSON with tabs", "document.json", indented.String(), false},
		{"JSON in one line", "document.json", asJSON, false},
		{"byte order mark", "bom.yaml", "\ufeff" + minimal, false},
		{"OpenAPI 3.0", "old.yaml", strings.Replace(minimal, "3.1.0", "3.0.3", 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustImport(t, ImportOptions{Source: write(t, tt.file, tt.data)})
			if body(got) != body(plain) {
				t.Errorf("got\n%s\nwant\n%s", got.Data, plain.Data)
			}
			if (got.Digest == plain.Digest) != tt.sameDigest {
				t.Errorf("digest %s, of the plain document %s", got.Digest, plain.Digest)
			}
		})
	}
}

func TestImportDoesNotDependOnOrder(t *testing.T) {
	d := parsed(t, []byte(minimal))
	var reverse func(n *yaml.Node)
	reverse = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			pairs := slices.Collect(slices.Chunk(n.Content, 2))
			slices.Reverse(pairs)
			n.Content = slices.Concat(pairs...)
		}
		for _, c := range n.Content {
			reverse(c)
		}
	}
	reverse(d.root)
	reversed, err := d.encode()
	if err != nil {
		t.Fatal(err)
	}
	a := mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal)})
	b := mustImport(t, ImportOptions{Source: write(t, "b.yaml", string(reversed))})
	_, x, _ := strings.Cut(string(a.Data), "\n\n")
	_, y, _ := strings.Cut(string(b.Data), "\n\n")
	if x != y {
		t.Errorf("got\n%s\nwant\n%s", y, x)
	}
}

func TestImportWritesHeader(t *testing.T) {
	target := filepath.Join(t.TempDir(), "api", "openapi.yaml")
	report := mustImport(t, ImportOptions{Source: write(t, "a.yaml", minimal), Target: target})
	got := readFileString(t, target)
	if !strings.HasPrefix(got, headerFirst) || digestOf([]byte(got)) != report.Digest {
		t.Errorf("header:\n%.400s", got)
	}
	if !strings.Contains(got, "\n# contract: 1 paths, 1 operations, 1 schemas\n") {
		t.Errorf("no counts in the header:\n%.400s", got)
	}
	if report.Added != nil || report.Removed != nil {
		t.Errorf("added %v, removed %v without a present contract", report.Added, report.Removed)
	}
}

func TestImportReportsOperationsThatComeAndGo(t *testing.T) {
	target := filepath.Join(t.TempDir(), "openapi.yaml")
	mustImport(t, ImportOptions{Source: write(t, "a.yaml", withOperations("op", 20)), Target: target})
	next := strings.Replace(withOperations("op", 20), "op07\n", "new\n", 1)
	report := mustImport(t, ImportOptions{Source: write(t, "b.yaml", next), Target: target})
	if !slices.Equal(report.Added, []string{"new"}) || !slices.Equal(report.Removed, []string{"op07"}) || !report.Written {
		t.Errorf("added %v, removed %v, written %v", report.Added, report.Removed, report.Written)
	}
}

func TestImportRefusesALossOfOperations(t *testing.T) {
	target := filepath.Join(t.TempDir(), "openapi.yaml")
	mustImport(t, ImportOptions{Source: write(t, "a.yaml", withOperations("op", 20)), Target: target})
	before := readFileString(t, target)

	one := write(t, "one.yaml", withOperations("op", 19))
	mustImport(t, ImportOptions{Source: one}) // without a target there is nothing to lose
	two := write(t, "two.yaml", withOperations("op", 18))
	_, problems := Import(t.Context(), ImportOptions{Source: two, Target: target})
	wantOnly(t, problems, CodeShrunk, "the document lacks 2 of the 20 operations of the present contract: op18, op19")
	if readFileString(t, target) != before {
		t.Error("the contract has changed")
	}

	all := write(t, "all.yaml", withOperations("other", 20))
	_, problems = Import(t.Context(), ImportOptions{Source: all, Target: target})
	wantOnly(t, problems, CodeShrunk, "the document lacks 20 of the 20 operations of the present contract: op00, op01, op02, op03, op04, op05, op06, op07, op08, op09 and 10 more")

	if report := mustImport(t, ImportOptions{Source: two, Target: target, Force: true}); !report.Written || len(report.Removed) != 2 {
		t.Errorf("force: written %v, removed %v", report.Written, report.Removed)
	}
	if report := mustImport(t, ImportOptions{Source: write(t, "17.yaml", withOperations("op", 17)), Target: target}); len(report.Removed) != 1 {
		t.Errorf("one of 18 may go, but removed = %v", report.Removed)
	}
}

func TestImportKeepsAnUnreadableContract(t *testing.T) {
	source := write(t, "a.yaml", minimal)
	target := write(t, "openapi.yaml", "a: [\n")
	_, problems := Import(t.Context(), ImportOptions{Source: source, Target: target})
	if got := problems.Sorted(); len(got) != 1 || got[0].Code != CodeTarget {
		t.Errorf("got %v", got)
	}
	if readFileString(t, target) != "a: [\n" {
		t.Error("the target has changed")
	}
	if report := mustImport(t, ImportOptions{Source: source, Target: target, Force: true}); !report.Written {
		t.Error("force does not replace it")
	}

	dir := t.TempDir()
	_, problems = Import(t.Context(), ImportOptions{Source: source, Target: dir})
	wantOnly(t, problems, CodeTarget, "cannot read the present contract: is a directory")
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, problems = Import(t.Context(), ImportOptions{Source: source, Target: filepath.Join(dir, "file", "openapi.yaml")})
	if got := problems.Sorted(); len(got) != 1 || (got[0].Code != CodeWrite && got[0].Code != CodeTarget) {
		t.Errorf("got %v", got)
	}
}

func TestWriteFileLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	if err := writeFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "busy"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "busy", "f"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(dir, "busy"), []byte("two")); err == nil {
		t.Error("a directory was replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("the directory holds %v", entries)
	}
}

// withOperations is a document with operations called prefix00, prefix01, ...
func withOperations(prefix string, n int) string {
	var b strings.Builder
	b.WriteString("openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n")
	for i := range n {
		id := prefix + string(rune('0'+i/10)) + string(rune('0'+i%10))
		b.WriteString("  /" + id + ":\n    get:\n      operationId: " + id + "\n      responses: {\"204\": {description: ok}}\n")
	}
	return b.String()
}

func write(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
