package opik_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// operation is a row of docs/operations.md for a method.
type operation struct{ id, method, path, symbol string }

var row = regexp.MustCompile("^\\| (\\S+) \\| [a-z ]+ \\| ([A-Z]+) `(\\S+)` \\| `([^`]+)` \\| templates/([a-z_]+)\\.go:")

// operations reads the rows for methods of services and the client. Messages are
// not among them: they are queued.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	f, err := os.Open("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := row.FindStringSubmatch(lines.Text()); m != nil && strings.Contains(m[4], ".") {
			for symbol := range strings.SplitSeq(m[4], ", ") {
				all = append(all, operation{m[1], m[2], m[3], symbol})
			}
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d rows; has the format of the table changed?", len(all))
	}
	return all
}

// TestEveryOperation calls every generated method with made-up arguments and looks
// at the request: its method and path must be those of the operation, and every
// argument must be in it.
func TestEveryOperation(t *testing.T) {
	var mu sync.Mutex
	var got []*http.Request
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		got, body = append(got, r), body+string(data)
		w.WriteHeader(http.StatusNotFound) // ends lists, searches and creates at once
	}))
	defer srv.Close()
	c, err := opik.New(opik.WithURL(srv.URL+"/api"), opik.WithProject("the project"))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, c)

	for _, op := range operations(t) {
		t.Run(op.symbol, func(t *testing.T) {
			got, body = nil, ""
			method := find(t, c, op.symbol)
			args, texts := arguments(t, method.Type())
			finish(t, method.Call(args))
			if len(got) != 1 {
				t.Fatalf("%d requests", len(got))
			}
			path := strings.TrimPrefix(got[0].URL.Path, "/api")
			pattern := "^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(op.path, `[^/]+`) + "$"
			if got[0].Method != op.method || !regexp.MustCompile(pattern).MatchString(path) {
				t.Errorf("request %s %s, want %s %s", got[0].Method, path, op.method, op.path)
			}
			request := path + "\n" + got[0].URL.RawQuery + "\n" + body
			for _, text := range texts {
				if !strings.Contains(request, text) {
					t.Errorf("the argument %q is not in the request\n%s", text, request)
				}
			}
		})
	}
}

// find returns the method of a symbol such as TracesService.List.
func find(t *testing.T, c *opik.Client, symbol string) reflect.Value {
	t.Helper()
	owner, name, _ := strings.Cut(symbol, ".")
	v := reflect.ValueOf(c)
	if owner != "Client" {
		v = v.Elem().FieldByName(strings.TrimSuffix(owner, "Service"))
		if !v.IsValid() || v.IsNil() {
			t.Fatalf("the client has no service %s", owner)
		}
	}
	m := v.MethodByName(name)
	if !m.IsValid() {
		t.Fatalf("no method %s", symbol)
	}
	return m
}

// arguments makes arguments up, and returns the texts that must arrive.
func arguments(t *testing.T, f reflect.Type) (args []reflect.Value, texts []string) {
	t.Helper()
	add := func(text string) string {
		texts = append(texts, text)
		return text
	}
	for i := range f.NumIn() - 1 { // the last are the options
		in := f.In(i)
		v := reflect.New(in).Elem()
		switch {
		case in == reflect.TypeFor[context.Context]():
			v.Set(reflect.ValueOf(t.Context()))
		case in == reflect.TypeFor[time.Time]():
			v.Set(reflect.ValueOf(time.Date(2001+i, 2, 3, 4, 5, 6, 0, time.UTC)))
			add(v.Interface().(time.Time).Format("2006-01-02T15:04:05"))
		case in.Kind() == reflect.String:
			v.SetString(add("argument" + string(rune('0'+i))))
		case in.Kind() == reflect.Float64:
			v.SetFloat(0.125)
			add("0.125")
		case in == reflect.TypeFor[[]string]():
			v.Set(reflect.ValueOf([]string{add("element" + string(rune('0'+i)))}))
		case in == reflect.TypeFor[io.Reader]():
			v.Set(reflect.ValueOf(strings.NewReader(add("content of the body"))))
		case in == reflect.TypeFor[rest.File]():
			v.Set(reflect.ValueOf(rest.File{Name: add("name.csv"), Content: strings.NewReader(add("content of the file"))}))
		}
		args = append(args, v)
	}
	return args, texts
}

// finish runs an iterator to its end, and expects the error of the server.
func finish(t *testing.T, results []reflect.Value) {
	t.Helper()
	last := results[len(results)-1]
	if last.Kind() == reflect.Func {
		n := 0
		for _, v := range last.Seq2() {
			last, n = v, n+1
		}
		if n != 1 {
			t.Fatalf("the iterator yielded %d times, want an error once", n)
		}
	}
	if err, _ := last.Interface().(error); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("error %v, want that of the server", err)
	}
}

// TestPageWithColumns reads a list whose pages hold more than records.
func TestPageWithColumns(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := io.WriteString(w, `{"page":1,"size":1,"total":1,"content":[{"id":"i1"}],"columns":[{"name":"question","types":["string"],"filterField":"data.question"}]}`); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	c, err := opik.New(opik.WithURL(srv.URL + "/api"))
	if err != nil {
		t.Fatal(err)
	}
	defer close(t, c)

	page, err := c.Datasets.ListItemsPage(t.Context(), "d", opik.DatasetListItemsParams{})
	if err != nil {
		t.Fatal(err)
	}
	want := []rest.Column{{Name: "question", Types: []rest.ColumnTypes{rest.ColumnTypesString}, FilterField: "data.question"}}
	if !reflect.DeepEqual(page.Columns, want) || len(page.Items) != 1 || page.Total != 1 || page.Number != 1 {
		t.Errorf("page %+v, want columns %+v", page, want)
	}
	n := 0
	for item, err := range c.Datasets.ListItems(t.Context(), "d", opik.DatasetListItemsParams{}) {
		if n++; err != nil || item.ID != "i1" {
			t.Errorf("item %+v, error %v", item, err)
		}
	}
	if n != 1 {
		t.Errorf("%d items, want 1", n)
	}
}
