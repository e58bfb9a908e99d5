package promptfmt

// Braces parses a template in which {name} stands for a value: letters, digits and
// underscores in braces that are not doubled. Everything else is text, doubled
// braces too, and a name without a value stays as it is.
func Braces(text string) *Template {
	t := &Template{text: text, keeps: true}
	done := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '{' {
			continue
		}
		end := i + 1
		for end < len(text) && isWord(text[end]) {
			end++
		}
		doubled := i > 0 && text[i-1] == '{' || end+1 < len(text) && text[end+1] == '}'
		if end == len(text) || text[end] != '}' || end == i+1 || doubled {
			continue
		}
		n := newName(text[i+1 : end])
		t.refer(n)
		if done < i {
			t.nodes = append(t.nodes, node{kind: textNode, text: text[done:i]})
		}
		t.nodes = append(t.nodes, node{kind: variableNode, name: n, start: i, end: end + 1})
		done, i = end+1, end
	}
	if done < len(text) {
		t.nodes = append(t.nodes, node{kind: textNode, text: text[done:]})
	}
	return t
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
