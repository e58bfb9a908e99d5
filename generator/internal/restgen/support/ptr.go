package rest

// Ptr returns a pointer to v, for optional fields whose zero value means
// something.
func Ptr[T any](v T) *T { return &v }
