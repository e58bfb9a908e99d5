package rest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// streaming answers with parts of a stream, each sent at once.
func streaming(parts ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		for _, part := range parts {
			_, _ = io.WriteString(w, part)
			w.(http.Flusher).Flush()
		}
	}
}

// cut sends the parts and then breaks the connection.
func cut(parts ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		streaming(parts...)(w, r)
		panic(http.ErrAbortHandler)
	}
}

// read returns the ids and the error of a whole stream.
func read(stream *rest.Stream[rest.Trace]) (ids []string, err error) {
	for trace, err := range stream.All() {
		if err != nil {
			return ids, err
		}
		ids = append(ids, trace.ID)
	}
	return ids, nil
}

func TestStreams(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	timeout := `{"code":500,"message":"Streaming operation timed out"}`
	tests := map[string]struct {
		answer http.HandlerFunc
		ids    []string
		err    error
	}{
		"CR LF":                 {streaming("{\"id\":\"1\"}\r\n{\"id\":\"2\"}\r\n"), []string{"1", "2"}, nil},
		"LF":                    {streaming("{\"id\":\"1\"}\n{\"id\":\"2\"}\n"), []string{"1", "2"}, nil},
		"empty":                 {streaming(), nil, nil},
		"blank lines":           {streaming("\r\n\n{\"id\":\"1\"}\r\n \r\n"), []string{"1"}, nil},
		"no end of line at end": {streaming("{\"id\":\"1\"}\r\n{\"id\":\"2\"}"), []string{"1", "2"}, nil},
		"items in parts":        {streaming(`{"id`, `":"1"}`, "\r", "\n", `{"id":"2"`, "}\r\n"), []string{"1", "2"}, nil},
		"larger than a buffer":  {streaming(`{"id":"` + long + "\"}\r\n"), []string{long}, nil},
		"ends in an item":       {streaming("{\"id\":\"1\"}\r\n{\"id\":\""), []string{"1"}, rest.ErrStreamCut},
		"cut in an item":        {cut("{\"id\":\"1\"}\r\n{\"id\":\"2"), []string{"1"}, rest.ErrStreamCut},
		"cut between items":     {cut("{\"id\":\"1\"}\r\n"), []string{"1"}, rest.ErrStreamCut},
		"cut at once":           {cut(""), nil, rest.ErrStreamCut},
		"error item":            {streaming("{\"id\":\"1\"}\r\n" + timeout + "\r\n{\"id\":\"2\"}\r\n"), []string{"1"}, rest.ErrUnavailable},
		"like an error item":    {streaming(`{"id":"1","code":500,"message":"mine"}` + "\n"), []string{"1"}, nil},
		"code in a text":        {streaming(`{"id":"1","name":"\"code\" \"message\""}` + "\n"), []string{"1"}, nil},
		"too large":             {streaming("{\"id\":\"1\"}\n" + `{"id":"` + long + long + "\"}\n"), []string{"1"}, rest.ErrResponseTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, test.answer)
			stream, err := b.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{ProjectName: "p"}, rest.WithMaxItem(150_000))
			if err != nil {
				t.Fatal(err)
			}
			ids, err := read(stream)
			if !slices.Equal(ids, test.ids) || !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Errorf("got %.50q, %v", ids, err)
			}
			if got := b.last(t); got.header.Get("Accept") != "application/octet-stream" || string(got.body) != `{"project_name":"p"}` {
				t.Errorf("sent %s, accepting %s", got.body, got.header.Get("Accept"))
			}
		})
	}
}

func TestStreamErrorItem(t *testing.T) {
	b := serve(t, streaming(`{"code":500,"message":"Streaming operation timed out"}`+"\r\n"))
	stream, err := b.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = stream.Next()
	var got *rest.APIError
	if !errors.As(err, &got) || got.Status != 500 || got.Code != 500 || !slices.Equal(got.Messages, []string{"Streaming operation timed out"}) {
		t.Errorf("got %+v", err)
	}
	if _, again := stream.Next(); again != err {
		t.Errorf("the error is not final: %v", again)
	}
}

