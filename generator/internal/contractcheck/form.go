package contractcheck

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkForm compares a form in a body with its schema.
func checkForm(ref *openapi3.SchemaRef, body []byte, p *problemList) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		p.add("body", "it is no form: %v", err)
		return
	}
	texts := map[string]string{}
	for name, values := range form {
		if len(values) > 1 {
			p.add("body /"+name, "it is given %d times", len(values))
		}
		texts[name] = values[0]
	}
	checkParts(ref.Value, texts, p)
}

// checkMultipart compares the parts of a multipart body with its schema. The
// content of files is not looked at.
func checkMultipart(ref *openapi3.SchemaRef, body []byte, boundary string, p *problemList) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	texts := map[string]string{}
	files := map[string]bool{}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.add("body", "it is no multipart form: %v", err)
			return
		}
		content, err := io.ReadAll(part)
		if err != nil {
			p.add("body", "it is no multipart form: %v", err)
			return
		}
		if name := part.FormName(); part.FileName() != "" {
			files[name] = true
		} else {
			texts[name] = string(content)
		}
	}
	schema := withoutParts(ref.Value, files, p)
	checkParts(schema, texts, p)
}

// withoutParts returns the schema without the members that came as files, which
// it must have.
func withoutParts(s *openapi3.Schema, files map[string]bool, p *problemList) *openapi3.Schema {
	rest := *s
	rest.Properties = openapi3.Schemas{}
	for name, ref := range s.Properties {
		if !files[name] {
			rest.Properties[name] = ref
		}
	}
	for _, name := range sortedKeys(files) {
		if s.Properties[name] == nil {
			p.add("body /"+name, "the schema has no such member")
		}
	}
	rest.Required = slices.DeleteFunc(slices.Clone(s.Required), func(name string) bool { return files[name] })
	return &rest
}

// checkParts compares the texts of a form with the members of its schema.
func checkParts(s *openapi3.Schema, texts map[string]string, p *problemList) {
	for _, name := range sortedKeys(texts) {
		ref := s.Properties[name]
		if ref == nil {
			p.add("body /"+name, "the schema has no such member")
			continue
		}
		sent.checkText("body /"+name, ref, texts[name], p)
	}
	for _, name := range s.Required {
		if _, ok := texts[name]; !ok {
			p.add("body /"+name, "it is required")
		}
	}
}
