package prose

import (
	"fmt"
	"strings"
)

// Size says how many elements a list, or how many characters a text, may have; ""
// if there is no limit. A nil bound is none.
func Size(minItems, maxItems, maxLength *int) string {
	least := 0
	if minItems != nil {
		least = *minItems
	}
	switch {
	case maxItems != nil && least > 0:
		return fmt.Sprintf("%s to %s values", Thousands(least), Thousands(*maxItems))
	case maxItems != nil:
		return fmt.Sprintf("at most %s values", Thousands(*maxItems))
	case least == 1:
		return "at least one value"
	case least > 1:
		return fmt.Sprintf("at least %s values", Thousands(least))
	case maxLength != nil:
		return fmt.Sprintf("at most %s characters", Thousands(*maxLength))
	}
	return ""
}

// Between says between which whole numbers a number must be; "" if there is no
// bound. That it must not be negative, or not zero, goes without saying.
func Between(least, most *float64) string {
	switch {
	case least != nil && most != nil:
		return fmt.Sprintf("from %s to %s", Thousands(int(*least)), Thousands(int(*most)))
	case most != nil:
		return "at most " + Thousands(int(*most))
	case least != nil && *least > 1:
		return "at least " + Thousands(int(*least))
	}
	return ""
}

// WithLimits adds limits to a description, except those that it begins with.
func WithLimits(description string, limits ...string) string {
	for _, l := range limits {
		if l == "" || strings.HasPrefix(description, capitalised(strings.TrimSuffix(l, "values"))) {
			continue
		}
		description = strings.TrimSpace(description + " " + capitalised(l) + ".")
	}
	return description
}

func capitalised(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }

// Thousands writes a number with a comma before each three digits.
func Thousands(n int) string {
	digits, sign := fmt.Sprint(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