func TestStreamRefusedBeforeItBegins(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"code":404,"message":"Project not found"}`)
	})
	stream, err := b.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{})
	if stream != nil || !errors.Is(err, rest.ErrNotFound) {
		t.Errorf("got %v, %v", stream, err)
	}
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	if _, err := stream.Next(); err != io.EOF {
		t.Error(err)
	}
}

func TestStreamMalformedItem(t *testing.T) {
	b := serve(t, streaming("{\"id\":1}\r\n{\"id\":\"2\"}\r\n"))
	stream, err := b.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{})
	if err != nil {
		t.Fatal(err)
	}
	trace, err := stream.Next()
	if trace.ID != "" || err == nil || !strings.HasPrefix(err.Error(), "searchTraces: decode: ") {
		t.Errorf("got %+v, %v", trace, err)
	}
}

// endless sends items until the client goes away, and closes gone then.
func endless(gone chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for i := 0; r.Context().Err() == nil; i++ {
			fmt.Fprintf(w, "{\"id\":\"%d\"}\r\n", i)
			w.(http.Flusher).Flush()
		}
	}
}

func TestStreamIsReleased(t *testing.T) {
	ends := map[string]func(*testing.T, context.CancelFunc, *rest.Stream[rest.Trace]){
		"by Close": func(t *testing.T, _ context.CancelFunc, s *rest.Stream[rest.Trace]) {
			if _, err := s.Next(); err != nil {
				t.Error(err)
			}
			_ = s.Close()
			_ = s.Close()
			if _, err := s.Next(); err != io.EOF {
				t.Errorf("after Close: %v", err)
			}
		},
		"by leaving the loop": func(_ *testing.T, _ context.CancelFunc, s *rest.Stream[rest.Trace]) {
			for range s.All() {
				break
			}
		},
		"by the context": func(t *testing.T, cancel context.CancelFunc, s *rest.Stream[rest.Trace]) {
			if _, err := s.Next(); err != nil {
				t.Error(err)
			}
			cancel()
			if _, err := read(s); !errors.Is(err, context.Canceled) || errors.Is(err, rest.ErrStreamCut) {
				t.Errorf("error is %v", err)
			}
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			gone := make(chan struct{})
			b := serve(t, endless(gone))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stream, err := b.SearchTraces(ctx, rest.TraceSearchStreamRequest{})
			if err != nil {
				t.Fatal(err)
			}
			end(t, cancel, stream)
			select {
			case <-gone:
			case <-time.After(10 * time.Second):
				t.Error("the connection is still open")
			}
		})
	}
}

func TestEventStreams(t *testing.T) {
	chunk := func(text string) string {
		return "data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n"
	}
	tests := map[string]struct {
		answer http.HandlerFunc
		want   []string // name|id|data
		err    error
	}{
		"until done":       {streaming(chunk("a"), chunk("b"), "data: [DONE]\n\n", chunk("c")), []string{`||{"choices":[{"delta":{"content":"a"}}]}`, `||{"choices":[{"delta":{"content":"b"}}]}`}, nil},
		"until the end":    {streaming("data: 1\n\n"), []string{"||1"}, nil},
		"CR LF":            {streaming("event: x\r\ndata: 1\r\n\r\n"), []string{"x||1"}, nil},
		"several lines":    {streaming("data: 1\ndata:2\ndata\n\n"), []string{"||1\n2\n"}, nil},
		"ids stay":         {streaming("id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n"), []string{"|7|1", "|7|2", "||3"}, nil},
		"comments":         {streaming(": keep-alive\n\nretry: 10\nevent: lost\n\ndata: 1\n\n"), []string{"||1"}, nil},
		"empty":            {streaming(), nil, nil},
		"ends in an event": {streaming("data: 1\n\ndata: 2\n"), []string{"||1"}, rest.ErrStreamCut},
		"ends in a line":   {streaming("data: 1\n\ndata: 2"), []string{"||1"}, rest.ErrStreamCut},
		"cut":              {cut("data: 1\n\n"), []string{"||1"}, rest.ErrStreamCut},
		"error":            {streaming("data: 1\n\n", "data: {\"code\":429,\"message\":\"slow down\"}\n\n"), []string{"||1"}, rest.ErrRateLimited},
		"line too large":   {streaming("data: " + strings.Repeat("x", 2000) + "\n\n"), nil, rest.ErrResponseTooLarge},
		"event too large":  {streaming(strings.Repeat("data: "+strings.Repeat("x", 500)+"\n", 3) + "\n"), nil, rest.ErrResponseTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, test.answer)
			stream, err := b.CreateChatCompletionsEvents(t.Context(), rest.ChatCompletionRequest{Model: "m"}, rest.WithMaxItem(1000))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for event, err2 := range stream.All() {
				if err = err2; err == nil {
					got = append(got, event.Name+"|"+event.ID+"|"+string(event.Data))
				}
			}
			if !slices.Equal(got, test.want) || !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Errorf("got %.80q, %v", got, err)
			}
			request := b.last(t)
			if request.header.Get("Accept") != "text/event-stream" || string(request.body) != `{"model":"m","stream":true}` {
				t.Errorf("sent %s, accepting %s", request.body, request.header.Get("Accept"))
			}
			if _, err := stream.Next(); err == nil {
				t.Error("the stream goes on after its end")
			}
			_ = stream.Close()
		})
	}
	var none *rest.EventStream
	if _, err := none.Next(); err != io.EOF || none.Close() != nil {
		t.Error("a nil stream is not empty")
	}
}

func TestChatCompletionsAsJSON(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":"1","choices":[{"index":0}],"usage":{"total_tokens":3}}`))
	answer, err := b.CreateChatCompletions(t.Context(), rest.ChatCompletionRequest{Model: "m"})
	if err != nil || answer.ID != "1" || len(answer.Choices) != 1 {
		t.Errorf("got %+v, %v", answer, err)
	}
	if got := b.last(t); got.header.Get("Accept") != "application/json" || string(got.body) != `{"model":"m"}` {
		t.Errorf("sent %s, accepting %s", got.body, got.header.Get("Accept"))
	}
	// Who asks for events through the wrong method is told so.
	b = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {}\n\n")
	})
	if _, err := b.CreateChatCompletions(t.Context(), rest.ChatCompletionRequest{Stream: rest.Ptr(true)}); !errors.Is(err, rest.ErrUnexpectedContent) {
		t.Errorf("events as JSON: %v", err)
	}
}

func TestEventDecode(t *testing.T) {
	var chunk rest.ChatCompletionResponse
	if err := (rest.Event{Data: []byte(`{"id":"1"}`)}).Decode(&chunk); err != nil || chunk.ID != "1" {
		t.Errorf("got %+v, %v", chunk, err)
	}
	if err := (rest.Event{Data: []byte(`ping`)}).Decode(&chunk); err == nil {
		t.Error("text decodes as JSON")
	}
}
