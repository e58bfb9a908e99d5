//go:build unix

package cli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// hostile are documents that cost a careless reader all its memory, or all its
// time, and what opikgen says about them. An empty message means: it is imported.
var hostile = []struct {
	name, message string
	write         func(w io.Writer)
}{
	{"10000 operations", "the document has more than", func(w io.Writer) {
		io.WriteString(w, hostileHead+"paths:\n")
		for i := range 10_000 {
			fmt.Fprintf(w, "  /v1/a%d/{id}:\n    get: {operationId: getA%d, tags: [A], parameters: [{name: id, in: path, required: true, schema: {type: string}}], "+
				"responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/S%d'}}}}}}\n", i, i, i)
		}
		io.WriteString(w, "components:\n  schemas:\n")
		for i := range 10_000 {
			fmt.Fprintf(w, "    S%d: {type: object, properties: {next: {$ref: '#/components/schemas/S%d'}}}\n", i, (i*7+1)%10_000)
		}
	}},
	{"5000 small operations", "", func(w io.Writer) {
		io.WriteString(w, hostileHead+"paths:\n")
		for i := range 5_000 {
			fmt.Fprintf(w, "  /v1/a%d:\n    get: {operationId: getA%d, responses: {'204': {description: OK}}}\n", i, i)
		}
	}},
	{"enum of 1 MB in many values", "a list with 150000 elements", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{type: string, enum: ["+strings.Repeat("value,", 149_999)+"last]}"))
	}},
	{"enum of 1 MB in one value", "", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{type: string, enum: ["+strings.Repeat("v", 1<<20)+"]}"))
	}},
	{"100000 properties", "the document has more than", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{type: object, properties: {"))
		for i := range 100_000 {
			fmt.Fprintf(w, "p%d: {type: string, format: uuid},", i)
		}
		io.WriteString(w, "}}")
	}},
	{"schemas nested 10000 deep", "exceeded max depth", func(w io.Writer) {
		io.WriteString(w, hostileSchema(strings.Repeat("{type: array, items: ", 10_000)+"{}"+strings.Repeat("}", 10_000)))
	}},
	{"JSON nested 10000 deep", "nested deeper than 100 levels", func(w io.Writer) {
		io.WriteString(w, `{"paths":`+strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)+"}")
	}},
	{"brackets without end", "the document has more than", func(w io.Writer) { repeat(w, "[", 30_000_000) }},
	{"dashes without end", "the document has more than", func(w io.Writer) { repeat(w, "- ", 15_000_000) }},
	{"a list of 15 million numbers", "the document has more than", func(w io.Writer) {
		io.WriteString(w, "openapi: 3.1.0\npaths: [")
		repeat(w, "1,", 15_000_000)
	}},
	{"3 million members in JSON", "the document has more than", func(w io.Writer) {
		io.WriteString(w, `{"openapi":"3.1.0"`)
		for i := range 2_000_000 {
			fmt.Fprintf(w, `,"a%d":1`, i)
		}
		io.WriteString(w, "}")
	}},
	{"as many values as are read", "paths: expected an object", func(w io.Writer) {
		io.WriteString(w, "openapi: 3.1.0\npaths:\n")
		repeat(w, "- ["+strings.Repeat("{},", 50)+"]\n", 3_200)
	}},
	{"a word of 30 MB", "this is no OpenAPI document", func(w io.Writer) { repeat(w, "a", 30_000_000) }},
	{"a billion laughs", "YAML anchors and aliases are not supported", func(w io.Writer) {
		io.WriteString(w, "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n")
		for c := 'b'; c <= 'z'; c++ {
			fmt.Fprintf(w, "%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 8), c-1)
		}
	}},
	{"a schema of 2^60 parts", "is made of more than 1000 others", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{type: object}"))
		for i := range 60 {
			before := "A"
			if i > 0 {
				before = fmt.Sprint("D", i-1)
			}
			fmt.Fprintf(w, "    D%d: {allOf: [{$ref: '#/components/schemas/%s'}, {$ref: '#/components/schemas/%s'}]}\n", i, before, before)
		}
	}},
	{"a schema that is a part of itself", "the schema is a part of itself: A -> B -> A", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{allOf: [{$ref: '#/components/schemas/B'}]}")+"    B: {$ref: '#/components/schemas/A'}\n")
	}},
	{"a schema that refers to itself", "", func(w io.Writer) {
		io.WriteString(w, hostileSchema("{type: object, properties: {a: {$ref: '#/components/schemas/A'}, b: {type: array, items: {$ref: '#/components/schemas/A'}}}}"))
	}},
	{"an archive of a gigabyte", "is larger than 33554432 bytes when unpacked", func(w io.Writer) {
		z := gzip.NewWriter(w)
		repeat(z, "0", 1<<30)
		z.Close()
	}},
	{"an archive of an archive", "a document is text in UTF-8", func(w io.Writer) {
		outer := gzip.NewWriter(w)
		inner := gzip.NewWriter(outer)
		repeat(inner, "0", 1<<24)
		inner.Close()
		outer.Close()
	}},
}

