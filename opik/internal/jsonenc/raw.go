package jsonenc

// Raw is JSON that was encoded before, by this package. [AppendValue] appends it
// as it is, without looking at it. A nil or empty Raw is null.
type Raw []byte

// MarshalJSON returns r itself, so that encoding/json gives it the same meaning.
func (r Raw) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}
