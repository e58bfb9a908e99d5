package restgen

import (
	"errors"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// codeSettings is the code of every diagnostic about settings.
const codeSettings = "settings"

// ParseSettings reads settings. The file only gives positions their name. What the
// settings do not know, or cannot hold, is an error.
func ParseSettings(file string, data []byte) (*Settings, diag.List) {
	r := &settingsReader{file: file}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		r.syntax(err)
		return nil, r.problems
	}
	if len(document.Content) == 0 {
		r.problems.Errorf(diag.Position{File: file}, codeSettings, "the file is empty; expected settings, or {} for none")
		return nil, r.problems
	}
	root, s := document.Content[0], new(Settings)
	r.read(root, reflect.ValueOf(s).Elem())
	if r.problems.Failed() {
		return nil, r.problems
	}
	for i, n := range elements(get(root, "enums")) {
		r.checkEnum(n, s.Enums[i])
	}
	if r.problems.Failed() {
		return nil, r.problems
	}
	return s, r.problems
}

// settingsReader collects what is wrong with a file of settings.
type settingsReader struct {
	file     string
	problems diag.List
}

func (r *settingsReader) errorf(n *yaml.Node, hint, message string) {
	r.problems.Add(diag.Diagnostic{
		Code: codeSettings, Pos: diag.Position{File: r.file, Line: n.Line, Column: n.Column}, Message: message, Hint: hint,
	})
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// syntax reports the parser's error, at the line that it begins with.
func (r *settingsReader) syntax(err error) {
	pos, message := diag.Position{File: r.file}, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			pos.Line, message = line, message[len(m[0]):]
		}
	}
	r.problems.Errorf(pos, codeSettings, "the settings are no YAML: %s", message)
}

// read fills a value from a node. Settings consist of structs, lists, tables and
// texts.
func (r *settingsReader) read(n *yaml.Node, into reflect.Value) {
	want := map[reflect.Kind]yaml.Kind{
		reflect.Struct: yaml.MappingNode, reflect.Map: yaml.MappingNode, reflect.Slice: yaml.SequenceNode, reflect.String: yaml.ScalarNode,
	}[into.Kind()]
	if n.Kind != want {
		r.errorf(n, "", "expected "+kindNames[want]+", found "+kindNames[n.Kind])
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		r.readStruct(n, into)
	case reflect.Map:
		into.Set(reflect.MakeMap(into.Type()))
		for key, value := range members(n) {
			element := reflect.New(into.Type().Elem()).Elem()
			r.read(value, element)
			into.SetMapIndex(reflect.ValueOf(key), element)
		}
	case reflect.Slice:
		for _, e := range elements(n) {
			element := reflect.New(into.Type().Elem()).Elem()
			r.read(e, element)
			into.Set(reflect.Append(into, element))
		}
	case reflect.String:
		into.SetString(n.Value)
	}
}

// kindNames says what a node is.
var kindNames = map[yaml.Kind]string{
	yaml.MappingNode: "an object", yaml.SequenceNode: "a list", yaml.ScalarNode: "text", yaml.AliasNode: "an alias",
}

// readStruct fills the fields, which the tag yaml names.
func (r *settingsReader) readStruct(n *yaml.Node, into reflect.Value) {
	fields := map[string]reflect.Value{}
	var names []string
	for i := range into.NumField() {
		name := into.Type().Field(i).Tag.Get("yaml")
		fields[name] = into.Field(i)
		names = append(names, name)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, known := fields[key.Value]
		switch {
		case !known:
			r.errorf(key, diag.DidYouMean(key.Value, names), "unknown setting "+strconv.Quote(key.Value))
		case !field.IsZero():
			r.errorf(key, "", "the setting "+strconv.Quote(key.Value)+" occurs twice")
		default:
			r.read(value, field)
		}
	}
}

// checkEnum checks what the form of an enum's settings does not say.
func (r *settingsReader) checkEnum(n *yaml.Node, e EnumSetting) {
	if e.Name == "" || e.Property == "" || len(e.Schemas) == 0 {
		r.errorf(n, "", "the enum "+strconv.Quote(e.Name)+" needs a name, a property and schemas")
	}
	for _, pattern := range elements(get(n, "schemas")) {
		if _, err := path.Match(pattern.Value, ""); errors.Is(err, path.ErrBadPattern) {
			r.errorf(pattern, "", "the pattern "+strconv.Quote(pattern.Value)+" has no meaning")
		}
	}
}
