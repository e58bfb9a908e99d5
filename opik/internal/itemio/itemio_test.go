package itemio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opik-go/sdk/opik/internal/itemio"
	"github.com/opik-go/sdk/opik/internal/jsontree"
)

// read returns what was read, a line for each object or error.
func read(records iter.Seq2[itemio.Record, error]) (lines []string) {
	for r, err := range records {
		var e *itemio.Error
		switch {
		case errors.As(err, &e):
			lines = append(lines, fmt.Sprintf("error in %d: %v", e.Record, err))
		case err != nil:
			lines = append(lines, fmt.Sprintf("another error: %v", err))
		default:
			lines = append(lines, fmt.Sprintf("%d:%d %s", r.Number, r.Line, r.Value.Append(nil)))
		}
	}
	return lines
}

type readTest struct {
	name, text string
	want       []string
}

// testRead reads each text at once and byte by byte.
func testRead(t *testing.T, tests []readTest, reader func(io.Reader) iter.Seq2[itemio.Record, error]) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text))} {
				if got := read(reader(r)); !slices.Equal(got, tt.want) {
					t.Errorf("read %q\nnot  %q", got, tt.want)
				}
			}
		})
	}
}

func TestReadJSON(t *testing.T) {
	testRead(t, []readTest{
		{"empty array", " [ ] ", nil},
		{"elements", "\ufeff[\n {\"b\": 1, \"a\": \"]},[{\\\"\"},\n\n {} , {\"c\":[{}]}]\r\n", []string{`1:2 {"b":1,"a":"]},[{\""}`, `2:4 {}`, `3:4 {"c":[{}]}`}},
		{"nothing", " \n ", []string{`error in 1: line 2, column 2: the text is empty`}},
		{"no array", ` {"a":1}`, []string{`error in 1: line 1, column 2: not an array`}},
		{"no object", "[{},\n 17]", []string{`1:1 {}`, `error in 2: line 2, column 2: not an object`}},
		{"text", "[{}, \"a b\"]", []string{`1:1 {}`, `error in 2: line 1, column 6: not an object`}},
		{"syntax", "[{},\n{\"a\":\n  nul}]", []string{`1:1 {}`, `error in 2: line 3, column 6: not null`}},
		{"no value", "[{}, , {}]", []string{`1:1 {}`, `error in 2: line 1, column 6: the text ends early`}},
		{"trailing comma", "[{},]", []string{`1:1 {}`, `error in 2: line 1, column 5: the text ends early`}},
		{"no comma", "[{} {}]", []string{`1:1 {}`, `error in 2: line 1, column 5: neither a comma nor the end of the array`}},
		{"no end", "[{},{\"a\":1", []string{`1:1 {}`, `error in 2: line 1, column 11: the text ends early`}},
		{"no end of the array", "[{}", []string{`1:1 {}`, `error in 2: line 1, column 4: the text ends early`}},
		{"wrong brackets", "[{\"a\":[}]]", []string{`error in 1: line 1, column 8: not the beginning of a value`}},
		{"more", "[{}]\nx", []string{`1:1 {}`, `error in 2: line 2, column 1: there is more after the array`}},
	}, itemio.ReadJSON)
}

func TestReadJSONL(t *testing.T) {
	testRead(t, []readTest{
		{"empty", "", nil},
		{"lines", "\ufeff{\"a\":1}\r\n\n  \t\n {\"b\":\"x\\n\"} \n{}", []string{`1:1 {"a":1}`, `2:4 {"b":"x\n"}`, `3:5 {}`}},
		{"syntax", "{}\n  {\"a\":01}\n{}", []string{`1:1 {}`, `error in 2: line 2, column 9: a number that begins with a zero`}},
		{"no object", "{}\n[]", []string{`1:1 {}`, `error in 2: line 2, column 1: not an object`}},
		{"two in a line", "{} {}", []string{`error in 1: line 1, column 4: there is more after the value`}},
		{"end in the middle", "{\n}", []string{`error in 1: line 1, column 2: the text ends early`}},
	}, itemio.ReadJSONL)
}

