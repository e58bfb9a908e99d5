package apidiff

import (
	"cmp"
	"slices"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// Subject is what a change is about.
type Subject string

const (
	SubjectOperation Subject = "operation" // of the contract
	SubjectFacade    Subject = "facade"    // package opik
	SubjectMessage   Subject = "message"   // records that are queued
	SubjectREST      Subject = "rest"      // package rest
	SubjectTemplate  Subject = "template"  // what generation would fail on
)

// subjects in the order in which they are reported.
var subjects = []Subject{SubjectTemplate, SubjectOperation, SubjectFacade, SubjectMessage, SubjectREST}

// Action is what has happened.
type Action string

const (
	Added        Action = "added"
	Removed      Action = "removed"
	Renamed      Action = "renamed"       // an operation of the same method and path has another id
	Moved        Action = "moved"         // an operation of the same id has another method or path
	Changed      Action = "changed"       // the signature, the type, the value
	Rebound      Action = "rebound"       // a method calls another operation
	Required     Action = "required"      // requests must have it now
	Optional     Action = "optional"      // requests need not have it any more
	Deprecated   Action = "deprecated"    // the document advises against it
	Undeprecated Action = "un-deprecated" // and does so no longer
	Edit         Action = "edit"          // a template or the overlay needs an edit
)

// Change is one difference.
type Change struct {
	// Breaking says that programs which use the SDK, or the templates, may have to
	// be changed.
	Breaking bool    `json:"breaking"`
	Subject  Subject `json:"subject"`
	Action   Action  `json:"action"`
	// Symbol is the Go symbol, or the name of a message and of a field of it; empty
	// if no Go symbol is concerned.
	Symbol string `json:"symbol,omitempty"`
	// Kind is what the symbol is: method, type, field.
	Kind string `json:"kind,omitempty"`
	// Operation is the operation concerned, by its id.
	Operation string `json:"operation,omitempty"`
	// Aspect is what of a message or an operation has changed: maxItems.
	Aspect string `json:"aspect,omitempty"`
	// Old and New are how it was and how it is: a request, a signature, a value.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Note says more: what is wrong with a template.
	Note string `json:"note,omitempty"`
	// Templates are the lines of templates that ask for it, or name it.
	Templates []diag.Position `json:"templates,omitempty"`
}

// Sort puts breaking changes first, then goes by subject and symbol.
func Sort(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int {
		if a.Breaking != b.Breaking {
			if a.Breaking {
				return -1
			}
			return 1
		}
		return cmp.Or(
			cmp.Compare(slices.Index(subjects, a.Subject), slices.Index(subjects, b.Subject)),
			comparePlaces(a, b), compareOperations(a, b),
			cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.Aspect, b.Aspect), cmp.Compare(a.Note, b.Note))
	})
}

// comparePlaces sorts what is about templates by line.
func comparePlaces(a, b Change) int {
	if a.Subject != SubjectTemplate || len(a.Templates) == 0 || len(b.Templates) == 0 {
		return 0
	}
	return comparePositions(a.Templates[0], b.Templates[0])
}

// compareOperations sorts what is about operations by their ids.
func compareOperations(a, b Change) int {
	if a.Subject != SubjectOperation {
		return 0
	}
	return cmp.Compare(a.Operation, b.Operation)
}

// Breaking counts the breaking changes.
func Breaking(changes []Change) int {
	n := 0
	for _, c := range changes {
		if c.Breaking {
			n++
		}
	}
	return n
}
