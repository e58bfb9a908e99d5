package restgen

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
	"gopkg.in/yaml.v3"
)

//go:embed templates/*.tmpl
var templates embed.FS

// splitMark stands between types and client in the generated source.
const splitMark = "//opikgen:split"

// codegenMutex guards the generator of types, which keeps its settings, its
// template functions and its rules for names in variables of its package.
var codegenMutex sync.Mutex

// nothing overrides a template that is not wanted. It is not empty, because
// text/template ignores an empty redefinition, and has two lines, because a
// single one is taken for a file name.
const nothing = "{{- /* not wanted */ -}}\n{{- \"\" -}}\n"

func configuration(s *Settings) (codegen.Configuration, error) {
	overrides := map[string]string{
		"imports.tmpl":               nothing,
		"request-bodies.tmpl":        nothing,
		"client-with-responses.tmpl": nothing,
	}
	for name, file := range map[string]string{
		"client.tmpl": "client.tmpl", "union.tmpl": "union.tmpl", "param-types.tmpl": "params.tmpl", "typedef.tmpl": "typedef.tmpl", "constants.tmpl": "constants.tmpl",
	} {
		text, err := templates.ReadFile("templates/" + file)
		if err != nil {
			return codegen.Configuration{}, err
		}
		overrides[name] = string(text)
	}
	goString := codegen.SimpleTypeSpec{Type: "string"}
	return codegen.Configuration{
		PackageName: packageName,
		Generate:    codegen.GenerateOptions{Models: true, Client: true},
		OutputOptions: codegen.OutputOptions{
			SkipFmt:                               true, // we format after splitting
			SkipPrune:                             true, // we prune, and know the roots
			SkipEnumValidate:                      true, // enums are open
			NameNormalizer:                        string(codegen.NameNormalizerFunctionToCamelCaseWithInitialisms),
			AdditionalInitialisms:                 s.Initialisms,
			PreferSkipOptionalPointer:             true,
			PreferSkipOptionalPointerWithOmitzero: true,
			UserTemplates:                         overrides,
			TypeMapping: &codegen.TypeMapping{
				Number: codegen.FormatMapping{
					Default: codegen.SimpleTypeSpec{Type: "float64"},
					Formats: map[string]codegen.SimpleTypeSpec{"float": {Type: "float64"}},
				},
				Integer: codegen.FormatMapping{Formats: map[string]codegen.SimpleTypeSpec{"int32": {Type: "int"}}},
				String: codegen.FormatMapping{Formats: map[string]codegen.SimpleTypeSpec{
					"uuid": goString, "email": goString, "date": goString, "binary": {Type: "[]byte"},
				}},
			},
		},
		Compatibility: codegen.CompatibilityOptions{AlwaysPrefixEnumValues: true},
	}, nil
}

// primeNames makes the generator of types adopt our rules for names, which it
// does only when it generates something.
func primeNames(config codegen.Configuration) error {
	registerFunctions(nil)
	empty := &openapi3.T{OpenAPI: "3.1.0", Info: &openapi3.Info{Title: "x", Version: "1"}, Paths: openapi3.NewPaths()}
	if _, err := codegen.Generate(empty, config); err != nil {
		return fmt.Errorf("start the generator of types: %w", err)
	}
	return nil
}

// registerFunctions gives our templates the plans and some statements that are
// easier to make in Go.
func registerFunctions(d *document) {
	codegen.TemplateFunctions["splitMark"] = func() string { return splitMark }
	codegen.TemplateFunctions["plan"] = func(method, path string) methodView { return methodView{d, d.plans[method+" "+path]} }
	codegen.TemplateFunctions["typeDoc"] = func(schema string) string { return d.docs[schema] }
	codegen.TemplateFunctions["paramsDoc"] = paramsDoc
	codegen.TemplateFunctions["paramField"] = paramField
	codegen.TemplateFunctions["pathArg"] = pathArg
	codegen.TemplateFunctions["query"] = query
	codegen.TemplateFunctions["header"] = header
}

