package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The functions below are what the generator writes, for a small API that has
// every kind of parameter, body and result. The tests of gen/rest use a real one;
// these cover what no operation of it happens to need.

type thing struct {
	ID   string  `json:"id,omitempty"`
	Size float64 `json:"size,omitempty"`
}

type kind string

type listParams struct {
	Kind   kind      `query:"kind"`
	Number *int      `query:"number"`
	Count  int       `query:"count"`
	Big    *int64    `query:"big"`
	Ratio  *float64  `query:"ratio"`
	Flag   *bool     `query:"flag"`
	Since  time.Time `query:"since"`
	Filter any       `query:"filter"`
	Owner  string    `query:"owner"`
	Token  string    `header:"X-Token"`
}

func (p *listParams) apply(r *call) {
	r.queryText("kind", string(p.Kind))
	r.queryInt("number", p.Number)
	r.queryInt("count", nonzero(p.Count))
	r.queryInt64("big", p.Big)
	r.queryFloat("ratio", p.Ratio)
	r.queryBool("flag", p.Flag)
	r.queryTime("since", p.Since)
	r.queryJSON("filter", p.Filter)
	r.queryRequired("owner", p.Owner)
	r.headerText("X-Token", p.Token)
}

func (c *Client) list(ctx context.Context, page int, params *listParams) (*thing, error) {
	r := newCall("list", "GET", "/things/{page}", nil)
	r.argInt("page", page)
	params.apply(r)
	var out *thing
	err := c.json(ctx, r, &out)
	return out, err
}

func (c *Client) remove(ctx context.Context, id string) error {
	r := newCall("remove", "DELETE", "/things/{id}", nil)
	r.arg("id", id)
	return c.none(ctx, r)
}

func (c *Client) post(ctx context.Context, body func(*call)) (string, error) {
	r := newCall("post", "POST", "/things", nil)
	r.retryable()
	body(r)
	return c.location(ctx, r, 204)
}

