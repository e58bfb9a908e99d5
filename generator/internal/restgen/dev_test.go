package restgen

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opik-go/sdk/generator/internal/spec"
)

func TestDev(t *testing.T) {
	out := os.Getenv("DEV_OUT")
	if out == "" {
		t.Skip()
	}
	in := "../../../api/openapi.yaml"
	if v := os.Getenv("DEV_IN"); v != "" {
		in = v
	}
	start := time.Now()
	doc, problems := spec.LoadDocument(in, "../../../api/overlay.yaml", os.Getenv("DEV_IN") == "")
	t.Log("load", time.Since(start))
	for _, d := range problems.Sorted() {
		t.Log(d.String())
	}
	sd, _ := os.ReadFile("../../../api/rest.yaml")
	s, err := ParseSettings(sd)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		start := time.Now()
		res, err := Generate(doc.Tree(), s, "github.com/opik-go/sdk")
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start), len(res.Index.Operations), len(res.Index.Types))
		for _, f := range res.Files {
			p := filepath.Join(out, f.Path)
			os.MkdirAll(filepath.Dir(p), 0o755)
			if err := os.WriteFile(p, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
