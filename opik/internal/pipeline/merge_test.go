package pipeline

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestMergeMembers(t *testing.T) {
	for _, c := range []struct{ older, newer, want string }{
		{`{}`, `{}`, `{}`},
		{`{"a":1}`, `{}`, `{"a":1}`},
		{`{}`, `{"a":1}`, `{"a":1}`},
		{`{"a":1,"b":2}`, `{"b":3,"c":4}`, `{"a":1,"b":3,"c":4}`},
		{`{"a":{"x":1}}`, `{"a":{"y":2}}`, `{"a":{"y":2}}`},
		{`{"a":"}\"{,","b":[1,[2,{"c":"]"}]]}`, `{"d":null}`, `{"a":"}\"{,","b":[1,[2,{"c":"]"}]],"d":null}`},
		{`{"a":"\\"}`, `{"b":"\\\""}`, `{"a":"\\","b":"\\\""}`},
		{" {\n\"a\" : 1 , \"b\":true}\t", `{"c":-1.5e+3}`, `{"a" : 1 ,"b":true,"c":-1.5e+3}`},
		{`{"":1}`, `{"":2}`, `{"":2}`},
	} {
		got, ok := mergeMembers([]byte(","+c.older), []byte(","+c.newer))
		if !ok || string(got) != ","+c.want {
			t.Errorf("%s + %s = %s, %v, want %s", c.older, c.newer, got, ok, c.want)
		}
		if cap(got) != len(got) {
			t.Errorf("capacity %d for %d bytes", cap(got), len(got))
		}
	}
}

func TestMergeMembersOfOtherValues(t *testing.T) {
	good := []byte(`,{"a":1}`)
	for _, bad := range []string{``, `,`, `{"a":1}`, `,[1]`, `,"a"`, `,{`, `,{"a"`, `,{"a":`, `,{"a":1`, `,{"a":1,`, `,{"a":1,}`, `,{a:1}`, `,{"a":"x`, `,{"a":1}}`, `,{"a":1} x`, `,{"a":}`, `,{"a":[1}`} {
		if got, ok := mergeMembers([]byte(bad), good); ok && !json.Valid(got[1:]) {
			t.Errorf("%s was merged to %s", bad, got)
		}
		if got, ok := mergeMembers(good, []byte(bad)); ok && !json.Valid(got[1:]) {
			t.Errorf("%s was merged to %s", bad, got)
		}
	}
}

func FuzzMergeMembers(f *testing.F) {
	f.Add(`{"a":1,"b":[{}]}`, `{"b":"x","c":null}`)
	f.Add(`{"a":"\u0022,"}`, `{}`)
	f.Fuzz(func(t *testing.T, older, newer string) {
		got, ok := mergeMembers([]byte(","+older), []byte(","+newer))
		a, b := map[string]any{}, map[string]any{}
		if json.Unmarshal([]byte(older), &a) != nil || json.Unmarshal([]byte(newer), &b) != nil || a == nil || b == nil {
			return // only what an encoder writes matters
		}
		if !ok {
			t.Fatalf("%s + %s was not merged", older, newer)
		}
		for name, v := range b {
			a[name] = v
		}
		merged := map[string]any{}
		if err := json.Unmarshal(got[1:], &merged); err != nil {
			t.Fatalf("%s + %s = %s: %v", older, newer, got, err)
		}
		if !reflect.DeepEqual(merged, a) {
			t.Fatalf("%s + %s = %s", older, newer, got)
		}
	})
}
