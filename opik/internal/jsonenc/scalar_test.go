package jsonenc_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

func TestAppendFloat(t *testing.T) {
	for _, v := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1.0 / 3, 100, 1e6, 1e20, 1e21, 1e22, 1e-6, 9.99e-7, 1e-7, 123456789.125,
		math.MaxFloat64, math.SmallestNonzeroFloat64, -math.MaxFloat64,
	} {
		got := jsonenc.AppendFloat(nil, v)
		var back float64
		if err := json.Unmarshal(got, &back); err != nil || back != v {
			t.Errorf("AppendFloat(%g) = %s, which reads as %g (%v)", v, got, back, err)
		}
	}
	for v, want := range map[float64]string{
		math.Inf(1): `"<opik: +Inf>"`, math.Inf(-1): `"<opik: -Inf>"`,
		0.5: "0.5", 1e6: "1000000", 1e21: "1e+21",
	} {
		if got := string(jsonenc.AppendFloat(nil, v)); got != want {
			t.Errorf("AppendFloat(%g) = %s, want %s", v, got, want)
		}
	}
	if got := string(jsonenc.AppendFloat(nil, math.NaN())); got != `"<opik: NaN>"` {
		t.Errorf("AppendFloat(NaN) = %s", got)
	}
}

func TestIsFinite(t *testing.T) {
	for v, want := range map[float64]bool{0: true, math.MaxFloat64: true, math.Inf(1): false, math.Inf(-1): false, math.NaN(): false} {
		if got := jsonenc.IsFinite(v); got != want {
			t.Errorf("IsFinite(%g) = %t", v, got)
		}
	}
}

func TestAppendInt(t *testing.T) {
	if got := string(jsonenc.AppendInt(nil, int64(math.MinInt64))); got != "-9223372036854775808" {
		t.Error(got)
	}
	if got := string(jsonenc.AppendUint(nil, math.MaxUint64)); got != "18446744073709551615" {
		t.Error(got)
	}
}

func TestAppendTime(t *testing.T) {
	east := time.FixedZone("", 5*3600+1800)
	for _, test := range []struct {
		in   time.Time
		want string
	}{
		{time.Date(2026, 7, 24, 12, 30, 0, 0, time.UTC), `"2026-07-24T12:30:00Z"`},
		{time.Date(2026, 7, 24, 12, 30, 0, 123456789, time.UTC), `"2026-07-24T12:30:00.123456789Z"`},
		{time.Date(2026, 7, 24, 12, 30, 0, 120000000, time.UTC), `"2026-07-24T12:30:00.12Z"`},
		{time.Date(2026, 7, 24, 1, 0, 0, 0, east), `"2026-07-23T19:30:00Z"`},
		{time.Unix(0, 0), `"1970-01-01T00:00:00Z"`},
		{time.Unix(0, -1), `"1970-01-01T00:00:00Z"`},
		{time.Time{}, `"1970-01-01T00:00:00Z"`},
		{time.Date(2262, 4, 11, 23, 47, 15, 999999999, time.UTC), `"2262-04-11T23:47:15.999999999Z"`},
		{time.Date(2262, 4, 11, 23, 47, 16, 0, time.UTC), `"2262-04-11T23:47:15.999999999Z"`},
		{time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), `"2262-04-11T23:47:15.999999999Z"`},
		{time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), `"1970-01-01T00:00:00Z"`},
		{time.Unix(math.MaxInt64, 0), `"2262-04-11T23:47:15.999999999Z"`},
	} {
		if got := string(jsonenc.AppendTime(nil, test.in)); got != test.want {
			t.Errorf("AppendTime(%v) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestContainers(t *testing.T) {
	for _, test := range []struct {
		name, got, want string
	}{
		{"nil list", string(jsonenc.AppendList(nil, nil, jsonenc.AppendString)), "null"},
		{"empty list", string(jsonenc.AppendList([]byte("x"), []string{}, jsonenc.AppendString)), "x[]"},
		{"list", string(jsonenc.AppendList([]byte("x"), []int{1, -2}, jsonenc.AppendInt[int])), "x[1,-2]"},
		{"nil map", string(jsonenc.AppendMap(nil, nil, jsonenc.AppendBool)), "null"},
		{"empty map", string(jsonenc.AppendMap(nil, map[string]bool{}, jsonenc.AppendBool)), "{}"},
		{"map", string(jsonenc.AppendMap([]byte("x"), map[string]float64{"b": 2, "a": 1.5}, jsonenc.AppendFloat)), `x{"a":1.5,"b":2}`},
		{"empty object", string(jsonenc.EndObject([]byte("x"), 1)), "x{}"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, test.got, test.want)
		}
	}
}
