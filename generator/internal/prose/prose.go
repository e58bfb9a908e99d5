// Package prose edits descriptions: texts about the contract, which become
// comments of Go code.
package prose

import (
	"regexp"
	"strings"
)

// spelled matches names of several words as they are sent. What stands behind a
// full stop, as in usage.total_tokens, is part of another name.
var spelled = regexp.MustCompile(`(^|[^\w.])([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b`)

// GoNames replaces the names of inputs and members, as they are sent, by their Go
// names: a reader of the comment of StartTime knows no start_time. goName returns ""
// for what it does not know.
func GoNames(text string, goName func(sent string) string) string {
	return spelled.ReplaceAllStringFunc(text, func(match string) string {
		name := match[strings.IndexFunc(match, isLower):]
		if to := goName(name); to != "" {
			return strings.TrimSuffix(match, name) + to
		}
		return match
	})
}

func isLower(c rune) bool { return 'a' <= c && c <= 'z' }
