package api

import (
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// truncateAt is how many characters of a large value a list shows.
const truncateAt = 10001

// attachmentSize is the length from which on the server takes base64 text out of
// a value and keeps it as an attachment.
const attachmentSize = 256000

// freeForm are the members that can be large.
var freeForm = []string{"input", "output", "metadata"}

// presentation says how selected views are shown.
type presentation struct {
	truncate bool
	strip    bool
	exclude  []string
}

// apply returns the view as it is sent.
func (p presentation) apply(view doc.Object) doc.Object {
	if len(p.exclude) > 0 {
		view = p.without(view)
	}
	for _, name := range freeForm {
		v, ok := view[name]
		if !ok {
			continue
		}
		if p.strip {
			view = doc.With(view, doc.Object{name: strip(name, v)})
		}
		if p.truncate {
			view = doc.With(view, doc.Object{name: truncated(view[name])})
		}
	}
	return view
}

// without removes the excluded members, and from the metadata what the server
// added to it for one of them.
func (p presentation) without(view doc.Object) doc.Object {
	view = doc.Without(view, p.exclude...)
	for _, name := range p.exclude {
		if name != "providers" && name != "provider" {
			continue
		}
		m, ok := view["metadata"].(doc.Object)
		if !ok {
			continue
		}
		if m = doc.Without(m, name); len(m) == 0 {
			delete(view, "metadata")
		} else {
			view["metadata"] = m
		}
	}
	return view
}

var base64Image = regexp.MustCompile(`data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+=*`)

// truncated shortens a large value. What is cut is sent as text, whatever type
// the value has.
func truncated(v any) any {
	text := doc.Text(v)
	short := base64Image.ReplaceAllString(text, "[image]")
	if utf8.RuneCountInString(short) > truncateAt {
		return string([]rune(short)[:truncateAt])
	}
	if short == text {
		return v
	}
	if _, ok := v.(string); ok {
		return short
	}
	shortened, err := doc.Decode([]byte(short))
	if err != nil {
		return short
	}
	return shortened
}

var base64Text = regexp.MustCompile(`^(?:data:[^,]*;base64,)?[A-Za-z0-9+/]+=*$`)

// strip puts a placeholder where the server keeps an attachment.
func strip(field string, v any) any {
	n := 0
	var walk func(any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			if len(v) < attachmentSize || !base64Text.MatchString(v) {
				return v
			}
			n++
			return "[" + field + "-attachment-" + strconv.Itoa(n) + "-0.bin]"
		case []any:
			out := make([]any, len(v))
			for i, e := range v {
				out[i] = walk(e)
			}
			return out
		case doc.Object:
			out := make(doc.Object, len(v))
			for k, e := range v {
				out[k] = walk(e)
			}
			return out
		}
		return v
	}
	return walk(v)
}
