package rest

import (
	"bytes"
	"encoding/json"
	"io"
)

// json sets a JSON body. Opaque JSON that is not set is sent as an empty object,
// since every body is required.
func (c *call) json(body any) {
	if raw, ok := body.(json.RawMessage); ok && raw == nil {
		body = json.RawMessage("{}")
	}
	text, err := encode(body)
	if err != nil {
		c.fail("body", "cannot be encoded", err)
		return
	}
	c.bytes("application/json", text)
}

// encode is json.Marshal, except that it leaves <, > and & as they are: each would
// become six bytes, and what is sent is not shown by browsers.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (c *call) bytes(contentType string, data []byte) {
	c.contentType = contentType
	c.body = bytes.NewReader(data)
	c.size = int64(len(data))
	c.rewind = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// raw sets a body of any kind. The reader is not closed. A seekable reader gets a length, and can be sent
// again from where it stands now.
func (c *call) raw(contentType, declared string, body io.Reader) {
	if body == nil {
		c.fail("body", "is nil", nil)
		return
	}
	if contentType == "" {
		contentType = declared
	}
	c.contentType, c.body = contentType, body
	c.size, c.rewind = measure(body)
}

// measure returns how much there is to read, and a function that reads it again;
// -1 and nil if the reader cannot seek.
func measure(r io.Reader) (int64, func() (io.ReadCloser, error)) {
	s, ok := r.(io.Seeker)
	if !ok {
		return -1, nil
	}
	start, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, nil
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return -1, nil
	}
	if _, err := s.Seek(start, io.SeekStart); err != nil {
		return -1, nil
	}
	return end - start, func() (io.ReadCloser, error) {
		if _, err := s.Seek(start, io.SeekStart); err != nil {
			return nil, err
		}
		return io.NopCloser(r), nil
	}
}
