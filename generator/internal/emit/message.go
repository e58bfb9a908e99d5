package emit

import (
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// messages emits the messages of layer 2 and their public counterparts.
func messages(*ir.Model) ([]output.File, error) { return nil, nil }
