// Package output compares generated files with the tree and writes them.
package output

// File is one generated file.
type File struct {
	// Path is relative to the root of the tree, with forward slashes.
	Path string
	Data []byte
}
