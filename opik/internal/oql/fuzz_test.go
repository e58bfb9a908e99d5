package oql_test

//opik:requires TraceFilter_Public.operator.not_in,Trace_Public.environment

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/oql"
)

// FuzzParse shows that no text makes the parser panic, that errors lie within the
// text, and that a query that was read is written and read again as the same.
func FuzzParse(f *testing.F) {
	for _, all := range []map[string]testCase{cases, more} {
		for _, c := range all {
			if len(c.text) < 200 {
				f.Add(c.text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		query, err := oql.Parse(text)
		for _, table := range oql.Tables {
			list, bindErr := table.Filters(text)
			if err != nil && bindErr == nil || bindErr != nil && list != nil {
				t.Fatalf("%q: %v, %v although %v", text, list, bindErr, err)
			}
			checkColumn(t, text, bindErr)
			if err == nil && bindErr == nil {
				again, err := table.Filters(query.String())
				if err != nil || len(again) != len(list) {
					t.Fatalf("%q became %q: %v, %v", text, query, again, err)
				}
				for i := range list {
					if list[i] != again[i] {
						t.Fatalf("%q became %q: %+v, not %+v", text, query, again[i], list[i])
					}
				}
			}
		}
		checkColumn(t, text, err)
		if err != nil {
			return
		}
		again, err := oql.Parse(query.String())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, query, err)
		}
		if again.String() != query.String() || len(again.Conditions) != len(query.Conditions) {
			t.Fatalf("%q became %q and then %q", text, query, again)
		}
	})
}

func checkColumn(t *testing.T, text string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var wrong *oql.Error
	if !errors.As(err, &wrong) || wrong.Problem == "" {
		t.Fatalf("%q: error %v", text, err)
	}
	if wrong.Column < 1 || wrong.Column > utf8.RuneCountInString(text)+1 {
		t.Fatalf("%q: column %d", text, wrong.Column)
	}
}

// FuzzBuild shows that what builders write is read as what they were given.
func FuzzBuild(f *testing.F) {
	f.Add("a b", `say "hi" \`, 1.5)
	f.Add("a[0].b", "", -1e-7)
	f.Add(`"`, `'\''`, 1e20)
	f.Add("a.", "50%+", 0.0)
	f.Add("$", "\n", 3e-30)
	f.Fuzz(func(t *testing.T, key, value string, number float64) {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return
		}
		q, err := oql.Parse(oql.Compare(oql.Path("feedback_scores", key), "=", oql.Quote(value)))
		if err != nil || len(q.Conditions) != 1 || q.Conditions[0].Key.Text != key || q.Conditions[0].Values[0].Text != value {
			t.Fatalf("%q %q: %+v, %v", key, value, q, err)
		}
		list, err := oql.Traces.Filters(oql.Compare("duration", "=", oql.NumberText(number)))
		if number-number == 0 && (number == 0 || number > 1e-30 && number < 1e80) {
			if err != nil || list[0].Value != oql.NumberText(number) {
				t.Fatalf("%v: %v, %v", number, list, err)
			}
		}
	})
}
