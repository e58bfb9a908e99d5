package jsonenc

// EndObject ends a JSON object whose members were appended after start, each
// with a comma before it: the first comma becomes the opening brace. Without
// members it appends an empty object. Generated encoders use it so that no
// member has to know whether it is the first.
//
//	start := len(dst)
//	dst = jsonenc.AppendString(append(dst, `,"id":`...), m.ID)
//	return jsonenc.EndObject(dst, start)
func EndObject(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, '{', '}')
	}
	dst[start] = '{'
	return append(dst, '}')
}

// EndArray is EndObject for arrays.
func EndArray(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, '[', ']')
	}
	dst[start] = '['
	return append(dst, ']')
}
