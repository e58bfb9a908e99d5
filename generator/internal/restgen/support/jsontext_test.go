package rest

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestJSONText(t *testing.T) {
	type body struct {
		Names JSONText[string] `json:"names,omitzero"`
	}
	for name, c := range map[string]struct {
		value body
		json  string
	}{
		"not set":        {body{}, `{}`},
		"empty":          {body{Names: []string{}}, `{"names":"[]"}`},
		"with quotes":    {body{Names: []string{`a"b`, "c"}}, `{"names":"[\"a\\\"b\",\"c\"]"}`},
		"with HTML":      {body{Names: []string{"<"}}, `{"names":"[\"\\u003c\"]"}`},
		"with backslash": {body{Names: []string{`\`}}, `{"names":"[\"\\\\\"]"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(c.value)
			if err != nil || string(got) != c.json {
				t.Errorf("encoded as %s, %v, want %s", got, err, c.json)
			}
			var back body
			if err := json.Unmarshal([]byte(c.json), &back); err != nil || !reflect.DeepEqual(back, c.value) {
				t.Errorf("decoded as %#v, %v", back, err)
			}
		})
	}
}

func TestJSONTextThatIsOdd(t *testing.T) {
	for text, want := range map[string]JSONText[int]{`null`: nil, `""`: nil, `"null"`: nil, ` [1,2]`: {1, 2}, `" [3] "`: {3}} {
		got := JSONText[int]{9}
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{`"["`, `"{}"`, `5`, `"[\"a\"]"`} {
		var got JSONText[int]
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: no error, but %v", text, got)
		}
	}
	if b, err := json.Marshal(JSONText[int](nil)); err != nil || string(b) != "null" {
		t.Errorf("nil is %s, %v", b, err)
	}
	if b, err := json.Marshal(JSONText[func()]{nil}); err == nil {
		t.Errorf("a function is %s", b)
	}
}
