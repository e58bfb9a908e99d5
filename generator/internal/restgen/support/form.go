package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"reflect"
	"strings"
)

// File is a file in a multipart body. The body is streamed from Content, which is
// not closed. If every file of a body can seek, the request has a length and can
// be repeated.
type File struct {
	// Name is the file name that the server is told. Empty means the name of the
	// part.
	Name string
	// ContentType is the media type. Empty means application/octet-stream.
	ContentType string
	// Content is read when the request is sent.
	Content io.Reader
}

// member is a field of a body that has a value.
type member struct {
	name  string
	value json.RawMessage
	file  *File
}

// members returns the fields of a struct that have a value, by the names and the
// options of their json tags. Fields of type *File are files.
func (c *call) members(body any) []member {
	encoded, err := encode(body)
	if err != nil {
		c.fail("body", "cannot be encoded", err)
		return nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &values); err != nil {
		c.fail("body", "is no object", err)
		return nil
	}
	var out []member
	v := reflect.Indirect(reflect.ValueOf(body))
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		file, ok := v.Field(i).Interface().(*File)
		switch {
		case !ok:
			if value, ok := values[name]; ok && string(value) != "null" {
				out = append(out, member{name: name, value: value})
			}
		case file != nil && file.Content != nil:
			out = append(out, member{name: name, file: file})
		case file != nil || options == "":
			c.fail(name, "has no content", nil)
		}
	}
	return out
}

// MarshalJSON returns null: the content of a file is sent in multipart bodies only.
func (f File) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// form sets a body of type application/x-www-form-urlencoded. A list becomes one
// pair for each element.
func (c *call) form(body any) {
	var values []queryValue
	for _, f := range c.members(body) {
		list := []json.RawMessage{f.value}
		if f.value[0] == '[' {
			if err := json.Unmarshal(f.value, &list); err != nil {
				c.fail(f.name, "cannot be encoded", err)
			}
		}
		for _, value := range list {
			values = append(values, queryValue{f.name, text(value)})
		}
	}
	c.bytes("application/x-www-form-urlencoded", []byte(encodeQuery(values)))
}

// multipart sets a body of type multipart/form-data. Files are not read before
// the request is sent, and never held in memory.
func (c *call) multipart(body any) {
	var parts bodyParts
	frame := multipart.NewWriter(&parts.frame)
	for _, f := range c.members(body) {
		header := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name="%s"`, escapeQuotes(f.name))
		if f.file != nil {
			disposition += fmt.Sprintf(`; filename="%s"`, escapeQuotes(or(f.file.Name, f.name)))
			header.Set("Content-Type", or(f.file.ContentType, "application/octet-stream"))
		}
		header.Set("Content-Disposition", disposition)
		part, err := frame.CreatePart(header)
		if err != nil {
			c.fail(f.name, "cannot be encoded", err)
			return
		}
		if f.file != nil {
			parts.add(f.file.Content)
			continue
		}
		if _, err := io.WriteString(part, text(f.value)); err != nil {
			c.fail(f.name, "cannot be encoded", err)
			return
		}
	}
	if err := frame.Close(); err != nil {
		c.fail("body", "cannot be encoded", err)
		return
	}
	c.contentType = frame.FormDataContentType()
	c.body, c.size, c.rewind = parts.body()
}

// bodyParts is a body made of the frame, which is in memory, and readers between.
type bodyParts struct {
	frame   bytes.Buffer
	cuts    []int // where in the frame the readers stand
	readers []io.Reader
}

func (p *bodyParts) add(r io.Reader) {
	p.cuts = append(p.cuts, p.frame.Len())
	p.readers = append(p.readers, r)
}

// body returns the whole as one reader, with its size and a way to read it again
// if all of its parts have them.
func (p *bodyParts) body() (io.Reader, int64, func() (io.ReadCloser, error)) {
	size := int64(p.frame.Len())
	rewinds := make([]func() (io.ReadCloser, error), len(p.readers))
	for i, r := range p.readers {
		n, rewind := measure(r)
		if rewind == nil {
			return p.join(p.readers), -1, nil
		}
		size, rewinds[i] = size+n, rewind
	}
	return p.join(p.readers), size, func() (io.ReadCloser, error) {
		again := make([]io.Reader, len(rewinds))
		for i, rewind := range rewinds {
			r, err := rewind()
			if err != nil {
				return nil, err
			}
			again[i] = r
		}
		return io.NopCloser(p.join(again)), nil
	}
}

func (p *bodyParts) join(readers []io.Reader) io.Reader {
	frame, at := p.frame.Bytes(), 0
	var all []io.Reader
	for i, r := range readers {
		all = append(all, bytes.NewReader(frame[at:p.cuts[i]]), r)
		at = p.cuts[i]
	}
	return io.MultiReader(append(all, bytes.NewReader(frame[at:]))...)
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

var quoteEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "%0D", "\n", "%0A")

func escapeQuotes(s string) string { return quoteEscaper.Replace(s) }
