package emit

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"
)

// doc writes a comment above what is added to it; nothing without a text.
func doc(text string) *jen.Statement {
	if text == "" {
		return jen.Null()
	}
	return jen.Add(comment(text)).Line()
}

// raw writes a string literal in back quotes, for JSON is hard to read otherwise.
func raw(s string) *jen.Statement {
	if strings.ContainsAny(s, "`\n") {
		return jen.Lit(s)
	}
	return jen.Op("`" + s + "`")
}

// member is the start of a member of a JSON object.
func member(wire string) string { return strconv.Quote(wire) + ":" }

// sentence joins names: A, B and C.
func sentence(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
