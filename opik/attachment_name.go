package opik

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName is the length in bytes that every usual file system can store.
const maxFileName = 255

// badFileName says why a text cannot be the name of a file in a folder, on this
// system or another one; it is empty for a good name.
func badFileName(name string) string {
	switch {
	case name == "":
		return "is missing"
	case len(name) > maxFileName:
		return "is longer than 255 bytes"
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		return "holds a separator of paths"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a control character"
	case name == "." || name == ".." || !filepath.IsLocal(name):
		return "does not name a file"
	}
	return ""
}
