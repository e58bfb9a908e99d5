package resolve

import (
	"strings"
	"unicode"

	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// noun returns what a group's methods speak of, in the singular and in lower case
// with blanks: "dataset item". It is empty for methods of the client.
func noun(g *tmpl.Group) string {
	switch {
	case g.Client:
		return ""
	case g.Noun != "":
		return strings.Join(words(g.Noun), " ")
	}
	return singular(strings.Join(words(g.Name), " "))
}

// words splits a name, however it is written, into words in lower case:
// threadModelID, thread_model_id and thread-model-id are the same.
func words(name string) []string {
	var all []string
	var word []rune
	runes := []rune(name)
	flush := func() {
		if len(word) > 0 {
			all = append(all, strings.ToLower(string(word)))
			word = nil
		}
	}
	for i, c := range runes {
		switch {
		case c == '_' || c == '-' || c == ' ' || c == '.':
			flush()
			continue
		case unicode.IsUpper(c):
			// A word starts at a capital after a small letter, or before one.
			if i > 0 && !unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !pluralInitials(runes, i) {
				flush()
			}
		}
		word = append(word, c)
	}
	flush()
	return all
}

// pluralInitials reports whether the capital at i ends initials in the plural, as
// in traceIDs.
func pluralInitials(runes []rune, i int) bool {
	return i > 0 && unicode.IsUpper(runes[i-1]) && runes[i+1] == 's' && (i+2 == len(runes) || unicode.IsUpper(runes[i+2]))
}

// folded is a name in a form in which spellings are compared.
func folded(name string) string { return strings.Join(words(name), "") }

// singular makes the last word of a phrase singular.
func singular(s string) string {
	switch {
	case strings.HasSuffix(s, "ies"):
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses"), strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "shes"):
		return s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss"):
		return s[:len(s)-1]
	}
	return s
}

// plural makes the last word of a phrase plural.
func plural(s string) string {
	switch {
	case s == "" || singular(s) != s:
		return s
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return s + "es"
	}
	return s + "s"
}

// camel joins the words of a phrase as an exported Go name.
func camel(phrase string) string {
	var b strings.Builder
	for _, w := range words(phrase) {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
