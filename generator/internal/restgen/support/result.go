package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// Content is a response of any kind. The caller closes Body.
type Content struct {
	// ContentType is the media type as the server names it.
	ContentType string
	// Filename is the name that the server proposes; empty if it does not. It is the
	// server's word: check it before using it as a path.
	Filename string
	// Size is the length of Body in bytes; -1 if it is not known.
	Size int64
	// Header holds all headers of the response.
	Header http.Header
	// Body is the content. Reading it fails when the call's context ends.
	Body io.ReadCloser
}

// Close closes Body. It may be called on nil.
func (c *Content) Close() error {
	if c == nil || c.Body == nil {
		return nil
	}
	return c.Body.Close()
}

// none carries out a call without a result.
func (c *Client) none(ctx context.Context, r *call) error {
	res, _, err := c.send(ctx, r, "application/json")
	if err != nil {
		return err
	}
	defer discard(res.Body)
	// The page of a proxy would look like success otherwise.
	if mediaType(res.Header) == "text/html" {
		return unexpected(r.info.Operation, res.Header)
	}
	return nil
}

// json carries out a call whose result is JSON, and decodes it into what out points
// to, which stays zero beside an error.
func (c *Client) json(ctx context.Context, r *call, out any) error {
	res, o, err := c.send(ctx, r, "application/json")
	if err != nil {
		return err
	}
	defer discard(res.Body)
	body, err := readAll(res, o.maxResponse)
	if err != nil {
		return fmt.Errorf("%s: %w", r.info.Operation, err)
	}
	switch text := bytes.TrimSpace(body); {
	case len(text) == 0, string(text) == "null":
		return fmt.Errorf("%s: %w", r.info.Operation, ErrNoContent)
	case text[0] == '<', mediaType(res.Header) == "text/event-stream":
		return unexpected(r.info.Operation, res.Header)
	}
	if err := json.Unmarshal(body, out); err != nil {
		reflect.ValueOf(out).Elem().SetZero() // half a result is none
		return fmt.Errorf("%s: decode: %w", r.info.Operation, err)
	}
	return nil
}

// readAll reads a whole body within a limit.
func readAll(res *http.Response, limit int64) ([]byte, error) {
	if res.ContentLength > limit {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrResponseTooLarge, res.ContentLength, limit)
	}
	var b bytes.Buffer
	// A claimed length is trusted only so far.
	if n := min(res.ContentLength, 1<<20); n > 0 {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return b.Bytes(), nil
}

// location carries out a call that answers with the location of what it created,
// and returns the id at its end. Locations are never followed: behind a proxy
// they lack its path. If absent is a status, that status means nothing was created.
func (c *Client) location(ctx context.Context, r *call, absent int) (string, error) {
	res, _, err := c.send(ctx, r, "application/json")
	if err != nil {
		return "", err
	}
	defer discard(res.Body)
	id := lastSegment(res.Header.Get("Location"))
	switch {
	case id != "":
		return id, nil
	case absent != 0 && res.StatusCode == absent:
		return "", nil
	case mediaType(res.Header) == "text/html":
		return "", unexpected(r.info.Operation, res.Header)
	}
	return "", fmt.Errorf("%s: %w", r.info.Operation, ErrNoLocation)
}

func lastSegment(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		return ""
	}
	return id
}

// redirect carries out a call whose result is the target of a redirect.
func (c *Client) redirect(ctx context.Context, r *call) (string, error) {
	r.info.KeepRedirect = true
	res, _, err := c.send(ctx, r, "")
	if err != nil {
		return "", err
	}
	defer discard(res.Body)
	target := res.Header.Get("Location")
	if target == "" {
		return "", fmt.Errorf("%s: %w", r.info.Operation, ErrNoLocation)
	}
	return target, nil
}

// content carries out a call whose result is not JSON.
func (c *Client) content(ctx context.Context, r *call, accept string) (*Content, error) {
	res, _, err := c.send(ctx, r, accept)
	if err != nil {
		return nil, err
	}
	return NewContent(res), nil
}

// NewContent makes a Content of a successful response, for requests that are no
// operations of a [Client].
func NewContent(res *http.Response) *Content {
	out := &Content{ContentType: res.Header.Get("Content-Type"), Size: res.ContentLength, Header: res.Header, Body: res.Body}
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil {
		out.Filename = params["filename"]
	}
	return out
}

func mediaType(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return ""
	}
	return t
}

func unexpected(operation string, h http.Header) error {
	return fmt.Errorf("%s: %w: %q", operation, ErrUnexpectedContent, mediaType(h))
}

// discard reads what is left of a body, within reason, so that its connection can
// be used again, and closes it. The call's outcome is known by then, so that
// failures change nothing.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDrain)
	_ = body.Close()
}
