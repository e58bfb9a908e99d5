package contractcheck

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// checkRepeated reports members that an object has more than once. Decoders take
// the last one and say nothing, whereas servers differ in which one they take.
// The text is known to be one JSON value.
func checkRepeated(place string, text []byte, p *problemList) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := walkRepeated(d, place, p); err != nil {
		p.add(place, "it is no JSON: %v", err)
	}
}

// walkRepeated reads one value.
func walkRepeated(d *json.Decoder, place string, p *problemList) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			if err := walkRepeated(d, fmt.Sprintf("%s/%d", child(place), i), p); err != nil {
				return err
			}
		}
	case json.Delim('{'):
		counts := map[string]int{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			at := fmt.Sprintf("%s/%s", child(place), name)
			counts[at]++
			if err := walkRepeated(d, at, p); err != nil {
				return err
			}
		}
		for _, at := range sortedKeys(counts) {
			if counts[at] > 1 {
				p.add(at, "it is given %d times", counts[at])
			}
		}
	default:
		return nil
	}
	_, err = d.Token() // the closing bracket
	return err
}
