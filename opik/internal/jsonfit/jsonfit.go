// Package jsonfit makes JSON values smaller that are too large to be sent. What is cut
// off is marked where a reader sees it, and what is left is valid JSON.
package jsonfit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// MinBytes is the smallest limit that [Value] can keep: room for a mark.
const MinBytes = 96

// Value returns raw, a JSON value, in at most limit bytes, which must not be less than
// MinBytes. Long texts in it are cut, the longest first. If that is not enough, because
// there are too many members, the value becomes a text with its beginning. A value that
// is small enough is returned as it is.
func Value(raw []byte, limit int) []byte {
	if len(raw) <= limit {
		return raw
	}
	if len(raw) > 0 && raw[0] == '"' {
		return cut(raw, limit)
	}
	if out, ok := cutTexts(raw, limit); ok {
		return out
	}
	return cutText(string(raw), len(raw), limit)
}

// Level returns the greatest size that none of the sizes may exceed if their sum is to
// be at most budget. It returns false if nothing has to be cut for that.
func Level(sizes []int, budget int) (level int, ok bool) {
	sorted := slices.Sorted(slices.Values(sizes))
	for i, size := range sorted {
		left := len(sorted) - i
		if size*left > budget {
			return max(budget, 0) / left, true
		}
		budget -= size
	}
	return 0, false
}

// texts returns where the texts of a value are that are not names of members.
func texts(raw []byte) (spans [][2]int) {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		start := i
		for i++; i < len(raw) && raw[i] != '"'; i++ {
			if raw[i] == '\\' {
				i++
			}
		}
		end := min(i+1, len(raw))
		if rest := bytes.TrimLeft(raw[end:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' {
			spans = append(spans, [2]int{start, end})
		}
	}
	return spans
}

// cutTexts cuts the texts of an object or a list. It reports false if the value does
// not become small enough that way.
func cutTexts(raw []byte, limit int) ([]byte, bool) {
	spans := texts(raw)
	sizes := make([]int, len(spans))
	rest := len(raw)
	for i, s := range spans {
		sizes[i] = s[1] - s[0]
		rest -= sizes[i]
	}
	level, needed := Level(sizes, limit-rest)
	if !needed || level < MinBytes {
		return nil, false
	}
	out := make([]byte, 0, limit)
	at := 0
	for i, s := range spans {
		if sizes[i] <= level {
			continue
		}
		out = append(out, raw[at:s[0]]...)
		out = append(out, cut(raw[s[0]:s[1]], level)...)
		at = s[1]
	}
	return append(out, raw[at:]...), true
}

// cut cuts an encoded text.
func cut(encoded []byte, limit int) []byte {
	var text string
	if json.Unmarshal(encoded, &text) != nil {
		text = string(encoded) // it is not a text after all, and becomes one
	}
	return cutText(text, len(text), limit)
}

// cutText returns the beginning of a text, encoded, with a mark.
func cutText(text string, size, limit int) []byte {
	keep := min(limit, len(text))
	for {
		for keep > 0 && keep < len(text) && !utf8.RuneStart(text[keep]) {
			keep--
		}
		out := jsonenc.AppendString(nil, text[:keep]+fmt.Sprintf(" … [cut by the SDK: %d of %d bytes kept]", keep, size))
		over := len(out) - limit
		if over <= 0 || keep == 0 {
			return out
		}
		keep -= min(keep, over) // which is more than needed if bytes are escaped
	}
}
