package jsonenc

import "slices"

// AppendList appends a slice as an array, each element by the given function. A
// nil slice is null, as in encoding/json.
func AppendList[T any](dst []byte, list []T, elem func([]byte, T) []byte) []byte {
	if list == nil {
		return append(dst, "null"...)
	}
	start := len(dst)
	for _, v := range list {
		dst = elem(append(dst, ','), v)
	}
	return EndArray(dst, start)
}

// AppendMap appends a map as an object with sorted members, each value by the
// given function. A nil map is null, as in encoding/json.
func AppendMap[T any](dst []byte, m map[string]T, elem func([]byte, T) []byte) []byte {
	if m == nil {
		return append(dst, "null"...)
	}
	// Most maps in records, such as usage, have few members.
	var few [16]string
	keys := few[:0]
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	start := len(dst)
	for _, key := range keys {
		dst = append(AppendString(append(dst, ','), key), ':')
		dst = elem(dst, m[key])
	}
	return EndObject(dst, start)
}
