package opik

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

func TestValuesShareChunksButNoBytes(t *testing.T) {
	var w workspace
	var values [][]byte
	for i := range 2000 {
		size := []int{1, 10, 700, maxShared, maxShared + 1, 3 * chunkBytes}[i%6]
		encoded := bytes.Repeat([]byte{byte(i)}, size)
		value := w.clone(encoded)
		clear(encoded)
		values = append(values, value)
		_ = append(value, "must not reach the next value"...)
	}
	for i, value := range values {
		if want := []int{1, 10, 700, maxShared, maxShared + 1, 3 * chunkBytes}[i%6]; len(value) != want {
			t.Fatalf("value %d has %d bytes, want %d", i, len(value), want)
		}
		for _, b := range value {
			if b != byte(i) {
				t.Fatalf("value %d was overwritten", i)
			}
		}
	}
}

// TestWhatStaysOpenMovesOut checks that an entity which is queued before its end keeps
// no chunk in memory.
func TestWhatStaysOpenMovesOut(t *testing.T) {
	c, err := New(WithURL("http://127.0.0.1:1/api"), WithQueueBytes(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		c.Close(ctx)
	}()
	value := map[string]any{"text": strings.Repeat("x", 100)}
	ctx, trace := c.StartTrace(t.Context(), "trace", WithInput(value), WithMetadata(value))
	_, span := StartSpan(ctx, "span", WithInput(value), WithMetadata(value))
	trace.SetOutput(value)
	span.SetOutput(value)
	all := func() []*jsonenc.Raw {
		return []*jsonenc.Raw{&trace.input.raw, &trace.output.raw, &trace.metadata, &span.input.raw, &span.output.raw, &span.metadata}
	}
	before := make([]*byte, 0, 6)
	for _, raw := range all() {
		before = append(before, unsafe.SliceData(*raw))
	}
	c.unsent.queueAll()
	want := fmt.Sprintf(`{"text":%q}`, value["text"])
	for i, raw := range all() {
		if string(*raw) != want {
			t.Errorf("value %d is %s", i, *raw)
		}
		if unsafe.SliceData(*raw) == before[i] {
			t.Errorf("value %d is where it was", i)
		}
	}
	if got := string(jsonenc.AppendValue(nil, span.rec.Input)); got != want {
		t.Errorf("the record has the input %s", got)
	}
}
