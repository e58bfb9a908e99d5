package oql

import "strings"

// nearest returns the name with the fewest differences, if they are few enough for
// a slip of the keyboard. Upper case and underscores make no difference.
func nearest(name string, names []string) string {
	if len(name) > shown {
		return ""
	}
	best, least := "", max(len(name)/3, 1)+1
	for _, candidate := range names {
		if d := distance(folded(name), folded(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func folded(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			rows[i][j] = min(cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
