package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// TestReportOfSDK compares what sdk reports as left out with what can be seen without
// the generator's own reading of contracts and templates: operations, schemas and
// properties are differences of the documents as a YAML decoder has them; methods,
// handles and fields are differences of the generated Go sources, which are parsed;
// files are those that are not there.
func TestReportOfSDK(t *testing.T) {
	for document, name := range documents(t) {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "sdk")
			var stdout, stderr bytes.Buffer
			code := cli.Run(t.Context(), []string{"sdk", "-json", "-vet=false", "-root", treeRoot, document, out}, &stdout, &stderr)
			if code != cli.InStep {
				t.Fatalf("exit code %d\n%s", code, stderr.String())
			}
			var printed struct {
				Result struct{ LeftOut map[string][]string }
			}
			if err := json.Unmarshal(stdout.Bytes(), &printed); err != nil {
				t.Fatal(err)
			}
			report := printed.Result.LeftOut
			text, err := os.ReadFile(filepath.Join(out, "docs", "left-out.md"))
			if err != nil {
				t.Fatal(err)
			}
			for list, names := range report {
				for _, name := range names {
					if !strings.Contains(string(text), "`"+name+"`") {
						t.Errorf("docs/left-out.md lacks %s of %s", name, list)
					}
				}
			}

			own, raw := readDocument(t, filepath.Join(treeRoot, "api", "openapi.yaml")), readDocument(t, document)
			equal(t, "operations", report["operations"], minus(own.operations, raw.operations))
			equal(t, "unknown", report["unknown"], minus(raw.operations, own.operations))
			// An import adds schemas and respells properties, so these are compared with
			// the contract that it made.
			theirs := readDocument(t, filepath.Join(out, "api", "openapi.yaml"))
			equal(t, "schemas", report["schemas"], minus(own.schemas, theirs.schemas))
			equal(t, "properties", report["properties"], minus(own.properties(theirs.schemas), theirs.properties(own.schemas)))
			equal(t, "files", report["files"], missingFiles(t, treeRoot, out))

			mine, made := readSources(t, treeRoot), readSources(t, out)
			equal(t, "methods", report["methods"], minus(mine.methods, made.methods))
			equal(t, "handles", report["handles"], minus(mine.handles, made.handles))
			equal(t, "fields and messages", append(report["fields"], report["messages"]...), slices.Concat(
				minus(mine.params(made.methods), made.params(mine.methods)), minus(mine.messages(made.members), made.messages(mine.members))))
		})
	}
}

