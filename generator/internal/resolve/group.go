package resolve

// groups resolves services and the methods of the client.
func (r *resolver) groups() {}
