package upload

import "fmt"

// Limits of storages that take content in parts.
const (
	MinPartSize = 5 << 20 // of all parts but the last
	MaxParts    = 10_000
	MaxSize     = 5 << 40
)

// Part is a piece of content.
type Part struct {
	Number int // counts from 1
	Offset int64
	Size   int64
}

// Split divides content of so many bytes: parts of 5 MiB, or of the same larger
// size if there would be more than 10,000. The last part may be shorter.
func Split(size int64) ([]Part, error) {
	switch {
	case size <= 0:
		return nil, fmt.Errorf("there is no content")
	case size > MaxSize:
		return nil, fmt.Errorf("%d bytes are more than the %d that can be stored", size, int64(MaxSize))
	}
	each := max(MinPartSize, (size+MaxParts-1)/MaxParts)
	parts := make([]Part, 0, (size+each-1)/each)
	for offset := int64(0); offset < size; offset += each {
		parts = append(parts, Part{Number: len(parts) + 1, Offset: offset, Size: min(each, size-offset)})
	}
	return parts, nil
}