// documents returns the published documents, with a name for each.
func documents(t *testing.T) map[string]string {
	t.Helper()
	data := os.Getenv("OPIK_TESTDATA")
	if data == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	paths, err := filepath.Glob(filepath.Join(data, "specs", "*.yaml.gz"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents in %s (%v)", data, err)
	}
	all := map[string]string{}
	for _, path := range paths {
		all[path] = strings.TrimSuffix(filepath.Base(path), ".yaml.gz")
	}
	return all
}

// set is a set of names. Those of properties are without underscores and in lower
// case, since an import may spell them differently.
type set map[string]bool

// minus returns the elements of a that b has not, sorted.
func minus(a, b set) []string {
	out := []string{}
	for name := range a {
		if !b[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// equal compares a list of the report with the expected one. Names are compared
// without regard to underscores and case.
func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	fold := func(list []string) set {
		out := set{}
		for _, name := range list {
			out[strings.ToLower(strings.ReplaceAll(name, "_", ""))] = true
		}
		return out
	}
	g, w := fold(got), fold(want)
	if missing := minus(w, g); len(missing) > 0 {
		t.Errorf("%s: the report lacks %q", what, missing)
	}
	if extra := minus(g, w); len(extra) > 0 {
		t.Errorf("%s: the report has %q, which are not left out", what, extra)
	}
	if len(g) != len(got) {
		t.Errorf("%s: the report has a name twice: %q", what, got)
	}
}

// document is a document as it is written.
type document struct {
	operations, schemas set
	members             map[string][]string // of schemas
}

func readDocument(t *testing.T, path string) document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	var raw struct {
		Paths      map[string]map[string]yaml.Node
		Components struct {
			Schemas map[string]struct{ Properties map[string]yaml.Node }
		}
	}
	if err := yaml.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	d := document{set{}, set{}, map[string][]string{}}
	for _, methods := range raw.Paths {
		for _, node := range methods {
			var op struct {
				ID string `yaml:"operationId"`
			}
			if node.Decode(&op) == nil && op.ID != "" {
				d.operations[op.ID] = true
			}
		}
	}
	for name, s := range raw.Components.Schemas {
		d.schemas[name] = true
		d.members[name] = slices.Collect(maps.Keys(s.Properties))
	}
	return d
}

// properties returns the properties of the schemas that another document has, too.
func (d document) properties(others set) set {
	all := set{}
	for name, members := range d.members {
		for _, member := range members {
			if others[name] {
				all[strings.ToLower(strings.ReplaceAll(name+"."+member, "_", ""))] = true
			}
		}
	}
	return all
}

// missingFiles returns the Go files by hand, and the packages, that an SDK has not.
func missingFiles(t *testing.T, root, out string) []string {
	t.Helper()
	var all []string
	for _, folder := range []string{"opik", filepath.Join("gen", "rest")} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if _, err := os.Stat(filepath.Join(out, rel)); err == nil || filepath.Ext(path) != ".go" && !d.IsDir() {
				return nil
			}
			if d.IsDir() {
				all = append(all, filepath.ToSlash(rel))
				return filepath.SkipDir
			}
			data, err := os.ReadFile(path)
			if !bytes.HasPrefix(data, []byte("// Code generated")) {
				all = append(all, filepath.ToSlash(rel))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// sources is what the generated Go files of an SDK declare.
type sources struct {
	methods, handles set
	structs          map[string][]string // fields of exported structs
	takes            map[string][]string // structs that a method takes and returns
	members          map[string][]string // what is sent of a message
}

// encoded matches what writes a member of a message.
var encoded = regexp.MustCompile(`\bm\.([A-Z]\w*)`)

func readSources(t *testing.T, root string) sources {
	t.Helper()
	s := sources{set{}, set{}, map[string][]string{}, map[string][]string{}, map[string][]string{}}
	for _, path := range generated(t, root, "opik") {
		file := parseFile(t, path)
		handle := strings.HasSuffix(path, "_handle_gen.go")
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				s.method(decl)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok && handle && spec.Name.IsExported() {
						s.handles[spec.Name.Name] = true
					}
					s.structure(spec)
				}
			}
		}
	}
	for _, path := range generated(t, root, filepath.Join("opik", "internal", "message")) {
		s.message(t, path)
	}
	return s
}

func generated(t *testing.T, root, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, folder, "*_gen.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no generated files in %s (%v)", folder, err)
	}
	return paths
}

func parseFile(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// method adds an exported method of a service, a handle or the client that makes a
// request: its last parameter are the options.
func (s sources) method(fn *ast.FuncDecl) {
	if fn.Recv == nil || !fn.Name.IsExported() || len(fn.Type.Params.List) < 2 {
		return
	}
	last, many := fn.Type.Params.List[len(fn.Type.Params.List)-1].Type.(*ast.Ellipsis)
	if !many || named(last.Elt) != "CallOption" {
		return
	}
	symbol := named(fn.Recv.List[0].Type) + "." + fn.Name.Name
	s.methods[symbol] = true
	for _, list := range []*ast.FieldList{fn.Type.Params, fn.Type.Results} {
		for _, field := range list.List {
			s.takes[symbol] = append(s.takes[symbol], named(field.Type))
		}
	}
}

// named returns the name of a type of this package or a pointer to it; "" for others.
func named(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func (s sources) structure(spec ast.Spec) {
	t, ok := spec.(*ast.TypeSpec)
	if !ok || !t.Name.IsExported() {
		return
	}
	if st, ok := t.Type.(*ast.StructType); ok {
		for _, field := range st.Fields.List {
			for _, name := range field.Names {
				s.structs[t.Name.Name] = append(s.structs[t.Name.Name], t.Name.Name+"."+name.Name)
			}
		}
	}
}

// message adds a message and the fields that its encoder mentions.
func (s sources) message(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parseFile(t, path).Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv == nil {
			continue
		}
		name := named(fn.Recv.List[0].Type)
		if fn.Name.Name == "AppendJSON" || fn.Name.Name == "Path" {
			for _, m := range encoded.FindAllSubmatch(data[fn.Body.Pos()-1:fn.Body.End()-1], -1) {
				s.members[name] = append(s.members[name], name+"."+string(m[1]))
			}
		}
	}
}

// params returns the fields of the structs of those methods that another SDK has, too.
func (s sources) params(others set) set {
	all := set{}
	for method, structs := range s.takes {
		if !others[method] {
			continue
		}
		for _, name := range structs {
			for _, field := range s.structs[name] {
				all[field] = true
			}
		}
	}
	return all
}

// messages returns all messages, and the members of those that another SDK has, too.
func (s sources) messages(others map[string][]string) set {
	all := set{}
	for name, members := range s.members {
		all[name] = true
		for _, member := range members {
			if others[name] != nil {
				all[member] = true
			}
		}
	}
	return all
}
