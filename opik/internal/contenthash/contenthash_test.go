package contenthash_test

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/contenthash"
	"github.com/opik-go/sdk/opik/internal/jsontree"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

func parse(t testing.TB, text string) jsontree.Value {
	t.Helper()
	v, err := jsontree.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func description(s string) jsontree.Member {
	return jsontree.Member{Name: contenthash.Description, Value: jsontree.Text(s)}
}

// TestOf has the hashes that the official SDK for Python computes.
func TestOf(t *testing.T) {
	policy := jsontree.Member{Name: contenthash.ExecutionPolicy, Value: parse(t, `{"runs_per_item":3,"pass_threshold":2}`)}
	tests := []struct {
		data   string
		fields []jsontree.Member
		want   string
	}{
		{`{}`, nil, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
		{`{"input":{"key":"value"}}`, nil, "f8082664ac0202cafd60533bf487eefc5631599f9dd22b92ac6286dfcb9525db"},
		{`{"b":1,"a":[1,2.5,true,null,"x"]}`, nil, "e039285efc14b945630758688b9517b3f6a02b2858172cbb1f7e1d22edc84010"},
		{`{"input":"hi"}`, []jsontree.Member{description("d")}, "3f93e02ae7ee0d1d0d16209b749b983c886c1ea5da1e7c8710589d1213e5cbf8"},
		{`{"input":"hi"}`, []jsontree.Member{policy}, "a507418eaec79f0763c9b0ab2ef991671341b6c4248002be4d4cfc7c50451b06"},
		{"{\"q\":\"Café ☕ 😊\",\"n\":1.0,\"e\":1e16,\"t\":1E-7}", nil, "a86873369de4c63fc232f5865500dc344fc4e21fe24ac39e4e7a92b808e8f739"},
	}
	for _, tt := range tests {
		h := contenthash.Of(parse(t, tt.data), tt.fields...)
		if got := hex.EncodeToString(h[:]); got != tt.want {
			t.Errorf("%s: %s, not %s", tt.data, got, tt.want)
		}
	}
}

func TestFieldsAreNoData(t *testing.T) {
	items := map[string]contenthash.Hash{
		"in the data":     contenthash.Of(parse(t, `{"input":"hi","description":"d"}`)),
		"as a field":      contenthash.Of(parse(t, `{"input":"hi"}`), description("d")),
		"both":            contenthash.Of(parse(t, `{"input":"hi","description":"d"}`), description("d")),
		"both, different": contenthash.Of(parse(t, `{"input":"hi","description":"d"}`), description("e")),
		"neither":         contenthash.Of(parse(t, `{"input":"hi"}`)),
	}
	seen := map[contenthash.Hash]string{}
	for name, h := range items {
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[h] = name
	}
}

func TestSet(t *testing.T) {
	var s contenthash.Set
	a, b := contenthash.Of(parse(t, `{"x":1}`)), contenthash.Of(parse(t, `{"x":2}`))
	want := func(step string, items int, h contenthash.Hash, id string) {
		t.Helper()
		got, ok := s.Find(h)
		if s.Len() != items || got != id || ok != (id != "") {
			t.Errorf("%s: %d items, content of %q (%v); want %d, %q", step, s.Len(), got, ok, items, id)
		}
	}
	one, two := uuid7.New(), uuid7.New()
	s.Remove(one)
	want("empty", 0, a, "")
	s.Put(one, a)
	s.Put(one, a)
	want("put", 1, a, one)
	s.Put(strings.ToUpper(two), a)
	want("a second item of the content", 2, a, one)
	s.Put(one, b)
	want("the first one changed", 2, a, two)
	want("the first one changed", 2, b, one)
	s.Put(one, a)
	s.Remove(two)
	want("the second one is gone", 1, a, one)
	s.Remove(one)
	want("both are gone", 0, a, "")
	want("both are gone", 0, b, "")
	s.Put("an odd id", a)
	if _, ok := s.Find(a); !ok {
		t.Error("an odd id is not known")
	}
	s.Remove("an odd id")
	if _, ok := s.Find(a); ok || s.Len() != 0 {
		t.Error("an odd id is not forgotten")
	}
}

// TestSetIsSmall bounds the memory for a large dataset.
func TestSetIsSmall(t *testing.T) {
	const items, most = 100_000, 32 << 20
	before := heap()
	var s contenthash.Set
	for i := range items {
		s.Put(uuid7.New(), sha256.Sum256([]byte(strconv.Itoa(i))))
	}
	if used := heap() - before; used > most {
		t.Errorf("%d items take %d bytes, more than %d", items, used, most)
	}
	if s.Len() != items {
		t.Errorf("%d items", s.Len())
	}
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkOf(b *testing.B) {
	text := `{"input":{"question":"` + strings.Repeat("What is it? ", 20) + `"},"expected":["a","b"],"meta":{"n":1,"f":2.5}}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		contenthash.Of(parse(b, text))
	}
}

// FuzzOf writes data again, compact and with its members in another order; neither
// changes the hash, and another member does.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":{"c":[1.0,"x"],"d":null}}`, `{"description":"d","e":-0}`, `{"\ud800":"\udc00"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsontree.Parse(text)
		if err != nil || v.Kind != jsontree.Object {
			return
		}
		want := contenthash.Of(v)
		if got := contenthash.Of(parse(t, string(v.Append(nil)))); got != want {
			t.Error("the hash changes when the data is written again")
		}
		reverse(v)
		if got := contenthash.Of(v); got != want {
			t.Error("the hash changes with the order of members")
		}
		v.Members = append(v.Members, jsontree.Member{Name: "one more", Value: jsontree.Text("x")})
		if _, ok := v.Lookup("one more"); ok && contenthash.Of(v) == want {
			t.Error("the hash does not change with another member")
		}
	})
}

func reverse(v jsontree.Value) {
	for i, j := 0, len(v.Members)-1; i < j; i, j = i+1, j-1 {
		v.Members[i], v.Members[j] = v.Members[j], v.Members[i]
	}
	for _, m := range v.Members {
		reverse(m.Value)
	}
	for _, item := range v.Items {
		reverse(item)
	}
}
