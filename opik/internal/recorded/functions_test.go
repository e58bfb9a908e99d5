package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// function says how the cases of a recorded function are replayed.
type function struct {
	// replay returns "" for a case that comes out as recorded, and what comes out here
	// if it does not.
	replay func(t *testing.T, recorded json.RawMessage) string
	// differs says by the number of a case, counting from 1, why it comes out
	// differently on purpose.
	differs map[int]string
	// elsewhere says why there is nothing to replay here.
	elsewhere string
}

const noJinja2 = "jinja2 is for a renderer that the program brings; without one it is a typed error"

func functions() map[string]function {
	return map[string]function{
		"fn-ids": {replay: ids},
		"fn-mustache": {replay: formatTemplate, differs: map[int]string{
			11: "a list is written as JSON, [1,2], which a model reads; JavaScript's 1,2 loses where it begins and ends",
			20: noJinja2, 21: noJinja2, 22: noJinja2, 23: noJinja2, 24: noJinja2,
		}},
		"fn-metrics": {elsewhere: "this SDK has no metrics"},
		"fn-oql":     {replay: query, differs: typescriptQueries},
		"py-fn-oql":  {replay: query, differs: pythonQueries},
	}
}

// TestFunctions replays the recorded cases of functions.
func TestFunctions(t *testing.T) {
	root := os.Getenv("OPIK_TESTDATA")
	if root == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	known := functions()
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*fn-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				var v vector
				if err := decodeStrictly(data, &v); err != nil {
					t.Fatal(err)
				}
				f, ok := known[v.Scenario]
				if !ok || len(v.Cases) == 0 {
					t.Fatalf("nothing replays the %d cases of %s", len(v.Cases), v.Title)
				}
				if f.elsewhere != "" {
					t.Skip(f.elsewhere)
				}
				passed := 0
				for i, recorded := range v.Cases {
					ours := f.replay(t, recorded)
					switch reason := f.differs[i+1]; {
					case ours != "" && reason == "":
						t.Errorf("case %d, %s: here %s", i+1, compact(recorded), ours)
					case ours == "" && reason != "":
						t.Errorf("case %d, %s: no longer different, though %s", i+1, compact(recorded), reason)
					case ours == "":
						passed++
					}
				}
				t.Logf("%d of %d cases passed, %d differing on purpose", passed, len(v.Cases), len(f.differs))
			})
		}
	}
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

func formatTemplate(t *testing.T, recorded json.RawMessage) string {
	t.Helper()
	var c struct {
		Type, Template string
		Variables      map[string]any
		Output         string
		Error          bool
	}
	if err := decodeStrictly(recorded, &c); err != nil {
		t.Fatal(err)
	}
	got, err := opik.NewPrompt("recorded", c.Template, opik.PromptType(c.Type)).Format(c.Variables)
	switch {
	case err != nil && c.Error && !errors.Is(err, opik.ErrNoRenderer):
		return ""
	case err != nil:
		return err.Error()
	case c.Error || got != c.Output:
		return fmt.Sprintf("%q", got)
	}
	return ""
}

// ids makes as many ids as were recorded; what was recorded about them has to hold.
func ids(t *testing.T, recorded json.RawMessage) string {
	t.Helper()
	var c struct {
		Count     int
		Version   []string
		VariantOK bool `json:"variant_ok"`
		Sorted    bool
		Unique    bool
		LowerCase bool `json:"lower_case"`
	}
	if err := decodeStrictly(recorded, &c); err != nil {
		t.Fatal(err)
	}
	made := make([]string, c.Count)
	for i := range made {
		made[i] = uuid7.New()
		if err := uuid7.Check(made[i]); err != nil || c.LowerCase && made[i] != strings.ToLower(made[i]) {
			return fmt.Sprintf("%s (%v)", made[i], err)
		}
	}
	if c.Sorted && !slices.IsSorted(made) || c.Unique && len(slices.Compact(slices.Clone(made))) != c.Count {
		return "ids that repeat or do not ascend"
	}
	return ""
}
