// Package contractdiff compares two contracts as what they are, OpenAPI documents:
// request by request, in the words of the wire. It calls on oasdiff.
package contractdiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// Level says how grave a change is to a client that is not regenerated.
type Level string

const (
	Error   Level = "error"   // requests fail, or answers lack what they had
	Warning Level = "warning" // it may do harm
	Info    Level = "info"
)

// Change is one difference of the contracts.
type Change struct {
	Level Level `json:"level"`
	// ID names the kind of change, as oasdiff does: response-property-removed.
	ID     string `json:"id"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
}

// String is the change as one line.
func (c Change) String() string {
	return strings.TrimSpace(strings.TrimSpace(c.Method+" "+c.Path)+": "+c.Text) + " [" + c.ID + "]"
}

// Compare returns how the contracts differ, the gravest changes first.
func Compare(before, after []byte) ([]Change, error) {
	specs := make([]*load.SpecInfo, 2)
	for i, data := range [][]byte{before, after} {
		spec, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			return nil, fmt.Errorf("read the contract: %w", err)
		}
		specs[i] = &load.SpecInfo{Spec: spec}
	}
	report, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), specs[0], specs[1])
	if err != nil {
		return nil, fmt.Errorf("compare the contracts: %w", err)
	}
	config := checker.NewConfig(checker.GetAllChecks())
	found := checker.CheckBackwardCompatibilityUntilLevel(config, report, sources, checker.INFO)
	localize := checker.NewDefaultLocalizer()
	changes := []Change{}
	for _, c := range found {
		changes = append(changes, Change{
			Level: level(c.GetLevel()), ID: c.GetId(), Method: c.GetOperation(), Path: c.GetPath(),
			Text: c.GetUncolorizedText(localize),
		})
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(rank(a.Level)-rank(b.Level), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method),
			cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(changes), nil
}

func rank(l Level) int { return slices.Index([]Level{Error, Warning, Info}, l) }

func level(l checker.Level) Level {
	switch l {
	case checker.ERR:
		return Error
	case checker.WARN:
		return Warning
	}
	return Info
}
