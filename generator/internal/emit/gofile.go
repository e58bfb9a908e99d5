package emit

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// goFile collects the declarations of one generated Go file.
type goFile struct {
	*jen.File
	model *ir.Model
	path  string
}

// newGoFile starts a file of the package in the folder, which is named after the
// last element of its path. The path is relative to the root, with slashes.
func newGoFile(m *ir.Model, path string) *goFile {
	folder := path[:strings.LastIndex(path, "/")]
	f := &goFile{jen.NewFilePath(m.Module + "/" + folder), m, path}
	f.HeaderComment(Header)
	// Every name is registered: otherwise it is guessed from the path.
	for _, name := range slices.Sorted(maps.Keys(m.Imports)) {
		f.ImportName(m.Imports[name], name)
	}
	f.declare("If this line does not compile, this file and the code beside it are of different versions: run go generate ./... again.",
		jen.Const().Id("_").Op("=").Add(f.typ("genversion.V1")))
	return f
}

// declare adds a declaration with its comment, and an empty line after it.
func (f *goFile) declare(text string, declaration jen.Code) {
	f.Add(comment(text).Line().Add(declaration))
	f.Line()
}

// comment makes a text comment lines, without a line break at the end.
func comment(text string) *jen.Statement {
	s := jen.Null()
	for i, line := range wrap(text) {
		if i > 0 {
			s.Line()
		}
		s.Comment(strings.TrimSuffix("// "+line, " "))
	}
	return s
}

// typ returns a type, or another name, that the model has as text.
func (f *goFile) typ(s string) *jen.Statement {
	st := jen.Null()
	for s != "" {
		n := strings.IndexFunc(s, func(c rune) bool { return !wordRune(c) })
		switch {
		case n < 0:
			n = len(s)
		case n == 0:
			st.Op(s[:1])
			s = s[1:]
			continue
		}
		st.Add(f.identifier(s[:n]))
		s = s[n:]
	}
	return st
}

// identifier returns a name, perhaps of another package: rest.Trace.
func (f *goFile) identifier(s string) *jen.Statement {
	if pkg, id, ok := strings.Cut(s, "."); ok {
		return jen.Qual(f.model.Imports[pkg], id)
	}
	return jen.Id(s)
}

func wordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_' || c == '.' }

// render returns the file, formatted.
func (f *goFile) render() (output.File, error) {
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		return output.File{}, fmt.Errorf("%s: %w", f.path, shortened(err))
	}
	return output.File{Path: f.path, Data: []byte(groupImports(b.String()))}, nil
}

// shortened keeps the first lines of an error that quotes the whole file.
func shortened(err error) error {
	const most = 5
	lines := strings.Split(err.Error(), "\n")
	if len(lines) <= most {
		return err
	}
	return fmt.Errorf("%s\n(%d more lines)", strings.Join(lines[:most], "\n"), len(lines)-most)
}

// lines puts each element of a composite literal on a line of its own.
var lines = jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}

// groupImports puts the imports of the standard library before the others, with
// an empty line between them, as one writes them by hand.
func groupImports(src string) string {
	before, rest, ok := strings.Cut(src, "import (\n")
	if !ok {
		return src
	}
	block, after, _ := strings.Cut(rest, "\n)\n")
	var std, others []string
	for line := range strings.SplitSeq(block, "\n") {
		path := line[strings.Index(line, `"`)+1:]
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			others = append(others, line)
		} else {
			std = append(std, line)
		}
	}
	if len(std) > 0 && len(others) > 0 {
		std = append(std, "")
	}
	return before + "import (\n" + strings.Join(append(std, others...), "\n") + "\n)\n" + after
}

// width is how long a line of a comment may be, without the slashes.
const width = 80

// wrap breaks the paragraphs of a text into lines. Those that hold a list, a
// heading or code keep their lines.
func wrap(text string) []string {
	var out []string
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			out = append(out, "")
		}
		own := strings.Split(paragraph, "\n")
		if slices.ContainsFunc(own, func(l string) bool { return l != "" && strings.ContainsRune(" \t-#", rune(l[0])) }) {
			out = append(out, own...)
			continue
		}
		current := ""
		for word := range strings.FieldsSeq(paragraph) {
			if current != "" && len(current)+1+len(word) > width {
				out = append(out, current)
				current = ""
			}
			if current != "" {
				current += " "
			}
			current += word
		}
		out = append(out, current)
	}
	return out
}
