package promptfmt_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/promptfmt"
)

type (
	name   string
	person struct {
		Zip  string `json:"zip"`
		Name string `json:"name"`
	}
	panicking struct{}
)

func (panicking) MarshalJSON() ([]byte, error) { panic("no") }

func TestValues(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, ""}, {(*person)(nil), ""}, {true, "true"}, {"", ""},
		{1, "1"}, {int8(-1), "-1"}, {uint64(math.MaxUint64), "18446744073709551615"},
		{1.0, "1"}, {1.5, "1.5"}, {1e21, "1e+21"}, {float32(0.1), "0.1"},
		{json.Number("1.50"), "1.50"}, {json.RawMessage(`{"b":1, "a":2}`), `{"b":1,"a":2}`}, {json.RawMessage(`"q\"<"`), `q"<`},
		{name("n"), "n"}, {[]byte("bytes"), "bytes"}, {'x', "120"},
		{[]any{1, "<a>", nil}, `[1,"<a>",null]`}, {object{"b": 1, "a": "x"}, `{"a":"x","b":1}`},
		{person{"1", "Ann"}, `{"zip":"1","name":"Ann"}`},
		{errors.New("failed"), "failed"}, {time.Second, "1s"}, {time.Unix(0, 0).UTC(), "1970-01-01T00:00:00Z"},
		{&url.URL{Scheme: "https", Host: "example.com"}, "https://example.com"},
	} {
		got, err := mustache(t, "{{x}}").Render(object{"x": c.value}, promptfmt.MissingFails)
		if err != nil || got != c.want {
			t.Errorf("%#v: %q, %v; want %q", c.value, got, err, c.want)
		}
	}
	got, err := mustache(t, "{{p.name}}{{#list}}{{name}}{{/list}}").Render(object{"p": person{Name: "Ann"}, "list": []person{{Name: "Bo"}}}, promptfmt.MissingFails)
	if err != nil || got != "AnnBo" {
		t.Errorf("members of structs: %q, %v", got, err)
	}
}

func TestValuesThatCannotBeWritten(t *testing.T) {
	cycle := object{}
	cycle["self"] = cycle
	for _, value := range []any{make(chan int), math.NaN(), func() {}, panicking{}, cycle, json.RawMessage("{"), json.RawMessage{}} {
		for _, template := range []string{"{{x}}", "{{#x}}{{/x}}", "{{x.y}}"} {
			_, err := mustache(t, template).Render(object{"x": value}, promptfmt.MissingEmpty)
			var wrong *promptfmt.ValueError
			if !errors.As(err, &wrong) || wrong.Name != "x" {
				t.Errorf("%T in %s: %v", value, template, err)
			}
		}
		if _, err := mustache(t, "none").Render(object{"x": value}, promptfmt.MissingFails); err != nil {
			t.Errorf("%T, which is not used: %v", value, err)
		}
	}
}
