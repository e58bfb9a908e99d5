package filter_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
)

// fields has a field of every type.
var fields = filter.Fields{
	"string": {Type: filter.String}, "exact": {Type: filter.StringExact}, "state": {Type: filter.StringState},
	"time": {Type: filter.DateTime}, "number": {Type: filter.Number}, "zero": {Type: filter.Number, Member: []string{"none"}, Zero: true},
	"scores": {Type: filter.FeedbackScores}, "list": {Type: filter.List}, "dict": {Type: filter.Dictionary},
	"dictstate": {Type: filter.DictionaryState, Member: []string{"dict"}}, "map": {Type: filter.Map, Member: []string{"dict"}},
	"enum": {Type: filter.Enum}, "oneof": {Type: filter.StringList, Member: []string{"enum"}}, "source": {Type: filter.Source}, "error": {Type: filter.ErrorInfo}, "custom": {Type: filter.Custom},
}

var view = doc.Object{
	"string": "Text", "exact": "Text", "state": "Text", "time": "2025-01-02T03:04:05Z", "number": json.Number("1.50"),
	"list": []any{"a", "b"}, "plus": "a+b", "dict": doc.Object{"n": json.Number("10"), "plus": "a+b", "s": "Word", "in": doc.Object{"l": []any{json.Number("1")}}},
	"scores": []any{doc.Object{"name": "q", "value": json.Number("0.5")}}, "enum": "one", "error": doc.Object{"message": "m"},
}

// The types that lists of traces do not show; the others are tested over HTTP.
func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		`{"field":"state","operator":"=","value":"TEXT"}`:                       true,
		`{"field":"dictstate","key":"n","operator":">=","value":"10.0"}`:        true,
		`{"field":"dictstate","key":"n","operator":"<=","value":"9"}`:           false,
		`{"field":"dictstate","key":"s","operator":">","value":"alpha"}`:        true,
		`{"field":"dictstate","key":"none","operator":"<=","value":"9"}`:        false,
		`{"field":"map","key":"s","operator":"contains","value":"OR"}`:          true,
		`{"field":"map","key":"none","operator":"=","value":"x"}`:               false,
		`{"field":"enum","operator":"in","value":"one,two"}`:                    true,
		`{"field":"enum","operator":"not_in","value":"one"}`:                    false,
		`{"field":"enum","operator":"is_not_empty","value":""}`:                 true,
		`{"field":"oneof","operator":"in","value":"a, one"}`:                    true,
		`{"field":"oneof","operator":"not_in","value":"a,One"}`:                 true,
		`{"field":"source","operator":"!=","value":"sdk"}`:                      false,
		`{"field":"zero","operator":"<","value":"1"}`:                           true,
		`{"field":"number","operator":"=","value":"1.5"}`:                       true,
		`{"field":"number","operator":"=","value":1.5}`:                         true,
		`{"field":"custom","key":"dict.in.l[0]","operator":"=","value":"1"}`:    true,
		`{"field":"custom","key":"dict['in'].l","operator":"=","value":"[1]"}`:  true,
		`{"field":"error","operator":"is_empty","value":null}`:                  false,
		`{"field":"map","key":"plus","operator":"=","value":"a+b"}`:             false,
		`{"field":"map","key":"plus","operator":"=","value":"a%2Bb"}`:           true,
		`{"field":"custom","key":"dict.plus","operator":"=","value":"a%252Bb"}`: true,
		`{"field":"custom","key":"plus","operator":"=","value":"a%2Bb"}`:        true,
		`{"field":"string","operator":"!=","value":"a+b%"}`:                     true,
		`{"field":"dict","key":"in","operator":"contains","value":"\"l\":[1]"}`: true,
	} {
		f, err := filter.ParseQuery("["+text+"]", fields)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := f.Match(view); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// FuzzFilter shows that no text makes the evaluator fail in another way than with
// status 400, and that a negated operator keeps what the plain one does not.
func FuzzFilter(f *testing.F) {
	for name := range fields {
		for _, operator := range []string{"contains", "=", ">", "is_empty", "in"} {
			f.Add(name, operator, "in.l[0]", "1")
		}
	}
	f.Add("number", "=", "", "1e999999999")
	f.Add("dict", "<", "$['a", "")
	negated := map[string]string{"contains": "not_contains", "=": "!=", "is_empty": "is_not_empty", "in": "not_in"}
	f.Fuzz(func(t *testing.T, name, operator, key, value string) {
		if !strings.HasPrefix(operator, "not_") && negated[operator] == "" && len(operator) > 2 {
			operator = "contains"
		}
		match := func(operator string) (bool, error) {
			text := doc.Encode([]any{doc.Object{"field": name, "operator": operator, "key": key, "value": value}})
			parsed, err := filter.ParseQuery(string(text), fields)
			if err != nil {
				var e *apierr.Error
				if !errors.As(err, &e) || e.Status != 400 {
					t.Fatalf("error %v", err)
				}
				return false, err
			}
			return parsed.Match(view), nil
		}
		plain, err := match(operator)
		opposite := negated[operator]
		if err != nil || opposite == "" {
			return
		}
		// A value that is not there fulfils neither comparison of numbers, scores and times.
		if kind := fields[name].Type; kind == filter.Number || kind == filter.FeedbackScores && operator != "is_empty" || kind == filter.DateTime {
			return
		}
		other, err := match(opposite)
		if err != nil || plain == other {
			t.Errorf("%s %q and %q: %v and %v, %v", name, operator, opposite, plain, other, err)
		}
	})
}
