package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answers is a Doer that gives one answer.
type answers struct {
	status int
	header http.Header
	body   string
}

func (a answers) Do(*http.Request) (*http.Response, error) {
	header := a.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: -1}, nil
}

func client(t *testing.T, d Doer) *Client {
	t.Helper()
	c, err := NewClient("http://localhost", d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRedirect(t *testing.T) {
	c := client(t, answers{status: 303, header: http.Header{"Location": {"/elsewhere"}}})
	got, err := c.redirect(t.Context(), newCall("go", "GET", "/go", nil))
	if got != "/elsewhere" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	// For any other operation a redirect is an answer that it cannot use.
	var refused *APIError
	if err := c.none(t.Context(), newCall("go", "GET", "/go", nil)); !errors.As(err, &refused) || refused.Status != 303 {
		t.Errorf("got %v", err)
	}
}

func TestContent(t *testing.T) {
	c := client(t, answers{200, http.Header{"Content-Type": {"text/csv"}, "Content-Disposition": {"attachment; filename*=UTF-8''%e2%82%ac.csv"}}, "a,b"})
	got, err := c.content(t.Context(), newCall("get", "GET", "/get", nil), "text/csv")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Filename != "€.csv" || got.ContentType != "text/csv" || got.Size != -1 {
		t.Errorf("got %+v", got)
	}
}

func TestStreamsAndEvents(t *testing.T) {
	c := client(t, answers{200, nil, "{\"id\":\"1\"}\r\n{\"id\":\"2\"}"})
	stream, err := openStream[thing](t.Context(), c, newCall("search", "POST", "/search", nil))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for item, err := range stream.All() {
		if n++; err != nil || item.ID == "" {
			t.Errorf("got %+v, %v", item, err)
		}
	}
	if n != 2 {
		t.Errorf("got %d items", n)
	}
	c = client(t, answers{200, nil, "data: {}\n\n"})
	events, err := c.events(t.Context(), newCall("chat", "POST", "/chat", nil))
	if err != nil {
		t.Fatal(err)
	}
	if event, err := events.Next(); err != nil || string(event.Data) != "{}" {
		t.Errorf("got %+v, %v", event, err)
	}
	if _, err := events.Next(); err != io.EOF {
		t.Errorf("got %v", err)
	}
}

// failing is a body that breaks.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestBrokenConnections(t *testing.T) {
	broken := errors.New("connection reset")
	lines := func(ctx context.Context) *Stream[thing] {
		c := client(t, doerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(failing{broken})}, nil
		}))
		stream, err := openStream[thing](ctx, c, newCall("search", "POST", "/search", nil))
		if err != nil {
			t.Fatal(err)
		}
		return stream
	}
	if _, err := lines(t.Context()).Next(); !errors.Is(err, ErrStreamCut) || !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	// If the caller has given up, that is the reason.
	reason := errors.New("no longer needed")
	ctx, cancel := context.WithCancelCause(t.Context())
	stream := lines(ctx)
	cancel(reason)
	if _, err := stream.Next(); errors.Is(err, ErrStreamCut) || !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
}

type doerFunc func(*http.Request) (*http.Response, error)

func (d doerFunc) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestUnions(t *testing.T) {
	raw, err := encodeVariant(thing{ID: "<7>"}, "type", "big")
	if err != nil || string(raw) != `{"id":"<7>","type":"big"}` || decodeDiscriminator(raw, "type") != "big" {
		t.Errorf("got %s, %v", raw, err)
	}
	if raw, err := encodeVariant(thing{ID: "7"}, "", ""); err != nil || string(raw) != `{"id":"7"}` {
		t.Errorf("without discriminator: %s, %v", raw, err)
	}
	if _, err := encodeVariant([]int{1}, "type", "big"); err == nil {
		t.Error("a list is taken for a variant")
	}
	if _, err := encodeVariant(func() {}, "type", "big"); err == nil {
		t.Error("a function is taken for a variant")
	}
	for _, text := range []string{``, `[]`, `{"type":1}`, `{}`} {
		if got := decodeDiscriminator(json.RawMessage(text), "type"); got != "" {
			t.Errorf("%s: %q", text, got)
		}
	}
	var union json.RawMessage
	data := []byte(`{"a":1}`)
	if err := decodeUnion(&union, data); err != nil {
		t.Fatal(err)
	}
	data[2] = 'b'
	if text, err := encodeUnion(union); err != nil || string(text) != `{"a":1}` {
		t.Errorf("the decoder's buffer is kept: %s, %v", text, err)
	}
	if err := decodeUnion(&union, []byte("null")); err != nil || string(union) != `{"a":1}` {
		t.Errorf("null: %s, %v", union, err)
	}
	if text, err := encodeUnion(nil); err != nil || string(text) != "null" {
		t.Errorf("unset: %s, %v", text, err)
	}
}

func TestHints(t *testing.T) {
	if got, _ := RetryAfter(http.Header{"Retry-After": {"2"}}, time.Now()); got != 2*time.Second {
		t.Errorf("got %v", got)
	}
}
