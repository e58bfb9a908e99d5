package config

import (
	"slices"
	"strings"
)

// variable is an environment variable as it is spelled.
type variable struct{ name, value string }

// environment returns the variables that are not empty, by their names in
// upper case. Where several spellings of a name exist, the one in upper case
// counts, else the first in alphabetical order.
func environment(environ []string) map[string]variable {
	vars := make(map[string]variable)
	for _, line := range slices.Sorted(slices.Values(environ)) {
		name, value, ok := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		upper := strings.ToUpper(name)
		if !ok || value == "" || !strings.HasPrefix(upper, "OPIK_") {
			continue
		}
		if _, known := vars[upper]; !known || name == upper {
			vars[upper] = variable{name, value}
		}
	}
	return vars
}
