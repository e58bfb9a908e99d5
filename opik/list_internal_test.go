package opik

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestFollow(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		if _, err := w.Write([]byte("{\"id\":\"a\"}\r\n{\"id\":\"b\"}\r\n")); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	client, err := rest.NewClient(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context) (*rest.Stream[rest.Span], error) {
		return client.SearchSpans(ctx, rest.SpanSearchStreamRequest{})
	}
	read := func(most int) (ids []string) {
		for span, err := range follow(t.Context(), open) {
			if err != nil {
				t.Fatal(err)
			}
			if ids = append(ids, span.ID); len(ids) == most {
				break
			}
		}
		return ids
	}
	if got := read(0); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("ids %q", got)
	}
	if got := read(1); !slices.Equal(got, []string{"a"}) {
		t.Errorf("ids %q when the caller stops", got)
	}

	refused := errors.New("refused")
	count := 0
	for _, err := range follow(t.Context(), func(context.Context) (*rest.Stream[rest.Span], error) { return nil, refused }) {
		if count++; !errors.Is(err, refused) {
			t.Errorf("error %v", err)
		}
	}
	if count != 1 {
		t.Errorf("%d iterations", count)
	}
}

func TestFollowEvents(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []string
		fails      string // what the last error says; empty if there is none
	}{
		{"all", "data: {\"id\":\"a\"}\r\n\r\ndata: {\"id\":\"b\"}\r\n\r\ndata: [DONE]\r\n\r\n", []string{"a", "b"}, ""},
		{"an error of the server", "data: {\"id\":\"a\"}\n\ndata: {\"code\":500,\"message\":\"no model\"}\n\n", []string{"a"}, "no model"},
		{"what is no answer", "data: {\"id\":\"a\"}\n\ndata: {\"id\":7}\n\ndata: {\"id\":\"c\"}\n\n", []string{"a"}, "decode an event"},
	} {
		t.Run(test.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				if _, err := w.Write([]byte(test.body)); err != nil {
					t.Error(err)
				}
			}))
			defer srv.Close()
			client, err := rest.NewClient(srv.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			open := func(ctx context.Context) (*rest.EventStream, error) {
				return client.CreateChatCompletionsEvents(ctx, rest.ChatCompletionRequest{})
			}
			var got []string
			var failure error
			for answer, err := range followEvents[rest.ChatCompletionResponse](t.Context(), open) {
				if failure != nil {
					t.Fatal("it goes on after an error")
				}
				if failure = err; err == nil {
					got = append(got, answer.ID)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("answers %q, want %q", got, test.want)
			}
			switch {
			case test.fails == "" && failure != nil, test.fails != "" && (failure == nil || !strings.Contains(failure.Error(), test.fails)):
				t.Errorf("error %v, want %q", failure, test.fails)
			}
			for answer, err := range followEvents[rest.ChatCompletionResponse](t.Context(), open) {
				if err != nil || answer.ID != "a" {
					t.Errorf("the first answer of a second range is %q, %v", answer.ID, err)
				}
				break
			}
		})
	}

	refused := errors.New("refused")
	count := 0
	for _, err := range followEvents[rest.Span](t.Context(), func(context.Context) (*rest.EventStream, error) { return nil, refused }) {
		if count++; !errors.Is(err, refused) {
			t.Errorf("error %v", err)
		}
	}
	if count != 1 {
		t.Errorf("%d iterations", count)
	}
}

func TestPointers(t *testing.T) {
	if got := *orDefault(nil, 5); got != 5 {
		t.Errorf("a missing value became %d", got)
	}
	if zero := Ptr(0); orDefault(zero, 5) != zero {
		t.Error("zero was replaced")
	}
	if valueOf[int](nil) != 0 || valueOf(Ptr(3)) != 3 {
		t.Error("valueOf")
	}
}
