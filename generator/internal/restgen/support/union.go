package rest

import (
	"encoding/json"
	"fmt"
)

// encodeVariant encodes a variant of a union. If the union has a discriminator,
// the member key gets the value that selects the variant, whatever the variant
// itself says.
func encodeVariant(variant any, key, value string) (json.RawMessage, error) {
	encoded, err := encode(variant)
	if err != nil || key == "" {
		return encoded, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &members); err != nil {
		return nil, fmt.Errorf("rest: a variant must be an object: %w", err)
	}
	if members[key], err = encode(value); err != nil {
		return nil, err
	}
	return encode(members)
}

// decodeDiscriminator returns the member key of an encoded union; empty if the
// union has no such member or none that is a string.
func decodeDiscriminator(union json.RawMessage, key string) string {
	var members map[string]json.RawMessage
	var value string
	if json.Unmarshal(union, &members) != nil || json.Unmarshal(members[key], &value) != nil {
		return ""
	}
	return value
}

// encodeUnion returns the JSON of a union; null if it is not set.
func encodeUnion(union json.RawMessage) ([]byte, error) {
	if len(union) == 0 {
		return []byte("null"), nil
	}
	return union, nil
}

// decodeUnion keeps the JSON of a union, known variant or not.
func decodeUnion(union *json.RawMessage, data []byte) error {
	if string(data) != "null" {
		*union = append((*union)[:0:0], data...)
	}
	return nil
}
