package promptfmt

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"strconv"
)

// value is a value of a template: JSON, but with the text of a text decoded. It is
// taken apart only as far as a template asks for, and once.
type value struct {
	text    string          // of a text
	raw     json.RawMessage // of anything else; nil for a text
	members map[string]*value
	list    []*value
}

// newValue returns what a template sees of v: texts and JSON as they are, errors
// and what has a method String as that text, unless it says how it is encoded, and
// everything else in its JSON form.
func newValue(v any) (val *value, err error) {
	// Methods of callers' types run here, and rendering must not end a program.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("its method panicked: %v", p)
		}
	}()
	switch v := v.(type) {
	case string:
		return &value{text: v}, nil
	case []byte:
		return &value{text: string(v)}, nil
	case int:
		return &value{raw: strconv.AppendInt(nil, int64(v), 10)}, nil
	case json.Number, json.Marshaler, encoding.TextMarshaler:
	case error:
		return &value{text: v.Error()}, nil
	case fmt.Stringer:
		return &value{text: v.String()}, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return fromJSON(bytes.TrimSpace(b.Bytes()))
}

// fromJSON returns the value that a valid JSON text stands for.
func fromJSON(raw json.RawMessage) (*value, error) {
	if raw[0] != '"' {
		return &value{raw: raw}, nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	return &value{text: s}, nil
}

// String returns the text that a tag for the value becomes: nothing for null.
func (v *value) String() string {
	switch {
	case v.raw == nil:
		return v.text
	case v.raw[0] == 'n':
		return ""
	}
	return string(v.raw)
}

// isFalse reports whether sections for the value are left out: false, null, zero,
// and what is empty but an object.
func (v *value) isFalse() bool {
	switch {
	case v.raw == nil:
		return v.text == ""
	case v.raw[0] == 'n' || v.raw[0] == 'f':
		return true
	case v.raw[0] == '[':
		return string(v.raw) == "[]"
	case v.raw[0] == '-' || v.raw[0] >= '0' && v.raw[0] <= '9':
		n, err := strconv.ParseFloat(string(v.raw), 64)
		return err == nil && n == 0
	}
	return false
}

// elements returns the elements of a list, and whether the value is one.
func (v *value) elements() ([]*value, bool) {
	if len(v.raw) == 0 || v.raw[0] != '[' {
		return nil, false
	}
	if v.list == nil {
		var list []json.RawMessage
		if json.Unmarshal(v.raw, &list) != nil {
			return nil, false
		}
		v.list = make([]*value, 0, len(list))
		for _, raw := range list {
			if element, err := fromJSON(raw); err == nil {
				v.list = append(v.list, element)
			}
		}
	}
	return v.list, true
}

// member returns a member of an object, or nil if there is none.
func (v *value) member(name string) *value {
	if len(v.raw) == 0 || v.raw[0] != '{' {
		return nil
	}
	if v.members == nil {
		var fields map[string]json.RawMessage
		if json.Unmarshal(v.raw, &fields) != nil {
			return nil
		}
		v.members = make(map[string]*value, len(fields))
		for name, raw := range fields {
			if m, err := fromJSON(raw); err == nil {
				v.members[name] = m
			}
		}
	}
	return v.members[name]
}
