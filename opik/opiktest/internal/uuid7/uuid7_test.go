package uuid7_test

import (
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

func TestNewAscends(t *testing.T) {
	var g uuid7.Generator
	at := time.UnixMilli(1735787045678).UTC()
	first := g.New(at)
	if got, ok := uuid7.Parse(first); !ok || got != first || !uuid7.IsV7(first) || !uuid7.Time(first).Equal(at) {
		t.Errorf("id %s of time %v", first, uuid7.Time(first))
	}
	last := first
	// More ids than a millisecond has room for, and a clock that goes back.
	for i := range 10000 {
		id := g.New(at.Add(-time.Duration(i%2) * time.Hour))
		if id <= last || !uuid7.IsV7(id) || id[19] != '8' && id[19] != '9' && id[19] != 'a' && id[19] != 'b' {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"01942AB4-7A2E-7000-8000-0000000000A1": "01942ab4-7a2e-7000-8000-0000000000a1",
		"01942ab47a2e700080000000000000a1":     "", "": "", "01942ab4-7a2e-7000-8000-0000000000g1": "",
		"01942ab4x7a2e-7000-8000-0000000000a1": "",
	} {
		if got, ok := uuid7.Parse(text); got != want || ok != (want != "") {
			t.Errorf("%s: %s, %v", text, got, ok)
		}
	}
	if uuid7.IsV7("9b2d9d4e-2f0a-4c6b-8a3e-1c2d3e4f5a6b") || uuid7.IsV7("") || !uuid7.Time("x").IsZero() {
		t.Error("what is no version 7 id is taken for one")
	}
}
