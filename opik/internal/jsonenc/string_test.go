package jsonenc_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

func TestAppendString(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", `""`},
		{"plain", `"plain"`},
		{`say "hi" \o/`, `"say \"hi\" \\o/"`},
		{"a\nb\rc\td\be\ff", `"a\nb\rc\td\be\ff"`},
		{"\x00\x1f\x7f", `"\u0000\u001f` + "\x7f" + `"`},
		{"<a href='x'>&</a>", `"<a href='x'>&</a>"`},
		{"größer 世界 🙂", `"größer 世界 🙂"`},
		{"line\u2028para\u2029", `"line\u2028para\u2029"`},
		{"bad\xff\xfebytes", "\"bad\ufffd\ufffdbytes\""},
		{"cut\xe4\xb8", "\"cut\ufffd\ufffd\""},
		{"surrogate\xed\xa0\x80", "\"surrogate\ufffd\ufffd\ufffd\""},
		{"\ufffd stays", "\"\ufffd stays\""},
		{"long enough for the fast loop\" and further", `"long enough for the fast loop\" and further"`},
	} {
		if got := string(jsonenc.AppendString([]byte("x"), test.in)); got != "x"+test.want {
			t.Errorf("AppendString(%q) = %s, want %s", test.in, got[1:], test.want)
		}
	}
}

// TestAppendStringPlaces puts each byte at each place of words of eight bytes,
// which are scanned at once.
func TestAppendStringPlaces(t *testing.T) {
	for c := range 256 {
		for place := range 20 {
			checkString(t, strings.Repeat("a", place)+string([]byte{byte(c)})+strings.Repeat("~", 19-place))
		}
	}
}

func checkString(t *testing.T, s string) {
	t.Helper()
	got := jsonenc.AppendString(nil, s)
	if !utf8.Valid(got) {
		t.Fatalf("AppendString(%q) is not valid UTF-8: %q", s, got)
	}
	want, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var a, b string
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("AppendString(%q) = %s: %v", s, got, err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if a != b {
		t.Fatalf("AppendString(%q) means %q, want %q", s, a, b)
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("text \" \\ \n \u2028 \xff 世界")
	f.Fuzz(checkString)
}

func BenchmarkAppendString(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"ascii", strings.Repeat("The quick brown fox jumps over the lazy dog. ", 23)[:1024]},
		{"quotes", strings.Repeat(`{"role":"user"},`, 64)},
		{"chinese", strings.Repeat("世界", 170)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			dst := make([]byte, 0, 4096)
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			for b.Loop() {
				dst = jsonenc.AppendString(dst[:0], bench.text)
			}
		})
	}
}
