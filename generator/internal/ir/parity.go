package ir

import "github.com/opik-go/sdk/generator/internal/diag"

// Parity says where this SDK has what another one has.
type Parity struct {
	// SDK is the other one, "python" or "typescript".
	SDK string `json:"sdk"`
	// Owner is the class or module that has it there; empty for the client.
	Owner string `json:"owner,omitempty"`
	Name  string `json:"name"`
	// Symbols are those of this SDK; there is none where it lacks it.
	Symbols []string `json:"symbols,omitempty"`
	// Note says why there is none, or what is different.
	Note string        `json:"note,omitempty"`
	Pos  diag.Position `json:"position"`
}