// source runs the generator of types over the rewritten contract and returns the
// bodies of two files, types and client, without package clause and imports.
func (d *document) source(config codegen.Configuration) (types, client string, err error) {
	registerFunctions(d)
	data, err := toJSON(d.root)
	if err != nil {
		return "", "", err
	}
	loader := openapi3.NewLoader()
	spec, err := loader.LoadFromData(data)
	if err != nil {
		return "", "", d.faultOf(fmt.Errorf("load the rewritten contract: %w", err))
	}
	config.OutputOptions.ExcludeSchemas = d.mixins()
	code, err := codegen.Generate(spec, config)
	if err != nil {
		return "", "", d.faultOf(fmt.Errorf("generate types: %w", err))
	}
	code = fieldName.ReplaceAllString(code, "// ")
	code = fieldGap.ReplaceAllString(code, "`\n//")
	code = deprecation.ReplaceAllString(code, "$1//\n$2")
	types, client, ok := strings.Cut(code, splitMark)
	if !ok {
		return "", "", fmt.Errorf("generate types: the client template has left no mark")
	}
	return types, client, nil
}

// faultOf gives an error without a place that of the schema, the type or the operation
// that its text names, or else that of the document.
func (d *document) faultOf(err error) *ContractError {
	if has, ok := errors.AsType[*ContractError](err); ok {
		return has
	}
	at := d.root
	operations := map[string]*yaml.Node{}
	for op := range d.operations() {
		operations[op.id] = op.node
	}
	for word := range strings.FieldsFuncSeq(err.Error(), func(r rune) bool { return strings.ContainsRune(" :,;'\"()/#", r) }) {
		if n := operations[word]; n != nil && n.Line > 0 {
			at = n
		}
		if n := get(d.schemas, word); n != nil && n.Line > 0 {
			at = n
		} else if n := d.origin(word); n != d.root {
			at = n
		}
	}
	return fault(at, "%v", err)
}

// fieldName matches the field's name before a description that is a sentence of
// its own.
var fieldName = regexp.MustCompile(`// \w+ ` + ownSentence)

// fieldGap matches the blank line before a field with a comment. With a comment on
// most fields, it would be a third of the file.
var fieldGap = regexp.MustCompile("`\n\n *//")

// deprecation matches a notice right after another comment line; tools look for it
// at the beginning of a paragraph.
var deprecation = regexp.MustCompile(`(?m)^(\s*// .+\n)(\s*// Deprecated:)`)

// toJSON writes the document as JSON, which is read faster than YAML.
func toJSON(n *yaml.Node) ([]byte, error) {
	var b []byte
	var write func(*yaml.Node) error
	write = func(n *yaml.Node) error {
		switch n.Kind {
		case yaml.MappingNode:
			b = append(b, '{')
			for i := 0; i < len(n.Content); i += 2 {
				if i > 0 {
					b = append(b, ',')
				}
				key, err := json.Marshal(n.Content[i].Value)
				if err != nil {
					return err
				}
				b = append(append(b, key...), ':')
				if err := write(n.Content[i+1]); err != nil {
					return err
				}
			}
			b = append(b, '}')
		case yaml.SequenceNode:
			b = append(b, '[')
			for i, e := range n.Content {
				if i > 0 {
					b = append(b, ',')
				}
				if err := write(e); err != nil {
					return err
				}
			}
			b = append(b, ']')
		case yaml.ScalarNode:
			switch n.Tag {
			case "!!bool", "!!int", "!!float", "!!null":
				if json.Valid([]byte(n.Value)) {
					b = append(b, n.Value...)
					return nil
				}
			}
			value, err := json.Marshal(n.Value)
			if err != nil {
				return err
			}
			b = append(b, value...)
		default:
			return fault(n, "YAML aliases are not supported")
		}
		return nil
	}
	err := write(n)
	return b, err
}
