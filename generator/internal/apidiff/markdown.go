package apidiff

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
)

// titles of the sections.
var titles = map[Subject]string{
	SubjectTemplate:  "Templates that need an edit",
	SubjectOperation: "Operations",
	SubjectFacade:    "Package opik",
	SubjectMessage:   "Messages",
	SubjectREST:      "Package rest",
}

// Markdown writes changes, which must be sorted, as two sections of lists: what is
// breaking, and the rest. Headings begin at the level.
func Markdown(changes []Change, level int) string {
	var b strings.Builder
	for _, part := range []struct {
		title    string
		breaking bool
	}{{"Breaking", true}, {"Not breaking", false}} {
		section(&b, changes, part.title, part.breaking, level)
	}
	return b.String()
}

func section(b *strings.Builder, changes []Change, title string, breaking bool, level int) {
	var last Subject
	for _, c := range changes {
		if c.Breaking != breaking {
			continue
		}
		if last == "" {
			fmt.Fprintf(b, "\n%s %s\n", strings.Repeat("#", level), title)
		}
		if c.Subject != last {
			fmt.Fprintf(b, "\n%s %s\n\n", strings.Repeat("#", level+1), titles[c.Subject])
			last = c.Subject
		}
		fmt.Fprintf(b, "- %s\n", c)
	}
}

// String says in one line, as Markdown, what has changed and where templates are
// concerned.
func (c Change) String() string {
	text := c.sentence()
	if places := placesText(c.Templates); places != "" && c.Subject != SubjectTemplate {
		text += " (" + places + ")"
	}
	return text
}

func (c Change) sentence() string {
	switch c.Subject {
	case SubjectTemplate:
		note := strings.ReplaceAll(c.Note, "\n", " ")
		if len(c.Templates) == 0 {
			return note
		}
		return code(c.Templates[0].String()) + ": " + note
	case SubjectOperation:
		return c.operationSentence()
	}
	subject := code(c.Symbol)
	if c.Aspect != "" {
		subject += ", " + c.Aspect
	}
	switch c.Action {
	case Added, Removed:
		what := cmp.Or(c.Kind, string(c.Subject))
		text := fmt.Sprintf("%s %s %s", c.Action, what, code(c.Symbol))
		if shape := cmp.Or(c.Old, c.New); shape != "" {
			text += ", " + code(shape)
		}
		return text
	case Required:
		return subject + " is required now"
	case Optional:
		return subject + " is no longer required"
	case Deprecated:
		return subject + " is deprecated now"
	case Undeprecated:
		return subject + " is no longer deprecated"
	case Renamed:
		return fmt.Sprintf("renamed %s to %s", code(c.Old), code(c.New))
	case Rebound:
		return fmt.Sprintf("%s calls operation %s, not %s as before", subject, code(c.New), code(c.Old))
	}
	return fmt.Sprintf("changed %s: %s → %s", subject, orNone(c.Old), orNone(c.New))
}

func (c Change) operationSentence() string {
	served := ""
	switch {
	case c.Symbol != "":
		served = ", " + code(c.Symbol)
	case c.Note == string(ir.StateUndecided) && c.Action != Added:
		served = ", in no template"
	case c.Note == string(ir.StateUndecided):
		served = ", " + string(ir.StatePending) // once the templates are in step
	case c.Note != "":
		served = ", " + c.Note
	}
	id := code(c.Operation)
	switch c.Action {
	case Added, Removed:
		return fmt.Sprintf("%s %s, %s%s", c.Action, id, code(cmp.Or(c.Old, c.New)), served)
	case Renamed:
		return fmt.Sprintf("renamed %s to %s%s", code(c.Old), code(c.New), served)
	case Moved:
		return fmt.Sprintf("moved %s from %s to %s%s", id, code(c.Old), code(c.New), served)
	case Deprecated:
		return id + " is deprecated now" + served
	case Undeprecated:
		return id + " is no longer deprecated" + served
	}
	return fmt.Sprintf("changed %s, %s: %s → %s%s", id, c.Aspect, orNone(c.Old), orNone(c.New), served)
}

// shownPlaces is how many lines of templates are listed for a change; -json has
// all.
const shownPlaces = 3

func placesText(places []diag.Position) string {
	var all []string
	for i, p := range places {
		if i == shownPlaces {
			all = append(all, fmt.Sprintf("and %d more", len(places)-shownPlaces))
			break
		}
		p.Column = 0
		all = append(all, p.String())
	}
	return strings.Join(all, ", ")
}

// code marks text as code. Go signatures hold no backquotes.
func code(s string) string { return "`" + s + "`" }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return code(s)
}