func TestReadCSV(t *testing.T) {
	testRead(t, []readTest{
		{"only names", "a,b\n", nil},
		{"rows", "\ufeff\"a\",b\r\nx,\"y \"\"z\"\"\r\nw\"\n\n1,true\n,\n", []string{`1:2 {"a":"x","b":"y \"z\"\nw"}`, `2:5 {"a":1,"b":true}`}},
		{"meanings", "a\n007\n-1.50\nnull\nNaN\n\"{\"\"b\"\":[1]}\"\n{b}\n\"\"\"1\"\"\"\ntrueish\n 1\n",
			[]string{`1:2 {"a":"007"}`, `2:3 {"a":-1.50}`, `3:4 {"a":null}`, `4:5 {"a":"NaN"}`, `5:6 {"a":{"b":[1]}}`, `6:7 {"a":"{b}"}`, `7:8 {"a":"1"}`, `8:9 {"a":"trueish"}`, `9:10 {"a":" 1"}`}},
		{"no UTF-8", "a\n\xff\n", []string{`1:2 {"a":"` + "\ufffd" + `"}`}},
		{"nothing", "", []string{`error in 1: line 1: there is no row with the names of the columns`}},
		{"ragged", "a,b\n1,2\n3\n", []string{`1:2 {"a":1,"b":2}`, `error in 2: line 3: another number of cells than the 2 columns`}},
		{"too many cells", "a\n\"x\ny\"\n3,4\n", []string{`1:2 {"a":"x\ny"}`, `error in 2: line 4: another number of cells than the 1 columns`}},
		{"two columns of one name", "a,b,a\n1,2,3\n", []string{`error in 1: line 1, column 5: there are two columns "a"`}},
		{"no name", "a, ,b\n1,2,3\n", []string{`error in 1: line 1, column 3: column number 2 has no name`}},
		{"bare quote", "a\nx\"y\n", []string{`error in 1: line 2, column 2: a quote in a cell that does not begin with one`}},
		{"no end of a cell", "a,b\n1,\"x\n\n", []string{`error in 1: line 2: a quoted cell that does not end, or goes on after its end`}},
		{"after the end of a cell", "a,b\n1,\"x\"y\n", []string{`error in 1: line 2, column 5: a quoted cell that does not end, or goes on after its end`}},
	}, itemio.CSV{}.Read)
	testRead(t, []readTest{
		{"semicolons", "a;b\n1;x,y\n", []string{`1:2 {"a":1,"b":"x,y"}`}},
	}, itemio.CSV{Comma: ';'}.Read)
	testRead(t, []readTest{
		{"texts", "a,b\n1,\n", []string{`1:2 {"a":"1","b":""}`}},
	}, itemio.CSV{Text: true}.Read)
	for _, comma := range []rune{'"', '\n', '\r', 0xfffd} {
		if got := read(itemio.CSV{Comma: comma}.Read(strings.NewReader("a\n1\n"))); len(got) != 1 || !strings.Contains(got[0], "cannot be separated") {
			t.Errorf("%q: %q", comma, got)
		}
	}
}

func readers() map[string]func(io.Reader) iter.Seq2[itemio.Record, error] {
	return map[string]func(io.Reader) iter.Seq2[itemio.Record, error]{
		"JSON": itemio.ReadJSON, "JSONL": itemio.ReadJSONL, "CSV": itemio.CSV{}.Read,
	}
}

func TestReadersPassErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	texts := map[string]string{"JSON": "[{\"a\":1},\n{", "JSONL": "{\"a\":1}\n{", "CSV": "a\n\"x\"\n\"y"}
	for name, reader := range readers() {
		r := io.MultiReader(strings.NewReader(texts[name]), iotest.ErrReader(broken))
		n := 0
		var last error
		for _, err := range reader(r) {
			n++
			last = err
		}
		var e *itemio.Error
		if n != 2 || !errors.Is(last, broken) || !errors.As(last, &e) || e.Line < 2 || e.Record != 2 {
			t.Errorf("%s: %d, %v", name, n, last)
		}
	}
}

// endless is a text without an end.
type endless struct {
	begin string
	more  byte
	read  int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.begin)
	e.begin = e.begin[n:]
	for i := n; i < len(p); i++ {
		p[i] = e.more
	}
	e.read += len(p)
	return len(p), nil
}

func TestReadersAreBounded(t *testing.T) {
	const most = 1 << 20
	defer itemio.LowerMaxRecord(most)()
	texts := map[string]*endless{"JSON": {begin: `[{"a":"`, more: 'x'}, "JSONL": {begin: `{"a":"`, more: 'x'}, "CSV": {begin: "a\n\"", more: 'x'}}
	for name, reader := range readers() {
		text := texts[name]
		got := read(reader(text))
		if len(got) != 1 || !strings.Contains(got[0], "larger than 64 MiB") {
			t.Errorf("%s: %q", name, got)
		}
		if text.read > most+most/2 {
			t.Errorf("%s: %d bytes were read", name, text.read)
		}
	}
}

func TestReadersStopWithTheCaller(t *testing.T) {
	texts := map[string]string{"JSON": `[{"a":1},{"a":2},x]`, "JSONL": "{\"a\":1}\n{\"a\":2}\nx", "CSV": "a\n1\n2\n\"\"x"}
	for name, reader := range readers() {
		n := 0
		for _, err := range reader(strings.NewReader(texts[name])) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if n++; n == 2 {
				break
			}
		}
	}
}

