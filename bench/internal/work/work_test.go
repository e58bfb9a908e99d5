package work_test

import (
	"reflect"
	"testing"

	"github.com/opik-go/sdk/bench/internal/work"
)

func TestTheSameTracesEachTime(t *testing.T) {
	for _, size := range work.Sizes {
		a, err := work.Make(size, 8)
		if err != nil {
			t.Fatal(err)
		}
		b, err := work.Make(size, 8)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two calls make different traces", size)
		}
		if reflect.DeepEqual(a[0], a[1]) {
			t.Errorf("%s: two traces are the same", size)
		}
	}
}

func TestUnknownSizeIsAnError(t *testing.T) {
	if _, err := work.Make("huge", 1); err == nil {
		t.Error("no error")
	}
}
