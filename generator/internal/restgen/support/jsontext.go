package rest

import (
	"bytes"
	"encoding/json"
)

// JSONText is a list that travels as JSON inside a string. A []T can be assigned
// to it. Reading accepts a plain list, too.
type JSONText[T any] []T

// MarshalJSON encodes the list as a string that holds its JSON, and a nil list as null.
func (t JSONText[T]) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("null"), nil
	}
	inner, err := json.Marshal([]T(t))
	if err != nil {
		return nil, err
	}
	return json.Marshal(string(inner))
}

// UnmarshalJSON decodes a string that holds a list, or a list. An empty string and
// null are a nil list.
func (t *JSONText[T]) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte{'"'}) {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		if b = []byte(text); text == "" {
			b = []byte("null")
		}
	}
	return json.Unmarshal(b, (*[]T)(t))
}
