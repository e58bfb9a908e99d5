package emit

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// examples emits a test for each generated method that makes requests: a table for
// each template. What carries the calls out is in package opik, written by hand.
func examples(m *ir.Model) ([]output.File, error) {
	tables := map[string]*exampleTable{}
	table := func(template string) *exampleTable {
		if tables[template] == nil {
			tables[template] = &exampleTable{template: template}
		}
		return tables[template]
	}
	for _, g := range m.Groups {
		for _, method := range g.Methods {
			owner := cmp.Or(g.Field, "Client") + "."
			table(g.Template).add(owner+method.Name, "", method.Example)
			if method.Page != nil {
				table(g.Template).add(owner+method.Page.Method, "", method.PageExample)
			}
		}
	}
	for _, h := range m.Handles {
		if h.Example == "" {
			continue // no record can be made
		}
		t := table(templateOf(h.Pos.File))
		t.add(h.Name+".Refresh", h.ID.Name, h.RefreshExample)
		for _, method := range h.Methods {
			t.add(h.Name+"."+method.Name, method.From.Name, method.Calls.Example)
			if method.Calls.Page != nil {
				t.add(h.Name+"."+method.Name+"Page", method.From.Name, method.Calls.PageExample)
			}
		}
	}
	var files []output.File
	for _, template := range slices.Sorted(maps.Keys(tables)) {
		if tables[template].entries.Len() == 0 {
			continue
		}
		file, err := tables[template].file(m)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, nil
	}
	file, err := sampleHandles(m)
	return append(files, file), err
}

// sampleHandles emits a handle of each kind for the tests. It belongs to the package
// itself, for only that can make them.
func sampleHandles(m *ir.Model) (output.File, error) {
	var b bytes.Buffer
	b.WriteString("// SampleHandles returns a handle of each kind, or the error for it, by name.\n")
	b.WriteString("func SampleHandles(c *Client) map[string]any {\nreturn map[string]any{\n")
	any := false
	for _, h := range m.Handles {
		if h.Example != "" {
			any = true
			fmt.Fprintf(&b, "%q: sampleHandle(c, %s, %s),\n", h.Name, constructor(h.Name), goText(h.Example))
		}
	}
	b.WriteString("}\n}\n\n")
	if !any {
		return formatted("opik/handles_gen_test.go", "package opik\n\n"+b.String())
	}
	b.WriteString(`// sampleHandle makes a handle of a record.
func sampleHandle[H, R any](c *Client, make func(*Client, R) H, record string) any {
	var r R
	if err := json.Unmarshal([]byte(record), &r); err != nil {
		return err
	}
	return make(c, r)
}
`)
	return formatted("opik/handles_gen_test.go", "package opik\n\nimport \"encoding/json\"\n\n"+b.String())
}

func templateOf(file string) string { return strings.TrimSuffix(path.Base(file), ".go") }

// exampleTable is the test of one template.
type exampleTable struct {
	template string
	entries  bytes.Buffer
}

// add adds an example. For the methods of a handle, from is the field of the record
// that takes the place of the first argument.
func (t *exampleTable) add(method, from string, x *ir.Example) {
	if x == nil {
		return
	}
	b := &t.entries
	b.WriteString("{\n")
	field(b, "Method", method)
	field(b, "From", from)
	if len(x.Args) > 0 {
		fmt.Fprintf(b, "Args: []string{%s},\n", goTexts(x.Args))
	}
	field(b, "Params", x.Params)
	b.WriteString("Requests: []exampletest.Request{\n")
	for _, r := range x.Requests {
		b.WriteString("{\n")
		field(b, "Method", r.Method)
		field(b, "Path", r.Path)
		pairs(b, "Query", r.Query)
		pairs(b, "Header", r.Header)
		field(b, "Body", r.Body)
		field(b, "Form", r.Form)
		field(b, "Raw", r.Raw)
		if len(r.Unknown) > 0 {
			fmt.Fprintf(b, "Unknown: []string{%s},\n", goTexts(r.Unknown))
		}
		fmt.Fprintf(b, "Status: %d,\n", r.Answer.Status)
		field(b, "ContentType", r.Answer.Type)
		field(b, "Location", r.Answer.Location)
		field(b, "Answer", r.Answer.Body)
		b.WriteString("},\n")
	}
	b.WriteString("},\n")
	if last := x.Requests[len(x.Requests)-1]; x.Result != "" && x.Result == last.Answer.Body {
		b.WriteString("WholeAnswer: true,\n")
	} else {
		field(b, "Result", x.Result)
	}
	b.WriteString("},\n")
}

// field writes a field of a literal that is a text, unless it is empty.
func field(b *bytes.Buffer, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s: %s,\n", name, goText(text))
	}
}

func pairs(b *bytes.Buffer, name string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	fmt.Fprintf(b, "%s: map[string]string{", name)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(b, "%s: %s, ", goText(key), goText(values[key]))
	}
	b.WriteString("},\n")
}

func goTexts(texts []string) string {
	var all []string
	for _, text := range texts {
		all = append(all, goText(text))
	}
	return strings.Join(all, ", ")
}

// goText writes a text as Go does, such that JSON can be read.
func goText(text string) string {
	if strings.Contains(text, `"`) && strconv.CanBackquote(text) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

// name is the variable that holds the table.
func (t *exampleTable) name() string {
	name := "examplesOf"
	for word := range strings.SplitSeq(t.template, "_") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}

// file is the test file.
func (t *exampleTable) file(m *ir.Model) (output.File, error) {
	name := t.name()
	var b bytes.Buffer
	fmt.Fprintf(&b, "func Test%s(t *testing.T) { exampletest.Run(t, %s, opik.SampleHandles) }\n\n", strings.ToUpper(name[:1])+name[1:], name)
	fmt.Fprintf(&b, "var %s = []exampletest.Example{\n%s}\n", name, t.entries.Bytes())
	head := fmt.Sprintf("package opik_test\n\nimport (\n\"testing\"\n\n%q\n%q\n)\n\n", m.Module+"/opik", m.Module+"/opik/internal/exampletest")
	return formatted("opik/"+t.template+"_gen_test.go", head+b.String())
}

// formatted is a generated Go file.
func formatted(path, code string) (output.File, error) {
	data, err := format.Source([]byte(Header + "\n\n" + code))
	if err != nil {
		return output.File{}, fmt.Errorf("%s: %w", path, err)
	}
	return output.File{Path: path, Data: data}, nil
}
