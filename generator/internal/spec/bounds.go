package spec

import (
	"math/big"

	"gopkg.in/yaml.v3"
)

// setBounds sets the bounds of a number. Values are float64 everywhere else, so that a
// bound which float64 cannot hold, such as 999999999.999999999, may come out beyond
// itself: then it is one that no value may reach.
func setBounds(s *Schema, n *yaml.Node) {
	s.Minimum, s.ExclusiveMinimum = limit(n, "minimum", -1), limit(n, "exclusiveMinimum", 0)
	s.Maximum, s.ExclusiveMaximum = limit(n, "maximum", +1), limit(n, "exclusiveMaximum", 0)
	if s.Minimum == nil && s.ExclusiveMinimum == nil {
		s.ExclusiveMinimum = limit(n, "minimum", 0)
	}
	if s.Maximum == nil && s.ExclusiveMaximum == nil {
		s.ExclusiveMaximum = limit(n, "maximum", 0)
	}
}

// limit returns a number; nil if there is none, or if float64 would move it in the
// direction given by beyond. The grammar admits numbers only.
func limit(n *yaml.Node, key string, beyond int) *float64 {
	value := get(n, key)
	if value == nil {
		return nil
	}
	exact, ok := new(big.Rat).SetString(value.Value)
	if !ok {
		return nil
	}
	v, _ := exact.Float64()
	if moved := new(big.Rat).SetFloat64(v); moved == nil || beyond != 0 && moved.Cmp(exact) == beyond {
		return nil
	}
	return &v
}
