package jsontree_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/jsontree"
)

func TestForms(t *testing.T) {
	tests := []struct{ name, text, compact, canonical string }{
		{"scalars", ` [ null , true,false ,"x" ] `, `[null,true,false,"x"]`, `[null, true, false, "x"]`},
		{"empty containers", `[ { } , [ ] ]`, `[{},[]]`, `[{}, []]`},
		{"order of members", `{"b":1,"a":{"d":2,"c":3}}`, `{"b":1,"a":{"d":2,"c":3}}`, `{"a": {"c": 3, "d": 2}, "b": 1}`},
		{"code points, not UTF-16 units", `{"\ud83d\ude00":1,"\uffff":2}`, "{\"\U0001F600\":1,\"\uffff\":2}", `{"\uffff": 2, "\ud83d\ude00": 1}`},
		{"the last of equal names", `{"a":1,"b":2,"\u0061":3}`, `{"a":3,"b":2}`, `{"a": 3, "b": 2}`},
		{"escapes", `"\"\\\/\b\f\n\r\t\u00e9\u0041"`, "\"\\\"\\\\/\\b\\f\\n\\r\\t\u00e9A\"", `"\"\\/\b\f\n\r\t\u00e9A"`},
		{"nothing for HTML", `"<a href='x'>&</a>"`, `"<a href='x'>&</a>"`, `"<a href='x'>&</a>"`},
		{"controls", `"\u0000\u001f\u007f"`, "\"\\u0000\\u001f\u007f\"", `"\u0000\u001f\u007f"`},
		{"halves of surrogates", `["\ud800","\udc00x","\ud800\ud800\udc00","\ud800\u0041"]`,
			"[\"\ufffd\",\"\ufffdx\",\"\ufffd\U00010000\",\"\ufffdA\"]", `["\ufffd", "\ufffdx", "\ufffd\ud800\udc00", "\ufffdA"]`},
		{"no UTF-8", "\"a\xff\xc3\"", "\"a\ufffd\ufffd\"", `"a\ufffd\ufffd"`},
		{"line separators", `"\u2028"`, `"\u2028"`, `"\u2028"`},
		{"whole numbers", `[0,-0,-5,9007199254740993,123456789012345678901234567890]`,
			`[0,-0,-5,9007199254740993,123456789012345678901234567890]`, `[0, 0, -5, 9007199254740993, 123456789012345678901234567890]`},
		{"other numbers", `[1.0,-0.0,2.50,1e2,1E16,1e15,0.0001,0.00001,1e-7,1.5e300,0.1000000000000000055511151231257827]`,
			`[1.0,-0.0,2.50,1e2,1E16,1e15,0.0001,0.00001,1e-7,1.5e300,0.1000000000000000055511151231257827]`,
			`[1.0, -0.0, 2.5, 100.0, 1e+16, 1000000000000000.0, 0.0001, 1e-05, 1e-07, 1.5e+300, 0.1]`},
		{"numbers beyond float64", `[1e400,-10.50e400,1e99999999999999999999,1e-400]`, `[1e400,-10.50e400,1e99999999999999999999,1e-400]`,
			`[1e400, -105e399, 1e99999999999999999999, 0.0]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := jsontree.Parse([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(v.Append(nil)); got != tt.compact {
				t.Errorf("compact   %s\nnot       %s", got, tt.compact)
			}
			if got := string(v.AppendCanonical(nil)); got != tt.canonical {
				t.Errorf("canonical %s\nnot       %s", got, tt.canonical)
			}
		})
	}
}

func TestManyMembers(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"last":0`)
	for range 3 {
		for c := 'A'; c <= 'z'; c++ {
			if c != '\\' {
				b.WriteString(`,"` + string(c) + `":1`)
			}
		}
	}
	b.WriteString(`,"last":1}`)
	v, err := jsontree.Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Members) != 58 || v.Members[0].Value.Text != "1" {
		t.Errorf("%d members, the first %+v", len(v.Members), v.Members[0])
	}
	if _, ok := v.Lookup("z"); !ok {
		t.Error("z is missing")
	}
	if _, ok := v.Lookup("none"); ok {
		t.Error("found a member that is not there")
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		text   string
		offset int
	}{
		{``, 0}, {` `, 1}, {`x`, 0}, {`nul`, 3}, {`nulL`, 3}, {`truefalse`, 4}, {`NaN`, 0}, {`[Infinity]`, 1}, {`-Infinity`, 1},
		{`[1`, 2}, {`[1,]`, 3}, {`[1 2]`, 3}, {`{`, 1}, {`{"a"}`, 4}, {`{"a":}`, 5}, {`{"a":1,}`, 7}, {`{a:1}`, 1}, {`{"a":1 "b"}`, 7},
		{`"`, 1}, {`"a`, 2}, {"\"\n\"", 1}, {`"é`, 3}, {`"\x"`, 2}, {`"\u12g4"`, 2}, {`"\u12`, 2}, {`"\`, 2},
		{`01`, 1}, {`-`, 1}, {`1.`, 2}, {`.5`, 0}, {`1e`, 2}, {`1e+`, 3}, {`+1`, 0}, {`1 2`, 2},
		{strings.Repeat("[", 501) + strings.Repeat("]", 501), 500},
	}
	for _, tt := range tests {
		_, err := jsontree.Parse([]byte(tt.text))
		var syntax *jsontree.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: %v", tt.text, err)
		} else if syntax.Offset != tt.offset || syntax.Reason == "" {
			t.Errorf("%.40q: %v, want byte %d", tt.text, err, tt.offset+1)
		}
	}
	if _, err := jsontree.Parse([]byte(strings.Repeat("[", 500) + strings.Repeat("]", 500))); err != nil {
		t.Errorf("500 levels: %v", err)
	}
}

// FuzzParse compares with encoding/json, and expects that both forms mean what
// the text means.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,true,null,"x"],"b":-0.0}`, `"\ud83d\ude00\ud800"`, "[\"\xff\"]", `[1E400,1e-7,01]`, `{"a":1,"a":2}`, `[[[]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsontree.Parse(text)
		if valid := json.Valid(text); valid != (err == nil) {
			var syntax *jsontree.SyntaxError
			if !valid || !errors.As(err, &syntax) || !strings.HasPrefix(syntax.Reason, "nested") {
				t.Fatalf("valid: %v, error %v", valid, err)
			}
		}
		if err != nil {
			return
		}
		compact, canonical := v.Append(nil), v.AppendCanonical(nil)
		for _, form := range [][]byte{compact, canonical} {
			again, err := jsontree.Parse(form)
			if err != nil {
				t.Fatalf("%s: %v", form, err)
			}
			if got := again.AppendCanonical(nil); !bytes.Equal(got, canonical) {
				t.Errorf("canonical %s became %s", canonical, got)
			}
		}
		if again, _ := jsontree.Parse(compact); !bytes.Equal(again.Append(nil), compact) { // it parsed above
			t.Errorf("compact %s became %s", compact, again.Append(nil))
		}
		var want, got any
		if json.Unmarshal(text, &want) != nil || json.Unmarshal(compact, &got) != nil {
			return // a number that float64 cannot hold
		}
		a, errA := json.Marshal(want)
		b, errB := json.Marshal(got)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s means %s, not %s (%v, %v)", compact, b, a, errA, errB)
		}
	})
}
