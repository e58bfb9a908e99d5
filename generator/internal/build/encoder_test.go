package build_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// everything is a template whose messages have a field of each kind there is.
const everything = `
// Visit is a message with all kinds of fields.
//
//opik:async createVisits items=visits key=id,state merge=replace
//opik:field size value=7
//opik:field place keep
//opik:field waited keep type=*float64
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields
type VisitUpdate rest.VisitUpdate

//opik:async putNote
//opik:field kind rename=Sort
//opik:field key rename=Keyword
type Note rest.Note
`

// random checks every encoder against encoding/json with many more inputs than
// the fuzz tests have as seeds.
const random = `package message_test

import (
	"math/rand/v2"
	"testing"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/messagetest"
)

func TestRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		data := make([]byte, random.IntN(600))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		messagetest.Check[message.Visit](t, data, ` + "`\"size\":7`" + `)
		messagetest.Check[message.VisitUpdate](t, data)
		messagetest.Check[message.Note](t, data)
	}
}
`

// TestEncoders generates messages with all kinds of fields into a tree of its own,
// beside the hand-written packages that generated code needs, and runs their
// fuzz tests there.
func TestEncoders(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs a program")
	}
	result, found := messagesOf(t, everything, true)
	for _, d := range found.Sorted() {
		if !strings.Contains(d.Message, "its field stays") && d.Code != "undecided-operation" {
			t.Fatal(d)
		}
	}
	tree := t.TempDir()
	write := func(path string, data []byte) {
		t.Helper()
		path = filepath.Join(tree, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte("module github.com/opik-go/sdk\n\ngo 1.25.0\n"))
	write("opik/internal/message/random_test.go", []byte(random))
	for _, folder := range []string{"jsonenc", "fuzzvalue", "genversion", "message", "messagetest"} {
		handWritten(t, filepath.Join("..", "..", "..", "opik", "internal", folder), func(name string, data []byte) {
			write(filepath.Join("opik", "internal", folder, name), data)
		})
	}
	for _, f := range result.Files {
		if strings.HasPrefix(f.Path, "gen/rest/") || strings.HasPrefix(f.Path, "opik/internal/message/") {
			write(f.Path, f.Data)
		}
	}
	for _, args := range [][]string{{"vet", "./opik/internal/message"}, {"test", "./opik/internal/message"}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = tree
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// handWritten calls write with each Go file of a folder that is neither generated
// nor a test.
func handWritten(t *testing.T, folder string, write func(name string, data []byte)) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(folder), "*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s holds %d files, %v", folder, len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		write(name, data)
	}
}
