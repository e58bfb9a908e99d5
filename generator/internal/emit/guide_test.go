package emit

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// methods emits a list of all methods.
func methods(m *ir.Model) ([]output.File, error) {
	var b strings.Builder
	b.WriteString(output.MarkdownHeader + "\n# Methods\n\n")
	for _, g := range m.Groups {
		for _, method := range g.Methods {
			fmt.Fprintf(&b, "- %s.%s: %s\n", cmp.Or(g.Service, "Client"), method.Name, method.Kind)
		}
	}
	return []output.File{{Path: "docs/methods.md", Data: []byte(b.String())}}, nil
}

// The guide's example of a kind of output is the function above, and it works
// beside the others.
func TestGuideEmitter(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(guide), "<!-- emitter -->\n```go\n")
	example, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("docs/templates.md has no example of an emitter")
	}
	own, err := os.ReadFile("guide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(own), example) {
		t.Errorf("this test does not run the guide's example:\n%s", example)
	}

	model := &ir.Model{
		Module:  "example.com/m",
		Imports: map[string]string{"rest": "example.com/m/gen/rest", "genversion": "example.com/m/opik/internal/genversion", "context": "context"},
		Groups: []*ir.Group{
			{Service: "BooksService", Field: "Books", Doc: "BooksService has books.", Template: "books", Methods: []*ir.Method{
				{Name: "Delete", Kind: ir.KindDelete, Doc: "Delete deletes.", Call: ir.Call{Method: "DeleteBook"}},
			}},
			{Template: "books", Methods: []*ir.Method{
				{Name: "Ping", Kind: ir.KindAction, Doc: "Ping pings.", Call: ir.Call{Method: "Ping"}},
			}},
		},
	}
	files, err := run(model, append(slices.Clone(Emitters), Emitter{"methods", methods}))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(files, func(f output.File) bool { return f.Path == "docs/methods.md" })
	if at < 0 {
		t.Fatal("the file is not among the output")
	}
	want := output.MarkdownHeader + "\n# Methods\n\n- BooksService.Delete: delete\n- Client.Ping: action\n"
	if got := string(files[at].Data); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(files) < 4 {
		t.Errorf("only %d files", len(files))
	}
}
