package opiktest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/objectstore"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// basePath is the prefix that a proxy adds before the server's own paths.
const basePath = "/api"

// exchange is one request on its way through the backend.
type exchange struct {
	*http.Request
	path   string // escaped, below the base URL
	route  *wire.Route
	params map[string]string
	status int // of the router
	body   []byte
	fault  *Fault // what goes wrong, if anything
}

// operation returns the operationId, "" if the path is unknown.
func (x *exchange) operation() string {
	if x.route == nil {
		return ""
	}
	return x.route.Operation
}

// ServeHTTP implements [http.Handler].
func (b *Backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Request: r, path: belowBase(r.URL.EscapedPath())}
	x.route, x.params, x.status = b.router.Find(r.Method, x.path)
	x.fault = b.faults.take(x)
	if x.fault.drops() {
		x.fault.pauseBefore(r)
		resetConnection(w)
		return
	}
	body, err := readBody(r)
	if err != nil {
		b.answerError(w, x, err)
		return
	}
	x.body = body
	entry := b.log.add(x, b.settings.now())
	stored := b.storage != nil && strings.HasPrefix(r.URL.Path, objectstore.Prefix)
	if !stored {
		b.inspect(x)
	}
	// The body has been read: only then does the server notice that a client
	// gives up while it waits.
	x.fault.pauseBefore(r)
	if x.fault.answers() {
		entry.setStatus(x.fault.status)
		x.fault.answer(w)
		return
	}
	if stored {
		entry.setStatus(b.serveStorage(w, x))
		return
	}
	result, err := b.handle(w, x)
	if err != nil {
		var e *apierr.Error
		if errors.As(err, &e) {
			entry.setStatus(e.Status)
		}
		b.answerError(w, x, err)
		return
	}
	entry.setStatus(result.Status)
	b.answer(w, x, result)
}

// belowBase removes the prefix under which a proxy serves the API.
func belowBase(path string) string {
	if rest, ok := strings.CutPrefix(path, basePath); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	return path
}

// readBody reads the whole body and decompresses it.
func readBody(r *http.Request) ([]byte, error) {
	switch coding := r.Header.Get("Content-Encoding"); coding {
	case "", "identity":
		return io.ReadAll(r.Body)
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, apierr.Malformed("The body is not gzip: %s", err)
		}
		body, err := io.ReadAll(z)
		if err != nil {
			return nil, apierr.Malformed("The body is not gzip: %s", err)
		}
		return body, nil
	default:
		return nil, apierr.Unroutable(http.StatusUnsupportedMediaType, "the body has the coding %q; gzip is the only one", coding)
	}
}

// handle serves a request and returns the answer, or an error that is one.
func (b *Backend) handle(w http.ResponseWriter, x *exchange) (wire.Result, error) {
	if x.route == nil {
		return wire.Result{}, b.unroutable(x)
	}
	call := &wire.Call{
		Route: x.route, Params: x.params, Query: x.URL.Query(),
		Raw: x.body, ContentType: x.Header.Get("Content-Type"),
	}
	if x.route.Public {
		return x.route.Handle(call)
	}
	var err error
	if call.Workspace, call.User, err = b.settings.authenticate(x.Request, x.route.AnyWorkspace); err != nil {
		return wire.Result{}, err
	}
	if x.route.Handle == nil {
		return wire.Result{}, apierr.Message(http.StatusNotImplemented, "%s is not served here: %s", x.route.Operation, x.route.Unserved)
	}
	if err := call.DecodeBody(); err != nil {
		return wire.Result{}, err
	}
	if err := b.limits.admit(w.Header(), x.Header.Get("Authorization"), call); err != nil {
		return wire.Result{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	call.Store = b.store(call.Workspace)
	call.Storage, call.StorageBase = b.storage, b.storageURL
	call.Store.Settle()
	defer b.notify()
	return x.route.Handle(call)
}

// serveStorage serves a request to the storage of attachments, and returns the
// status of the answer.
func (b *Backend) serveStorage(w http.ResponseWriter, x *exchange) int {
	a := b.storage.Serve(x.Request, x.body)
	if a.Mistake != "" {
		b.violations.add(x, a.Mistake)
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	x.fault.write(w, a.Status, a.Body) // a storage does not compress
	return a.Status
}

// unroutable is the answer to a request for which there is no route.
func (b *Backend) unroutable(x *exchange) error {
	if _, _, status := b.removed.Find(x.Method, x.path); status == http.StatusOK {
		return apierr.Unroutable(x.status, "") // no mistake of the client's
	}
	if x.status == http.StatusMethodNotAllowed {
		return apierr.Unroutable(x.status, "the path exists, but not with the method %s", x.Method)
	}
	return apierr.Unroutable(x.status, "opiktest has no operation with this path, see Backend.Operations")
}

// answer sends a result.
func (b *Backend) answer(w http.ResponseWriter, x *exchange, r wire.Result) {
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	if r.Created != "" {
		w.Header().Set("Location", b.location(x, r.Created))
	}
	if r.Streamed {
		x.fault.stream(w, r.Items)
		return
	}
	body, contentType := r.Raw, r.RawType
	if r.Body != nil {
		body, contentType = doc.Encode(r.Body), "application/json"
	}
	x.send(w, r.Status, contentType, body)
}

// location returns the URI of a new entity.
func (b *Backend) location(x *exchange, id string) string {
	if b.settings.bareLocation {
		host, _, _ := strings.Cut(x.Host, ":")
		return "http://" + host + x.path + "/" + id
	}
	return "http://" + x.Host + x.URL.EscapedPath() + "/" + id
}

// answerError sends an error in the shape that it has on the server.
func (b *Backend) answerError(w http.ResponseWriter, x *exchange, err error) {
	var e *apierr.Error
	if !errors.As(err, &e) {
		// The request was not received completely: there is nobody to answer to.
		panic(http.ErrAbortHandler)
	}
	if e.Mistake != "" {
		b.violations.add(x, fmt.Sprintf("%d: %s", e.Status, e.Mistake))
	}
	x.send(w, e.Status, "application/json", doc.Encode(e.Body()))
}

// compressFrom is the size from which on answers are compressed.
const compressFrom = 1024

// send writes an answer that is no stream.
func (x *exchange) send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	if len(body) >= compressFrom && x.fault == nil && strings.Contains(x.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = compress(body)
	}
	if status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.fault.write(w, status, body)
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("opiktest: writing gzip into memory: %v", err)) // cannot fail
	}
	return b.Bytes()
}
