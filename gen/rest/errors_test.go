package rest_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

func TestErrorShapes(t *testing.T) {
	tests := map[string]struct {
		contentType, body string
		want              rest.APIError // Code, Messages, Details
		text              string
	}{
		"code and message": {
			"application/json", `{"code":404,"message":"Trace id: 1 not found","details":"look elsewhere"}`,
			rest.APIError{Code: 404, Messages: []string{"Trace id: 1 not found"}, Details: "look elsewhere"},
			"getTraceById: 404 Not Found: Trace id: 1 not found",
		},
		"list of errors": {
			"application/json", `{"errors":["a must not be blank","b must not be null","c","d"]}`,
			rest.APIError{Messages: []string{"a must not be blank", "b must not be null", "c", "d"}},
			"getTraceById: 404 Not Found: a must not be blank; b must not be null; c (and 1 more)",
		},
		"OAuth": {
			"application/json", `{"error":"invalid_grant","error_description":"the code has expired"}`,
			rest.APIError{Messages: []string{"invalid_grant", "the code has expired"}},
			"getTraceById: 404 Not Found: invalid_grant; the code has expired",
		},
		"JSON under another type": {
			"application/octet-stream", `{"code":404,"message":"no such project"}`,
			rest.APIError{Code: 404, Messages: []string{"no such project"}},
			"getTraceById: 404 Not Found: no such project",
		},
		"unusual types": {
			"application/json", `{"code":"E404","message":{"text":"gone"},"details":["x"]}`,
			rest.APIError{Messages: []string{`{"text":"gone"}`}, Details: `["x"]`},
			`getTraceById: 404 Not Found: {"text":"gone"}`,
		},
		"errors that are objects": {
			"application/json", `{"errors":[{"field":"name"}]}`,
			rest.APIError{Messages: []string{`{"field":"name"}`}},
			`getTraceById: 404 Not Found: {"field":"name"}`,
		},
		"text": {
			"text/plain", "upstream is \xff away\n",
			rest.APIError{Details: "upstream is \uFFFD away"},
			"getTraceById: 404 Not Found",
		},
		"other JSON": {
			"application/json", `{"status":"bad"}`,
			rest.APIError{Details: `{"status":"bad"}`},
			"getTraceById: 404 Not Found",
		},
		"JSON that is no object": {
			"application/json", `["x"]`,
			rest.APIError{Details: `["x"]`},
			"getTraceById: 404 Not Found",
		},
		"HTML":  {"text/html", "<html><h1>Not Found</h1></html>", rest.APIError{}, "getTraceById: 404 Not Found"},
		"empty": {"", "", rest.APIError{}, "getTraceById: 404 Not Found"},
		"long message": {
			"application/json", `{"message":"` + strings.Repeat("ä\\n", 200) + `"}`,
			rest.APIError{Messages: []string{strings.Repeat("ä\n", 200)}},
			"getTraceById: 404 Not Found: " + strings.Repeat("ä ", 100) + "...",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.Header().Set("X-Trace-ID", "trace-7")
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := b.GetTraceByID(t.Context(), "1", nil)
			var got *rest.APIError
			if !errors.As(err, &got) {
				t.Fatalf("error is %v", err)
			}
			if got.Code != test.want.Code || !slices.Equal(got.Messages, test.want.Messages) || got.Details != test.want.Details {
				t.Errorf("got code %d, messages %q, details %q", got.Code, got.Messages, got.Details)
			}
			if got.Operation != "getTraceById" || got.Status != 404 || string(got.Body) != test.body || got.RequestID != "trace-7" || got.Header == nil {
				t.Errorf("got %+v", got)
			}
			if err.Error() != test.text {
				t.Errorf("text is %q, want %q", err, test.text)
			}
		})
	}
}

func TestErrorClasses(t *testing.T) {
	classes := []error{
		rest.ErrInvalid, rest.ErrUnauthorized, rest.ErrPaymentRequired, rest.ErrForbidden, rest.ErrNotFound, rest.ErrConflict, rest.ErrGone,
		rest.ErrPayloadTooLarge, rest.ErrUnprocessable, rest.ErrRateLimited, rest.ErrUnavailable,
	}
	want := map[int][]error{
		400: {rest.ErrInvalid}, 401: {rest.ErrUnauthorized}, 402: {rest.ErrPaymentRequired}, 403: {rest.ErrForbidden},
		404: {rest.ErrNotFound}, 405: nil, 409: {rest.ErrConflict}, 410: {rest.ErrGone}, 413: {rest.ErrPayloadTooLarge},
		422: {rest.ErrInvalid, rest.ErrUnprocessable}, 429: {rest.ErrRateLimited}, 500: {rest.ErrUnavailable}, 503: {rest.ErrUnavailable},
		301: nil, 304: nil,
	}
	for status, matching := range want {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		err := b.DeleteTraceByID(t.Context(), "1")
		if err == nil {
			t.Errorf("%d: no error", status)
		}
		for _, class := range classes {
			if errors.Is(err, class) != slices.Contains(matching, class) {
				t.Errorf("%d: is %v: %t", status, class, errors.Is(err, class))
			}
		}
	}
}

func TestErrorBodiesAreBounded(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		for range 64 {
			_, _ = io.WriteString(w, strings.Repeat("x", 64<<10))
		}
	})
	var got *rest.APIError
	if err := b.DeleteTraceByID(t.Context(), "1"); !errors.As(err, &got) || len(got.Body) != 256<<10 {
		t.Errorf("kept %d bytes, %v", len(got.Body), err)
	}
}

