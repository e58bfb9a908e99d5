package spec

import (
	"bytes"
	"encoding/json"
	"io"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// YAML is said to contain JSON, but the YAML parser does not know all of JSON's
// escapes. So a document that is valid JSON is read as such, into the same tree.

// isJSON reports whether data is a JSON object.
func isJSON(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && json.Valid(data)
}

// jsonTree builds trees from a JSON decoder's tokens.
type jsonTree struct {
	dec   *json.Decoder
	data  []byte
	lines []int // offsets at which lines begin
}

// parseJSON turns valid JSON into a tree with positions. Nesting is bounded before
// the tree is built.
func parseJSON(data []byte) (*yaml.Node, error) {
	p := &jsonTree{dec: json.NewDecoder(bytes.NewReader(data)), data: data, lines: []int{0}}
	p.dec.UseNumber()
	for i, c := range data {
		if c == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	return p.value(0)
}

// tooDeepError says where the nesting exceeds its bound.
type tooDeepError struct{ line, column int }

func (*tooDeepError) Error() string { return tooDeep }

func (p *jsonTree) value(depth int) (*yaml.Node, error) {
	line, column := p.next()
	if depth > maxDepth {
		return nil, &tooDeepError{line, column}
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: line, Column: column}
	switch t := token.(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.MappingNode, tagMap
		if t == '[' {
			n.Kind, n.Tag = yaml.SequenceNode, tagSeq
		}
		for p.dec.More() {
			// Keys are values too: strings, each followed by its value.
			child, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		if _, err := p.dec.Token(); err != nil { // the closing bracket
			return nil, err
		}
	case string:
		n.Tag, n.Value = tagString, t
	case json.Number:
		n.Tag, n.Value = tagInt, t.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = tagFloat
		}
	case bool:
		n.Tag, n.Value = tagBool, "false"
		if t {
			n.Value = "true"
		}
	case nil:
		n.Tag, n.Value = tagNull, "null"
	default:
		return nil, io.ErrUnexpectedEOF
	}
	return n, nil
}

// next returns the line and column of the token that the decoder reads next.
func (p *jsonTree) next() (line, column int) {
	at := int(p.dec.InputOffset())
	for at < len(p.data) && bytes.IndexByte([]byte(" \t\r\n,:"), p.data[at]) >= 0 {
		at++
	}
	line = sort.Search(len(p.lines), func(i int) bool { return p.lines[i] > at })
	return line, at - p.lines[line-1] + 1
}
