package spec

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// MaxSourceBytes bounds a source, as it is read and when it is unpacked. The
// published document has 0.6 MB.
const MaxSourceBytes = 32 << 20

// fetchTimeout bounds the whole download.
const fetchTimeout = 2 * time.Minute

// readSource returns the document's bytes, unpacked, and the name under which
// diagnostics speak of it: the path, or the URL without password and query.
func readSource(ctx context.Context, source string, limit int64) (data []byte, name string, problems diag.List) {
	u, err := url.Parse(source)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		name = displayURL(u)
		data, err = download(ctx, u, limit)
	} else {
		name = filepath.ToSlash(source)
		data, err = readFile(source, limit)
	}
	if err == nil && bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		data, err = unpack(data, limit)
	}
	if err != nil {
		code := CodeRead
		if se, ok := errors.AsType[*sourceError](err); ok {
			code = se.code
		}
		problems.Errorf(diag.Position{File: name}, code, "%v", err)
		return nil, name, problems
	}
	return data, name, problems
}

// sourceError is a failure with its diagnostic code.
type sourceError struct {
	code, message string
}

func (e *sourceError) Error() string { return e.message }

func sourceErrorf(code, format string, args ...any) error {
	return &sourceError{code: code, message: fmt.Sprintf(format, args...)}
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the source: %w", diag.WithoutPath(err))
	}
	defer f.Close() // only read from
	return readBounded(f, limit)
}

func readBounded(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the source: %w", diag.WithoutPath(err))
	}
	if int64(len(data)) > limit {
		return nil, sourceErrorf(CodeTooLarge, "the source is larger than %d bytes", limit)
	}
	return data, nil
}

func unpack(data []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, sourceErrorf(CodeGzip, "the source begins like a gzip archive, but it is damaged: %v", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, sourceErrorf(CodeGzip, "the source begins like a gzip archive, but it is damaged: %v", err)
	}
	if int64(len(out)) > limit {
		return nil, sourceErrorf(CodeTooLarge, "the source is larger than %d bytes when unpacked", limit)
	}
	return out, nil
}

func download(ctx context.Context, u *url.URL, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, sourceErrorf(CodeRead, "cannot fetch the source: %v", withoutURL(err))
	}
	req.Header.Set("Accept", "application/yaml, application/json, text/plain, */*;q=0.1")
	client := &http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
		from := via[len(via)-1].URL
		if !sameHost(from, next.URL) {
			return sourceErrorf(CodeRedirect, "%s redirects to another host, %s; give its address if you trust it",
				from.Host, next.URL.Host)
		}
		if len(via) >= 5 {
			return sourceErrorf(CodeRead, "more than 5 redirects")
		}
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		if se, ok := errors.AsType[*sourceError](err); ok {
			return nil, se
		}
		return nil, fmt.Errorf("cannot fetch the source: %w", withoutURL(err))
	}
	defer resp.Body.Close() // only read from
	if resp.StatusCode != http.StatusOK {
		return nil, sourceErrorf(CodeHTTPStatus, "the server answers %s", strings.TrimSpace(resp.Status))
	}
	return readBounded(resp.Body, limit)
}

// sameHost allows a redirect within one host, also from http to https, but not
// back.
func sameHost(from, to *url.URL) bool {
	if from.Scheme == "https" && to.Scheme != "https" {
		return false
	}
	if from.Scheme == to.Scheme {
		return strings.EqualFold(from.Host, to.Host)
	}
	// From http to https the port changes along: 80 becomes 443.
	return strings.EqualFold(from.Hostname(), to.Hostname()) && from.Port() == "" && to.Port() == ""
}

// displayURL is the URL without what may be secret.
func displayURL(u *url.URL) string {
	c := *u
	c.User, c.RawQuery, c.Fragment = nil, "", ""
	return c.String()
}

// withoutURL drops the URL from an error of net/http: it may hold a secret.
func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}
