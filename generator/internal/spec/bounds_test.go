package spec

import (
	"fmt"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestBounds(t *testing.T) {
	show := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.10g", *v)
	}
	for _, test := range []struct{ schema, want string }{
		{"{type: number}", "[- -] (- -)"},
		{"{minimum: 0, maximum: 1.5}", "[0 1.5] (- -)"},
		{"{exclusiveMinimum: 0, exclusiveMaximum: 1}", "[- -] (0 1)"},
		{"{minimum: 1, exclusiveMinimum: 0}", "[1 -] (0 -)"},
		// float64 cannot hold these, and rounds them away from zero.
		{"{minimum: -999999999.999999999, maximum: 999999999.999999999}", "[- -] (-1000000000 1000000000)"},
		// Rounded inwards, a bound stays what it is.
		{"{maximum: 1000000000.000000001}", "[- 1000000000] (- -)"},
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(test.schema), &doc); err != nil {
			t.Fatal(err)
		}
		var s Schema
		setBounds(&s, doc.Content[0])
		got := fmt.Sprintf("[%s %s] (%s %s)", show(s.Minimum), show(s.Maximum), show(s.ExclusiveMinimum), show(s.ExclusiveMaximum))
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.schema, got, test.want)
		}
	}
}
