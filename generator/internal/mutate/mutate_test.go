package mutate_test

import (
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/mutate"
)

const document = `paths:
  /a: {get: {operationId: a, tags: [A]}}
components:
  schemas:
    A: {type: object, properties: {b: {type: string}}}
`

// Every change makes another document, and one that can be read.
func TestDocument(t *testing.T) {
	different := map[string]bool{}
	for what := range byte(10) {
		for where := range byte(20) {
			out := mutate.Document([]byte(document), []byte{what, where, where * 3})
			var n yaml.Node
			if err := yaml.Unmarshal(out, &n); err != nil {
				t.Errorf("change %d at %d: %v\n%s", what, where, err, out)
			}
			different[string(out)] = true
		}
	}
	if len(different) < 60 {
		t.Errorf("%d different documents", len(different))
	}
}

func TestDocumentUnreadable(t *testing.T) {
	for _, text := range []string{"", "a: [", "# nothing"} {
		if got := mutate.Document([]byte(text), []byte("abcdef")); string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