// echo answers with the location /things/7 and the request's body.
func echo(t *testing.T, check func(*http.Request, string)) *Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read: %v", err)
		}
		if check != nil {
			check(r, string(body))
		}
		w.Header().Set("Location", "/things/7")
		if len(body) == 0 {
			body = []byte(`{"id":"7"}`)
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(srv.Close)
	c, err := NewClient(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKindOfParameter(t *testing.T) {
	tests := map[string]struct {
		params listParams
		want   string
	}{
		"required only": {listParams{Owner: "me"}, "owner=me"},
		"all": {
			listParams{
				Kind: "a b", Number: Ptr(0), Count: 3, Big: Ptr(int64(math.MaxInt64)), Ratio: Ptr(1e21), Flag: Ptr(false),
				Since: time.UnixMilli(1500).UTC(), Filter: map[string]any{"a": "<&>"}, Owner: "me+you",
			},
			"kind=a%20b&number=0&count=3&big=9223372036854775807&ratio=1000000000000000000000&flag=false" +
				"&since=1970-01-01T00%3A00%3A01.5Z&filter=%7B%22a%22%3A%22%3C%26%3E%22%7D&owner=me%2Byou",
		},
		"nil lists": {listParams{Owner: "me", Filter: []string(nil)}, "owner=me"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := echo(t, func(r *http.Request, _ string) {
				if r.URL.RawQuery != test.want {
					t.Errorf("query is %s\nwant     %s", r.URL.RawQuery, test.want)
				}
				if r.URL.Path != "/things/-3" || r.Header.Get("X-Token") != "sesame" {
					t.Errorf("path is %s, header %v", r.URL.Path, r.Header)
				}
			})
			test.params.Token = "sesame"
			if got, err := c.list(t.Context(), -3, &test.params); err != nil || got.ID != "7" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestFirstImpossibleArgumentIsReported(t *testing.T) {
	c := echo(t, func(r *http.Request, _ string) { t.Errorf("sent %s", r.URL) })
	_, err := c.list(t.Context(), 1, &listParams{Filter: math.NaN(), Owner: ""})
	var got *ArgumentError
	if !errors.As(err, &got) || got.Operation != "list" || got.Argument != "filter" || got.Err == nil || errors.Unwrap(err) == nil {
		t.Errorf("error is %v", err)
	}
	if want := "list: filter cannot be encoded: json: unsupported value: NaN"; err.Error() != want {
		t.Errorf("text is %q", err)
	}
	if err := c.remove(t.Context(), ".."); err == nil || err.Error() != "remove: id must not be a dot segment" {
		t.Errorf("text is %q", err)
	}
}

func TestEveryKindOfBody(t *testing.T) {
	type form struct {
		Name string   `json:"name"`
		List []string `json:"list,omitzero"`
		Size *float64 `json:"size,omitempty"`
		Flag *bool    `json:"flag,omitempty"`
		File *File    `json:"file,omitzero"`
	}
	tests := map[string]struct {
		body        func(*call)
		contentType string
		want        string
	}{
		"json":         {func(r *call) { r.json(thing{ID: "<7>"}) }, "application/json", `{"id":"<7>"}`},
		"opaque":       {func(r *call) { r.json(json.RawMessage(nil)) }, "application/json", `{}`},
		"raw":          {func(r *call) { r.raw("", "application/gzip", strings.NewReader("zip")) }, "application/gzip", "zip"},
		"raw, typed":   {func(r *call) { r.raw("text/csv", "application/gzip", io.LimitReader(strings.NewReader("a,b"), 3)) }, "text/csv", "a,b"},
		"form":         {func(r *call) { r.form(form{Name: "a b", Size: Ptr(0.5), Flag: Ptr(false)}) }, "application/x-www-form-urlencoded", "name=a%20b&size=0.5&flag=false"},
		"form of list": {func(r *call) { r.form(&form{List: []string{"x", "y&z"}}) }, "application/x-www-form-urlencoded", "name=&list=x&list=y%26z"},
		"multipart": {
			func(r *call) { r.multipart(form{Name: "n", List: []string{"x"}}) }, "multipart/form-data",
			"--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nn\r\n--B\r\nContent-Disposition: form-data; name=\"list\"\r\n\r\n[\"x\"]\r\n--B--\r\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := echo(t, func(r *http.Request, body string) {
				contentType, boundary, _ := strings.Cut(r.Header.Get("Content-Type"), "; boundary=")
				if boundary != "" {
					body = strings.ReplaceAll(body, boundary, "B")
				}
				if contentType != test.contentType || body != test.want {
					t.Errorf("sent %s: %q", contentType, body)
				}
			})
			if id, err := c.post(t.Context(), test.body); err != nil || id != "7" {
				t.Errorf("got %q, %v", id, err)
			}
		})
	}
}

func TestImpossibleBodies(t *testing.T) {
	c := echo(t, func(r *http.Request, _ string) { t.Errorf("sent %s", r.URL) })
	bodies := map[string]func(*call){
		"json":           func(r *call) { r.json(thing{Size: math.Inf(1)}) },
		"form":           func(r *call) { r.form(thing{Size: math.Inf(1)}) },
		"form of a list": func(r *call) { r.form([]string{"x"}) },
		"multipart":      func(r *call) { r.multipart(thing{Size: math.Inf(1)}) },
		"raw":            func(r *call) { r.raw("", "", nil) },
	}
	for name, body := range bodies {
		var got *ArgumentError
		if _, err := c.post(t.Context(), body); !errors.As(err, &got) || got.Argument != "body" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// broken is a file whose position cannot be found, or not be restored.
type broken struct {
	io.Reader
	seeks int // that succeed
}

func (b *broken) Seek(int64, int) (int64, error) {
	if b.seeks--; b.seeks < 0 {
		return 0, errors.New("no seeking")
	}
	return 0, nil
}

func TestReadersThatOnlySeemToSeek(t *testing.T) {
	for seeks := range 3 {
		size, rewind := measure(&broken{strings.NewReader("x"), seeks})
		if size != -1 || rewind != nil {
			t.Errorf("%d seeks: size %d", seeks, size)
		}
	}
	_, rewind := measure(&broken{strings.NewReader("x"), 3})
	if _, err := rewind(); err == nil {
		t.Error("a failed seek goes unnoticed")
	}
	var parts bodyParts
	parts.add(&broken{strings.NewReader("x"), 3})
	if _, _, rewind := parts.body(); rewind == nil {
		t.Error("the body cannot be rewound")
	} else if _, err := rewind(); err == nil {
		t.Error("a failed seek of a part goes unnoticed")
	}
}

// owned is a reader that must stay open.
type owned struct {
	io.Reader
	t *testing.T
}

func (o owned) Close() error {
	o.t.Error("the caller's reader is closed")
	return nil
}

func TestCallersReadersStayOpen(t *testing.T) {
	c := echo(t, nil)
	if _, err := c.post(t.Context(), func(r *call) { r.raw("", "text/plain", owned{strings.NewReader("x"), t}) }); err != nil {
		t.Error(err)
	}
}

func TestWithoutURL(t *testing.T) {
	cause := errors.New("refused")
	inner := &url.Error{Op: "Get", URL: "http://host/?secret", Err: cause}
	for _, err := range []error{inner, fmt.Errorf("after 3 attempts: %w", inner)} {
		got := withoutURL(err)
		if strings.Contains(got.Error(), "secret") || !errors.Is(got, cause) {
			t.Errorf("got %v", got)
		}
	}
	if got := withoutURL(fmt.Errorf("after 3 attempts: %w", inner)).Error(); got != "after 3 attempts: refused" {
		t.Errorf("text is %q", got)
	}
	if got := withoutURL(cause); got != cause {
		t.Errorf("got %v", got)
	}
}

// doer is a function that sends requests.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestWhatMayBeRepeated(t *testing.T) {
	for _, c := range []struct {
		method string
		mark   func(*call)
		opts   []CallOption
		want   bool
	}{
		{"GET", nil, nil, true},
		{"POST", nil, nil, false},
		{"POST", (*call).retryable, nil, true},
		{"PUT", (*call).once, nil, false},
		{"POST", nil, []CallOption{WithRepeat(true)}, true},
		{"PUT", nil, []CallOption{WithRepeat(false)}, false},
		{"PUT", (*call).once, []CallOption{WithRepeat(true)}, true},
	} {
		var got CallInfo
		client, err := NewClient("http://127.0.0.1", doer(func(r *http.Request) (*http.Response, error) {
			got, _ = CallInfoFrom(r.Context())
			return &http.Response{StatusCode: 204, Header: http.Header{}, Body: http.NoBody}, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		r := newCall("op", c.method, "/x", c.opts)
		if c.mark != nil {
			c.mark(r)
		}
		if err := client.none(t.Context(), r); err != nil || got.Retryable != c.want {
			t.Errorf("%s with %d options: repeatable %v, want %v; %v", c.method, len(c.opts), got.Retryable, c.want, err)
		}
	}
}
