package doc_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

func TestParsePath(t *testing.T) {
	v, err := doc.Decode([]byte(`{"a":{"b":[{"c":1},"x"],"odd name":2,"d.e":3},"$":{"f":4}}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a.b[0].c": "1", "$.a.b[1]": "x", ".a.b[0]": `{"c":1}`, "a['odd name']": "2", `a["d.e"]`: "3", "$": doc.Text(v),
		"a.b[2]": "", "a.b.c": "", "a.none": "", "b[0]": "",
		"a[": "bad", "a[x]": "bad", "a[-1]": "bad", "a..b": "bad", "a[0]b": "bad", "a.": "bad",
	} {
		got := "bad"
		if p, err := doc.ParsePath(path); err == nil {
			found, _ := p.Find(v)
			got = doc.Text(found)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "-1.50": "-3/2", "1e3": "1000", "1E-2": "1/100", "0": "0",
		"": "bad", "x": "bad", `"1"`: "bad", "null": "bad", "1/2": "bad", "0x10": "bad", "1e9999": "bad", "1e-99999999": "bad", "Inf": "bad", "1_0": "bad",
	} {
		got := "bad"
		if r, ok := doc.Decimal(text); ok {
			got = r.RatString()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2025, 1, 2, 3, 4, 5, 678900000, time.UTC)
	for text, ok := range map[string]bool{
		"2025-01-02T03:04:05.6789Z": true, "2025-01-02T05:04:05.678900000+02:00": true,
		"2025-01-02T03:04:05.6789": false, "2025-01-02": false, "1735787045678": false, "": false,
	} {
		got, err := doc.ParseTime(text)
		if ok != (err == nil) || ok && !got.Equal(at) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if got, err := doc.ParseQueryTime("1735787045678"); err != nil || !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("milliseconds: %v, %v", got, err)
	}
	if got := doc.FormatTime(at); got != "2025-01-02T03:04:05.6789Z" {
		t.Errorf("written as %s", got)
	}
}

func TestDecodeTakesOneValue(t *testing.T) {
	for text, ok := range map[string]bool{`{"a":1}`: true, " 1 \n": true, "": false, "{}{}": false, "[1]]": false, "NaN": false} {
		if _, err := doc.Decode([]byte(text)); ok != (err == nil) {
			t.Errorf("%q: %v", text, err)
		}
	}
	v, err := doc.Decode([]byte(`{"n":12345678901234567890.10,"h":"<&>\u2028"}`))
	if err != nil {
		t.Fatal(err)
	}
	if n := v.(doc.Object)["n"]; n != json.Number("12345678901234567890.10") {
		t.Errorf("number %v", n)
	}
	if got := string(doc.Encode(v)); got != `{"h":"<&>\u2028","n":12345678901234567890.10}` {
		t.Errorf("encoded %s", got)
	}
}

func TestObjectsAreCopied(t *testing.T) {
	o := doc.Object{"a": 1, "b": nil, "c": "x"}
	c, w, x := doc.Clone(o), doc.With(o, doc.Object{"a": 2}), doc.Without(o, "c")
	if got := fmt.Sprint(o, c, w, x); got != "map[a:1 b:<nil> c:x] map[a:1 c:x] map[a:2 b:<nil> c:x] map[a:1 b:<nil>]" {
		t.Error(got)
	}
}
