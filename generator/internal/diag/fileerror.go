package diag

import (
	"errors"
	"io/fs"
	"os"
)

// WithoutPath returns what an error about a file says besides the file, which the
// position names already. Other errors are returned as they are.
func WithoutPath(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}