func TestErrorTextHoldsNoSecrets(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "you sent "+r.Header.Get("Authorization")+" to "+r.URL.String())
	})
	_, err := b.GetTracesByProject(t.Context(), &rest.GetTracesByProjectParams{Search: "hush"}, rest.WithHeader("Authorization", "sesame"))
	if err == nil || strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "hush") {
		t.Errorf("error is %v", err)
	}
}

func TestWaitingHints(t *testing.T) {
	now := time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC)
	const none = -1
	tests := map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"none":              {http.Header{}, none},
		"seconds":           {http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		"fraction":          {http.Header{"Retry-After": {"0.5"}}, 500 * time.Millisecond},
		"date":              {http.Header{"Retry-After": {"Fri, 24 Jul 2026 10:00:30 GMT"}}, 30 * time.Second},
		"date and date":     {http.Header{"Retry-After": {"Fri, 24 Jul 2026 12:00:30 GMT"}, "Date": {"Fri, 24 Jul 2026 12:00:00 GMT"}}, 30 * time.Second},
		"past":              {http.Header{"Retry-After": {"Fri, 24 Jul 2020 10:00:30 GMT"}}, 0},
		"too long":          {http.Header{"Retry-After": {"999999999999999999999"}}, 24 * time.Hour},
		"negative":          {http.Header{"Retry-After": {"-1"}}, 0},
		"not a number":      {http.Header{"Retry-After": {"NaN"}}, none},
		"infinite":          {http.Header{"Retry-After": {"Inf"}}, 24 * time.Hour},
		"words":             {http.Header{"Retry-After": {"soon"}}, none},
		"blanks":            {http.Header{"Retry-After": {"  3 "}}, 3 * time.Second},
		"unreadable first":  {http.Header{"Retry-After": {"x"}, "Ratelimit-Reset": {"7"}}, 7 * time.Second},
		"Unix time":         {http.Header{"X-Ratelimit-Reset": {"1784887220"}}, 20 * time.Second},
		"Unix time, past":   {http.Header{"X-Ratelimit-Reset": {"1584887220"}}, 0},
		"X- in seconds":     {http.Header{"X-Ratelimit-Reset": {"8"}}, 8 * time.Second},
		"reset before X-":   {http.Header{"Ratelimit-Reset": {"12"}, "X-Ratelimit-Reset": {"8"}}, 12 * time.Second},
		"reset":             {http.Header{"Ratelimit-Reset": {"12"}}, 12 * time.Second},
		"retry-after first": {http.Header{"Retry-After": {"3"}, "Ratelimit-Reset": {"12"}}, 3 * time.Second},
		"exhausted limit": {http.Header{
			"Opik-User-Remaining-Limit": {"0"}, "Opik-User-Remaining-Limit-Ttl-Millis": {"1500"},
			"Opik-Workspace-Remaining-Limit": {"9"}, "Opik-Workspace-Remaining-Limit-Ttl-Millis": {"60000"},
		}, 1500 * time.Millisecond},
		"two exhausted limits": {http.Header{
			"Opik-User-Remaining-Limit": {"0"}, "Opik-User-Remaining-Limit-Ttl-Millis": {"1500"},
			"Opik-Workspace-Remaining-Limit": {"-1"}, "Opik-Workspace-Remaining-Limit-Ttl-Millis": {"2500"},
		}, 2500 * time.Millisecond},
		"odd limits": {http.Header{
			"Opik-A-Remaining-Limit": {"x"}, "Opik-A-Remaining-Limit-Ttl-Millis": {"1"},
			"Opik-B-Remaining-Limit": {"0"}, "Opik-B-Remaining-Limit-Ttl-Millis": {"-1"},
			"X-C-Remaining-Limit": {"0"}, "X-C-Remaining-Limit-Ttl-Millis": {"5"},
			"Opik-D-Remaining-Limit": {"0"},
		}, none},
		"endless limit": {http.Header{
			"Opik-A-Remaining-Limit": {"0"}, "Opik-A-Remaining-Limit-Ttl-Millis": {"99999999999999999"},
		}, 24 * time.Hour},
		"limits that are not exhausted": {http.Header{
			"Opik-User-Remaining-Limit": {"7"}, "Opik-User-Remaining-Limit-Ttl-Millis": {"1500"},
		}, none},
	}
	for name, test := range tests {
		// Header maps have no order; the answer must not depend on it.
		for range 10 {
			got, ok := rest.RetryAfter(test.header, now)
			if !ok {
				got = none
			}
			if got != test.want {
				t.Fatalf("%s: %v, want %v", name, got, test.want)
			}
		}
	}
}

func TestHintsArriveWithErrorsThatAskToWait(t *testing.T) {
	for status, want := range map[int]time.Duration{429: 5 * time.Second, 503: 5 * time.Second, 408: 5 * time.Second, 404: 0} {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("RateLimit-Reset", "5")
			w.WriteHeader(status)
		})
		var got *rest.APIError
		if err := b.DeleteTraceByID(t.Context(), "1"); !errors.As(err, &got) || got.RetryAfter != want {
			t.Errorf("%d: %v, %v", status, got.RetryAfter, err)
		}
	}
}
