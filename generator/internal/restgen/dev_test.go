package restgen

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDev(t *testing.T) {
	in := os.Getenv("DEV_IN")
	if in == "" {
		t.Skip()
	}
	data, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	sd, _ := os.ReadFile("../../../api/rest.yaml")
	s, err := ParseSettings(sd)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		start := time.Now()
		res, err := Generate(data, s, "github.com/opik-go/sdk")
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start), len(res.Index.Operations), len(res.Index.Types))
		for _, f := range res.Files {
			p := filepath.Join(os.Getenv("DEV_OUT"), f.Path)
			os.MkdirAll(filepath.Dir(p), 0o755)
			if err := os.WriteFile(p, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
