package doc

import (
	"errors"
	"strconv"
	"strings"
)

// Path is a parsed JSON path: names of members and indexes of elements.
type Path []any // string or int

// errPath is what ParsePath reports for text that is no path.
var errPath = errors.New("not a JSON path")

// ParsePath reads the paths that filters use: "a.b", "$.a", "[0].x", ".a",
// "a['odd name']". As on the server, text that starts with neither $, a bracket
// nor a dot is a path below the root.
func ParsePath(s string) (Path, error) {
	s = strings.TrimPrefix(s, "$")
	var p Path
	for first := true; s != ""; first = false {
		switch {
		case s[0] == '[':
			end := strings.IndexByte(s, ']')
			if end < 0 {
				return nil, errPath
			}
			step, err := bracketStep(s[1:end])
			if err != nil {
				return nil, err
			}
			p, s = append(p, step), s[end+1:]
		case s[0] == '.' || first:
			s = strings.TrimPrefix(s, ".")
			end := strings.IndexAny(s, ".[")
			if end < 0 {
				end = len(s)
			}
			if end == 0 {
				return nil, errPath
			}
			p, s = append(p, s[:end]), s[end:]
		default:
			return nil, errPath
		}
	}
	return p, nil
}

// bracketStep reads what stands between brackets: an index or a quoted name.
func bracketStep(s string) (any, error) {
	if n := len(s); n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		return s[1 : n-1], nil
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 {
		return nil, errPath
	}
	return i, nil
}

// Find returns the value at the path, and whether there is one.
func (p Path) Find(v any) (any, bool) {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			o, _ := v.(Object)
			next, ok := o[step]
			if !ok {
				return nil, false
			}
			v = next
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil, false
			}
			v = l[step]
		}
	}
	return v, v != nil
}
