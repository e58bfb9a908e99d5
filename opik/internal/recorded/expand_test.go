package recorded

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A list that was cut in a recording has only its first and its last element. Those
// between them differ in their numbers, which grow by the same step from element to
// element: "span-0" ... "span-99" by 1, "<t1>" ... "<t199>" by 2.

// interpolateList returns the n elements from first to last. What only one of the
// two has is taken from the first, as all but the last element have it.
func interpolateList(first, last any, n int) ([]any, error) {
	steps := map[string]int{}
	if err := findSteps(first, last, n-1, steps); err != nil {
		return nil, err
	}
	list := make([]any, n)
	for i := range list {
		list[i] = advance(first, i, steps)
	}
	list[n-1] = last
	return list, nil
}

// findSteps notes by how much numbers grow, by the text around them. It looks at
// what both have.
func findSteps(first, last any, distance int, steps map[string]int) error {
	switch first := first.(type) {
	case map[string]any:
		other, ok := last.(map[string]any)
		if !ok {
			return fmt.Errorf("%v is no object", last)
		}
		for name, v := range first {
			if w, ok := other[name]; ok {
				if err := findSteps(v, w, distance, steps); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	case string, json.Number:
		a, b := fmt.Sprint(first), fmt.Sprint(last)
		if a == b {
			return nil
		}
		family, from := numbered(a)
		otherFamily, to := numbered(b)
		difference := to - from
		if family != otherFamily || difference%distance != 0 {
			return fmt.Errorf("no step leads from %s to %s", a, b)
		}
		if known, ok := steps[family]; ok && known != difference/distance {
			return fmt.Errorf("%s grows by %d and by %d", family, known, difference/distance)
		}
		steps[family] = difference / distance
	}
	return nil
}

func advance(v any, i int, steps map[string]int) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = advance(member, i, steps)
		}
		return out
	case string:
		return advanceText(v, i, steps)
	case json.Number:
		return json.Number(advanceText(v.String(), i, steps))
	}
	return v
}

func advanceText(text string, i int, steps map[string]int) string {
	family, n := numbered(text)
	step, ok := steps[family]
	if !ok {
		return text
	}
	number := strconv.Itoa(n + i*step)
	if width := len(text) - len(family) + 1; text[strings.Index(family, "#")] == '0' {
		number = strings.Repeat("0", max(width-len(number), 0)) + number
	}
	return strings.Replace(family, "#", number, 1)
}

// chosenID is an id that a caller chose: of its numbers the last one counts.
var chosenID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9]{12}$`)

// numbered splits a text into its number and the text around it, which has # in its
// place. A text with several numbers, or none, is a family of its own.
func numbered(text string) (family string, n int) {
	isDigit := func(r rune) bool { return '0' <= r && r <= '9' }
	begin := strings.IndexFunc(text, isDigit)
	end := strings.LastIndexFunc(text, isDigit) + 1
	if begin < 0 {
		return text, 0
	}
	if chosenID.MatchString(text) {
		begin = strings.LastIndex(text, "-") + 1
	}
	n, err := strconv.Atoi(text[begin:end])
	if err != nil {
		return text, 0
	}
	return text[:begin] + "#" + text[end:], n
}

func TestInterpolation(t *testing.T) {
	first := map[string]any{"id": "<span-1>", "at": "<t1>", "end": "<t2>", "name": "s-0", "i": json.Number("0"), "same": "x1", "of": "01942ab4-7a2e-7000-9000-000000000099"}
	last := maps.Clone(first)
	last["id"], last["at"], last["name"], last["i"] = "<span-4>", "<t7>", "s-3", json.Number("3")
	last["of"] = "01942ab4-7a2e-7000-9000-000000000102"
	delete(last, "end")
	list, err := interpolateList(first, last, 4)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 {
		t.Fatalf("%d elements", len(list))
	}
	want := map[string]any{"id": "<span-3>", "at": "<t5>", "end": "<t6>", "name": "s-2", "i": json.Number("2"), "same": "x1", "of": "01942ab4-7a2e-7000-9000-000000000101"}
	if got := list[2].(map[string]any); !maps.Equal(got, want) {
		t.Errorf("third: %v", got)
	}
	if got := list[3].(map[string]any); !maps.Equal(got, last) {
		t.Errorf("last: %v", got)
	}
	last["i"] = json.Number("5")
	if _, err := interpolateList(first, last, 4); err == nil {
		t.Error("a list without a constant step was accepted")
	}
}
