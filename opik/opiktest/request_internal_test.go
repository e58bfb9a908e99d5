package opiktest

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRequestLogIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		size, limit int
		bodies      []string
		want        string
	}{
		"number":        {2, 100, []string{"a", "b", "c"}, "b c"},
		"bytes":         {9, 5, []string{"aa", "bb", "cc"}, "bb cc"},
		"one too large": {9, 5, []string{"aa", "bbbbbb"}, ""},
		"after it":      {9, 5, []string{"bbbbbb", "cc"}, "cc"},
		"none":          {0, 5, []string{"aa"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := requestLog{size: test.size, limit: test.limit}
			for _, body := range test.bodies {
				l.add(&exchange{Request: httptest.NewRequest("POST", "/", nil), body: []byte(body)}, time.Time{})
			}
			var got []string
			for _, e := range l.entries {
				got = append(got, string(e.body))
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("%q, want %q", s, test.want)
			}
		})
	}
}
