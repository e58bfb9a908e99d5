package opiktest

import (
	"fmt"
	"strings"
)

// diffContext is how many equal lines are shown around a difference.
const diffContext = 3

// Diff compares two texts line by line. It returns "" if they are equal, else the
// lines that differ, with "-" before those that only want has and "+" before
// those that only got has, between a few lines of context. Line ends at the end
// of the texts do not count.
func Diff(want, got string) string {
	a, b := splitLines(want), splitLines(got)
	edits := compareLines(a, b)
	var out strings.Builder
	last := -1 // index of the last edit written
	for i, e := range edits {
		if !nearChange(edits, i) {
			continue
		}
		if i > last+1 {
			fmt.Fprintf(&out, "@@ line %d @@\n", e.line+1)
		}
		out.WriteByte(e.sign)
		out.WriteString(e.text)
		out.WriteByte('\n')
		last = i
	}
	return out.String()
}

func splitLines(s string) []string {
	s = strings.TrimRight(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// edit is a line of the comparison: ' ' in both, '-' only wanted, '+' only got.
type edit struct {
	sign byte
	text string
	line int // of the wanted text
}

// maxCompare bounds the table of compareLines; longer texts are shown as
// replaced between their equal beginning and end.
const maxCompare = 4_000_000

// compareLines finds a longest common subsequence.
func compareLines(a, b []string) []edit {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var edits []edit
	for i := range start {
		edits = append(edits, edit{' ', a[i], i})
	}
	edits = append(edits, compareMiddle(a[start:len(a)-end], b[start:len(b)-end], start)...)
	for i := len(a) - end; i < len(a); i++ {
		edits = append(edits, edit{' ', a[i], i})
	}
	return edits
}

func compareMiddle(a, b []string, line int) []edit {
	var common [][]int
	if len(a)*len(b) <= maxCompare {
		common = commonLengths(a, b)
	}
	var edits []edit
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j] && common != nil:
			edits = append(edits, edit{' ', a[i], line + i})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common == nil || common[i+1][j] >= common[i][j+1]):
			edits = append(edits, edit{'-', a[i], line + i})
			i++
		default:
			edits = append(edits, edit{'+', b[j], line + i})
			j++
		}
	}
	return edits
}

// commonLengths returns, for each pair of positions, how many lines the rests
// have in common at most.
func commonLengths(a, b []string) [][]int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// nearChange tells whether a line is shown.
func nearChange(edits []edit, i int) bool {
	for j := max(0, i-diffContext); j <= min(len(edits)-1, i+diffContext); j++ {
		if edits[j].sign != ' ' {
			return true
		}
	}
	return false
}
