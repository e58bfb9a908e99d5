package oql_test

//opik:requires TraceFilter.operator.in,TraceFilter.operator.not_in,Trace_Public.environment,Trace_Public.source

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// The examples of the description are as it says.
func TestDescription(t *testing.T) {
	data, err := os.ReadFile("../../../docs/query-language.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this tree has no documentation")
	}
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]*oql.Table{"traces": &oql.Traces, "experiment items": &oql.ExperimentItems, "errors": &oql.Traces}
	found := map[string]int{}
	parts := strings.Split(string(data), "<!-- ")
	for _, part := range parts[1:] {
		name, rest, _ := strings.Cut(part, " -->\n```\n")
		block, _, closed := strings.Cut(rest, "\n```\n")
		table := tables[name]
		if table == nil || !closed {
			t.Fatalf("examples of %q", name)
		}
		lines := strings.Split(block, "\n")
		for i := 0; i < len(lines); i++ {
			list, err := table.Filters(lines[i])
			found[name]++
			if name != "errors" {
				if err != nil || len(list) == 0 {
					t.Errorf("%s: %v, %v", lines[i], list, err)
				}
				continue
			}
			if err == nil || err.Error() != lines[i+1] {
				t.Errorf("%s: %v", lines[i], err)
			}
			i += 2
		}
	}
	if found["traces"] < 8 || found["experiment items"] < 2 || found["errors"] < 3 {
		t.Errorf("found %v examples", found)
	}
}
