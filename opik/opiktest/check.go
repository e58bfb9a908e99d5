package opiktest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// checkVariable names the environment variable with the URL of a checker. It must
// be an address of this machine.
const checkVariable = "OPIKTEST_CHECK_URL"

// checkTimeout bounds one question to the checker.
const checkTimeout = 30 * time.Second

// inspect lets the hooks and the checker see the request.
func (b *Backend) inspect(x *exchange) {
	for _, hook := range b.settings.hooks {
		if err := hook(x.Request, x.body); err != nil {
			b.violations.add(x, err.Error())
		}
	}
	if b.settings.lenient {
		return // wrong requests are what such a test is about
	}
	if err := b.checker.check(x); err != nil {
		b.violations.add(x, err.Error())
	}
}

// checker is a process on this machine that compares requests with the contract.
// The zero value checks nothing.
type checker struct {
	url string
	err error // why it cannot be asked
}

// checkClient is shared by all backends. It goes to no proxy.
var checkClient = &http.Client{Timeout: checkTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}

// environmentChecker returns the checker that the environment names, if any.
func environmentChecker() checker {
	text := os.Getenv(checkVariable)
	if text == "" {
		return checker{}
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) {
		return checker{err: fmt.Errorf("%s must be an http URL of this machine", checkVariable)}
	}
	return checker{url: text}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// check sends the request to the checker. The message is an object with method,
// path (below the base URL, escaped), query, content_type and body (base64); the
// answer is 204, or 422 with {"errors": [...]}.
func (c checker) check(x *exchange) error {
	if c.url == "" {
		return c.err
	}
	message := doc.Encode(doc.Object{
		"method": x.Method, "path": x.path, "query": x.URL.RawQuery,
		"content_type": x.Header.Get("Content-Type"),
		"body":         base64.StdEncoding.EncodeToString(x.body),
	})
	// Not the request's context: a client that gives up would hide a complaint.
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(message))
	if err != nil {
		return fmt.Errorf("asking the contract checker: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := checkClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking the contract checker: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("asking the contract checker: %w", err)
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	var complaint struct{ Errors []string }
	if err := json.Unmarshal(answer, &complaint); err != nil || len(complaint.Errors) == 0 {
		return fmt.Errorf("asking the contract checker: status %d: %s", resp.StatusCode, answer)
	}
	var list []error
	for _, e := range complaint.Errors {
		list = append(list, errors.New(e))
	}
	return errors.Join(list...)
}
