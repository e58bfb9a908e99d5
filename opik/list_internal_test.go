package opik

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
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
