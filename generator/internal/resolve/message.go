package resolve

// messages resolves //opik:async.
func (r *resolver) messages() {}
