package spec

import (
	_ "embed"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed names.yaml
var namesFile []byte

// names is the data that rules work with; see names.yaml for what each list means.
type names struct {
	CamelCaseProperties []string          `yaml:"camel_case_properties"`
	LeakedGetters       []string          `yaml:"leaked_getters"`
	ErrorFamilies       []string          `yaml:"error_families"`
	TransportHeaders    []string          `yaml:"transport_headers"`
	Patterns            map[string]string `yaml:"patterns"`
	MediaTypes          []string          `yaml:"media_types"`
	Formats             []string          `yaml:"formats"`
}

// known returns the embedded names. The file is part of the program, so an
// error in it is a programming error.
var known = sync.OnceValue(func() *names {
	n := new(names)
	if err := yaml.Unmarshal(namesFile, n); err != nil {
		panic("spec: names.yaml: " + err.Error())
	}
	return n
})