const hostileHead = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"

// hostileSchema is a document with the schema A.
func hostileSchema(schema string) string {
	return hostileHead + "paths:\n  /a:\n    get: {operationId: a, responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}\n" +
		"components:\n  schemas:\n    A: " + schema + "\n"
}

func repeat(w io.Writer, s string, n int) {
	chunk := []byte(strings.Repeat(s, 1<<16))
	for n *= len(s); n > 0; n -= len(chunk) {
		// What is wrong with the writer shows when the file is closed.
		_, _ = w.Write(chunk[:min(n, len(chunk))])
	}
}

// peakBytes is the most memory that opikgen may take for a document, whatever is in
// it. From half of it on the collector spares no effort.
const peakBytes = 512 << 20

// TestHostileDocuments imports hostile documents, and generates from those that are
// imported, in processes of their own whose peak of memory is measured.
func TestHostileDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("writes large files")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range map[string]string{
				"go.mod": "module example.com/x\n", "templates/doc.go": "package templates\n", "api/rest.yaml": "initialisms: [IDs]\n",
				"api/overlay.yaml": "overlay: 1.0.0\ninfo: {title: None, version: 1.0.0}\nactions: []\n",
			} {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			source, err := os.Create(filepath.Join(root, "hostile.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			h.write(source)
			if err := source.Close(); err != nil {
				t.Fatal(err)
			}
			want := cli.Trouble
			if h.message == "" {
				want = cli.InStep
			}
			stderr := bounded(t, self, want, "import", "-root", root, source.Name())
			if !strings.Contains(stderr, h.message) {
				t.Errorf("it says %.200q, want %q", stderr, h.message)
			}
			_, err = os.Stat(filepath.Join(root, "api", "openapi.yaml"))
			if (err == nil) != (h.message == "") {
				t.Errorf("the contract: %v", err)
			}
			if h.message == "" {
				bounded(t, self, cli.InStep, "generate", "-root", root)
			}
		})
	}
}

// bounded runs opikgen in a process of its own and returns what it writes to
// stderr.
func bounded(t *testing.T, self string, code int, args ...string) string {
	t.Helper()
	ctx := context.Context(t.Context())
	if deadline, ok := t.Deadline(); ok { // a process that hangs ends before the test does
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Args[0] = "opikgen" // TestMain makes it one by this name
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", peakBytes/2))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("opikgen %s: %v, want exit code %d\n%.2000s", args[0], err, code, stderr.String())
	}
	peak := peakOf(t, cmd)
	if peak > peakBytes {
		t.Errorf("opikgen %s took %d MB at its peak", args[0], peak>>20)
	}
	t.Logf("opikgen %s: %d MB", args[0], peak>>20)
	return stderr.String()
}
