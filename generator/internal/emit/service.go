package emit

import (
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

func services(*ir.Model) ([]output.File, error) { return nil, nil }
func operations(*ir.Model) ([]output.File, error) { return nil, nil }
