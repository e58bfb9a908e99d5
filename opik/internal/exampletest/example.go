// Package exampletest carries out calls of generated methods. The tables of calls are
// made from the contract, not from the code that they test.
package exampletest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// Example is a call of a generated method with what must come of it. Values are JSON.
type Example struct {
	// Method is Alerts.Create, Client.GetProject, Dataset.Diff.
	Method string
	// From is for methods of handles: the field of the record that takes the place of
	// the first argument.
	From string
	Args []string
	// Params is an object with the fields of the params struct.
	Params   string
	Requests []Request
	// Result is a list for an iterator, and empty if there is only an error.
	Result string
	// WholeAnswer says that the result is the last answer.
	WholeAnswer bool
}

// Run carries examples out: each must send its requests, and nothing else, and return
// the result or, when the server refuses the first request, that error. The function
// returns a handle of each kind, or the error for it, by name.
func Run(t *testing.T, examples []Example, handles func(*opik.Client) map[string]any) {
	t.Helper()
	script := &script{}
	srv := httptest.NewServer(script)
	defer srv.Close()
	c, err := opik.New(opik.WithURL(srv.URL+"/api"), opik.WithProject("the client's project"), opik.WithCompression(false))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for _, x := range examples {
		t.Run(x.Method, func(t *testing.T) {
			script.t = t
			x.run(t, script, c, handles)
		})
	}
}

// run makes the call, and compares.
func (x Example) run(t *testing.T, script *script, c *opik.Client, handles func(*opik.Client) map[string]any) {
	t.Helper()
	owner, name, _ := strings.Cut(x.Method, ".")
	on := reflect.ValueOf(c)
	switch {
	case x.From != "":
		on = reflect.ValueOf(handles(c)[owner])
		if err, bad := on.Interface().(error); bad {
			t.Fatal(err)
		}
		x = x.bound(t, on)
	case owner != "Client":
		on = on.Elem().FieldByName(owner)
	}
	script.rest = x.Requests
	result, err := x.call(t, on.MethodByName(name))
	if err != nil {
		t.Fatal(err)
	}
	got := treeOf(t, result)
	if name == "Refresh" {
		got = treeOf(t, on)
	}
	if n := len(script.rest); n > 0 {
		t.Errorf("%d of %d requests were not sent, first %s %s", n, len(x.Requests), script.rest[0].Method, script.rest[0].Path)
	}
	x.refused(t, script, on.MethodByName(name))
	if x.WholeAnswer {
		x.Result = x.Requests[len(x.Requests)-1].Answer
	}
	if x.Result == "" {
		return
	}
	// A field that the answer lacks is zero, and some of those are encoded.
	for _, d := range differences("result", got, tree(t, x.Result), true) {
		t.Error(d)
	}
}

// refused makes the call while the server refuses it.
func (x Example) refused(t *testing.T, script *script, method reflect.Value) {
	t.Helper()
	refusal := x.Requests[0]
	refusal.Status, refusal.ContentType, refusal.Location = http.StatusNotFound, "text/plain", ""
	refusal.Answer = `{"errors":["it does not exist"]}`
	script.rest = []Request{refusal}
	if _, err := x.call(t, method); !errors.Is(err, opik.ErrNotFound) || !strings.Contains(err.Error(), "it does not exist") {
		t.Errorf("error %v, want that of the server", err)
	}
}

// call calls the method, and returns what it returned: an iterator as a list of its
// values, and the zero value if there is only an error.
func (x Example) call(t *testing.T, method reflect.Value) (reflect.Value, error) {
	t.Helper()
	if !method.IsValid() {
		t.Fatal("no such method")
	}
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, arg := range x.Args {
		in = append(in, given(t, arg, method.Type().In(len(in))))
	}
	if x.Params != "" {
		in = append(in, paramsOf(t, x.Params, method.Type().In(len(in))))
	}
	out := method.Call(in)
	last := out[len(out)-1]
	if last.Kind() == reflect.Func {
		list := []any{}
		var failure error
		for item, err := range last.Seq2() {
			if failure != nil {
				t.Fatal("the iterator goes on after an error")
			}
			if failure, _ = err.Interface().(error); failure == nil {
				list = append(list, item.Interface())
			}
		}
		return reflect.ValueOf(list), failure
	}
	err, _ := last.Interface().(error)
	if len(out) == 1 {
		return reflect.Value{}, err
	}
	return out[0], err
}

// bound puts the value of the record where the first argument is, which a handle's
// method does not have.
func (x Example) bound(t *testing.T, handle reflect.Value) Example {
	t.Helper()
	value := reflect.Indirect(handle.MethodByName("Record").Call(nil)[0].FieldByName(x.From)).String()
	var first string
	if err := json.Unmarshal([]byte(x.Args[0]), &first); err != nil || value == "" {
		t.Fatalf("the first argument %s is no text, or the record has none: %v", x.Args[0], err)
	}
	x.Args = x.Args[1:]
	x.Requests = slices.Clone(x.Requests)
	for i := range x.Requests {
		r := &x.Requests[i]
		r.Path = strings.ReplaceAll(r.Path, "/"+first, "/"+value)
		r.Body = strings.ReplaceAll(r.Body, jsonOf(t, first), jsonOf(t, value))
		r.Form = strings.ReplaceAll(r.Form, jsonOf(t, first), jsonOf(t, value))
		query := map[string]string{}
		for name, text := range r.Query {
			query[name] = strings.ReplaceAll(text, first, value)
		}
		r.Query = query
	}
	return x
}

// given makes an argument of JSON.
func given(t *testing.T, text string, as reflect.Type) reflect.Value {
	t.Helper()
	switch as {
	case reflect.TypeFor[io.Reader]():
		return reflect.ValueOf(strings.NewReader(tree(t, text).(string)))
	case reflect.TypeFor[rest.File]():
		var file struct{ Name, Content string }
		strict(t, text, &file)
		return reflect.ValueOf(rest.File{Name: file.Name, Content: strings.NewReader(file.Content)})
	case reflect.TypeFor[*rest.File]():
		file := given(t, text, as.Elem()).Interface().(rest.File)
		return reflect.ValueOf(&file)
	}
	v := reflect.New(as)
	strict(t, text, v.Interface())
	return v.Elem()
}

// paramsOf makes a params struct of an object with its fields.
func paramsOf(t *testing.T, text string, as reflect.Type) reflect.Value {
	t.Helper()
	var fields map[string]json.RawMessage
	strict(t, text, &fields)
	v := reflect.New(as).Elem()
	for name, value := range fields {
		f := v.FieldByName(name)
		if !f.IsValid() {
			t.Fatalf("%s has no field %s", as, name)
		}
		f.Set(given(t, string(value), f.Type()))
	}
	return v
}

// strict decodes JSON, all of which must have a place.
func strict(t *testing.T, text string, out any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		t.Fatalf("%T cannot be %s: %v", out, text, err)
	}
}
