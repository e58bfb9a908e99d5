package opik

import "fmt"

// minRecordBytes leaves room for what every record has.
const minRecordBytes = 10_000

// WithMaxRecordBytes bounds the size of a single record, encoded, overriding the
// default of 50 MB. Of a larger one the input, output and metadata are made smaller
// until it fits, the largest first: each becomes an attachment of its trace or span,
// and the record says which, or, if that is not possible, its long texts are cut, with
// a mark where something is missing. A record that is still too large is rejected.
// The same happens, whatever the bound, to a record that the server refuses by itself
// with 413. [Stats] counts both. Less than 10,000 is an error.
func WithMaxRecordBytes(n int) Option {
	return func(s *settings) error {
		if n < minRecordBytes {
			return fmt.Errorf("WithMaxRecordBytes: %d is less than %d", n, minRecordBytes)
		}
		s.pipeline.MaxRecordBytes = n
		return nil
	}
}

// WithMaxRequestBytes bounds the size of a request with several records, before
// compression, overriding the default of 50 MB. When the server refuses a request with
// 413, the ones after it are smaller. Less than 10,000 is an error.
func WithMaxRequestBytes(n int) Option {
	return func(s *settings) error {
		if n < minRecordBytes {
			return fmt.Errorf("WithMaxRequestBytes: %d is less than %d", n, minRecordBytes)
		}
		s.pipeline.BatchBytes = n
		return nil
	}
}
