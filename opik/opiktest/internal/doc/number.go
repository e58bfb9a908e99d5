package doc

import (
	"encoding/json"
	"math/big"
	"strings"
)

// Decimal reads a number as JSON writes it, exactly. Text that is no number is
// refused, and so are numbers whose exponent has more than three digits: their
// exact form would not fit into memory.
func Decimal(s string) (*big.Rat, bool) {
	var n json.Number
	if len(s) > 400 || json.Unmarshal([]byte(s), &n) != nil || n == "" || s[0] == '"' {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(strings.TrimLeft(s[i+1:], "+-0")) > 3 {
		return nil, false
	}
	return new(big.Rat).SetString(strings.TrimSpace(s))
}
