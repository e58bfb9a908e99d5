package opik_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func ExampleWithDeadLetter() {
	srv, err := opiktest.Start("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	srv.Inject(opiktest.FailWith(http.StatusUnprocessableEntity).On("createSpans"))

	client, err := opik.New(opik.WithURL(srv.URL), opik.WithDeadLetter(func(d opik.DeadLetter) {
		var span struct{ Name string }
		if err := json.Unmarshal(d.Record, &span); err != nil {
			fmt.Println(err)
		}
		fmt.Println(d.Kind, d.Status, span.Name)
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, span := client.StartSpan(context.Background(), "answer")
	span.End()
	receipt, _ := client.Close(context.Background()) // the error says it too
	fmt.Println(receipt.Kinds["span"].Rejected, "rejected")
	// Output:
	// span 422 answer
	// 1 rejected
}

// TestDeadLetterSaysWhatItIsAbout hands over records with their ids.
func TestDeadLetterSaysWhatItIsAbout(t *testing.T) {
	srv := opiktest.NewServer(t)
	srv.Inject(opiktest.FailWith(http.StatusBadRequest))
	letters := make(map[string]opik.DeadLetter)
	c := clientOf(t, srv, opik.WithDeadLetter(func(d opik.DeadLetter) { letters[d.Kind] = d }))
	ctx, trace := c.StartTrace(t.Context(), "t")
	_, span := opik.StartSpan(ctx, "s")
	span.End()
	trace.End()
	if err := c.UpdateSpan(opik.SpanUpdate{ID: trace.ID(), TraceID: trace.ID(), Output: "x"}); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Close(t.Context())
	for kind, id := range map[string]string{"trace": trace.ID(), "span": span.ID()} {
		d := letters[kind]
		if d.Key != id || d.TraceID != trace.ID() || d.Status != http.StatusBadRequest || !strings.Contains(string(d.Record), id) {
			t.Errorf("%s: %+v %s", kind, d.Rejection, d.Record)
		}
	}
	if d := letters["span update"]; d.Target != trace.ID() || d.TraceID != trace.ID() {
		t.Errorf("%+v", d)
	}
}

// TestLargeInputBecomesAnAttachment records more than the client takes.
func TestLargeInputBecomesAnAttachment(t *testing.T) {
	srv := opiktest.NewServer(t)
	c := clientOf(t, srv, opik.WithMaxRecordBytes(20_000))
	_, span := c.StartSpan(t.Context(), "s", opik.WithInput(map[string]any{"text": strings.Repeat("x", 100_000)}))
	span.SetOutput("short")
	span.End()
	if _, err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The trace has the same input.
	if s := c.Stats(); s.Offloaded != 2 || s.Truncated != 0 || s.Kinds["attachment"].Delivered != 2 {
		t.Errorf("%+v", s)
	}
	text := opiktest.FormatTraceTrees(srv.TraceTrees())
	if !strings.Contains(text, "-sdk.json]") || !strings.Contains(text, "short") {
		t.Errorf("%s", text)
	}
}

func TestBadSizes(t *testing.T) {
	for name, option := range map[string]opik.Option{
		"WithMaxRecordBytes":  opik.WithMaxRecordBytes(9_999),
		"WithMaxRequestBytes": opik.WithMaxRequestBytes(-1),
		"WithDeadLetter":      opik.WithDeadLetter(nil),
	} {
		if _, err := opik.New(option); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// clientOf returns a client of an embedded backend.
func clientOf(t *testing.T, srv *opiktest.Server, opts ...opik.Option) *opik.Client {
	t.Helper()
	c, err := opik.New(append([]opik.Option{opik.WithURL(srv.URL), opik.WithLogger(slog.New(slog.DiscardHandler))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
