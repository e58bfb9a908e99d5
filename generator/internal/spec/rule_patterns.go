package spec

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

var patternsRule = rule{
	name: "patterns",
	what: "Rewrites patterns of the Java dialect so that ECMA and RE2 agree on them: a leading `(?s)` goes and its dots become `[\\s\\S]`; patterns with a simpler equivalent take it from names.yaml. A pattern that RE2 cannot read stops the import.",
	apply: func(r *repair) {
		r.each(schemaKind, func(n *yaml.Node) {
			p := get(n, "pattern")
			if p == nil {
				return
			}
			rewritten := dotAll(p.Value)
			if simple, ok := known().Patterns[rewritten]; ok {
				rewritten = simple
			}
			if strings.Contains(rewritten, "(?") {
				r.problems.Errorf(r.position(p), CodePattern, "the pattern %q uses a group that not every dialect knows", p.Value)
				return
			}
			if _, err := regexp.Compile(rewritten); err != nil {
				r.problems.Errorf(r.position(p), CodePattern, "the pattern %q is not understood: %v", p.Value, err)
				return
			}
			if rewritten != p.Value {
				r.note(p, "pattern %s is %s", p.Value, rewritten)
				p.Value = rewritten
			}
		})
	},
}

// dotAll takes away a leading (?s) and makes the dots match line ends without it.
func dotAll(pattern string) string {
	rest, ok := strings.CutPrefix(pattern, "(?s)")
	if !ok {
		return pattern
	}
	var b strings.Builder
	inClass := false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\' && i+1 < len(rest):
			b.WriteByte(c)
			i++
			b.WriteByte(rest[i])
			continue
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		case c == '.' && !inClass:
			b.WriteString(`[\s\S]`)
			continue
		}
		b.WriteByte(rest[i])
	}
	return b.String()
}
