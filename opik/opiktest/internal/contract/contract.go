// Package contract says which operations the contract has, which is what a server
// of its version serves. The list is generated from the same document as the SDK.
package contract

import "strings"

// Operation is an operation of the contract.
type Operation struct {
	// ID is the operationId.
	ID     string
	Method string
	// Path is below the base URL, with {parameters} that match one segment.
	Path string
}

// Operations returns all operations of the contract.
func Operations() []Operation { return operations }

// Key is the same for two paths with a method if they differ in nothing but the
// names of their parameters.
func Key(method, path string) string {
	var b strings.Builder
	b.WriteString(method)
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			segment = "{}"
		}
		b.WriteString("/" + segment)
	}
	return b.String()
}
