package clone_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/clone"
)

type inner struct{ Tags []string }

type record struct {
	Name    string
	Raw     []byte
	Pointer *inner
	Inners  []inner
	Map     map[string][]int
	Any     any
	Array   [1][]string
	Time    time.Time
	hidden  []int
	Nothing *inner
}

func full() record {
	return record{
		Name: "n", Raw: []byte("raw"), Pointer: &inner{[]string{"p"}}, Inners: []inner{{[]string{"i"}}},
		Map: map[string][]int{"k": {1}}, Any: &inner{[]string{"a"}}, Array: [1][]string{{"x"}},
		Time: time.Date(2025, 1, 2, 3, 4, 5, 6, time.UTC), hidden: []int{7},
	}
}

func TestCopyIsEqual(t *testing.T) {
	if got := clone.Of(full()); !reflect.DeepEqual(got, full()) {
		t.Errorf("copy %+v, want %+v", got, full())
	}
	if got := clone.Of(record{}); !reflect.DeepEqual(got, record{}) {
		t.Errorf("copy %+v of nothing", got)
	}
	if got := clone.Of[any](nil); got != nil {
		t.Errorf("copy %v of nil", got)
	}
}

// A change of anything in the copy leaves the original as it was.
func TestCopySharesNothing(t *testing.T) {
	original := full()
	c := clone.Of(original)
	c.Raw[0], c.Pointer.Tags[0], c.Inners[0].Tags[0] = 'X', "X", "X"
	c.Map["k"][0], c.Map["new"], c.Array[0][0] = 9, nil, "X"
	c.Any.(*inner).Tags[0] = "X"
	if !reflect.DeepEqual(original, full()) {
		t.Errorf("the original became %+v", original)
	}
}
