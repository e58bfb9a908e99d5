package hist_test

import (
	"math"
	"testing"
	"time"

	"github.com/opik-go/sdk/bench/internal/hist"
)

func TestPercentilesOfKnownDurations(t *testing.T) {
	var h hist.Histogram
	for i := range 100_000 {
		h.Add(time.Duration(i+1) * 10)
	}
	for _, test := range []struct {
		part float64
		want time.Duration
	}{
		{0, 10}, {0.5, 500_000}, {0.99, 990_000}, {0.999, 999_000}, {1, 1_000_000},
	} {
		got := h.Percentile(test.part)
		if off := math.Abs(float64(got-test.want)) / float64(test.want); off > 1.0/64 {
			t.Errorf("percentile %v = %v, want %v within one part in 64", test.part, got, test.want)
		}
	}
	if h.Count() != 100_000 || h.Max() != 1_000_000 || h.Mean() != 500_005 {
		t.Errorf("count %d, max %v, mean %v", h.Count(), h.Max(), h.Mean())
	}
}

func TestEveryDurationHasABucketThatIsNearIt(t *testing.T) {
	for v := int64(0); v >= 0 && v < math.MaxInt64/2; v = v + v/50 + 1 {
		var h hist.Histogram
		h.Add(time.Duration(v))
		h.Add(math.MaxInt64) // so that the maximum does not correct the bucket
		got := int64(h.Percentile(0.5))
		if d := got - v; d > v/64+1 || d < -v/64-1 {
			t.Fatalf("%d counts as %d", v, got)
		}
	}
}

func TestMergeIsAsIfAllWereAddedToOne(t *testing.T) {
	var a, b, both hist.Histogram
	for i := range 1000 {
		d := time.Duration(i * i)
		both.Add(d)
		if i%3 == 0 {
			a.Add(d)
		} else {
			b.Add(d)
		}
	}
	a.Merge(&b)
	if a != both {
		t.Error("the merged histogram differs")
	}
}

func TestNothingHasNoPercentiles(t *testing.T) {
	var h hist.Histogram
	if h.Percentile(0.99) != 0 || h.Mean() != 0 || h.Max() != 0 {
		t.Error("an empty histogram tells durations")
	}
	h.Add(-time.Second)
	if h.Max() != 0 || h.Count() != 1 {
		t.Errorf("a negative duration: max %v, count %d", h.Max(), h.Count())
	}
}
