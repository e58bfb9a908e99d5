package cli

import (
	"fmt"
	"path"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/output"
)

// write writes the report.
func (u *update) write(problems diag.List) error {
	u.Report = readable(u.report)
	return output.WriteIfChanged(u.report, []byte(u.markdown(problems)))
}

// text is what the verb prints: the steps, and where the report is.
func (u *update) text(problems diag.List) string {
	var b strings.Builder
	for _, s := range u.Steps {
		fmt.Fprintf(&b, "%-9s %s\n", s.Name, s.Result)
	}
	fmt.Fprintf(&b, "%-9s %s\n", "report", u.Report)
	return b.String()
}

// markdown is the report: what a pull request needs to say.
func (u *update) markdown(problems diag.List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Update of the contract to %s\n\n", u.source())
	b.WriteString("| step | | result |\n|---|---|---|\n")
	for _, s := range u.Steps {
		mark := "ok"
		if s.Failed {
			mark = "**failed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.Name, mark, strings.ReplaceAll(s.Result, "|", "\\|"))
	}
	u.toDo(&b, problems)
	if len(u.Pending) > 0 {
		b.WriteString("\n## New pending operations\n\nEach needs a method, a message, or a skip with its reason in a template.\n\n")
		for _, id := range u.Pending {
			fmt.Fprintf(&b, "- `%s`\n", id)
		}
	}
	if u.Comparison != nil {
		b.WriteString("\n" + u.Comparison.markdown(2))
	}
	return b.String()
}

// source is what the document is called in a heading. It is never the argument, a
// URL of which may hold a password.
func (u *update) source() string {
	if u.imported.Source == "" {
		return "another document"
	}
	return path.Base(u.imported.Source)
}

// toDo says what is wrong, and what to do about it.
func (u *update) toDo(b *strings.Builder, problems diag.List) {
	if !problems.Failed() {
		return
	}
	b.WriteString("\n## To do\n\n")
	if u.Written {
		b.WriteString("The tree has the new contract. Correct what fails and run the tests again, or take the update back with\n" +
			"`" + undo + "`, which takes back what else is not committed there.\n\n")
	} else {
		b.WriteString("The tree is as it was. Correct what is listed, and run the update again")
		if u.imported.Source != "" {
			fmt.Fprintf(b, ": `make update SPEC=%s`", shellWord(u.imported.Source))
		}
		b.WriteString(".\n\n")
	}
	for _, d := range problems.Sorted() {
		if d.Severity == diag.Error && d.Code != "tests" {
			fmt.Fprintf(b, "- %s\n", strings.ReplaceAll(d.String(), "\n\t", "\n  "))
		}
	}
	if u.Tests == nil {
		return
	}
	for _, name := range u.Tests.Failed {
		fmt.Fprintf(b, "- package %s\n", name)
	}
	for _, name := range u.Tests.Tests {
		fmt.Fprintf(b, "- %s\n", name)
	}
	fence := "```"
	for strings.Contains(u.Tests.Tail, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "\n%stext\n%s\n%s\n", fence, u.Tests.Tail, fence)
}

// shellWord is a word as a shell reads it: quoted if it needs to be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