func parse(t testing.TB, text string) jsontree.Value {
	t.Helper()
	v, err := jsontree.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func write(t testing.TB, w itemio.Writer, objects ...jsontree.Value) {
	t.Helper()
	for _, o := range objects {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func csvWriter(t testing.TB, w io.Writer, columns ...string) itemio.Writer {
	t.Helper()
	c, err := itemio.CSV{}.NewWriter(w, columns)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWrite(t *testing.T) {
	objects := []jsontree.Value{parse(t, `{"b":"x<y","a":[1.0,{}]}`), parse(t, `{"a":null}`)}
	var b bytes.Buffer
	check := func(want string) {
		t.Helper()
		if b.String() != want {
			t.Errorf("%s\nnot\n%s", b.String(), want)
		}
		b.Reset()
	}
	write(t, itemio.NewJSONWriter(&b))
	check("[]\n")
	write(t, itemio.NewJSONWriter(&b), objects...)
	check("[\n  {\n    \"b\": \"x<y\",\n    \"a\": [\n      1.0,\n      {}\n    ]\n  },\n  {\n    \"a\": null\n  }\n]\n")
	write(t, itemio.NewJSONLWriter(&b), objects...)
	check("{\"b\":\"x<y\",\"a\":[1.0,{}]}\n{\"a\":null}\n")
	write(t, csvWriter(t, &b, "a", "b"), objects...)
	check("a,b\n\"[1.0,{}]\",x<y\nnull,\n")

	var column *itemio.ColumnError
	if err := csvWriter(t, &b, "b").Write(objects[1]); !errors.As(err, &column) || column.Name != "a" {
		t.Errorf("error %v", err)
	}
	if _, err := (itemio.CSV{Comma: '"'}).NewWriter(&b, nil); err == nil {
		t.Error("a quote separates cells")
	}
	for _, columns := range [][]string{{"a", "b", "a"}, {"a", " "}, {"a\r\nb"}, {"\ufeffa"}} {
		if _, err := (itemio.CSV{}).NewWriter(&b, columns); !errors.As(err, &column) {
			t.Errorf("%q: error %v", columns, err)
		}
	}
}

func TestWritersPassErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	for name, make := range map[string]func(io.Writer) itemio.Writer{
		"JSON": itemio.NewJSONWriter, "JSONL": itemio.NewJSONLWriter, "CSV": func(w io.Writer) itemio.Writer { return csvWriter(t, w, "a") },
	} {
		w := make(failingWriter{broken})
		err := w.Write(parse(t, `{"a":1}`))
		for range 3 {
			if err == nil {
				err = w.Write(jsontree.ObjectOf(jsontree.Member{Name: "a", Value: jsontree.Text(strings.Repeat("x", 10_000))}))
			}
		}
		if err := errors.Join(err, w.Close()); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// FuzzRead expects of any text that it is read to its end or to an error with a
// place, and that what was read can be written and read again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`[{"a":1},{"b":"x"}]`, "{\"a\":1}\n\n{\"b\":[]}", "a,b\n1,\"x\ny\"\n", "[{\"a\":[}]", "a,a\n", "\ufeff[]", "a\n\"x\r\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, reader := range readers() {
			var objects []jsontree.Value
			for r, err := range reader(strings.NewReader(text)) {
				if err != nil {
					var e *itemio.Error
					if !errors.As(err, &e) || e.Line < 1 || e.Line > strings.Count(text, "\n")+1 || e.Reason == "" {
						t.Errorf("%s: error %v", name, err)
					}
					break
				}
				if r.Value.Kind != jsontree.Object || r.Number < 1 || r.Line < 1 {
					t.Errorf("%s: %+v", name, r)
				}
				objects = append(objects, r.Value)
			}
			roundTrip(t, objects)
		}
	})
}

// roundTrip writes objects in each form and expects to read the same.
func roundTrip(t *testing.T, objects []jsontree.Value) {
	t.Helper()
	var columns []string
	for _, o := range objects {
		for _, m := range o.Members {
			if !slices.Contains(columns, m.Name) {
				columns = append(columns, m.Name)
			}
		}
	}
	inCSV := len(columns) > 0 && !slices.ContainsFunc(columns, func(name string) bool {
		return strings.TrimSpace(name) == "" || strings.Contains(name, "\r") || strings.HasPrefix(name, "\ufeff")
	})
	for name, reader := range readers() {
		if name == "CSV" && !inCSV {
			continue
		}
		var b bytes.Buffer
		w := itemio.NewJSONLWriter(&b)
		switch name {
		case "JSON":
			w = itemio.NewJSONWriter(&b)
		case "CSV":
			w = csvWriter(t, &b, columns...)
		}
		write(t, w, objects...)
		i := 0
		for r, err := range reader(bytes.NewReader(b.Bytes())) {
			if err != nil {
				t.Fatalf("%s: %v in\n%s", name, err, b.String())
			}
			for name == "CSV" && i < len(objects) && len(objects[i].Members) == 0 {
				i++ // a row without cells
			}
			if i == len(objects) || !bytes.Equal(r.Value.AppendCanonical(nil), objects[i].AppendCanonical(nil)) {
				t.Fatalf("%s: read %s as object %d in\n%s", name, r.Value.Append(nil), i, b.String())
			}
			i++
		}
		for name == "CSV" && i < len(objects) && len(objects[i].Members) == 0 {
			i++
		}
		if i != len(objects) {
			t.Fatalf("%s: read %d of %d objects from\n%s", name, i, len(objects), b.String())
		}
	}
}
