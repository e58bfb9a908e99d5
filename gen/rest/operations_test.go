package rest_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

// contractOperations reads operationIds and their methods and paths from the
// contract, whose layout is fixed: paths, methods and ids each stand on a line of
// their own, at a depth of their own.
func contractOperations(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]string{}
	var path, method string
	pathLine := regexp.MustCompile(`^  '?(/[^':]*)'?:$`)
	methodLine := regexp.MustCompile(`^    (get|put|post|patch|delete):$`)
	idLine := regexp.MustCompile(`^      operationId: (\w+)$`)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if m := pathLine.FindStringSubmatch(lines.Text()); m != nil {
			path = m[1]
		} else if m := methodLine.FindStringSubmatch(lines.Text()); m != nil {
			method = strings.ToUpper(m[1])
		} else if m := idLine.FindStringSubmatch(lines.Text()); m != nil {
			out[m[1]] = method + " " + path
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryOperationIsAMethod calls every method of the client and compares the
// request with the contract.
func TestEveryOperationIsAMethod(t *testing.T) {
	want := contractOperations(t)
	if len(want) < 200 {
		t.Fatalf("only %d operations found in the contract", len(want))
	}

	var info rest.CallInfo
	var sent *http.Request
	client, err := rest.NewClient("http://localhost/api", doer(func(r *http.Request) (*http.Response, error) {
		sent = r
		info, _ = rest.CallInfoFrom(r.Context())
		if r.Body != nil {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
		}
		return &http.Response{StatusCode: http.StatusTeapot, Header: http.Header{}, Body: http.NoBody}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}

	called := map[string]bool{}
	v := reflect.ValueOf(client)
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		if name == "BaseURL" {
			continue
		}
		sent = nil
		results := v.Method(i).Call(arguments(t, v.Method(i).Type()))
		if sent == nil {
			t.Errorf("%s has sent nothing: %v", name, results[len(results)-1])
			continue
		}
		called[info.Operation] = true
		if got := sent.Method + " " + info.Path; got != want[info.Operation] {
			t.Errorf("%s sends %s; the contract says %q for %s", name, got, want[info.Operation], info.Operation)
		}
		filled := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(info.Path, "a%2Fb")
		if got := sent.URL.EscapedPath(); got != "/api"+filled {
			t.Errorf("%s sends to %s, want %s", name, got, "/api"+filled)
		}
		if last := results[len(results)-1].Interface(); last == nil {
			t.Errorf("%s takes status 418 for success", name)
		}
	}
	for id := range want {
		if !called[id] {
			t.Errorf("no method calls %s", id)
		}
	}
}

// arguments makes an argument for each parameter before the options.
func arguments(t *testing.T, f reflect.Type) []reflect.Value {
	var out []reflect.Value
	for i := range f.NumIn() - 1 {
		in := f.In(i)
		switch {
		case i == 0:
			out = append(out, reflect.ValueOf(t.Context()))
		case in.Kind() == reflect.Interface:
			out = append(out, reflect.ValueOf(strings.NewReader("x")).Convert(in))
		default:
			out = append(out, sample(in))
		}
	}
	return out
}

// sample fills strings and files, which may be required.
func sample(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	switch {
	case typ == reflect.TypeFor[*rest.File]():
		v.Set(reflect.ValueOf(&rest.File{Content: strings.NewReader("x")}))
	case typ.Kind() == reflect.Pointer:
		v.Set(sample(typ.Elem()).Addr())
	case typ.Kind() == reflect.String:
		v.SetString("a/b")
	case typ.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && (f.Kind() == reflect.String || f.Type() == reflect.TypeFor[*rest.File]()) {
				f.Set(sample(f.Type()))
			}
		}
	}
	return v
}
