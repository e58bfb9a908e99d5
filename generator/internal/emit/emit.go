// Package emit writes the model down as files. It decides nothing: what a method
// is called, takes and returns stands in the model.
package emit

import (
	"fmt"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// Header is the first line of every generated Go file.
const Header = output.GoHeader

// Emitter makes the files of one kind of output. It must not change the model.
type Emitter struct {
	Name string
	Emit func(*ir.Model) ([]output.File, error)
}

// Emitters are all kinds of output. To add one is to add it here.
var Emitters = []Emitter{
	{"services", services},
	{"handles", handles},
	{"messages", messages},
	{"examples", examples},
	{"filters", filters},
	{"operations", operations},
	{"backend", backend},
	{"parity", parity},
	{"directives", directives},
}

// Emit runs all emitters.
func Emit(m *ir.Model) ([]output.File, error) { return run(m, Emitters) }

func run(m *ir.Model, emitters []Emitter) ([]output.File, error) {
	var files []output.File
	for _, e := range emitters {
		f, err := e.Emit(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		files = append(files, f...)
	}
	return files, nil
}
